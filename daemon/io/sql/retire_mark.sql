-- Retires marks of the address $1 that are in force: the one with id $2, or, when that is null, those of the kind $3. By $4. Returns how many, and when.
with gone as (
	update sender_mark set retired_at = now(), retired_by = $4::text
	where address = $1::text and retired_at is null and (id = $2::uuid or $2::uuid is null and mark = $3::text)
	returning mark
), logged as (
	insert into access_log (actor, object, reason) select $4::text, 'sender:' || $1::text, 'retire ' || mark from gone
)
select count(*), now() from gone
