-- Ends the session with the hash $1.
delete from session where hash = $1::bytea
