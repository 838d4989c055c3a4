-- Notices as a JSON list: $1 "dead" (given up) or "waiting"; those of incidents in the reader's scope $2, and those of no incident.
-- What was given up stays there for ever: the newest 5000 are looked at, however few of them he may see, or did not arrive after all.
select case when $1::text = 'dead' then
	(select coalesce(json_agg(json_build_object('notice', n.id, 'kind', n.kind, 'channel', n.channel, 'incident', n.incident_id, 'dispatch', n.dispatch_id,
		'agency', (select c.agency from contact c where c.id = n.contact_id), 'created_at', n.created_at, 'given_up_at', x.at, 'reason', x.reason, 'delivery', notice_delivery(n.id),
		'gateway', (select a.gateway from attempt a where a.notice_id = n.id order by a.number desc limit 1),
		'attempts', (select count(*) from attempt a where a.notice_id = n.id)) order by x.at desc), '[]')
		from (select d.* from (select * from dead_notice order by at desc limit 5000) d join notice m on m.id = d.notice_id left join incident k on k.id = m.incident_id
			where notice_delivery(d.notice_id) is distinct from 'delivered' and (k.id is null or $2::text = '' or k.region = $2::text or k.region like $2::text || '.%' or $2::text like k.region || '.%')
			order by d.at desc limit 500) x join notice n on n.id = x.notice_id)
else
	(select coalesce(json_agg(json_build_object('notice', n.id, 'kind', n.kind, 'channel', n.channel, 'incident', n.incident_id, 'dispatch', n.dispatch_id,
		'agency', (select c.agency from contact c where c.id = n.contact_id), 'created_at', n.created_at, 'due_at', o.due_at, 'attempt', o.attempt,
		'gateway', (select a.gateway from attempt a where a.notice_id = n.id order by a.number desc limit 1), 'delivery', notice_delivery(n.id)) order by o.due_at), '[]')
		from (select b.* from outbox b join notice m on m.id = b.notice_id left join incident k on k.id = m.incident_id
			where k.id is null or $2::text = '' or k.region = $2::text or k.region like $2::text || '.%' or $2::text like k.region || '.%'
			order by b.priority, b.due_at limit 500) o join notice n on n.id = o.notice_id)
end::text
