-- What of the open incidents looks wrong: those after $1 in the order of their ids, $2 at most. $3 states of an open dispatch and $4 the clock that must run in each.
-- "offset 0" keeps the planner from hashing the answers for every dispatch and notice that there ever was: each batch looks at its own by index.
-- Only that something is missing or another clock runs is seen here; what should be there the events tell. The last row tells how many were looked at, and the last one's id.
with batch as materialized (
	select id, state from incident
	where state in ('open', 'triaged', 'in_progress', 'handed_over') and id > $1::uuid
	order by id limit $2::int4
)
select b.id, null::int8 from batch b
where exists (
		select from dispatch d left join deadline l on l.subject = d.id
		where d.incident_id = b.id and d.state = any($3::text[]) and l.clock is distinct from ($4::text[])[array_position($3::text[], d.state)]
		offset 0
	)
	or exists (
		select from dispatch d
		where d.incident_id = b.id and d.state = 'declined' and not exists (select from deadline l where l.subject = d.id)
			and not exists (
				select from event e
				where e.incident_id = b.id and e.number > d.event and e.kind = 'escalated'
					and e.data->>'clock' = 'replace' and e.data->>'dispatch' = d.id::text
			)
	)
	or b.state = 'open' and not exists (select from deadline l where l.subject = b.id and l.clock = 'triage')
	or b.state = 'handed_over' and not exists (select from deadline l where l.subject = b.id and l.clock = 'follow_up')
	or exists (
		select from notice n
		where n.incident_id = b.id
			and not exists (select from outbox o where o.notice_id = n.id)
			and not exists (select from dead_notice x where x.notice_id = n.id)
			and not exists (select from attempt a where a.notice_id = n.id and a.outcome in ('ok', 'void'))
		offset 0
	)
union all
select (select b.id from batch b order by b.id desc limit 1), (select count(*) from batch)
