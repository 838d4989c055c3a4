-- The rotation $1 with the role $2: people $3 in turn, from $4, a turn lasts $5 seconds, until $6 (null: for ever), made by $7. Returns when; no row: there is or was one of this name.
with made as (
	insert into rotation (slug, role, people, starts_at, shift_s, ends_at)
	values ($1::text, $2::text, $3::text[], $4::timestamptz, $5::int4, $6::timestamptz)
	on conflict (slug) do nothing
	returning slug, role, people, starts_at, shift_s, ends_at
), recorded as (
	insert into directory_change (object, actor, action, after) select 'rotation:' || slug, $7::text, 'put', row_to_json(made) from made
)
select now() from made
