-- Person $1 becomes: name $3, telephone $4 (with $5: the one that is known stays), role $6, scope $7. Only as long as the version is $2 (0: there is no such person yet); by $8. Returns the
-- new version, or no row. Who had left comes back.
with before as (
	select person_entry(p) as entry, phone from person p where p.slug = $1::text
), put as (
	insert into person as p (slug, name, phone, role, scope)
	select $1::text, $3::text, $4::text, $6::text, $7::text where $2::int4 = 0 or exists (select from before)
	on conflict (slug) do update set name = excluded.name, phone = case when $5::bool then p.phone else excluded.phone end, role = excluded.role, scope = excluded.scope,
		retired_at = null, version = p.version + 1
	where p.version = $2::int4
	returning p.slug, p.version, p.phone, person_entry(p) as entry
), recorded as (
	insert into directory_change (object, actor, action, before, after)
	select 'person:' || put.slug, $8::text, 'put', (select entry from before),
		(put.entry::jsonb || jsonb_build_object('phone_changed', put.phone is distinct from (select b.phone from before b)))::json
	from put
)
select version from put
