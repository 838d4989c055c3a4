-- Incident by id $1, or by number $2, as JSON with its reports, suggested duplicates, dispatches, notices with attempts, and events; and its area.
-- It shows what citizens wrote: that $3 has read it is logged. No row, and nothing logged, outside the reader's scope $4; suggested duplicates are those within it.
with i as (
	select * from incident o where (o.id = $1::uuid or $1::uuid is null and o.number = $2::int8)
		and ($4::text = '' or o.region in ('', $4::text) or o.region like $4::text || '.%' or $4::text like o.region || '.%')
), logged as (
	insert into access_log (actor, object) select $3::text, 'incident:' || i.id from i
)
select json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'version', i.version, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
	'region_name', coalesce((select r.name from region r where r.code = i.region), i.region),
	'district_name', case when length(i.region) > 8 then (select r.name from region r where r.code = left(i.region, 8)) end,
	'claimed', (select case when e.kind = 'claimed' then json_build_object('by', e.actor, 'at', e.at) end
		from event e where e.incident_id = i.id and e.kind in ('claimed', 'reopen', 'split')
		order by e.number desc limit 1),
	'place_text', i.place_text, 'lat', i.lat, 'lon', i.lon, 'summary', i.summary, 'opened_at', i.opened_at, 'disposition', i.disposition,
	'deadline', (select json_build_object('clock', l.clock, 'step', l.step, 'due_at', l.set_for) from deadline l where l.subject = i.id),
	'merged_into', (select json_build_object('id', m.id, 'number', m.number) from incident m where m.id = i.merged_into),
	'merged', (select coalesce(json_agg(json_build_object('id', m.id, 'number', m.number) order by m.number), '[]') from incident m where m.merged_into = i.id),
	'report_count', i.report_count,
	'duplicates', (select coalesce(json_agg(json_build_object('incident', json_build_object('id', o.id, 'number', o.number), 'state', o.state, 'score', s.score, 'reasons', s.reasons,
		'made_at', s.made_at, 'decision', s.decision, 'decided_at', s.decided_at, 'decided_by', s.decided_by) order by s.score desc), '[]')
		from (select other_id as id, d.* from duplicate_suggestion d where d.incident_id = i.id
			union all select incident_id as id, d.* from duplicate_suggestion d where d.other_id = i.id) s
		join incident o on o.id = s.id where ($4::text = '' or o.region = $4::text or o.region like $4::text || '.%' or $4::text like o.region || '.%')),
	'reports', (select coalesce(json_agg(json_build_object('id', r.id, 'number', r.number, 'received_at', r.received_at, 'source', r.source, 'text', r.text, 'triage', r.triage, 'relation', r.relation,
		'has_reporter', exists (select from reporter p where p.report_id = r.id))
		order by r.number), '[]') from report r where r.incident_id = i.id),
	'dispatches', (select coalesce(json_agg(json_build_object('id', d.id, 'agency', d.agency, 'agency_name', coalesce((select g.name from agency g where g.slug = d.agency), d.agency), 'role', d.role, 'task', d.task, 'state', d.state, 'version', d.version, 'why', d.why, 'event', d.event,
		'notified_at', d.notified_at, 'accept_by', d.accept_by, 'arrive_by', d.arrive_by, 'complete_by', d.complete_by, 'eta', d.eta, 'reason', d.reason,
		'delivered_at', (select min(t.at) from notice n cross join lateral (
			select a.at from attempt a where a.notice_id = n.id and a.outcome = 'ok' and n.channel = 'webhook'
			union all select g.at from delivery_report g where g.notice_id = n.id and g.state = 'delivered') t
			where n.incident_id = d.incident_id and n.dispatch_id = d.id and n.kind in ('dispatch.created', 'dispatch.reminder')),
		'seen_at', d.seen_at, 'accepted_at', d.accepted_at, 'declined_at', d.declined_at, 'en_route_at', d.en_route_at, 'on_scene_at', d.on_scene_at,
		'completed_at', d.completed_at, 'cancelled_at', d.cancelled_at, 'expired_at', d.expired_at, 'for_dispatch', d.for_dispatch, 'ladders', d.ladders,
		'deadline', (select json_build_object('clock', l.clock, 'step', l.step, 'due_at', l.set_for, 'next', ladder_next(d.ladders, l.clock, l.step))
			from deadline l where l.subject = d.id)) order by d.id), '[]')
		from dispatch d where d.incident_id = i.id),
	'notices', (select coalesce(json_agg(json_build_object('id', n.id, 'dispatch', n.dispatch_id, 'kind', n.kind, 'channel', n.channel, 'created_at', n.created_at,
		'agency', (select c.agency from contact c where c.id = n.contact_id),
		'agency_name', (select g.name from contact c join agency g on g.slug = c.agency where c.id = n.contact_id),
		'waiting', (select json_build_object('due_at', o.due_at, 'attempt', o.attempt) from outbox o where o.notice_id = n.id),
		'dead', (select x.reason from dead_notice x where x.notice_id = n.id and notice_delivery(n.id) is distinct from 'delivered'), 'delivery', notice_delivery(n.id),
		'reports', (select coalesce(json_agg(json_build_object('at', g.at, 'state', g.state) order by g.at), '[]') from delivery_report g where g.notice_id = n.id),
		'attempts', (select coalesce(json_agg(json_build_object('number', a.number, 'at', a.at, 'outcome', a.outcome, 'status', a.status, 'detail', a.detail, 'ms', a.ms,
			'gateway', a.gateway, 'parts', a.parts)
			order by a.number), '[]') from attempt a where a.notice_id = n.id)) order by n.id), '[]') from notice n where n.incident_id = i.id),
	'events', (select coalesce(json_agg(json_build_object('number', e.number, 'at', e.at, 'actor', e.actor, 'kind', e.kind, 'data', e.data, 'hash', encode(e.hash, 'hex'))
		order by e.number), '[]') from event e where e.incident_id = i.id))::text,
	i.region
from i
