-- One look at the queues (look.sql), and their sizes for the metrics: counted up to 1000; beyond, what the planner thinks there is, or the bound when it knows less.
select now(), (select min(due_at) from outbox), (select min(due_at) from deadline), (select value from setting where name = 'rules_version'),
	(select case when c.n < 1000 then c.n else greatest(c.n, t.reltuples::int8) end
		from (select count(*) as n from (select from outbox order by due_at limit 1000) x) c, pg_class t where t.oid = 'outbox'::regclass),
	(select case when c.n < 1000 then c.n else greatest(c.n, t.reltuples::int8) end
		from (select count(*) as n from (select from deadline order by due_at limit 1000) x) c, pg_class t where t.oid = 'deadline'::regclass)
