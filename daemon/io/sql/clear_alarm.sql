-- Alarm $1 kind, $2 key is over. Returns it when it lasted until now.
update alarm set cleared_at = now() where kind = $1::text and key = $2::text and cleared_at is null returning id
