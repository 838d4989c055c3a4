-- $5 accepts for person $1 the shift that begins at $2: arrays $3 role and $4 end, two when it is on duty with both roles.
insert into shift_check as c (person, role, starts_at, ends_at, accepted_at, answer)
select $1::text, role, $2::timestamptz, ends_at, now(), $5::text from unnest($3::text[], $4::timestamptz[]) as s(role, ends_at)
on conflict (person, role, starts_at) do update set accepted_at = coalesce(c.accepted_at, now()), refused_at = null, ends_at = excluded.ends_at, answer = excluded.answer
returning accepted_at
