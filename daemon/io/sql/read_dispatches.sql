-- Dispatches as a JSON list, soonest deadline first: $1 agency (null: all), $2 state ("open", a state, or null), $3 the reader's scope.
select coalesce(json_agg(x.doc order by x.due_at nulls last, x.id), '[]')::text from (
	select d.id, l.set_for as due_at, json_build_object('id', d.id, 'agency', d.agency, 'role', d.role, 'task', d.task, 'state', d.state, 'version', d.version,
		'notified_at', d.notified_at, 'accept_by', d.accept_by, 'arrive_by', d.arrive_by, 'eta', d.eta,
		'deadline', case when l.subject is not null then json_build_object('clock', l.clock, 'step', l.step, 'due_at', l.set_for) end,
		'incident', json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
			'place_text', i.place_text, 'summary', i.summary)) as doc
	from dispatch d join incident i on i.id = d.incident_id left join deadline l on l.subject = d.id
	where ($1::text is null or d.agency = $1::text)
		and ($2::text is null or d.state = $2::text or $2::text = 'open' and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene'))
		and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%')
	order by l.set_for nulls last, d.id limit 500
) x
