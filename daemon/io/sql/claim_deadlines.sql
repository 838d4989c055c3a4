-- Claims due deadlines: $1 lease in seconds, $2 at most. Only the subjects; load_deadlines reads what is needed to decide.
with due as (
	select ctid from deadline where due_at <= now() order by due_at limit $2::int4 for update skip locked
)
update deadline l set due_at = now() + $1::int4 * interval '1 s'
where l.ctid = any(array(select ctid from due))
returning l.subject
