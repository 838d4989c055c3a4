-- Commits the plans of many reports at once: reports, incidents, dispatches, notices, deadlines and their first event, or nothing of a report whose key is known.
-- Dispatches, notices and deadlines name their report by its place (from 1). Returns the ids of the reports that are new, and the database's time.
with r as materialized (
	select * from unnest($1::new_report[])
), kept as (
	insert into inbound (id, gateway, external_id, fingerprint, content_type, raw)
	select id, gateway, external_id, fingerprint, content_type, raw from r
	on conflict (gateway, external_id) do nothing
	returning id
), fresh as materialized (
	select array_agg(kept.id is not null order by r.ord) as at from r left join kept using (id)
), repeated as (
	insert into inbound_repeat (gateway, external_id) select gateway, external_id from r where not (select at from fresh)[ord]
), new_report as (
	insert into report (id, number, incident_id, source, text, type, urgency, place_text, lat, lon, anonymous, occurred_at, triage, relation, asks, answers, received_at)
	select id, number, incident, source, text, report_type, report_urgency, place_text, lat, lon, anonymous, occurred_at, triage, relation, asks, answers, coalesce(received_at, now())
	from r
	where (select at from fresh)[ord]
), new_reporter as (
	insert into reporter (report_id, phone, name)
	select id, phone, name from r where (phone is not null or name is not null) and (select at from fresh)[ord]
), new_incident as (
	insert into incident (id, number, state, version, head, type, urgency, region, place_text, lat, lon, summary)
	select incident, number, state, 1, event_hash('', incident, 1, now(), source, 'opened', opened), type, urgency, region, place_text, lat, lon, summary from r
	where incident is not null and (select at from fresh)[ord]
), new_event as (
	insert into event (incident_id, number, at, actor, kind, data, hash)
	select incident, 1, now(), source, 'opened', opened, event_hash('', incident, 1, now(), source, 'opened', opened) from r
	where incident is not null and (select at from fresh)[ord]
), new_dispatch as (
	insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, accept_by)
	select d.id, d.incident, d.event, d.agency, d.role, d.task, 'notified', d.ladders, d.why, d.accept_s, d.arrive_s, d.complete_s, now() + d.accept_s * interval '1 s'
	from unnest($2::new_dispatch[]) as d where (select at from fresh)[d.ord]
), sent as materialized (
	select * from unnest($3::new_notice[]) where (select at from fresh)[ord]
), new_notice as (
	insert into notice (id, incident_id, dispatch_id, kind, channel, contact_id, address, body, via)
	select id, incident, dispatch, kind, channel, contact, address, body, via from sent
), new_outbox as (
	insert into outbox (notice_id, contact_id, priority, due_at, attempt, owner)
	select id, contact, priority, case when leased then now() + $4::int4 * interval '1 s' else now() end, leased::int, case when leased then $5::uuid end from sent
), new_deadline as (
	insert into deadline (subject, clock, step, due_at, set_for)
	select l.subject, l.clock, l.step, now() + l.after_s * interval '1 s', now() + l.after_s * interval '1 s'
	from unnest($6::new_deadline[]) as l where (select at from fresh)[l.ord]
)
select id, now() from kept
