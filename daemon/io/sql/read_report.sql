-- Report $1 as JSON, with its source and, for the check of access, the area of the incident it belongs to or, without one, the area that it names. That $2 has read it is logged.
-- No row, and nothing logged, outside the reader's scope $3; of a source $4 (null: the reader is none) its own.
-- Its incident is the one that goes on, when the one it opened was merged into another.
with recursive asked as materialized (
	select r.id, r.incident_id from report r left join incident i on i.id = r.incident_id
	cross join lateral (select coalesce(i.region, r.triage ->> 'village_code', '') as region) a
	where r.id = $1::uuid and case when $4::text is not null then r.source = $4::text
		else $3::text = '' or a.region in ('', $3::text) or a.region like $3::text || '.%' or $3::text like a.region || '.%' end
), chain as (
	select i.*, 0 as depth from asked join incident i on i.id = asked.incident_id
	union all
	select m.*, chain.depth + 1 from chain join incident m on m.id = chain.merged_into
), logged as (
	insert into access_log (actor, object) select $2::text, 'report:' || id from asked
)
select json_build_object('id', r.id, 'number', r.number, 'received_at', r.received_at, 'source', r.source, 'text', r.text, 'type', r.type, 'urgency', r.urgency,
		'place_text', r.place_text, 'lat', r.lat, 'lon', r.lon, 'occurred_at', r.occurred_at, 'triage', r.triage,
		'incident', case when i.id is not null then json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'type', i.type, 'urgency', i.urgency) end)::text,
	r.source, coalesce((select region from chain where depth = 0), r.triage ->> 'village_code', '')
from asked join report r on r.id = asked.id left join lateral (select * from chain order by depth desc limit 1) i on true
