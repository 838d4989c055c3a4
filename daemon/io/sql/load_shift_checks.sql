-- What is known of the shifts that touch $1 to $2. lost: the last question cannot reach its telephone.
select c.person, c.role, c.starts_at, c.asks, c.asked_at, c.asked_last_at, c.accepted_at, c.refused_at, c.handed_over_at,
	exists (select from dead_notice x where x.notice_id = c.notice_id)
		or coalesce((select d.state = 'failed' from delivery_report d where d.notice_id = c.notice_id order by d.at desc limit 1), false) as lost,
	now()
from shift_check c
where c.ends_at > $1::timestamptz and c.starts_at < $2::timestamptz
order by c.ends_at
