-- Dispatches as a JSON list, soonest deadline first: $1 agency (null: all), $2 state ("open", a state, or null), $3 the reader's scope.
-- Looked for where there is little: what is open by its own index, what has ended and has a clock all the same (somebody else must be found) by the clocks, and of what
-- has ended and has none, which comes last and in the order of its ids, no more than are shown.
with d as (
	select d.* from dispatch d
	where $1::text is not null and d.agency = $1::text and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and ($2::text is null or $2::text in ('open', d.state))
	union all
	select d.* from dispatch d
	where $1::text is null and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and ($2::text is null or $2::text in ('open', d.state))
	union all
	select d.* from deadline l join dispatch d on d.id = l.subject
	where ($2::text is null or $2::text not in ('open', 'notified', 'seen', 'accepted', 'en_route', 'on_scene'))
		and ($1::text is null or d.agency = $1::text) and d.state not in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and ($2::text is null or d.state = $2::text)
	union all
	(select d.* from dispatch d
	where $1::text is not null and ($2::text is null or $2::text not in ('open', 'notified', 'seen', 'accepted', 'en_route', 'on_scene'))
		and d.agency = $1::text and d.state not in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and ($2::text is null or d.state = $2::text)
		and not exists (select from deadline l where l.subject = d.id offset 0)
		and exists (select from incident i where i.id = d.incident_id and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%') offset 0)
	order by d.id limit 500)
	union all
	(select d.* from dispatch d
	where $1::text is null and ($2::text is null or $2::text not in ('open', 'notified', 'seen', 'accepted', 'en_route', 'on_scene'))
		and d.state not in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and ($2::text is null or d.state = $2::text)
		and not exists (select from deadline l where l.subject = d.id offset 0)
		and exists (select from incident i where i.id = d.incident_id and ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%') offset 0)
	order by d.id limit 500)
)
select coalesce(json_agg(x.doc order by x.due_at nulls last, x.id), '[]')::text from (
	select d.id, l.set_for as due_at, json_build_object('id', d.id, 'agency', d.agency, 'role', d.role, 'task', d.task, 'state', d.state, 'version', d.version,
		'notified_at', d.notified_at, 'accept_by', d.accept_by, 'arrive_by', d.arrive_by, 'eta', d.eta,
		'deadline', case when l.subject is not null then json_build_object('clock', l.clock, 'step', l.step, 'due_at', l.set_for) end,
		'incident', json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
			'place_text', i.place_text, 'summary', i.summary)) as doc
	from d join incident i on i.id = d.incident_id left join deadline l on l.subject = d.id
	where ($3::text = '' or i.region = $3::text or i.region like $3::text || '.%' or $3::text like i.region || '.%')
	order by l.set_for nulls last, d.id limit 500
) x
