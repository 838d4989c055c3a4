-- Parts that wait under gateway $1, sender $2, recipient $3, reference $4 and total $5, at most $6, in the order in which they were received; and the time now.
select external_id, number, text, received_at, reported_at, now() from inbound_part
where gateway = $1::text and sender = $2::text and recipient = $3::text and ref = $4::int4 and total = $5::int4
order by received_at, external_id
limit $6::int4
