-- Gives back what owner $1 has leased: when it ends, and when it starts again after an end that it did not see coming.
update outbox set due_at = now(), owner = null where owner = $1::uuid and due_at > now()
