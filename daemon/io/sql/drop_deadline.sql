-- Removes the deadline of subject $2, which is about nothing that runs any more, when daemon $1 still holds it as it was claimed: whatever arms it anew takes the lease away.
delete from deadline l where l.subject = $2::uuid and l.owner = $1::uuid
	and not exists (select from dispatch d where d.id = l.subject and d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene'))
