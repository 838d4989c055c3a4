-- Records attempts and finishes or reschedules their notices. $1 owner, $2 lease in seconds, $3 the attempts: outcome null: none was made, the notice only goes back and its attempt does
-- not count; next_ms -1: finished, -2: dead, -3: the worker makes the next one itself, its lease begins anew; gateway: the SMS gateway that it went through (null: none), gateway_ref its own id; utc_offset_s: the policy's time zone. A worker whose lease was taken over changes nothing in the queue, its attempt is recorded all the same.
-- What a gateway took (ok, or perhaps: unknown) is added to its day, once: an attempt that is recorded already was counted then (whoever never heard that it was records it again). For each attempt through a gateway a row: its place (from 1), the day (days since 1970; null: nothing was counted) and what was
-- spent on it before this statement and by it; and whether the notice's delivery reports say already that it failed.
with a as (
	select * from unnest($3::made_attempt[])
), recorded as (
	insert into attempt (notice_id, number, outcome, status, detail, ms, gateway, parts, gateway_ref)
	select notice, attempt, outcome, status, detail, ms, gateway, parts, gateway_ref from a where outcome is not null
	on conflict do nothing
	returning notice_id, number
), done as (
	delete from outbox o using a where o.notice_id = a.notice and o.owner = $1::uuid and o.attempt = a.attempt and a.next_ms in (-1, -2)
	returning o.notice_id, a.next_ms, a.detail
), dead as (
	insert into dead_notice (notice_id, reason) select notice_id, detail from done where next_ms = -2
	on conflict (notice_id) do update set at = now(), reason = excluded.reason
), later as (
	update outbox o set
		due_at = now() + case when a.next_ms = -3 then $2::int4 * interval '1 s' else a.next_ms * interval '1 ms' end,
		owner = case when a.next_ms = -3 then o.owner end,
		attempt = o.attempt + case when a.next_ms = -3 then 1 else -(a.outcome is null)::int4 end
	from a where o.notice_id = a.notice and o.owner = $1::uuid and o.attempt = a.attempt and a.next_ms not in (-1, -2)
), spent as (
	insert into gateway_day as g (gateway, day, parts, cost)
	select a.gateway, ((now() + a.utc_offset_s * interval '1 s') at time zone 'UTC')::date as day, sum(a.parts), sum(a.cost)
	from a join recorded r on r.notice_id = a.notice and r.number = a.attempt
	where a.gateway is not null and a.outcome in ('ok', 'unknown')
	group by 1, 2 order by 1, 2
	on conflict (gateway, day) do update set parts = g.parts + excluded.parts, cost = g.cost + excluded.cost
	returning gateway, day, cost
)
select a.ord, s.day - date '1970-01-01', s.cost,
	a.outcome = 'ok' and exists (select from delivery_report r where r.notice_id = a.notice and r.state = 'failed')
from a left join spent s on s.gateway = a.gateway
where a.gateway is not null
