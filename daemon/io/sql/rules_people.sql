-- Those who left come last: the roster may still name them.
select slug, name, phone, role, scope, retired_at is not null from person order by retired_at is not null, slug
