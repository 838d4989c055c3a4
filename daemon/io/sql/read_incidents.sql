-- Incidents as a JSON list, newest first: $1 state ("open" means not closed, cancelled or merged; null: all), $2 type, $3 area prefix, $4 below this number, $5 the reader's scope.
-- Those that are open have an index of their own; among them the newest may be far back in all that there ever were.
with o as materialized (
	select i.* from incident i
	where $1::text in ('open', 'triaged', 'in_progress', 'handed_over') and i.state in ('open', 'triaged', 'in_progress', 'handed_over') and $1::text in ('open', i.state)
		and ($2::text is null or i.type = $2::text)
		and ($3::text is null or i.region = $3::text or i.region like $3::text || '.%')
		and ($4::int8 is null or i.number < $4::int8)
		and ($5::text = '' or i.region = $5::text or i.region like $5::text || '.%' or $5::text like i.region || '.%')
), i as (
	(select o.* from o order by o.number desc limit 200)
	union all
	(select i.* from incident i
	where ($1::text is null or $1::text not in ('open', 'triaged', 'in_progress', 'handed_over')) and ($1::text is null or i.state = $1::text)
		and ($2::text is null or i.type = $2::text)
		and ($3::text is null or i.region = $3::text or i.region like $3::text || '.%')
		and ($4::int8 is null or i.number < $4::int8)
		and ($5::text = '' or i.region = $5::text or i.region like $5::text || '.%' or $5::text like i.region || '.%')
	order by i.number desc limit 200)
)
select coalesce(json_agg(json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'version', i.version, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
	'place_text', i.place_text, 'summary', i.summary, 'opened_at', i.opened_at, 'report_count', i.report_count,
	'next_deadline', least((select l.due_at from deadline l where l.subject = i.id),
		(select min(l.due_at) from dispatch d join deadline l on l.subject = d.id where d.incident_id = i.id)),
	'dispatches', (select coalesce(json_agg(json_build_object('id', d.id, 'agency', d.agency, 'state', d.state, 'accept_by', d.accept_by) order by d.id), '[]')
		from dispatch d where d.incident_id = i.id)) order by i.number desc), '[]')::text
from i
