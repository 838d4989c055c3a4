-- The list of agency $1 as JSON: {"open": what waits for it, soonest deadline first, "ended": its last twenty that have ended}. $2: how many seconds the clocks
-- there are ahead of UTC.
with t as (
	(select d.*, null::int as ended from dispatch d where d.agency = $1::text and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') order by d.id desc limit 100)
	union all
	(select d.*, 1 from dispatch d where d.agency = $1::text and d.state not in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') order by d.id desc limit 20)
), x as (
	select t.ended, t.id, l.set_for, json_build_object('id', t.id, 'state', t.state, 'number', i.number, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
		'place_text', i.place_text, 'incident_state', i.state, 'clock', l.clock, 'due', c.due, 'told', c.told, 'late', l.set_for < now(),
		'minutes', case when l.set_for < now() then floor(extract(epoch from now() - l.set_for) / 60) else ceil(extract(epoch from l.set_for - now()) / 60) end) as doc
	from t join incident i on i.id = t.incident_id left join deadline l on l.subject = t.id
	cross join lateral (
		select now() at time zone 'UTC' + $2::int * interval '1 s' as now, l.set_for at time zone 'UTC' + $2::int * interval '1 s' as due,
			t.notified_at at time zone 'UTC' + $2::int * interval '1 s' as told
	) local
	cross join lateral (
		select to_char(local.due, case when local.due::date = local.now::date then 'HH24:MI' else 'DD-MM HH24:MI' end) as due, to_char(local.told, 'DD-MM HH24:MI') as told
	) c
)
select json_build_object(
	'open', coalesce((select json_agg(x.doc order by x.set_for nulls last, x.id) from x where x.ended is null), '[]'),
	'ended', coalesce((select json_agg(x.doc order by x.id desc) from x where x.ended = 1), '[]'))::text
