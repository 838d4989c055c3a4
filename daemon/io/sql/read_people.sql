-- People of the roster as JSON; telephones stay out of lists.
select coalesce(json_agg(json_build_object('slug', slug, 'name', name, 'role', role, 'scope', scope, 'reachable', phone is not null) order by slug), '[]')::text
from person where retired_at is null
