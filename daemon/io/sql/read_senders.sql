-- The marks in force as a JSON list, the latest first: all, or only those of the kind $1. That $2 has read it is logged. Of senders who have reported, and only from outside
-- the reader's scope $3, nothing is told.
with logged as (
	insert into access_log (actor, object) values ($2::text, 'senders')
)
select coalesce(json_agg(json_build_object('id', m.id, 'address', m.address, 'mark', m.mark, 'reason', m.reason, 'report', m.report_id, 'made_by', m.made_by,
	'made_at', m.made_at, 'ends_at', m.ends_at) order by m.made_at desc, m.id), '[]')::text
from (
	select * from sender_mark m
	where retired_at is null and (ends_at is null or ends_at > now()) and ($1::text is null or mark = $1::text)
		and ($3::text = '' or not exists (select from reporter p where p.phone = m.address offset 0) or exists (
			select from reporter p join report r on r.id = p.report_id left join incident i on i.id = r.incident_id
			cross join lateral (select coalesce(i.region, r.triage ->> 'village_code', '') as region) a
			where p.phone = m.address and (a.region = $3::text or a.region like $3::text || '.%' or $3::text like a.region || '.%' or a.region = '') offset 0))
	order by made_at desc limit 1000
) m
