-- The session with the hash $1 and whose it is, unless it is over, was idle for $2 seconds, or its account or agency was retired. Notes that it was seen, not more often than each minute.
with seen as (
	update session set seen_at = now()
	where hash = $1::bytea and expires_at > now() and seen_at > now() - $2::int4 * interval '1 s' and seen_at < now() - least(60, $2::int4 / 4) * interval '1 s'
)
select a.id, a.name, a.display, a.role, a.agency, a.scope, a.totp_secret is not null, a.must_change, s.expires_at, now()
from session s join account a on a.id = s.account
where s.hash = $1::bytea and s.expires_at > now() and s.seen_at > now() - $2::int4 * interval '1 s' and a.retired_at is null
	and (a.agency is null or exists (select from agency g where g.slug = a.agency and g.retired_at is null))
