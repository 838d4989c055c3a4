-- Deadlines that are due for more than a minute and that nobody has claimed; counts no more than 1000.
select count(*) from (select from deadline where due_at < now() - interval '1 minute' limit 1000) x
