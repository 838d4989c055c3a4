-- Person $1 says whether he takes his next shift: $2 yes or no. That is the nearest one that he was asked about and has not answered; with $3 also one that he has
-- answered and that has not begun, with $5 that has: he may answer anew. $4 names the message: when it comes again it means the shift it meant at first. Returns the shift, or no row.
with mine as (
	select person, role, starts_at from shift_check
	where person = $1::text and ends_at > now() and asks > 0
		and (accepted_at is null and refused_at is null or answer = $4::text or $3::bool and starts_at > now() or $5::bool)
	order by answer is not distinct from $4::text desc, accepted_at is not null or refused_at is not null, starts_at
	limit 1
)
update shift_check c set
	accepted_at = case when $2::bool then coalesce(c.accepted_at, now()) end,
	refused_at = case when $2::bool then null else coalesce(c.refused_at, now()) end,
	answer = $4::text
from mine where c.person = mine.person and c.role = mine.role and c.starts_at = mine.starts_at
returning c.starts_at
