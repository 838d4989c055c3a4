-- The id under which the key (gateway $1, id there $2) is kept.
select id from inbound where gateway = $1::text and external_id = $2::text
