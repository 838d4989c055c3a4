-- Dispatches that nothing can reach now do not use up their time: the accept clock fires at once. $1: agencies with a contact that is shut, $2: these contacts.
-- Such is a dispatch none of whose notices was delivered and all of whose waiting ones wait for a shut contact; and whose ladder has not climbed since the newest of
-- them was made: however many daemons see the same, it climbs once.
update deadline l set due_at = now()
from dispatch d
where d.agency = any($1::text[]) and d.state in ('notified') and l.subject = d.id and l.clock = 'accept' and l.due_at > now() and l.owner is null
	and not exists (
		select from notice n
		where n.incident_id = d.incident_id and n.dispatch_id = d.id and n.kind in ('dispatch.created', 'dispatch.reminder')
			and (exists (select from attempt a where a.notice_id = n.id and a.outcome = 'ok' offset 0)
				or exists (select from outbox o where o.notice_id = n.id and (o.contact_id is null or o.contact_id <> all($2::uuid[])) offset 0)))
	and exists (
		select from notice n join outbox o on o.notice_id = n.id
		where n.incident_id = d.incident_id and n.dispatch_id = d.id and n.kind in ('dispatch.created', 'dispatch.reminder')
			and not exists (
				select from event e
				where e.incident_id = d.incident_id and e.at > n.created_at and e.kind = 'escalated' and e.data ->> 'dispatch' = d.id::text))
returning l.subject
