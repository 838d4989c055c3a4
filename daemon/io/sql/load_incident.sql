-- An incident (by id $1, or by number $2 when $1 is null) with its dispatches, for a coordinator's event. One row per dispatch, one with nulls when there are none.
-- told: the telephones of people who were told of it (not those whose notice became void), separated by spaces.
-- Last: how many reports it has; has a person triaged it?
select i.id, i.number, i.version, i.state, i.type, i.urgency, i.region, i.place_text, i.lat, i.lon, i.summary, now(),
	d.id, d.agency, d.role, d.task, d.state, d.version, d.accept_by, d.arrive_by, d.for_dispatch,
	i.merged_into, m.number, t.told, i.report_count,
	exists (select from event e where e.incident_id = i.id and e.kind = 'triage')
from incident i
cross join lateral (
	select string_agg(distinct n.address, ' ') as told from notice n
	where n.incident_id = i.id and n.kind = 'duty' and not exists (select from attempt a where a.notice_id = n.id and a.outcome = 'void')
) t
left join incident m on m.id = i.merged_into
left join dispatch d on d.incident_id = i.id
where i.id = $1::uuid or $1::uuid is null and i.number = $2::int8
order by d.id
