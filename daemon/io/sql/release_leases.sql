-- Gives back what daemon $1 has leased: when it starts again after an end that it did not see coming, and when it ends ($2: its registration goes too).
with notices as (
	update outbox set due_at = now(), owner = null
	where priority in (0, 1, 2) and due_at > now() and due_at < now() + interval '11 min' and owner = $1::uuid
), clocks as (
	update deadline set due_at = now(), owner = null
	where due_at > now() and due_at < now() + interval '1 min' and owner = $1::uuid
), gone as (
	delete from daemon where owner = $1::uuid and $2::bool
)
select now()
