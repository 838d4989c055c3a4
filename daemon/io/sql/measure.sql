-- One look at the queues by daemon $1 (look.sql), and their sizes for the metrics: counted up to 1000; beyond, what the planner thinks there is, or the bound when it knows less.
select now(),
	least((select min(due_at) from outbox where priority = 0), (select min(due_at) from outbox where priority = 1), (select min(due_at) from outbox where priority = 2)),
	(select min(due_at) from deadline), (select value from setting where name = 'rules_version'),
	exists (select from daemon where owner = $1::uuid and seen_at > '-infinity'),
	exists (select from daemon where owner <> $1::uuid and pg_try_advisory_xact_lock(lock_key)),
	case when exists (select from daemon where owner <> $1::uuid and seen_at > '-infinity') then (select id from report order by id desc limit 1) end,
	(select case when c.n < 1000 then c.n else greatest(c.n, t.reltuples::int8) end
		from (select count(*) as n from (select from outbox order by priority, due_at limit 1000) x) c, pg_class t where t.oid = 'outbox'::regclass),
	(select case when c.n < 1000 then c.n else greatest(c.n, t.reltuples::int8) end
		from (select count(*) as n from (select from deadline order by due_at limit 1000) x) c, pg_class t where t.oid = 'deadline'::regclass)
