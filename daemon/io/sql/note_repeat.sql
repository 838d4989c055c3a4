-- Is the key (gateway $1, id there $2) known? Then the message came again, and that is noted.
with k as (
	select gateway, external_id from inbound where gateway = $1::text and external_id = $2::text
), noted as (
	insert into inbound_repeat (gateway, external_id) select gateway, external_id from k
)
select exists (select from k)
