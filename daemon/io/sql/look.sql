-- One look at the queues: the database's time, when work is due next, and the version of the rules.
select now(), (select min(due_at) from outbox), (select min(due_at) from deadline), (select value from setting where name = 'rules_version')
