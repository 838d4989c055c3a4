-- A dispatch's state against its history. Its own events say what it became ("to"); a ladder that climbs changes nothing and says nothing. What another event ended (the incident was
-- closed, somebody else took the task) was cancelled at that event's moment, without an event of its own.
create view state_fault as
select d.id as dispatch, i.number as incident, 'it is ' || d.state || ', its last event says ' || said.state as fault
from dispatch d
join incident i on i.id = d.incident_id
cross join lateral (
	select coalesce(max(e.number), d.event) as number, coalesce((array_agg(e.data->>'to' order by e.number desc))[1], 'notified') as state
	from event e
	where e.incident_id = d.incident_id and e.number > d.event and e.data->>'dispatch' = d.id::text and e.data->>'to' is not null
) said
where d.state <> said.state
	and not (d.state = 'cancelled' and said.state <> 'completed'
		and exists (select from event e where e.incident_id = d.incident_id and e.number > said.number and e.at = d.cancelled_at));
comment on view state_fault is 'empty when every dispatch is what its last event says; otherwise names the dispatch and both states';
