-- The account $1 needs one-time codes of the key $2 from now on; the code of time step $3 has shown that its owner has it. Its sessions but the one with the hash $4 end.
with changed as (
	update account set totp_secret = totp_offered, totp_offered = null, totp_step = $3::bigint
	where id = $1::uuid and totp_offered = $2::bytea and totp_secret is null and retired_at is null
	returning id
), ended as (
	delete from session where account = $1::uuid and hash <> $4::bytea and exists (select from changed)
)
select 1 from changed
