-- What a shift from $1 up to $2 leaves the next, within scope $3: what is open (count, and the 100 that need somebody first), incidents opened, those that ended, clocks that ran
-- out for the first time, notices given up, alarms that last or began, and notes; JSON but for the counts.
with ended as (
	select distinct on (i.id) i.id, i.number, i.type, i.state, i.disposition, i.summary, e.at, e.actor
	from event e join incident i on i.id = e.incident_id
	where e.at >= $1::timestamptz and e.at < $2::timestamptz and e.kind in ('close', 'cancel', 'withdraw', 'false_report', 'merge') and e.data->>'dispatch' is null
		and i.state in ('closed', 'cancelled', 'merged')
		and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%')
	order by i.id, e.number desc
), ran_out as (
	select i.id, i.number, e.at, e.data->>'clock' as clock, e.data->>'agency' as agency
	from event e join incident i on i.id = e.incident_id
	where e.at >= $1::timestamptz and e.at < $2::timestamptz and e.kind in ('escalated', 'lapse', 'expire') and e.data->>'clock' in ('accept', 'arrive', 'complete', 'triage')
		and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%')
		and not exists (select from event b where b.incident_id = e.incident_id and b.number < e.number and b.kind in ('escalated', 'lapse', 'expire')
			and b.data->>'clock' = e.data->>'clock' and b.data->>'dispatch' is not distinct from e.data->>'dispatch' offset 0)
), waiting as (
	select i.*, incident_due(i.id) as due_at
	from incident i
	where i.state in ('open', 'triaged', 'in_progress', 'handed_over')
		and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%')
)
select (select count(*) from waiting),
	(select coalesce(json_agg(json_build_object('id', w.id, 'number', w.number, 'state', w.state, 'type', w.type, 'urgency', w.urgency, 'region', w.region,
		'region_name', coalesce((select r.name from region r where r.code = w.region), w.region), 'place_text', w.place_text, 'summary', w.summary, 'opened_at', w.opened_at,
		'next_due_at', w.due_at, 'dispatches', (select coalesce(json_agg(json_build_object('agency', d.agency,
			'agency_name', coalesce((select a.name from agency a where a.slug = d.agency), d.agency), 'state', d.state, 'eta', d.eta) order by d.id), '[]')
			from dispatch d where d.incident_id = w.id and d.state not in ('cancelled', 'expired'))) order by w.due_at, w.number), '[]')
		from (select * from waiting order by due_at, number limit 100) w)::text,
	(select count(*) from incident i where i.opened_at >= $1::timestamptz and i.opened_at < $2::timestamptz
		and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%')),
	(select coalesce(json_agg(json_build_object('id', x.id, 'number', x.number, 'type', x.type, 'state', x.state, 'disposition', x.disposition, 'summary', x.summary, 'at', x.at,
		'by', x.actor) order by x.at), '[]') from (select * from ended order by at desc limit 200) x)::text,
	(select coalesce(json_agg(json_build_object('id', x.id, 'number', x.number, 'clock', x.clock, 'agency', x.agency,
		'agency_name', coalesce((select a.name from agency a where a.slug = x.agency), x.agency), 'at', x.at) order by x.at), '[]')
		from (select * from ran_out order by at desc limit 200) x)::text,
	(select count(*) from dead_notice z join notice n on n.id = z.notice_id left join incident i on i.id = n.incident_id
		where z.at >= $1::timestamptz and z.at < $2::timestamptz and notice_delivery(z.notice_id) is distinct from 'delivered'
			and ($3::text = '' or i.id is null or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%')),
	(select coalesce(json_agg(json_build_object('kind', x.kind, 'key', x.key, 'detail', x.detail, 'raised_at', x.raised_at, 'cleared_at', x.cleared_at) order by x.raised_at), '[]')
		from (select * from alarm where cleared_at is null
			union select * from alarm where raised_at >= $1::timestamptz and raised_at < $2::timestamptz
			order by raised_at desc limit 50) x)::text,
	(select coalesce(json_agg(json_build_object('at', x.at, 'by', x.actor, 'text', x.text) order by x.at), '[]')
		from (select * from handover_note where at >= $1::timestamptz and at < $2::timestamptz order by at desc limit 50) x)::text
