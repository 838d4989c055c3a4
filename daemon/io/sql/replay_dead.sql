-- Puts notice $1 back into the outbox. Returns whether it was on the list of the dead. Attempts go on counting where they ended; which gateways failed then does not count.
with taken as (
	delete from dead_notice where notice_id = $1::uuid returning notice_id
), queued as (
	insert into outbox (notice_id, contact_id, priority, due_at, attempt, tried_from)
	select n.id, n.contact_id, 1, now(), t.number, t.number
	from taken join notice n on n.id = taken.notice_id
	cross join lateral (select coalesce(max(a.number), 0) as number from attempt a where a.notice_id = n.id) t
	on conflict do nothing
)
select exists (select from taken)
