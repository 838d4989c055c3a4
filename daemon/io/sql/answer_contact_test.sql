-- The telephone $1 wrote $2, in the message $3: is that the answer to a test of the last day? Not when one of its agencies $4 was asked about a dispatch after the test: then the answer
-- is about that. The same message again means the same test. Returns a row when it is.
with asked as (
	select t.notice_id from contact_test t
	where t.address = $1::text and t.channel = 'sms' and t.made_at > now() - interval '24 h' and (t.answered_at is null or t.message = $3::text)
		and not exists (
			select from dispatch d join notice n on n.incident_id = d.incident_id and n.dispatch_id = d.id
			where d.agency = any($4::text[]) and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene')
				and n.kind in ('dispatch.created', 'dispatch.reminder') and n.created_at > t.made_at
			offset 0)
	order by t.message is not distinct from $3::text desc, t.made_at desc
	limit 1
)
update contact_test t set answered_at = coalesce(t.answered_at, now()), answer = $2::text, message = $3::text
from asked where t.notice_id = asked.notice_id
returning t.made_at
