-- Claims the regular work $1 for daemon $2 when it was done last at least $3 milliseconds ago. One row when it is ours now.
update task set last_at = now(), owner = $2::uuid
where name = $1::text and last_at <= now() - $3::int4 * interval '1 ms'
returning now()
