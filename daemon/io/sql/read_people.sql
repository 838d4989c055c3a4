-- People of the roster as JSON; telephones stay out of lists. $1: those who left, too.
select coalesce(json_agg(person_entry(p) order by p.slug), '[]')::text from person p where p.retired_at is null or $1::bool
