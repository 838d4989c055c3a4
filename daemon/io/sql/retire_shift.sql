-- The single shift $1 is taken back by $2: one that has not begun is gone, one that has begun ends now. Returns when; no row: there is none that has not ended.
-- Of two who do it at once the second finds what the first left: that is later than now(), when it began to wait.
with known as (
	select * from shift where id = $1::uuid and ends_at > clock_timestamp() for update
), gone as (
	delete from shift s using known k where s.id = k.id and k.starts_at >= now()
), ended as (
	update shift s set ends_at = now() from known k where s.id = k.id and k.starts_at < now()
), recorded as (
	insert into directory_change (object, actor, action, before) select 'shift:' || id, $2::text, 'retire', row_to_json(known) from known
)
select now() from known
