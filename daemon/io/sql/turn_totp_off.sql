-- The account $1, whose password hash is still $2, needs no one-time codes any more; its sessions but the one with the hash $3 end. Returns nothing when it is not.
with changed as (
	update account set totp_secret = null, totp_offered = null, totp_step = 0
	where id = $1::uuid and password_hash = $2::text and retired_at is null
	returning id
), ended as (
	delete from session where account = $1::uuid and hash <> $3::bytea and exists (select from changed)
)
select 1 from changed
