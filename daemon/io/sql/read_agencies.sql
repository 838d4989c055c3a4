-- The directory as JSON: agencies with their contacts; secrets are not shown.
select coalesce(json_agg(json_build_object('slug', a.slug, 'name', a.name, 'kind', a.kind, 'jurisdiction', a.jurisdiction, 'retired', a.retired_at is not null,
	'contacts', (select coalesce(json_agg(json_build_object('id', c.id, 'channel', c.channel, 'address', c.address, 'allow_private', c.allow_private) order by c.position), '[]')
		from contact c where c.agency = a.slug and c.retired_at is null)) order by a.slug), '[]')::text
from agency a
