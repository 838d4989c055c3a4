-- Who sent report $1, as JSON: shown to $2 with scope $3, for the reason $4, which is logged in the same transaction. No row when there is no such report within the scope.
with asked as (
	select r.id, p.phone, p.name
	from report r left join incident i on i.id = r.incident_id left join reporter p on p.report_id = r.id
	cross join lateral (select coalesce(i.region, r.triage ->> 'village_code', '') as region) a
	where r.id = $1::uuid
		and ($3::text = '' or a.region = '' or a.region = $3::text or a.region like $3::text || '.%' or $3::text like a.region || '.%')
), logged as (
	insert into access_log (actor, object, reason) select $2::text, 'reporter:' || id, $4::text from asked
	returning 1
)
select json_build_object('phone', asked.phone, 'name', asked.name)::text from asked, logged
