-- Retires marks of the address $1 that are in force: the one with id $2, or, when that is null, those of the kind $3. By $4. Returns how many, and when: none when that sender
-- has reported and only from outside the scope $5.
with may as materialized (
	select count(*) = 0 or bool_or($5::text = '' or a.region = '' or a.region = $5::text or a.region like $5::text || '.%' or $5::text like a.region || '.%') as act
	from (select report_id from reporter where phone = $1::text order by report_id desc limit 1000) p
	join report r on r.id = p.report_id left join incident i on i.id = r.incident_id
	cross join lateral (select coalesce(i.region, r.triage ->> 'village_code', '') as region) a
), gone as (
	update sender_mark set retired_at = now(), retired_by = $4::text
	where address = $1::text and retired_at is null and (id = $2::uuid or $2::uuid is null and mark = $3::text) and (select act from may)
	returning mark
), logged as (
	insert into access_log (actor, object, reason) select $4::text, 'sender:' || $1::text, 'retire ' || mark from gone
)
select count(*), now() from gone
