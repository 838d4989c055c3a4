-- Pairs of incidents that may be one event as a JSON list, the latest first: $1 "open" (nobody has decided, the first goes on, and the other goes on or is closed), or "all"; $2 the reader's scope, in which both must lie. At most 200.
select coalesce(json_agg(x.doc order by x.made_at desc), '[]')::text from (
	(select s.made_at, json_build_object('incident', json_build_object('id', i.id, 'number', i.number), 'other', json_build_object('id', o.id, 'number', o.number),
		'type', i.type, 'region', i.region, 'summary', i.summary, 'other_summary', o.summary, 'score', s.score, 'reasons', s.reasons, 'made_at', s.made_at,
		'decision', s.decision, 'decided_at', s.decided_at, 'decided_by', s.decided_by) as doc
	from duplicate_suggestion s
	join incident i on i.id = s.incident_id
	join incident o on o.id = s.other_id
	where $1::text = 'open' and s.decided_at is null
		and i.state not in ('closed', 'cancelled', 'merged') and o.state not in ('cancelled', 'merged')
		and ($2::text = '' or i.region = $2::text or i.region like $2::text || '.%' or $2::text like i.region || '.%')
		and ($2::text = '' or o.region = $2::text or o.region like $2::text || '.%' or $2::text like o.region || '.%')
	order by s.made_at desc limit 200)
	union all
	(select s.made_at, json_build_object('incident', json_build_object('id', i.id, 'number', i.number), 'other', json_build_object('id', o.id, 'number', o.number),
		'type', i.type, 'region', i.region, 'summary', i.summary, 'other_summary', o.summary, 'score', s.score, 'reasons', s.reasons, 'made_at', s.made_at,
		'decision', s.decision, 'decided_at', s.decided_at, 'decided_by', s.decided_by) as doc
	from duplicate_suggestion s
	join incident i on i.id = s.incident_id
	join incident o on o.id = s.other_id
	where $1::text = 'all'
		and ($2::text = '' or i.region = $2::text or i.region like $2::text || '.%' or $2::text like i.region || '.%')
		and ($2::text = '' or o.region = $2::text or o.region like $2::text || '.%' or $2::text like o.region || '.%')
	order by s.made_at desc limit 200)
) x
