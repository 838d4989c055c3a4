-- A single shift $1 of person $2 with the role $3, from $4 to $5, made by $6. Returns when.
with made as (
	insert into shift (id, person, role, starts_at, ends_at) values ($1::uuid, $2::text, $3::text, $4::timestamptz, $5::timestamptz)
	returning id, person, role, starts_at, ends_at
), recorded as (
	insert into directory_change (object, actor, action, after) select 'shift:' || id, $6::text, 'put', row_to_json(made) from made
)
select now() from made
