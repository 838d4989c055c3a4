-- What is needed to change how the account $1 logs in: its key of one-time codes that awaits its first code, whether they are on, and its password hash.
select totp_offered, totp_secret is not null, password_hash from account where id = $1::uuid and retired_at is null
