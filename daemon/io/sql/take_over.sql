-- Takes over from every daemon but $1 whose lock is free: what it had leased comes due now. The lock is held until this has been done, so that one takes over at a time.
-- A commit that was under way on another connection of the dead may come after this: it is marked the first time (seen_at) and taken over once more, and removed, the second.
-- One row: how many were found dead just now, notices and deadlines that came due.
with dead as materialized (
	select owner, seen_at > '-infinity' as fresh from daemon where owner <> $1::uuid and pg_try_advisory_xact_lock(lock_key)
), marked as (
	update daemon d set seen_at = '-infinity' from dead where d.owner = dead.owner and dead.fresh
), removed as (
	delete from daemon d using dead where d.owner = dead.owner and not dead.fresh
), notices as (
	update outbox o set due_at = now(), owner = null
	where o.priority in (0, 1, 2) and o.due_at > now() and o.due_at < now() + interval '11 min' and o.owner = any(array(select owner from dead))
	returning o.notice_id
), clocks as (
	update deadline l set due_at = now(), owner = null
	where l.due_at > now() and l.due_at < now() + interval '1 min' and l.owner = any(array(select owner from dead))
	returning l.subject
)
select (select count(*) from dead where fresh), (select count(*) from notices), (select count(*) from clocks)
