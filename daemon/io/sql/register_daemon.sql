-- Registers daemon $1. This session holds the advisory lock $2 from now on, until it ends. $3: a new life begins.
-- One row: is the lock ours (false: an older session of this daemon, or a second one of the same name, has it), was the registration still there.
with mine as materialized (
	select pg_try_advisory_lock($2::int8) as locked
), known as materialized (
	select owner from daemon where owner = $1::uuid and seen_at > '-infinity'
), registered as (
	insert into daemon (owner, lock_key) select $1::uuid, $2::int8 from mine
	on conflict (owner) do update set lock_key = excluded.lock_key, seen_at = now(),
		started_at = case when $3::bool then now() else daemon.started_at end
)
select locked, exists (select from known) from mine
