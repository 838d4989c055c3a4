-- The parts $2 of gateway $1 are a report now.
delete from inbound_part where gateway = $1::text and external_id = any($2::text[])
