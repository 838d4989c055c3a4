-- Agency $1 becomes: name $3, kind $4, jurisdiction $5, and these contacts: arrays channel, address, secret (null: it keeps the one that it has, or takes that of the contact in the last
-- array), allow_private, contact. Only as long as its version is $2 (0: there is no such agency yet); by $11, who is kept in the history with how it is afterwards, $12. Returns its new version,
-- or no row. A contact that is known stays the same one; one that is no longer named is retired, never deleted. A retired agency comes back.
with before as (
	select agency_entry(a) as entry from agency a where a.slug = $1::text
), put as (
	insert into agency as a (slug, name, kind, jurisdiction)
	select $1::text, $3::text, $4::text, $5::text[] where $2::int4 = 0 or exists (select from before)
	on conflict (slug) do update set name = excluded.name, kind = excluded.kind, jurisdiction = excluded.jurisdiction, retired_at = null, version = a.version + 1
	where a.version = $2::int4
	returning a.slug, a.version
), wanted as materialized (
	select w.*, k.id
	from unnest($6::text[], $7::text[], $8::text[], $9::bool[], $10::uuid[]) with ordinality as w(channel, address, secret, allow_private, keeps, position)
	left join lateral (select c.id from contact c where c.agency = $1::text and c.channel = w.channel and c.address = w.address
		order by c.retired_at desc nulls first, c.id limit 1) k on true
), gone as (
	update contact c set retired_at = now()
	from put
	where c.agency = put.slug and c.retired_at is null and not exists (select from wanted w where w.id = c.id offset 0)
), changed as (
	update contact c set position = w.position - 1, secret = coalesce(w.secret, c.secret), allow_private = w.allow_private, retired_at = null
	from put, wanted w
	where c.id = w.id
), added as (
	insert into contact (agency, position, channel, address, secret, allow_private)
	select put.slug, w.position - 1, w.channel, w.address, coalesce(w.secret, (select c.secret from contact c where c.id = w.keeps and c.agency = put.slug)), w.allow_private
	from put, wanted w
	where w.id is null
), recorded as (
	insert into directory_change (object, actor, action, before, after)
	select 'agency:' || put.slug, $11::text, 'put', (select entry from before), $12::json from put
)
select version from put
