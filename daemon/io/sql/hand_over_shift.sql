-- Tells person $1 with role $2, whose shift from $3 to $4 has begun, how things stand: notice $5 to telephone $6 with text $7. Once for each shift.
with begun as (
	insert into shift_check as c (person, role, starts_at, ends_at, handed_over_at)
	select $1::text, $2::text, $3::timestamptz, $4::timestamptz, now()
	on conflict (person, role, starts_at) do update set handed_over_at = now() where c.handed_over_at is null
	returning 1
), new_notice as (
	insert into notice (id, kind, channel, address, body) select $5::uuid, 'duty', 'sms', $6::text, $7::text from begun
), new_outbox as (
	insert into outbox (notice_id, priority, due_at, attempt) select $5::uuid, 1, now(), 0 from begun
)
select 1 from begun
