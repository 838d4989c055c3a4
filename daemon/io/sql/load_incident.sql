-- An incident (by id $1, or by number $2 when $1 is null) with its dispatches, for a coordinator's event. One row per dispatch, one with nulls when there are none.
select i.id, i.number, i.version, i.state, i.type, i.urgency, i.region, i.place_text, i.lat, i.lon, i.summary, now(),
	d.id, d.agency, d.role, d.task, d.state, d.version, d.accept_by, d.arrive_by
from incident i left join dispatch d on d.incident_id = i.id
where i.id = $1::uuid or $1::uuid is null and i.number = $2::int8
order by d.id
