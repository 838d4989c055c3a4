-- The sender at address $1 as JSON: all marks, those in force first; his latest reports, whose incident lies in the area $3 or has none. That $2 has read it is logged.
with logged as (
	insert into access_log (actor, object) values ($2::text, 'sender:' || $1::text)
), mine as materialized (
	select report_id from reporter where phone = $1::text order by report_id desc limit 50
)
select json_build_object('address', $1::text,
	'marks', (
		select coalesce(json_agg(json_build_object('id', m.id, 'mark', m.mark, 'reason', m.reason, 'report', m.report_id, 'made_by', m.made_by, 'made_at', m.made_at,
			'ends_at', m.ends_at, 'retired_at', m.retired_at, 'retired_by', m.retired_by) order by m.retired_at desc nulls first, m.made_at desc, m.id), '[]')
		from sender_mark m where m.address = $1::text),
	'replies_last_hour', (select count(*) from notice where kind = 'receipt' and address = $1::text and created_at > now() - interval '1 hour'),
	'reports', (
		select coalesce(json_agg(json_build_object('id', r.id, 'number', r.number, 'received_at', r.received_at, 'type', r.type, 'urgency', r.urgency, 'text', r.text,
			'relation', r.relation, 'turn', r.triage->'turn'->>'kind',
			'incident', case when i.id is not null then json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'type', i.type, 'urgency', i.urgency) end)
			order by r.id desc), '[]')
		from mine join report r on r.id = mine.report_id left join incident i on i.id = r.incident_id
		where i.id is null or i.region like $3::text || '%' or $3::text like i.region || '%'))::text
