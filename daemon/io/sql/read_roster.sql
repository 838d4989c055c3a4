-- What the roster is made of from now on: rotations, single shifts and overrides that have not ended and were not taken back, as they were written.
select json_build_object(
	'rotations', (select coalesce(json_agg(json_build_object('slug', slug, 'role', role, 'people', people, 'from', starts_at, 'until', ends_at, 'shift_s', shift_s) order by slug), '[]')
		from rotation where retired_at is null and coalesce(ends_at, 'infinity') > now()),
	'shifts', (select coalesce(json_agg(json_build_object('id', id, 'person', person, 'role', role, 'from', starts_at, 'until', ends_at, 'imported', uid is not null)
		order by starts_at, id), '[]') from shift where ends_at > now()),
	'overrides', (select coalesce(json_agg(json_build_object('id', id, 'swap', swap, 'role', role, 'from', starts_at, 'until', ends_at, 'person', person,
		'instead_of', instead_of, 'reason', reason, 'made_by', made_by, 'made_at', made_at) order by starts_at, made_at, id), '[]')
		from shift_override where retired_at is null and ends_at > now()))::text
