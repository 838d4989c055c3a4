-- A mark $3 on the address $2, for the reason $4, by $5, until $6 (null: without end), about the report $7 or null; id $1. One of the same kind that is in force gives way to it.
with before as (
	update sender_mark set retired_at = now(), retired_by = $5::text where address = $2::text and mark = $3::text and retired_at is null
), logged as (
	insert into access_log (actor, object, reason) values ($5::text, 'sender:' || $2::text, 'mark ' || $3::text)
)
insert into sender_mark (id, address, mark, reason, made_by, ends_at, report_id)
values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::timestamptz, $7::uuid)
returning made_at
