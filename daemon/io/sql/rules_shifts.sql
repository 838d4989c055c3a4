-- Single shifts that have not long ended.
select person, role, starts_at, ends_at, id from shift where ends_at > now() - interval '32 days' order by starts_at, person, id
