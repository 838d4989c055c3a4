-- Records attempts and finishes or reschedules their notices. $1 owner; arrays: notice, attempt, outcome, status, detail, ms,
-- next_ms (-1: finished, -2: dead), and the SMS gateway that it went through (null: none), the parts, their cost, the gateway's own id. A worker whose lease was taken over changes nothing in the queue, its attempt is recorded all the same.
with a as (
	select * from unnest($2::uuid[], $3::int4[], $4::text[], $5::int4[], $6::text[], $7::int4[], $8::int4[], $9::text[], $10::int4[], $11::int4[], $12::text[])
		as a(notice, attempt, outcome, status, detail, ms, next_ms, gateway, parts, cost, gateway_ref)
), recorded as (
	insert into attempt (notice_id, number, outcome, status, detail, ms, gateway, parts, gateway_ref)
	select notice, attempt, outcome, status, detail, ms, gateway, parts, gateway_ref from a
	on conflict do nothing
), done as (
	delete from outbox o using a where o.notice_id = a.notice and o.owner = $1::uuid and o.attempt = a.attempt and a.next_ms < 0
	returning o.notice_id, a.next_ms, a.detail
), dead as (
	insert into dead_notice (notice_id, reason) select notice_id, detail from done where next_ms = -2
	on conflict (notice_id) do update set at = now(), reason = excluded.reason
), later as (
	update outbox o set due_at = now() + a.next_ms * interval '1 ms', owner = null
	from a where o.notice_id = a.notice and o.owner = $1::uuid and o.attempt = a.attempt and a.next_ms >= 0
)
select now()
