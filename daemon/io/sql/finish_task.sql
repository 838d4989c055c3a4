-- Daemon $2, which claimed the regular work $1, has done it to its end.
update task set done_at = now() where name = $1::text and owner = $2::uuid
