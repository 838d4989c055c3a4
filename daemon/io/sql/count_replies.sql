-- Automatic replies to phone $1 within the last hour.
select count(*) from notice where kind = 'receipt' and address = $1::text and created_at > now() - interval '1 hour'
