-- The directory as JSON: agencies with their contacts; secrets are not shown. $1: retired ones, too.
select coalesce(json_agg(agency_entry(a) order by a.slug), '[]')::text from agency a where a.retired_at is null or $1::bool
