-- An agency that no notice can reach any more does not get to use up its time: its accept clock fires now. $1: notices just given up, or finally failed by their delivery
-- reports. A gateway took the latter and the telephone never had them: they count as undeliverable and stand on the list of the dead, which shows them until a later report
-- says that they arrived after all (read_outbox). However often the same is reported, a ladder climbs once: not when it has climbed since the newest notice was made.
with told as materialized (
	select n.id, n.dispatch_id, n.channel, notice_delivery(n.id) as delivery,
		(select g.detail from delivery_report g where g.notice_id = n.id and g.state = 'failed' order by g.at limit 1) as words
	from notice n where n.id = any($1::uuid[])
), failed as (
	insert into dead_notice (notice_id, reason)
	select id, 'the gateway took it, but it was not delivered: ' || coalesce(nullif(words, ''), 'no reason given') from told
	where delivery = 'failed' and not exists (select from outbox o where o.notice_id = told.id)
	on conflict (notice_id) do nothing
)
update deadline l set due_at = now()
from (select distinct dispatch_id from told where dispatch_id is not null and delivery is distinct from 'delivered') x
where l.subject = x.dispatch_id and l.clock = 'accept' and l.due_at > now() and l.owner is null
	and not exists (
		select from notice n join dispatch d on d.id = x.dispatch_id
		where n.incident_id = d.incident_id and n.dispatch_id = x.dispatch_id and n.kind in ('dispatch.created', 'dispatch.reminder')
			and (exists (select from outbox o where o.notice_id = n.id offset 0)
				or exists (select from attempt a where a.notice_id = n.id and a.outcome = 'ok'
					and (n.channel <> 'sms' or notice_delivery(n.id) is distinct from 'failed') offset 0)))
	and exists (
		select from notice n join dispatch d on d.id = x.dispatch_id
		where n.incident_id = d.incident_id and n.dispatch_id = x.dispatch_id and n.kind in ('dispatch.created', 'dispatch.reminder')
			and not exists (
				select from event e
				where e.incident_id = d.incident_id and e.at > n.created_at and e.kind = 'escalated' and e.data ->> 'dispatch' = d.id::text))
returning l.subject
