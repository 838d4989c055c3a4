-- Commits the plans of many reports at once: reports, incidents, dispatches, notices, deadlines and their first event, or nothing of a report whose key is known.
-- Dispatches, notices and deadlines name their report by its place (from 1). Returns the ids of the reports that are new, and the database's time.
with r as materialized (
	select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::bytea[], $7::int8[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
		$13::float8[], $14::float8[], $15::bool[], $16::timestamptz[], $17::json[], $18::text[], $19::text[], $20::uuid[], $21::text[], $22::text[], $23::text[], $24::text[],
		$25::text[], $26::json[], $27::text[], $28::uuid[], $29::text[])
	with ordinality as r(id, gateway, external_id, fingerprint, content_type, raw, number, source, text, report_type, report_urgency, place_text,
		lat, lon, anonymous, occurred_at, triage, phone, name, incident, state, type, urgency, region,
		summary, opened, asks, answers, relation, ord)
), kept as (
	insert into inbound (id, gateway, external_id, fingerprint, content_type, raw)
	select id, gateway, external_id, fingerprint, content_type, raw from r
	on conflict (gateway, external_id) do nothing
	returning id
), fresh as materialized (
	select array_agg(kept.id is not null order by r.ord) as at from r left join kept using (id)
), n as materialized (
	select r.*, event_hash('', incident, 1, now(), source, 'opened', opened) as head from r, fresh where fresh.at[r.ord]
), repeated as (
	insert into inbound_repeat (gateway, external_id) select r.gateway, r.external_id from r, fresh where not fresh.at[r.ord]
), new_report as (
	insert into report (id, number, incident_id, source, text, type, urgency, place_text, lat, lon, anonymous, occurred_at, triage, relation, asks, answers)
	select id, number, incident, source, text, report_type, report_urgency, place_text, lat, lon, anonymous, occurred_at, triage, relation, asks, answers from n
), new_reporter as (
	insert into reporter (report_id, phone, name)
	select id, phone, name from n where phone is not null or name is not null
), new_incident as (
	insert into incident (id, number, state, version, head, type, urgency, region, place_text, lat, lon, summary)
	select incident, number, state, 1, head, type, urgency, region, place_text, lat, lon, summary from n where incident is not null
), new_event as (
	insert into event (incident_id, number, at, actor, kind, data, hash)
	select incident, 1, now(), source, 'opened', opened, head from n where incident is not null
), new_dispatch as (
	insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, accept_by)
	select d.id, d.incident, 1, d.agency, d.role, d.task, 'notified', d.ladders, d.why, d.accept_s, d.arrive_s, d.complete_s, now() + d.accept_s * interval '1 s'
	from unnest($30::int4[], $31::uuid[], $32::uuid[], $33::text[], $34::text[], $35::text[], $36::json[], $37::text[], $38::int4[], $39::int4[], $40::int4[])
		as d(ord, id, incident, agency, role, task, ladders, why, accept_s, arrive_s, complete_s), fresh where fresh.at[d.ord]
), sent as materialized (
	select m.* from unnest($41::int4[], $42::uuid[], $43::uuid[], $44::uuid[], $45::text[], $46::text[], $47::uuid[], $48::text[], $49::text[], $50::int4[], $51::bool[], $52::text[])
		as m(ord, id, incident, dispatch, kind, channel, contact, address, body, priority, leased, via), fresh where fresh.at[m.ord]
), new_notice as (
	insert into notice (id, incident_id, dispatch_id, kind, channel, contact_id, address, body, via)
	select id, incident, dispatch, kind, channel, contact, address, body, via from sent
), new_outbox as (
	insert into outbox (notice_id, contact_id, priority, due_at, attempt, owner)
	select id, contact, priority, case when leased then now() + $53::int4 * interval '1 s' else now() end, leased::int, case when leased then $54::uuid end from sent
), new_deadline as (
	insert into deadline (subject, clock, step, due_at, set_for)
	select l.subject, l.clock, l.step, now() + l.after_s * interval '1 s', now() + l.after_s * interval '1 s'
	from unnest($55::int4[], $56::uuid[], $57::text[], $58::int4[], $59::int4[]) as l(ord, subject, clock, step, after_s), fresh where fresh.at[l.ord]
)
select id, now() from kept
