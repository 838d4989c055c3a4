-- Overrides that can still say where a shift of now began; one that was taken back counts until then.
select role, starts_at, least(ends_at, retired_at), made_at, person, instead_of, swap is not null, id
from shift_override
where least(ends_at, retired_at) > greatest(starts_at, now() - interval '366 days')
order by made_at, id
