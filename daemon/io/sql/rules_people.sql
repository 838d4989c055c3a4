select slug, name, phone, role, scope from person where retired_at is null order by slug
