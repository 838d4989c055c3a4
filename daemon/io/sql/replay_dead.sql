-- Puts notice $1 back into the outbox. Returns whether it was on the list of the dead, of no incident or of one in the reader's scope $2. Attempts go on counting where they ended; which gateways failed then does not count.
with taken as (
	delete from dead_notice
	where notice_id = $1::uuid and not exists (
		select from notice m join incident k on k.id = m.incident_id
		where m.id = $1::uuid and not ($2::text = '' or k.region = $2::text or k.region like $2::text || '.%' or $2::text like k.region || '.%'))
	returning notice_id
), queued as (
	insert into outbox (notice_id, contact_id, priority, due_at, attempt, tried_from)
	select n.id, n.contact_id, 1, now(), t.number, t.number
	from taken join notice n on n.id = taken.notice_id
	cross join lateral (select coalesce(max(a.number), 0) as number from attempt a where a.notice_id = n.id) t
	on conflict do nothing
)
select exists (select from taken)
