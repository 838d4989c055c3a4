-- The account $1, whose password hash is still $2, needs no one-time codes any more.
update account set totp_secret = null, totp_offered = null, totp_step = 0 where id = $1::uuid and password_hash = $2::text and retired_at is null returning 1
