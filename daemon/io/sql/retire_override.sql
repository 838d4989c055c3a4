-- The override $1, or the swap that it belongs to, is taken back by $2: it counts until now. Returns when; no row: there is none that counts still.
with known as (
	select o.* from shift_override o
	where o.retired_at is null and o.ends_at > now()
		and (o.id = $1::uuid or o.swap = $1::uuid or o.swap = (select s.swap from shift_override s where s.id = $1::uuid))
), ended as (
	update shift_override o set retired_at = now() from known k where o.id = k.id and o.retired_at is null
	returning o.id
), recorded as (
	insert into directory_change (object, actor, action, before)
	select 'override:' || k.id, $2::text, 'retire', row_to_json(k) from known k join ended e on e.id = k.id
)
select now() from ended limit 1
