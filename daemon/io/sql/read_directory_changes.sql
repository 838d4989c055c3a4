-- The latest 200 changes of $1 (agency:SLUG, person:SLUG) as a JSON list, the newest first. No row: there is neither a change nor such an entry.
select (select coalesce(json_agg(json_build_object('id', c.id, 'at', c.at, 'actor', c.actor, 'action', c.action, 'before', c.before, 'after', c.after)
		order by c.at desc, c.id), '[]')
	from (select * from directory_change where object = $1::text order by at desc limit 200) c)::text
where exists (select from directory_change where object = $1::text)
	or exists (select from agency where 'agency:' || slug = $1::text) or exists (select from person where 'person:' || slug = $1::text)
