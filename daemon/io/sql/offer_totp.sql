-- Shows the account $1 a key of one-time codes, $2, that awaits its first code. Returns nothing when they are on already.
update account set totp_offered = $2::bytea where id = $1::uuid and totp_secret is null and retired_at is null returning 1
