-- Notice $1 as JSON with its attempts, what became of it and, of a test, its answer; for whoever has the scope $2. Neither its text nor its address: they may be a citizen's.
select json_build_object('id', n.id, 'kind', n.kind, 'channel', n.channel, 'contact', n.contact_id, 'agency', c.agency, 'incident', n.incident_id, 'dispatch', n.dispatch_id,
	'created_at', n.created_at,
	'waiting', (select json_build_object('due_at', o.due_at, 'attempt', o.attempt) from outbox o where o.notice_id = n.id),
	'given_up_at', x.at, 'reason', x.reason, 'delivery', notice_delivery(n.id),
	'reports', (select coalesce(json_agg(json_build_object('at', g.at, 'state', g.state) order by g.at), '[]') from delivery_report g where g.notice_id = n.id),
	'attempts', (select coalesce(json_agg(json_build_object('number', a.number, 'at', a.at, 'outcome', a.outcome, 'status', a.status, 'detail', a.detail, 'ms', a.ms,
		'gateway', a.gateway, 'parts', a.parts) order by a.number), '[]') from attempt a where a.notice_id = n.id),
	'made_by', t.made_by, 'answer', case when t.answered_at is not null then json_build_object('at', t.answered_at, 'text', t.answer) end)::text
from notice n
left join incident i on i.id = n.incident_id
left join contact c on c.id = n.contact_id
left join contact_test t on t.notice_id = n.id
left join dead_notice x on x.notice_id = n.id and notice_delivery(n.id) is distinct from 'delivered'
where n.id = $1::uuid and ($2::text = '' or exists (
	select from unnest(case when i.id is not null then array[i.region] else (select g.jurisdiction from agency g where g.slug = c.agency) end) as r(code)
	where r.code = $2::text or r.code like $2::text || '.%' or $2::text like r.code || '.%' offset 0))
