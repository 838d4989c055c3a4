-- Rotations whose last turn is not long over; one that was taken away counts until then.
select slug, role, array_to_string(people, ' '), starts_at, shift_s, least(ends_at, retired_at)
from rotation
where coalesce(least(ends_at, retired_at), 'infinity') > greatest(starts_at, now() - interval '32 days')
order by slug
