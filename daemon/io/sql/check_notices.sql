-- Of notices that daemon $1 has had in hand for a while (arrays $2 notice, $3 attempt) those that are its own still, and why one must not leave any more (null: it may).
select o.notice_id,
	case when n.kind in ('dispatch.created', 'dispatch.reminder', 'duty') and d.answered_at > n.created_at
		then 'answered meanwhile' end
from unnest($2::uuid[], $3::int4[]) as a(notice, attempt)
join outbox o on o.notice_id = a.notice
join notice n on n.id = o.notice_id
left join dispatch d on d.id = n.dispatch_id
where o.owner = $1::uuid and o.attempt = a.attempt
