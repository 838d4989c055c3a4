-- Claims due notices for this daemon: $1 owner, $2 lease in seconds, $3 at most, $4 contacts that must wait, $5 after how many seconds a notice is late.
-- The most urgent first and of these the newest: after an outage what happens now does not wait behind what has been. In the order of the index, never sorted.
-- Column void: why it must not leave any more (null: it may): answered since it was made; late, and a newer one tells the same, or nobody needs it any more.
-- Of an SMS that was tried before: its latest attempts, "GATEWAY=OUTCOME ..." (no gateway: none was asked).
-- Rows come in the order in which they were made, or, when more than $3 may be due, the most urgent and newest first.
-- The last row has no notice: it tells when the next one is due (created_at; null: none) and the time now.
with due as materialized (
	select x.ctid from (values (0::int2), (1::int2), (2::int2)) as p(priority)
	cross join lateral (
		select o.ctid from outbox o
		where o.priority = p.priority and o.due_at <= now() and (o.contact_id is null or o.contact_id <> all($4::uuid[]))
		order by o.due_at desc
		limit $3::int4
		for update skip locked
	) x
	limit $3::int4
), claimed as (
	update outbox o set due_at = now() + $2::int4 * interval '1 s', owner = $1::uuid, attempt = o.attempt + 1
	where o.ctid = any(array(select ctid from due))
	returning o.notice_id, o.attempt, o.priority, o.tried_from
)
select * from (
	select c.notice_id, c.attempt, n.kind, n.channel, n.contact_id, n.address, n.body, n.created_at, now(),
		case
			when n.kind in ('dispatch.created', 'dispatch.reminder', 'duty') and d.answered_at > n.created_at
				then 'answered meanwhile'
			when n.kind = 'receipt' and n.created_at < now() - interval '6 h' then 'too late'
			when n.kind = 'contact.test' and n.created_at < now() - interval '15 min' then 'too late'
			when n.created_at >= now() - $5::int4 * interval '1 s' then null
			when n.kind in ('dispatch.reminder', 'duty') and exists (
				select from notice m
				where m.incident_id = n.incident_id and m.dispatch_id is not distinct from n.dispatch_id and m.channel = n.channel and m.address = n.address
					and m.kind in ('dispatch.reminder', 'duty') and m.created_at > n.created_at
				offset 0)
				then 'superseded'
			when n.kind in ('dispatch.created', 'dispatch.reminder', 'duty')
				and (d.state not in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and not (n.kind = 'duty' and d.state = 'declined')
					or i.state in ('closed', 'cancelled', 'merged'))
				then 'too late'
		end as void,
		n.dispatch_id, c.priority, n.via, coalesce(i.urgency = 'critical', false),
		case when c.attempt > 1 and n.channel = 'sms' then (
			select string_agg(coalesce(t.gateway, '') || '=' || t.outcome, ' ' order by t.number) from (
				select a.number, a.gateway, a.outcome from attempt a
				where a.notice_id = c.notice_id and a.number > c.tried_from
				order by a.number desc limit 32) t)
		end
	from claimed c
	join notice n on n.id = c.notice_id
	left join dispatch d on d.id = n.dispatch_id
	left join incident i on i.id = n.incident_id
	union all
	select null, null, null, null, null, null, null,
		least((select min(due_at) from outbox where priority = 0 and due_at > now()), (select min(due_at) from outbox where priority = 1 and due_at > now()),
			(select min(due_at) from outbox where priority = 2 and due_at > now())),
		now(), null, null, null, null, null, null
) x
order by notice_id is null, case when (select count(*) from claimed) < $3::int4 then notice_id end, priority, notice_id desc
