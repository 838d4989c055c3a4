-- Person $1 as JSON with the telephone, which is read by $2: that is logged.
with p as (
	select * from person where slug = $1::text
), logged as (
	insert into access_log (actor, object) select $2::text, 'person:' || slug from p
)
select json_build_object('slug', slug, 'name', name, 'phone', phone, 'role', role, 'scope', scope, 'reachable', phone is not null, 'retired', retired_at is not null,
	'version', version)::text
from p
