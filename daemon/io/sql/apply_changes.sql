-- Applies one event to each of many incidents, with everything that follows from it: dispatches changed and made, notices, deadlines armed and cancelled.
-- A change whose expected version is no longer the incident's has no effect at all; of two for one incident one wins. Children name their change by its place (from 1).
-- $9: all or none (a merge is two changes); its incidents are locked, in one order, before any is changed.
-- Two clocks of one incident that run out together are one change with two events: second_kind and second_data.
-- What stands between "of reports:" and its end is in a second form of the statement only, apply_changes_of_reports: to open ten more tables for nothing would cost most changes more than they do.
-- There a report that an incident gets (a repetition, more about it) comes with its change: when the report's key is known already, the change has no effect. A change with the
-- expected version 0 opens an incident, with the number in opens; it is tied to another one's, out of which `moves` takes a report. reports: so many more or fewer; moves: a report that
-- belongs to this incident from now on; judged and decision: what was decided about a suggestion: the other incident, and whether it is the same event.
-- Returns place, new version and the database's time of those that took effect.
with c as materialized (
	select * from unnest($1::incident_change[])
), held as materialized (
	select count(*) as n from (
		select from c join incident i on i.id = c.incident and i.version = c.expected
		where $9::bool order by i.id for update of i
	) y
), changed as (
	update incident i set
		version = i.version + 1 + (c.second_kind is not null)::int4,
		head = case when c.second_kind is null then event_hash(i.head, i.id, i.version + 1, now(), c.actor, c.kind, c.data)
			else event_hash(event_hash(i.head, i.id, i.version + 1, now(), c.actor, c.kind, c.data), i.id, i.version + 2, now(), c.actor,
				c.second_kind, c.second_data) end,
		state = coalesce(c.state, i.state),
		type = coalesce(c.type, i.type),
		urgency = coalesce(c.urgency, i.urgency),
		region = coalesce(c.region, i.region),
		place_text = coalesce(c.place_text, i.place_text),
		summary = coalesce(c.summary, i.summary),
		disposition = case when coalesce(c.state, i.state) = 'closed' then coalesce(c.disposition, i.disposition) end,
		-- of reports:
		report_count = i.report_count + (c.external_id is not null)::int4 + coalesce(c.reports, 0),
		-- end
		merged_into = case when coalesce(c.state, i.state) = 'merged' then coalesce(c.merged_into, i.merged_into) end
	from c
	where i.id = c.incident and i.version = c.expected
		-- of reports:
		and not exists (select from inbound b where b.gateway = c.gateway and b.external_id = c.external_id)
		-- end
		and (not $9::bool or (select n from held) = (select count(*) from c where expected <> 0))
	returning c.ord, i.id, i.version, i.head, c.actor, c.kind, c.data, c.second_kind, c.second_data
	-- of reports:
), opened as (
	insert into incident (id, number, state, version, head, type, urgency, region, place_text, lat, lon, summary)
	select c.incident, c.opens, c.state, 1, event_hash('', c.incident, 1, now(), c.actor, c.kind, c.data), c.type, c.urgency, c.region, c.place_text,
		c.lat, c.lon, c.summary
	from c
	where c.expected = 0 and $9::bool and (select n from held) = (select count(*) from c where expected <> 0)
	returning id, version, head
	-- end
), ok as (
	select * from changed
	-- of reports:
	union all
	select c.ord, o.id, o.version, o.head, c.actor, c.kind, c.data, null, null from opened o join c on c.incident = o.id
	-- end
), done as materialized (
	-- the places; a join would be a loop over all changes for each row
	select coalesce(array_agg(ord), '{}') as places from ok
), new_event as (
	insert into event (incident_id, number, at, actor, kind, data, hash)
	select id, version, now(), actor, kind, data, head from ok where second_kind is null
	union all
	-- the first of two: the incident's head before is that of the statement's beginning, as its version was the expected one
	select id, version - 1, now(), actor, kind, data,
		(select event_hash(i.head, i.id, ok.version - 1, now(), ok.actor, ok.kind, ok.data) from incident i where i.id = ok.id)
	from ok where second_kind is not null
	union all
	select id, version, now(), actor, second_kind, second_data, head from ok where second_kind is not null
), changed_dispatch as (
	update dispatch d set
		version = d.version + 1,
		state = u.state,
		eta = case when u.event = 'lapse' then null else coalesce(u.eta, d.eta) end,
		reason = coalesce(u.reason, d.reason),
		accept_by = case when u.clock = 'accept' then now() + u.after_s * interval '1 s' else d.accept_by end,
		arrive_by = case when u.clock = 'arrive' then now() + u.after_s * interval '1 s' when u.event = 'lapse' then null else d.arrive_by end,
		complete_by = case when u.clock = 'complete' then now() + u.after_s * interval '1 s' else d.complete_by end,
		seen_at = case when u.event = 'seen' then now() else d.seen_at end,
		accepted_at = case when u.event = 'lapse' then null when u.event in ('accept', 'en_route', 'on_scene') and d.accepted_at is null then now() else d.accepted_at end,
		declined_at = case when u.event = 'decline' then now() else d.declined_at end,
		en_route_at = case when u.event = 'en_route' then now() else d.en_route_at end,
		on_scene_at = case when u.event = 'on_scene' then now() else d.on_scene_at end,
		completed_at = case when u.event = 'complete' then now() else d.completed_at end,
		cancelled_at = case when u.event = 'cancel' then now() else d.cancelled_at end,
		expired_at = case when u.event = 'expire' then now() else d.expired_at end,
		answered_at = case when u.event in ('accept', 'decline', 'en_route', 'on_scene', 'complete', 'cancel', 'expire') then now() else d.answered_at end
	from unnest($2::dispatch_change[]) as u, done
	where d.id = u.id and u.ord = any(done.places)
), new_dispatch as (
	insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, for_dispatch, accept_by)
	select d.id, d.incident, d.event, d.agency, d.role, d.task, 'notified', d.ladders, d.why, d.accept_s, d.arrive_s, d.complete_s, d.for_dispatch, now() + d.accept_s * interval '1 s'
	from unnest($3::new_dispatch[]) as d, done
	where d.ord = any(done.places)
), sent as materialized (
	select m.* from unnest($4::new_notice[]) as m, done
	where m.ord = any(done.places)
), new_notice as (
	insert into notice (id, incident_id, dispatch_id, kind, channel, contact_id, address, body, via)
	select id, incident, dispatch, kind, channel, contact, address, body, via from sent
), new_outbox as (
	insert into outbox (notice_id, contact_id, priority, due_at, attempt, owner)
	select id, contact, priority, case when leased then now() + $5::int4 * interval '1 s' else now() end, leased::int, case when leased then $6::uuid end from sent
), armed as (
	insert into deadline (subject, clock, step, due_at, set_for)
	select l.subject, l.clock, l.step, now() + l.after_s * interval '1 s', now() + l.after_s * interval '1 s'
	from unnest($7::new_deadline[]) as l, done
	where l.ord = any(done.places)
	on conflict (subject) do update set clock = excluded.clock, step = excluded.step, due_at = excluded.due_at, set_for = excluded.set_for, owner = null,
		overdue_since = case when excluded.step > 0 then coalesce(deadline.overdue_since, deadline.set_for) end
), stopped as (
	delete from deadline x
	using unnest($8::stopped_deadline[]) as s, done
	where x.subject = s.subject and s.ord = any(done.places)
	-- of reports:
), brought as materialized (
	select r.* from unnest($10::new_report[]) as r, done
	where r.ord = any(done.places)
), new_inbound as (
	insert into inbound (id, gateway, external_id, fingerprint, content_type, raw)
	select id, gateway, external_id, fingerprint, content_type, raw from brought
), new_report as (
	insert into report (id, number, incident_id, source, text, type, urgency, place_text, lat, lon, anonymous, occurred_at, triage, relation, asks, answers, received_at)
	select id, number, incident, source, text, report_type, report_urgency, place_text, lat, lon, anonymous, occurred_at, triage, relation, asks, answers, coalesce(received_at, now())
	from brought
), new_reporter as (
	insert into reporter (report_id, phone, name)
	select id, phone, name from brought where phone is not null or name is not null
), moved as (
	update report r set incident_id = m.incident, relation = 'opens'
	from (
		select c.incident, c.moves as report from c, done
		where c.moves is not null and c.ord = any(done.places)
	) m
	where r.id = m.report
), decided as (
	update duplicate_suggestion s set decided_at = now(), decided_by = m.actor, decision = m.decision
	from (
		select c.actor, c.incident, c.judged as other, c.decision from c, done
		where c.decision is not null and c.ord = any(done.places)
	) m
	cross join lateral (values (m.incident, m.other), (m.other, m.incident)) as pair(one, two)
	where s.incident_id = pair.one and s.other_id = pair.two
), marked as (
	-- who reported what proved false: evidence, in the same transaction
	insert into sender_mark (address, mark, reason, report_id, made_by)
	select p.phone, 'prank', coalesce(ok.data->>'evidence', ''), r.id, ok.actor
	from ok join report r on r.incident_id = ok.id and r.relation = 'opens' join reporter p on p.report_id = r.id
	where ok.kind = 'false_report' and p.phone is not null
	-- end
)
select ord, version, now() from ok
