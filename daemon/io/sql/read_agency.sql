-- The agency $1 as JSON, without secrets.
select agency_entry(a)::text from agency a where a.slug = $1::text
