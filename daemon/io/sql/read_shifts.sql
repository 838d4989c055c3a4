-- Shifts that have not ended, as JSON.
select coalesce(json_agg(json_build_object('id', id, 'person', person, 'role', role, 'from', starts_at, 'until', ends_at, 'now', starts_at <= now()) order by starts_at, person), '[]')::text
from shift where ends_at > now()
