-- Response times and breaches of the incidents opened from $1 up to, not including, $2; of type $3, in area $4, with a task of agency $5 (null: all), seen by scope $6.
-- One row for all of them, and, by $7 (none, type, region: district, agency, day: at $8 seconds east of UTC), one for each group, in the order of the keys.
-- An interval is only measured where both stamps are there and in their order: n of them were. Of a dispatch whose acceptance lapsed the later one counts.
-- A clock counts once for each dispatch (triage: incident) if it ran out before its answer, be it that it was shortened as nobody could be told.
with i as materialized (
	select i.id, i.type, i.region, i.opened_at, i.report_count,
		(select min(r.received_at) from report r where r.incident_id = i.id and r.relation = 'opens') as received_at,
		(select array_agg(distinct concat_ws(' ', e.data->>'clock', e.data->>'dispatch')) from event e
			where e.incident_id = i.id and e.kind in ('escalated', 'lapse', 'expire')) as ran_out
	from incident i
	where i.opened_at >= $1::timestamptz and i.opened_at < $2::timestamptz
		and ($3::text is null or i.type = $3::text)
		and ($4::text is null or i.region = $4::text or i.region like $4::text || '.%')
		and ($5::text is null or exists (select from dispatch d where d.incident_id = i.id and d.agency = $5::text offset 0))
		and ($6::text = '' or i.region = $6::text or i.region like $6::text || '.%' or $6::text like i.region || '.%')
), grouped as (
	select true as whole, '' as key, i.* from i
	union all
	select false, case $7::text when 'type' then i.type when 'region' then left(i.region, 8)
		else to_char((i.opened_at + $8::int4 * interval '1 s') at time zone 'UTC', 'YYYY-MM-DD') end, i.*
	from i where $7::text in ('type', 'region', 'day')
	union all
	select false, a.agency, i.*
	from i cross join lateral (
		select distinct d.agency from dispatch d where d.incident_id = i.id and ($5::text is null or d.agency = $5::text)) a
	where $7::text = 'agency'
), line as (
	select whole, key, true as incident, report_count, 'triage' = any(ran_out) as triage, false as accept, false as arrive, false as complete,
		null::float8 as processing, null::float8 as acceptance, null::float8 as turnout, null::float8 as travel, null::float8 as response
	from grouped
	union all
	select g.whole, g.key, false, 0, false, 'accept ' || d.id = any(g.ran_out), 'arrive ' || d.id = any(g.ran_out), 'complete ' || d.id = any(g.ran_out),
		case when d.notified_at >= g.received_at then extract(epoch from d.notified_at - g.received_at)::float8 end,
		case when d.accepted_at >= d.notified_at then extract(epoch from d.accepted_at - d.notified_at)::float8 end,
		case when d.en_route_at >= d.accepted_at then extract(epoch from d.en_route_at - d.accepted_at)::float8 end,
		case when d.on_scene_at >= d.en_route_at then extract(epoch from d.on_scene_at - d.en_route_at)::float8 end,
		case when d.on_scene_at >= g.received_at then extract(epoch from d.on_scene_at - g.received_at)::float8 end
	from grouped g join dispatch d on d.incident_id = g.id
		and ($5::text is null or d.agency = $5::text) and ($7::text <> 'agency' or g.whole or d.agency = g.key)
)
select whole, key, count(*) filter (where incident), coalesce(sum(report_count), 0)::int8, count(*) filter (where not incident),
	count(processing), (percentile_cont(array[0.5, 0.9]) within group (order by processing))[1], (percentile_cont(array[0.5, 0.9]) within group (order by processing))[2],
	count(acceptance), (percentile_cont(array[0.5, 0.9]) within group (order by acceptance))[1], (percentile_cont(array[0.5, 0.9]) within group (order by acceptance))[2],
	count(turnout), (percentile_cont(array[0.5, 0.9]) within group (order by turnout))[1], (percentile_cont(array[0.5, 0.9]) within group (order by turnout))[2],
	count(travel), (percentile_cont(array[0.5, 0.9]) within group (order by travel))[1], (percentile_cont(array[0.5, 0.9]) within group (order by travel))[2],
	count(response), (percentile_cont(array[0.5, 0.9]) within group (order by response))[1], (percentile_cont(array[0.5, 0.9]) within group (order by response))[2],
	count(*) filter (where accept), count(*) filter (where arrive), count(*) filter (where complete), count(*) filter (where triage)
from line
group by whole, key
order by whole desc, key collate "C"
