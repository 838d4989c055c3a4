-- What the deadlines of subjects $2 are about, as far as daemon $1 still holds their lease: who was paused, or lost a race, has nothing to fire any more. One row each;
-- an incident's own clock has no dispatch.
select l.subject, l.clock, l.step, l.set_for, now(),
	i.id, i.number, i.version, i.state, i.type, i.urgency, i.region, i.place_text, i.lat, i.lon, i.summary,
	d.id, d.agency, d.role, d.task, d.state, d.version, d.ladders::text, d.accept_s, d.arrive_s, d.complete_s, d.accept_by, d.arrive_by,
	(select array_to_string(array_agg(distinct o.agency), ' ') from dispatch o where o.incident_id = i.id), coalesce(d.for_dispatch, d.id), l.overdue_since
from deadline l
left join dispatch d on d.id = l.subject
left join incident i on i.id = coalesce(d.incident_id, l.subject)
where l.subject = any($2::uuid[]) and l.owner = $1::uuid and l.due_at > now()
