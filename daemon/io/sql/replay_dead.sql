-- Puts notice $1 back into the outbox. Returns whether it was on the list of the dead. Attempts go on counting where they ended.
with taken as (
	delete from dead_notice where notice_id = $1::uuid returning notice_id
), queued as (
	insert into outbox (notice_id, contact_id, priority, due_at, attempt)
	select n.id, n.contact_id, 1, now(), coalesce((select max(a.number) from attempt a where a.notice_id = n.id), 0)
	from taken join notice n on n.id = taken.notice_id
	on conflict do nothing
)
select exists (select from taken)
