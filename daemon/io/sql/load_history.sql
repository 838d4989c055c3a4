-- All that the auditor needs to know of incident $1, as of one moment: part 0 the incident, 1 its events, 2 its dispatches; with the clocks that are armed.
-- part, number (version; number; made by), at, kind (or state), data (number; data; ladders), id, for_dispatch, accept_s, arrive_s, complete_s, clock, step, set_for
select 0, i.version, now(), i.state, i.number::text, i.id, null::uuid, null::int4, null::int4, null::int4, l.clock, l.step, l.set_for
from incident i left join deadline l on l.subject = i.id
where i.id = $1::uuid
union all
select 1, e.number, e.at, e.kind, e.data::text, null, null, null, null, null, null, null, null
from event e
where e.incident_id = $1::uuid
union all
select 2, d.event, null, d.state, d.ladders::text, d.id, d.for_dispatch, d.accept_s, d.arrive_s, d.complete_s, l.clock, l.step, l.set_for
from dispatch d left join deadline l on l.subject = d.id
where d.incident_id = $1::uuid
order by 1, 2, 6
