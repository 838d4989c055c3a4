-- Who has seen what, as a JSON list, newest first: of object $1 (null: of all), below entry $2 (null: from the newest). With a scope $3 only what is about an incident within it.
select coalesce(json_agg(json_build_object('id', l.id, 'at', l.at, 'actor', l.actor, 'object', l.object, 'reason', l.reason,
	'incident', case when l.incident is not null then json_build_object('id', l.incident, 'number', l.number) end) order by l.id desc), '[]')::text
from (
	select a.id, a.at, a.actor, a.object, a.reason, i.id as incident, i.number
	from access_log a
	left join lateral (
		select x.id, x.number, x.region from incident x
		where x.id = case split_part(a.object, ':', 1)
			when 'incident' then split_part(a.object, ':', 2)::uuid
			when 'report' then (select r.incident_id from report r where r.id = split_part(a.object, ':', 2)::uuid)
			when 'reporter' then (select r.incident_id from report r where r.id = split_part(a.object, ':', 2)::uuid) end
	) i on true
	where ($1::text is null or a.object = $1::text)
		and ($2::int8 is null or a.id < $2::int8)
		and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%')
	order by a.id desc limit 200
) l
