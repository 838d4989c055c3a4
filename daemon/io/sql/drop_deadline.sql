-- Removes the deadline of subject $1 when nothing is open that it could be about.
delete from deadline l where l.subject = $1::uuid
	and not exists (select from dispatch d where d.id = l.subject and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene'))
	and not exists (select from incident i where i.id = l.subject and i.state = 'open')
