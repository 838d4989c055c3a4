-- Overrides of the roster: arrays id, role, from, until, person, instead_of; $7 reason, $8 who made them, $9 the swap that they are together (null: none). Returns when, for each.
with made as (
	insert into shift_override (id, swap, role, starts_at, ends_at, person, instead_of, reason, made_by)
	select id, $9::uuid, role, starts_at, ends_at, person, instead_of, $7::text, $8::text
	from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[]) as o(id, role, starts_at, ends_at, person, instead_of)
	returning *
), recorded as (
	insert into directory_change (object, actor, action, after) select 'override:' || id, $8::text, 'put', row_to_json(made) from made
)
select made_at from made
