-- What became of dispatch $1 so far, as a JSON list, oldest first, for the page of its agency: no names and no texts, which others may have written.
-- $2: how many seconds the clocks there are ahead of UTC.
select coalesce(json_agg(json_build_object('number', h.number, 'kind', h.kind, 'at', c.at, 'eta', c.eta) order by h.number), '[]')::text
from (
	select d.event as number, 'told' as kind, d.notified_at as at, null::timestamptz as eta from dispatch d where d.id = $1::uuid
	union all
	select e.number, e.kind, e.at, (e.data ->> 'eta')::timestamptz
	from dispatch d join event e on e.incident_id = d.incident_id
	where d.id = $1::uuid and e.data ->> 'dispatch' = d.id::text
		and e.kind in ('seen', 'accept', 'decline', 'en_route', 'on_scene', 'complete', 'lapse', 'expire')
) h cross join lateral (
	select h.at at time zone 'UTC' + $2::int * interval '1 s' as at, h.eta at time zone 'UTC' + $2::int * interval '1 s' as eta,
		now() at time zone 'UTC' + $2::int * interval '1 s' as now
) l cross join lateral (
	select to_char(l.at, case when l.at::date = l.now::date then 'HH24:MI' else 'DD-MM HH24:MI' end) as at, to_char(l.eta, 'HH24:MI') as eta
) c
