-- The gateways as configured, with what each has done on the day it is now, which began at $1 ($2 seconds east of UTC): parts and cost, attempts that were taken, attempts that
-- were not, and the alarm that lasts, if any (gateway_silent before spend_cap_used before spend_cap_near).
select g.name, g.kind, g.position, g.price, g.daily_cap, g.reserve, g.per_minute, coalesce(d.parts, 0), coalesce(d.cost, 0), a.sent, a.failed,
	(select x.kind from alarm x where x.key = g.name and x.cleared_at is null and x.kind in ('gateway_silent', 'spend_cap_used', 'spend_cap_near')
		order by x.kind = 'spend_cap_near', x.kind = 'spend_cap_used' limit 1)
from gateway g
left join gateway_day d on d.gateway = g.name and d.day = (($1::timestamptz + $2::int4 * interval '1 s') at time zone 'UTC')::date
cross join lateral (
	select count(*) filter (where t.outcome = 'ok') as sent, count(*) filter (where t.outcome in ('retry', 'retry_after', 'permanent', 'unknown')) as failed
	from attempt t where t.gateway = g.name and t.at >= $1::timestamptz
) a
where g.position > 0
order by g.position
