-- What the daemon's group statements are given: for each kind of row one array of it. An array for each column instead, side by side, cost a statement more than all that
-- it did with them: unnest() of many arrays makes a table of each before it begins.
-- ord, from 1: the place of the report or change that a row belongs to.
create type new_report as (
	ord int, id uuid, gateway text, external_id text, fingerprint bytea, content_type text, raw bytea, number bigint, source text, text text,
	report_type text, report_urgency text, place_text text, lat double precision, lon double precision, anonymous boolean, occurred_at timestamptz, triage json,
	phone text, name text, relation text, asks text, answers uuid,
	incident uuid, state text, type text, urgency text, region text, summary text, opened json
);
comment on type new_report is 'a report; incident: that it belongs to, null: none; state to opened: of an incident that it opens';
create type new_dispatch as (
	ord int, id uuid, incident uuid, event int, agency text, role text, task text, ladders json, why text, accept_s int, arrive_s int, complete_s int, for_dispatch uuid
);
create type new_notice as (
	ord int, id uuid, incident uuid, dispatch uuid, kind text, channel text, contact uuid, address text, body text, priority int, leased boolean, via text
);
comment on type new_notice is 'leased: the daemon sends it itself, at once';
create type new_deadline as (ord int, subject uuid, clock text, step int, after_s int);
create type incident_change as (
	ord int, incident uuid, expected int, actor text, kind text, data json, second_kind text, second_data json,
	state text, type text, urgency text, region text, place_text text, summary text, disposition text, merged_into uuid,
	gateway text, external_id text, opens bigint, lat double precision, lon double precision, reports int, moves uuid, judged uuid, decision text
);
comment on type incident_change is 'an event of an incident, and what it changes there (null: nothing)';
create type dispatch_change as (ord int, id uuid, event text, state text, eta timestamptz, reason text, clock text, after_s int);
create type stopped_deadline as (ord int, subject uuid);
create type made_attempt as (
	ord int, notice uuid, attempt int, outcome text, status int, detail text, ms int, next_ms int, gateway text, parts int, cost int, gateway_ref text, utc_offset_s int
);
