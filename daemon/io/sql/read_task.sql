-- How the regular work $1 goes: milliseconds since it was claimed last, since it was last done to its end (null: never); at most ten days of either.
select (extract(epoch from now() - greatest(last_at, now() - interval '10 days')) * 1000)::int4,
	(extract(epoch from now() - greatest(done_at, now() - interval '10 days')) * 1000)::int4
from task where name = $1::text
