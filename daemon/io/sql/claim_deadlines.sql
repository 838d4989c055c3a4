-- Claims due deadlines: $1 lease in seconds, $2 at most. Only the subjects; load_deadlines reads what is needed to decide.
-- The last row has no subject: it tells when the next one is due (null: none) and the time now.
with due as (
	select ctid from deadline where due_at <= now() order by due_at limit $2::int4 for update skip locked
), claimed as (
	update deadline l set due_at = now() + $1::int4 * interval '1 s'
	where l.ctid = any(array(select ctid from due))
	returning l.subject
)
select subject, null::timestamptz, null::timestamptz from claimed
union all
select null, (select min(due_at) from deadline where due_at > now()), now()
