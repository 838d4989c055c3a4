-- Armed deadlines about nothing that is open: of those after $1 in the order of their subjects, $2 at most. $3 states of an open dispatch.
-- The last row tells how many were looked at, and the last one's subject.
with batch as materialized (
	select subject, clock, set_for from deadline where subject > $1::uuid order by subject limit $2::int4
)
select b.subject, b.clock, b.set_for, null::int8 from batch b
where not exists (
		select from dispatch d join incident i on i.id = d.incident_id
		where d.id = b.subject and i.state in ('open', 'triaged', 'in_progress', 'handed_over')
			and (d.state = any($3::text[]) or d.state = 'declined' and b.clock = 'replace')
	)
	and not exists (
		select from incident i
		where i.id = b.subject and (i.state = 'open' and b.clock = 'triage' or i.state = 'handed_over' and b.clock = 'follow_up')
		offset 0
	)
union all
select (select b.subject from batch b order by b.subject desc limit 1), null, null, (select count(*) from batch)
