-- An agency that no notice can reach any more does not get to use up its time: its accept clock fires now. $1: notices just given up.
update deadline l set due_at = now()
from (select distinct dispatch_id from notice where id = any($1::uuid[]) and dispatch_id is not null) x
where l.subject = x.dispatch_id and l.clock = 'accept' and l.due_at > now() and l.owner is null
	and not exists (
		select from notice n join dispatch d on d.id = x.dispatch_id
		where n.incident_id = d.incident_id and n.dispatch_id = x.dispatch_id and n.kind in ('dispatch.created', 'dispatch.reminder')
			and (exists (select from outbox o where o.notice_id = n.id offset 0) or exists (select from attempt a where a.notice_id = n.id and a.outcome = 'ok' offset 0)))
returning l.subject
