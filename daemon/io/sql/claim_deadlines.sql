-- Claims due deadlines for daemon $1: lease of $2 seconds, $3 at most, what fell due within the last minute in its order, then what fell due last before: after an outage
-- what happens now does not wait behind what has been. What somebody's live lease holds is not due. $4: only what fell due since then, not past all that has been
-- claimed in the last minute; null: all.
-- A lease need not outlive a crash of the database: nothing waits for this commit to reach the disk. Whoever fires afterwards holds the lease still, or fires nothing.
-- Returns with each what load_deadlines returns. The last row has no subject: it tells when the next one is due (set_for; null: none) and the time now.
with unhurried as materialized (
	select set_config('synchronous_commit', 'off', true)
), fresh as materialized (
	select ctid from deadline where due_at <= now() and due_at > greatest($4::timestamptz, now() - interval '1 min') order by due_at limit $3::int4 for update skip locked
), old as materialized (
	select ctid from deadline where due_at <= now() - interval '1 min' order by due_at desc
	limit case when $4::timestamptz is null then $3::int4 - (select count(*) from fresh) else 0 end for update skip locked
), claimed as (
	update deadline l set owner = $1::uuid, due_at = now() + $2::int4 * interval '1 s'
	where l.ctid = any(array(select ctid from fresh union all select ctid from old))
	returning l.subject, l.clock, l.step, l.set_for, l.overdue_since
)
select l.subject, l.clock, l.step, l.set_for, now(),
	i.id, i.number, i.version, i.state, i.type, i.urgency, i.region, i.place_text, i.lat, i.lon, i.summary,
	d.id, d.agency, d.role, d.task, d.state, d.version, d.ladders::text, d.accept_s, d.arrive_s, d.complete_s, d.accept_by, d.arrive_by,
	(select array_to_string(array_agg(distinct o.agency), ' ') from dispatch o where o.incident_id = i.id), coalesce(d.for_dispatch, d.id), l.overdue_since
from claimed l
left join dispatch d on d.id = l.subject
left join incident i on i.id = coalesce(d.incident_id, l.subject)
union all
select null, null, null, (select min(due_at) from deadline where due_at > now()), now(),
	null, null, null, null, null, null, null, null, null, null, null,
	null, null, null, null, null, null, null, null, null, null, null, null,
	null, null, null
from unhurried
