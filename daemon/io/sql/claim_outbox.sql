-- Claims due notices for this daemon: $1 owner, $2 lease in seconds, $3 at most, $4 contacts that must wait.
-- Column void: an answer has come since the notice was made, so it must not leave any more.
-- The last row has no notice: it tells when the next one is due (created_at; null: none) and the time now.
with due as (
	select notice_id from outbox
	where due_at <= now() and (contact_id is null or contact_id <> all($4::uuid[]))
	order by priority, due_at
	limit $3::int4
	for update skip locked
), claimed as (
	update outbox o set due_at = now() + $2::int4 * interval '1 s', owner = $1::uuid, attempt = o.attempt + 1
	from due where o.notice_id = due.notice_id
	returning o.notice_id, o.attempt
)
select c.notice_id, c.attempt, n.kind, n.channel, n.contact_id, n.address, n.body, n.created_at, now(),
	n.kind in ('dispatch.created', 'dispatch.reminder', 'duty')
		and coalesce(greatest(d.accepted_at, d.declined_at, d.en_route_at, d.on_scene_at, d.completed_at, d.cancelled_at) > n.created_at, false) as void,
	n.dispatch_id
from claimed c
join notice n on n.id = c.notice_id
left join dispatch d on d.id = n.dispatch_id
union all
select null, null, null, null, null, null, null, (select min(due_at) from outbox where due_at > now()), now(), null, null
