-- A session with the hash $1 of the account $2 for at most $3 seconds, instead of the one with the hash $4. Only if the account still has the password hash $5 that was
-- checked, and if the one-time code of time step $6 (0: none was needed) was not used yet. Returns nothing then. Sessions that are over go.
with checked as (
	select a.id from account a where a.id = $2::uuid and a.retired_at is null and a.password_hash = $5::text and $6::bigint = 0
), coded as (
	update account set totp_step = $6::bigint
	where id = $2::uuid and retired_at is null and password_hash = $5::text and $6::bigint > 0 and totp_secret is not null and totp_step < $6::bigint
	returning id
), over as (
	delete from session where expires_at <= now()
), allowed as (
	select id from checked union all select id from coded
), replaced as (
	delete from session where hash = $4::bytea and expires_at > now() and exists (select from allowed)
)
insert into session (hash, account, expires_at)
select $1::bytea, id, now() + $3::int4 * interval '1 s' from allowed
returning expires_at
