-- The board as JSON: every open incident of the reader's scope $1, soonest clock first, at most 2000; and the cursor with which the live stream goes on from here.
select json_build_object('now', now(), 'cursor', lpad(to_hex((extract(epoch from now()) * 1000000)::int8), 16, '0'),
	'incidents', coalesce(json_agg(b.doc order by b.due_at nulls last, b.number), '[]'))::text
from (
	select array(
		select i.id from incident i
		where i.state in ('open', 'triaged', 'in_progress', 'handed_over')
			and ($1::text = '' or i.region = $1::text or i.region like $1::text || '.%' or $1::text like i.region || '.%')
		order by incident_due(i.id) nulls last, i.number limit 2000) as ids offset 0
) x, board_rows(x.ids) b
