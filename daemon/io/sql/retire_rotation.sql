-- The rotation $1 is taken back by $2: it counts until now, so who was on duty stays known. Returns when; no row: there is none.
with known as (
	select * from rotation where slug = $1::text and retired_at is null and coalesce(ends_at, 'infinity') > now()
), ended as (
	update rotation r set retired_at = now() from known k where r.slug = k.slug and r.retired_at is null
	returning r.slug
), recorded as (
	insert into directory_change (object, actor, action, before)
	select 'rotation:' || k.slug, $2::text, 'retire', row_to_json(k) from known k join ended e on e.slug = k.slug
)
select now() from ended
