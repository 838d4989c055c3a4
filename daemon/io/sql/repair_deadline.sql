-- Arms what should be armed: $1 subject, $2 clock, $3 step, $4 when it should have been due (at once when that has passed), of incident $5 as long as it is at version $6.
-- $7, $8 the clock and time of another one that stands there instead (null: none). An answer or another daemon that came first wins. Returns the subject when it had an effect.
with i as (
	select id from incident where id = $5::uuid and version = $6::int4 for update
)
insert into deadline (subject, clock, step, due_at, set_for)
select $1::uuid, $2::text, $3::int4, greatest($4::timestamptz, now()), $4::timestamptz from i
on conflict (subject) do update set
	clock = excluded.clock, step = excluded.step, due_at = excluded.due_at, set_for = excluded.set_for, owner = null
	where deadline.clock = $7::text and deadline.set_for = $8::timestamptz
returning subject
