-- Asks person $1 with role $2 about the shift from $3 to $4: notice $5 to telephone $6 with text $7, as the question after $8 others. One row when it is ours to ask:
-- whoever saw the same number of questions second finds one more, so several daemons ask once.
with asked as (
	insert into shift_check as c (person, role, starts_at, ends_at, asks, asked_at, asked_last_at, notice_id)
	select $1::text, $2::text, $3::timestamptz, $4::timestamptz, 1, now(), now(), $5::uuid
	on conflict (person, role, starts_at) do update set
		asks = c.asks + 1, asked_at = coalesce(c.asked_at, now()), asked_last_at = now(), notice_id = excluded.notice_id, ends_at = excluded.ends_at
	where c.asks = $8::int4 and c.accepted_at is null and c.refused_at is null
	returning 1
), new_notice as (
	insert into notice (id, kind, channel, address, body) select $5::uuid, 'duty', 'sms', $6::text, $7::text from asked
), new_outbox as (
	insert into outbox (notice_id, priority, due_at, attempt) select $5::uuid, 1, now(), 0 from asked
)
select 1 from asked
