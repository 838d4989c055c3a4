-- The gateways as configured, with what they have done on the day it is now ($1 seconds east of UTC), as a JSON list.
select coalesce(json_agg(json_build_object('name', g.name, 'kind', g.kind,
	'state', coalesce((select case x.kind when 'gateway_silent' then 'failing' when 'spend_cap_used' then 'cap used' else 'cap nearly used' end
		from alarm x where x.key = g.name and x.cleared_at is null and x.kind in ('gateway_silent', 'spend_cap_used', 'spend_cap_near')
		order by x.kind = 'spend_cap_near', x.kind = 'spend_cap_used' limit 1), 'ok'),
	'parts', coalesce(d.parts, 0), 'cost', coalesce(d.cost, 0), 'daily_cap', nullif(g.daily_cap, 0), 'reserve', g.reserve, 'price', g.price,
	'per_minute', nullif(g.per_minute, 0), 'day', ((now() + $1::int4 * interval '1 s') at time zone 'UTC')::date) order by g.position), '[]')::text
from gateway g
left join gateway_day d on d.gateway = g.name and d.day = ((now() + $1::int4 * interval '1 s') at time zone 'UTC')::date
where g.position > 0
