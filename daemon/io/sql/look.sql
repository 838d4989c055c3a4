-- One look at the queues by daemon $1: the database's time, when work is due next, the version of the rules; is this daemon registered still; is another one dead,
-- its lock free? The newest
-- report's id, while another daemon works too (null: none does). A registration is refreshed now and then, for people who look at the table.
with seen as (
	update daemon set seen_at = now() where owner = $1::uuid and seen_at > '-infinity' and seen_at < now() - interval '30 s'
)
select now(),
	least((select min(due_at) from outbox where priority = 0), (select min(due_at) from outbox where priority = 1), (select min(due_at) from outbox where priority = 2)),
	(select min(due_at) from deadline), (select value from setting where name = 'rules_version'),
	exists (select from daemon where owner = $1::uuid and seen_at > '-infinity'),
	exists (select from daemon where owner <> $1::uuid and pg_try_advisory_xact_lock(lock_key)),
	case when exists (select from daemon where owner <> $1::uuid and seen_at > '-infinity') then (select id from report order by id desc limit 1) end
