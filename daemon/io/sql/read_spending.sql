-- What gateways $1 have cost on the day it is now, $2 seconds east of UTC: gateway, day (days since 1970), cost. First row: no gateway, the day, and the milliseconds to the next.
select null::text, d.day - date '1970-01-01', ceil(extract(epoch from d.day + 1 - d.at) * 1000)::int8
from (select (now() + $2::int4 * interval '1 s') at time zone 'UTC' as at, ((now() + $2::int4 * interval '1 s') at time zone 'UTC')::date as day) d
union all
select g.gateway, g.day - date '1970-01-01', g.cost
from gateway_day g
where g.gateway = any($1::text[]) and g.day = ((now() + $2::int4 * interval '1 s') at time zone 'UTC')::date
