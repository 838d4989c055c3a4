-- Puts the notices of incident $1 that are neither waiting, nor delivered, nor void, nor on the list of the dead back into the outbox; null: those of no incident, of the last day.
with lost as (
	select n.id, n.contact_id from notice n
	where n.incident_id = $1::uuid
		and not exists (select from outbox o where o.notice_id = n.id)
		and not exists (select from dead_notice x where x.notice_id = n.id)
		and not exists (select from attempt a where a.notice_id = n.id and a.outcome in ('ok', 'void'))
	union all
	select n.id, n.contact_id from notice n
	where $1::uuid is null and n.incident_id is null and n.created_at > now() - interval '1 day'
		and not exists (select from outbox o where o.notice_id = n.id)
		and not exists (select from dead_notice x where x.notice_id = n.id)
		and not exists (select from attempt a where a.notice_id = n.id and a.outcome in ('ok', 'void'))
	limit 1000
)
insert into outbox (notice_id, contact_id, priority, due_at, attempt)
select l.id, l.contact_id, 1, now(), coalesce((select max(a.number) from attempt a where a.notice_id = l.id), 0) from lost l
on conflict do nothing
returning notice_id
