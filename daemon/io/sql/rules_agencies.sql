select slug, name, kind, array_to_string(jurisdiction, ' '), retired_at is not null from agency order by slug
