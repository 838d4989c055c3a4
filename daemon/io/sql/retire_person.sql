-- Person $1 leaves the roster, by $3; with $2 (null: in any case) only as long as the version is this. Returns the new version, or no row.
with before as (
	select person_entry(p) as entry from person p where p.slug = $1::text
), put as (
	update person set retired_at = now(), version = version + 1
	where slug = $1::text and retired_at is null and version = coalesce($2::int4, version)
	returning slug, version
), recorded as (
	insert into directory_change (object, actor, action, before) select 'person:' || slug, $3::text, 'retire', (select entry from before) from put
)
select version from put
