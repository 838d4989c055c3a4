-- Records delivery reports of gateway $1, each about a notice named by our id or by the gateway's own: arrays notice (null: only the gateway's id), gateway_ref, state, its
-- words, part, parts (0: it names none). A row for each that is about a notice we know: its place (from 1), the notice. The same one again is one more row: the state is computed.
with r as materialized (
	select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int4[], $7::int4[]) with ordinality as r(notice, gateway_ref, state, detail, part, parts, at)
), known as materialized (
	select r.*, coalesce(
		(select n.id from notice n where n.id = r.notice and n.channel = 'sms'),
		(select a.notice_id from attempt a where a.gateway = $1::text and a.gateway_ref = r.gateway_ref and r.gateway_ref <> '' order by a.at desc limit 1)) as id
	from r
), kept as (
	insert into delivery_report (notice_id, state, detail, part, parts)
	select id, state, detail, nullif(part, 0), nullif(parts, 0) from known where id is not null order by at
)
select at, id from known where id is not null order by at
