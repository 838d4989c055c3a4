-- The duty room looks on: one row of the board for each open incident, and what happened a moment ago.

-- Whoever listens asks what happened in the last seconds. Events are written in the order of their time, nearly: a few marks for many pages are enough, and cost a commit
-- nothing that could be measured, where a tree would cost it another page of index.
create index event_at on event using brin (at) with (pages_per_range = 32, autosummarize = on);
create index attempt_at on attempt using brin (at) with (pages_per_range = 32, autosummarize = on);
create index delivery_report_at on delivery_report (at);
-- The last of these decides whether somebody has the incident: who opens it again does not have it yet.
create index event_claim on event (incident_id, number) where kind in ('claimed', 'reopen', 'split');

create function ladder_next(ladders json, clock text, step int) returns text[] language plpgsql immutable parallel safe as $$
declare
	rungs json := ladders -> case when clock in ('accept', 'replace') then 'accept' else 'late' end;
	rung json := rungs -> step;
	target text;
	found text[];
begin
	while rung is not null loop
		target := rung ->> 'to';
		if not (target = 'again' and clock = 'replace') and not (target = 'up' and rung ->> 'slug' is null) then
			found := found || concat_ws(':', target, rung ->> 'slug');
		end if;
		exit when found is not null and (rung ->> 'with_next') is distinct from 'true';
		step := step + 1;
		rung := rungs -> step;
	end loop;
	return found;
end $$;
comment on function ladder_next is 'what the stored ladders of a dispatch want when its clock runs out at that step, such as {duty,up:polres-ppu}: those that act together; null: no rung is left, duty is told again. Who cannot be reached then is passed over, as daemon/core/ladder.h says';

create function incident_due(incident uuid) returns timestamptz language sql stable parallel safe return (
	select least((select l.set_for from deadline l where l.subject = incident),
		(select min(l.set_for) from dispatch d join deadline l on l.subject = d.id where d.incident_id = incident)));
comment on function incident_due is 'when the next clock of an incident or of one of its dispatches runs out; null: none runs';

-- Sets, not one call for each incident: to begin and end a plan for each row would cost more than the rows.

create function board_dispatches(incidents uuid[]) returns table (incident_id uuid, doc json) language sql stable parallel safe begin atomic
	select d.incident_id, json_agg(json_build_object('id', d.id, 'agency', d.agency, 'agency_name', coalesce(g.name, d.agency), 'role', d.role, 'state', d.state, 'version', d.version,
		'notified_at', d.notified_at, 'delivered_at', t.delivered_at, 'seen_at', d.seen_at, 'accepted_at', d.accepted_at, 'declined_at', d.declined_at,
		'en_route_at', d.en_route_at, 'on_scene_at', d.on_scene_at, 'completed_at', d.completed_at, 'cancelled_at', d.cancelled_at, 'expired_at', d.expired_at,
		'accept_by', d.accept_by, 'arrive_by', d.arrive_by, 'eta', d.eta, 'reason', d.reason, 'undeliverable', d.state = 'notified' and coalesce(t.dead, false),
		'deadline', case when l.subject is not null
			then json_build_object('clock', l.clock, 'step', l.step, 'due_at', l.set_for, 'next', ladder_next(d.ladders, l.clock, l.step)) end)
		order by d.id)
	from unnest(incidents) as x(id)
	join dispatch d on d.incident_id = x.id
	left join agency g on g.slug = d.agency
	left join deadline l on l.subject = d.id
	cross join lateral (
		select min(case n.channel when 'webhook' then (select min(a.at) from attempt a where a.notice_id = n.id and a.outcome = 'ok')
				else (select min(r.at) from delivery_report r where r.notice_id = n.id and r.state = 'delivered') end) as delivered_at,
			bool_and(exists (select from dead_notice z where z.notice_id = n.id offset 0) and notice_delivery(n.id) is distinct from 'delivered') as dead
		from notice n
		where n.incident_id = d.incident_id and n.dispatch_id = d.id and n.kind in ('dispatch.created', 'dispatch.reminder')
	) t
	group by d.incident_id;
end;
comment on function board_dispatches is 'the dispatches of incidents as the board shows them. undeliverable: everything that was sent to tell the agency stands on the list of the dead';

create function board_rows(incidents uuid[]) returns table (id uuid, due_at timestamptz, number bigint, doc json) language sql stable parallel safe begin atomic
	select i.id, t.due_at, i.number, json_build_object(
		'id', i.id, 'number', i.number, 'state', i.state, 'version', i.version, 'type', i.type, 'urgency', i.urgency, 'region', i.region,
		'region_name', coalesce((select r.name from region r where r.code = i.region), i.region),
		'district_name', case when length(i.region) > 8 then (select r.name from region r where r.code = left(i.region, 8)) end,
		'place_text', i.place_text, 'lat', i.lat, 'lon', i.lon, 'summary', i.summary, 'opened_at', i.opened_at, 'report_count', i.report_count,
		'suggestions', (select count(*) from (
				select s.other_id as id from duplicate_suggestion s where s.incident_id = i.id and s.decision is null
				union all select s.incident_id from duplicate_suggestion s where s.other_id = i.id and s.decision is null) s
			join incident o on o.id = s.id
			where o.state not in ('cancelled', 'merged')),
		'claimed', (select case when e.kind = 'claimed' then json_build_object('by', e.actor, 'at', e.at) end
			from event e where e.incident_id = i.id and e.kind in ('claimed', 'reopen', 'split')
			order by e.number desc limit 1),
		'deadline', case when l.subject is not null then json_build_object('clock', l.clock, 'step', l.step, 'due_at', l.set_for) end,
		'next_due_at', t.due_at, 'breached', l.overdue_since is not null or coalesce(t.breached, false),
		'last_event', (select json_build_object('number', e.number, 'kind', e.kind, 'actor', e.actor, 'at', e.at) from event e where e.incident_id = i.id and e.number = i.version),
		'dispatches', coalesce(b.doc, '[]'))
	from unnest(incidents) as x(id)
	join incident i on i.id = x.id
	left join deadline l on l.subject = i.id
	cross join lateral (
		select least(l.set_for, min(c.set_for)) as due_at, bool_or(c.overdue_since is not null) as breached
		from dispatch d join deadline c on c.subject = d.id where d.incident_id = i.id
	) t
	left join lateral (select q.doc from board_dispatches(array[i.id]) q) b on true;
end;
comment on function board_rows is 'incidents as the board and the live stream show them. breached: a clock of it has run out, its first rung has acted, and it still waits for that answer. claimed: who has said that he has it since it was opened last';
