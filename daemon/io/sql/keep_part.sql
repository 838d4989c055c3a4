-- Keeps one part of a long message as received, and lets it wait for the others: id, gateway, external_id, fingerprint, content_type, raw; sender, recipient, ref, number,
-- total, reported_at, text. Returns true when it is new; a known one waits no second time, even when its message is long a report.
with kept as (
	insert into inbound (id, gateway, external_id, fingerprint, content_type, raw)
	values ($1::uuid, $2::text, $3::text, $4::bytea, $5::text, $6::bytea)
	on conflict (gateway, external_id) do nothing
	returning 1
), waits as (
	insert into inbound_part (gateway, external_id, sender, recipient, ref, number, total, reported_at, text)
	select $2::text, $3::text, $7::text, $8::text, $9::int4, $10::int4, $11::int4, $12::timestamptz, $13::text from kept
)
select exists (select from kept)
