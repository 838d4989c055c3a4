-- Dispatches with their incidents, for an answer: by id ($1), or those of agencies $2 with incident number $3 (0: every open one).
-- The last column: others were asked for the same task.
select d.id, d.agency, d.role, d.task, d.state, d.version, d.accept_s, d.arrive_s, d.complete_s, d.accept_by, d.arrive_by, d.eta, d.reason,
	i.id, i.number, i.version, i.state, i.type, i.urgency, i.region, i.place_text, i.lat, i.lon, i.summary, now(), i.opened_at,
	d.for_dispatch is not null or exists (select from dispatch s where s.incident_id = d.incident_id and s.for_dispatch = d.id offset 0)
from dispatch d join incident i on i.id = d.incident_id
where d.id = $1::uuid
union all
select d.id, d.agency, d.role, d.task, d.state, d.version, d.accept_s, d.arrive_s, d.complete_s, d.accept_by, d.arrive_by, d.eta, d.reason,
	i.id, i.number, i.version, i.state, i.type, i.urgency, i.region, i.place_text, i.lat, i.lon, i.summary, now(), i.opened_at,
	d.for_dispatch is not null or exists (select from dispatch s where s.incident_id = d.incident_id and s.for_dispatch = d.id offset 0)
from incident i join dispatch d on d.incident_id = i.id
where i.number = $3::int8 and d.agency = any($2::text[])
union all
select d.id, d.agency, d.role, d.task, d.state, d.version, d.accept_s, d.arrive_s, d.complete_s, d.accept_by, d.arrive_by, d.eta, d.reason,
	i.id, i.number, i.version, i.state, i.type, i.urgency, i.region, i.place_text, i.lat, i.lon, i.summary, now(), i.opened_at,
	d.for_dispatch is not null or exists (select from dispatch s where s.incident_id = d.incident_id and s.for_dispatch = d.id offset 0)
from dispatch d join incident i on i.id = d.incident_id
where $3::int8 = 0 and d.agency = any($2::text[]) and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene')
order by 26 desc, 1
