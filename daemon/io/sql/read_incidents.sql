-- Incidents as a JSON list, newest first: $1 state ("open" means not closed, cancelled or merged; null: all), $2 type, $3 area prefix, $4 below this number, $5 the reader's scope.
select coalesce(json_agg(x.doc order by x.number desc), '[]')::text from (
	select i.number, json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'version', i.version, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
		'place_text', i.place_text, 'summary', i.summary, 'opened_at', i.opened_at, 'report_count', i.report_count,
		'next_deadline', least((select l.due_at from deadline l where l.subject = i.id),
			(select min(l.due_at) from dispatch d join deadline l on l.subject = d.id where d.incident_id = i.id)),
		'dispatches', (select coalesce(json_agg(json_build_object('id', d.id, 'agency', d.agency, 'state', d.state, 'accept_by', d.accept_by) order by d.id), '[]')
			from dispatch d where d.incident_id = i.id)) as doc
	from incident i
	where ($1::text is null or i.state = $1::text or $1::text = 'open' and i.state not in ('closed', 'cancelled', 'merged'))
		and ($2::text is null or i.type = $2::text)
		and ($3::text is null or i.region = $3::text or i.region like $3::text || '.%')
		and ($4::int8 is null or i.number < $4::int8)
		and ($5::text = '' or i.region = $5::text or i.region like $5::text || '.%' or $5::text like i.region || '.%')
	order by i.number desc limit 200
) x
