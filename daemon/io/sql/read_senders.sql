-- The marks in force as a JSON list, the latest first: all, or only those of the kind $1. That $2 has read it is logged.
with logged as (
	insert into access_log (actor, object) values ($2::text, 'senders')
)
select coalesce(json_agg(json_build_object('id', m.id, 'address', m.address, 'mark', m.mark, 'reason', m.reason, 'report', m.report_id, 'made_by', m.made_by,
	'made_at', m.made_at, 'ends_at', m.ends_at) order by m.made_at desc, m.id), '[]')::text
from (
	select * from sender_mark where retired_at is null and (ends_at is null or ends_at > now()) and ($1::text is null or mark = $1::text) order by made_at desc limit 1000
) m
