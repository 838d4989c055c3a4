-- How it stands with report $1 (by number) that came through the citizens' page, in one word; no row for any other. $2: how many seconds the clocks there are ahead of UTC.
-- Its incident is the one that goes on, when the one it opened was merged into another.
with recursive chain as (
	select i.id, i.state, i.merged_into, i.disposition, 0 as depth from report r join incident i on i.id = r.incident_id where r.number = $1::int8 and r.source = 'web'
	union all
	select m.id, m.state, m.merged_into, m.disposition, chain.depth + 1 from chain join incident m on m.id = chain.merged_into
)
select case
		when i.id is null then 'read'
		when i.state = 'cancelled' or i.disposition = 'false_report' then 'stopped'
		when i.state in ('closed', 'handed_over') then 'done'
		when d.there then 'there'
		when d.moving then 'moving'
		when d.accepted then 'accepted'
		when d.told then 'told'
		else 'review'
	end, to_char(r.received_at at time zone 'UTC' + $2::int * interval '1 s', 'DD-MM-YYYY HH24:MI')
from report r
left join lateral (select * from chain order by depth desc limit 1) i on true
cross join lateral (
	select bool_or(x.state in ('on_scene', 'completed')) as there, bool_or(x.state = 'en_route') as moving, bool_or(x.state = 'accepted') as accepted, bool_or(x.state <> 'cancelled') as told
	from dispatch x where x.incident_id = i.id
) d
where r.number = $1::int8 and r.source = 'web'
