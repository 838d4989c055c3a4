-- Agency $1 is retired, by $3; with $2 (null: in any case) only as long as it has this version. Its contacts stay, as its answers to open dispatches still count. Returns its new
-- version, or no row.
with before as (
	select agency_entry(a) as entry from agency a where a.slug = $1::text
), put as (
	update agency set retired_at = now(), version = version + 1
	where slug = $1::text and retired_at is null and version = coalesce($2::int4, version)
	returning slug, version
), recorded as (
	insert into directory_change (object, actor, action, before) select 'agency:' || put.slug, $3::text, 'retire', (select entry from before) from put
)
select version from put
