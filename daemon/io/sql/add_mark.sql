-- A mark $3 on the address $2, for the reason $4, by $5, until $6 (null: without end), about the report $7 or null; id $1. One of the same kind that is in force gives way to it.
-- Returns nothing, and does nothing, when that sender has reported and only from outside the scope $8.
with may as materialized (
	select count(*) = 0 or bool_or($8::text = '' or a.region = '' or a.region = $8::text or a.region like $8::text || '.%' or $8::text like a.region || '.%') as act
	from (select report_id from reporter where phone = $2::text order by report_id desc limit 1000) p
	join report r on r.id = p.report_id left join incident i on i.id = r.incident_id
	cross join lateral (select coalesce(i.region, r.triage ->> 'village_code', '') as region) a
), before as (
	update sender_mark set retired_at = now(), retired_by = $5::text
	where address = $2::text and mark = $3::text and retired_at is null and (select act from may)
), logged as (
	insert into access_log (actor, object, reason) select $5::text, 'sender:' || $2::text, 'mark ' || $3::text from may where act
)
insert into sender_mark (id, address, mark, reason, made_by, ends_at, report_id)
select $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::timestamptz, $7::uuid from may where act
returning made_at
