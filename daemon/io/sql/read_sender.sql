-- The sender at address $1 as JSON: all marks, those in force first; his latest reports, whose area lies in the reader's scope $3 or is not known. That $2 has read it is
-- logged. Of a sender who has reported, and only from outside the scope, nothing is told nor logged.
with mine as materialized (
	select p.report_id, i.id as incident_id, $3::text = '' or a.region = '' or a.region = $3::text or a.region like $3::text || '.%' or $3::text like a.region || '.%' as seen
	from (select report_id from reporter where phone = $1::text order by report_id desc limit 1000) p
	join report r on r.id = p.report_id left join incident i on i.id = r.incident_id
	cross join lateral (select coalesce(i.region, r.triage ->> 'village_code', '') as region) a
), may as materialized (
	select count(*) = 0 or bool_or(seen) as see from mine
), logged as (
	insert into access_log (actor, object) select $2::text, 'sender:' || $1::text from may where see
)
select json_build_object('address', $1::text,
	'marks', (
		select coalesce(json_agg(json_build_object('id', m.id, 'mark', m.mark, 'reason', m.reason, 'report', m.report_id, 'made_by', m.made_by, 'made_at', m.made_at,
			'ends_at', m.ends_at, 'retired_at', m.retired_at, 'retired_by', m.retired_by) order by m.retired_at desc nulls first, m.made_at desc, m.id), '[]')
		from sender_mark m where m.address = $1::text and (select see from may)),
	'replies_last_hour', (select count(*) from notice where kind = 'receipt' and address = $1::text and created_at > now() - interval '1 hour' and (select see from may)),
	'reports', (
		select coalesce(json_agg(json_build_object('id', r.id, 'number', r.number, 'received_at', r.received_at, 'type', r.type, 'urgency', r.urgency, 'text', r.text,
			'relation', r.relation, 'turn', r.triage->'turn'->>'kind',
			'incident', case when i.id is not null then json_build_object('id', i.id, 'number', i.number, 'state', i.state, 'type', i.type, 'urgency', i.urgency) end)
			order by r.id desc), '[]')
		from (select report_id from mine where seen order by report_id desc limit 50) s
		join report r on r.id = s.report_id left join incident i on i.id = r.incident_id))::text
