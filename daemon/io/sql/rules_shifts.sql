select person, role, starts_at, ends_at from shift where ends_at > now() order by starts_at, person
