-- Keeps a message that is no report (a partner's answer, a delivery report's raw form) as received. Returns true when it is new.
with kept as (
	insert into inbound (id, gateway, external_id, fingerprint, content_type, raw)
	values ($1::uuid, $2::text, $3::text, $4::bytea, $5::text, $6::bytea)
	on conflict (gateway, external_id) do nothing
	returning 1
)
select exists (select from kept)
