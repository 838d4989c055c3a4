-- Dispatch $1 as JSON, with its agency and the area of its incident for the check of access. No reporter, no name.
-- delivered_at: when the first request or reminder is known to have arrived, at a partner's server or, by the gateway's report, on a telephone.
select json_build_object('id', d.id, 'agency', d.agency, 'role', d.role, 'task', d.task, 'state', d.state, 'version', d.version, 'why', d.why,
		'notified_at', d.notified_at, 'accept_by', d.accept_by, 'arrive_by', d.arrive_by, 'complete_by', d.complete_by, 'eta', d.eta, 'reason', d.reason,
		'delivered_at', (select min(t.at) from notice n cross join lateral (
			select a.at from attempt a where a.notice_id = n.id and a.outcome = 'ok' and n.channel = 'webhook'
			union all select g.at from delivery_report g where g.notice_id = n.id and g.state = 'delivered') t
			where n.incident_id = d.incident_id and n.dispatch_id = d.id and n.kind in ('dispatch.created', 'dispatch.reminder')),
		'seen_at', d.seen_at, 'accepted_at', d.accepted_at, 'declined_at', d.declined_at, 'en_route_at', d.en_route_at, 'on_scene_at', d.on_scene_at,
		'completed_at', d.completed_at, 'cancelled_at', d.cancelled_at, 'expired_at', d.expired_at, 'for_dispatch', d.for_dispatch,
		'deadline', (select json_build_object('clock', l.clock, 'step', l.step, 'due_at', l.set_for) from deadline l where l.subject = d.id),
		'incident', json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'version', i.version, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
			'place_text', i.place_text, 'lat', i.lat, 'lon', i.lon, 'summary', i.summary))::text,
	d.agency, i.region
from dispatch d join incident i on i.id = d.incident_id
where d.id = $1::uuid
