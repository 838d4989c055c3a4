-- The tables of sigap. History is append-only; queues are narrow and live apart from it.
-- Roles: the owner migrates; sigap_daemon runs the daemon and may neither update nor delete history.

do $$ begin
	if not exists (select from pg_roles where rolname = 'sigap_daemon') then
		create role sigap_daemon login;
	end if;
end $$;

-- Statements are prepared once and carry arrays: one plan serves every size, and planning or compiling it anew would cost more than running it.
alter role sigap_daemon set plan_cache_mode = force_generic_plan;
alter role sigap_daemon set jit = off;
-- Plans are made while tables are still empty and live as long as the connection: what reads a whole table, right then, would be ruinous an hour later.
-- Every statement of the daemon finds its rows by index, one by one.
alter role sigap_daemon set enable_seqscan = off;
alter role sigap_daemon set enable_hashjoin = off;
alter role sigap_daemon set enable_mergejoin = off;
alter role sigap_daemon set lock_timeout = '2s';
alter role sigap_daemon set idle_in_transaction_session_timeout = '10s';

-- ---- settings ------------------------------------------------------------------------------------------------------

create table setting (
	name  text primary key,
	value bigint not null
);
insert into setting values ('rules_version', 1);
comment on table setting is 'rules_version rises with every change of directory, roster, policy, tokens or regions: daemons reload then';

create table secret (
	name  text primary key,
	value bytea not null
);
comment on table secret is 'link_key: key of the capabilities in answer links (32 bytes), made once by sigapctl migrate';

-- ---- areas, partners, people, rules --------------------------------------------------------------------------------

create table region (
	code text primary key check (code ~ '^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$'),
	name text not null
);
create table region_alias (
	code   text not null,
	alias  text not null,
	kind   text not null check (kind in ('variant', 'abbreviation', 'locality', 'landmark')),
	source text,
	primary key (code, alias)
);

create table agency (
	slug         text primary key check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
	name         text not null,
	kind         text not null check (kind in ('police', 'disaster_agency', 'health_facility', 'village_office', 'social_office', 'shelter', 'civil_order', 'other')),
	jurisdiction text[] not null,
	retired_at   timestamptz
);
create table contact (
	id            uuid primary key default gen_random_uuid(),
	agency        text not null references agency,
	position      int not null,
	channel       text not null check (channel in ('webhook', 'sms')),
	address       text not null,
	secret        text,
	allow_private boolean not null default false,
	retired_at    timestamptz
);
create unique index contact_active on contact (agency, channel, address) where retired_at is null;

create table person (
	slug       text primary key check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
	name       text not null,
	phone      text,
	role       text not null check (role in ('coordinator', 'officer')),
	scope      text not null default '',
	retired_at timestamptz
);
create table shift (
	id        uuid primary key default gen_random_uuid(),
	person    text not null references person,
	role      text not null check (role in ('coordinator', 'officer')),
	starts_at timestamptz not null,
	ends_at   timestamptz not null,
	check (starts_at < ends_at)
);

create table policy (
	version    int generated always as identity primary key,
	applied_at timestamptz not null default now(),
	applied_by text not null,
	text       text not null
);
comment on table policy is 'every version kept; the highest is in force';

create table token (
	id         uuid primary key default gen_random_uuid(),
	hash       bytea not null unique,
	role       text not null check (role in ('source', 'agency', 'coordinator', 'admin', 'auditor')),
	agency     text references agency,
	scope      text not null default '',
	name       text not null,
	created_at timestamptz not null default now(),
	expires_at timestamptz,
	revoked_at timestamptz,
	check ((role = 'agency') = (agency is not null))
);
comment on column token.hash is 'SHA-256 of the token; the token itself is nowhere';

create function rules_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	update setting set value = value + 1 where name = 'rules_version';
	return null;
end $$;
create trigger changed after insert or update or delete on agency for each statement execute function rules_changed();
create trigger changed after insert or update or delete on contact for each statement execute function rules_changed();
create trigger changed after insert or update or delete on person for each statement execute function rules_changed();
create trigger changed after insert or update or delete on shift for each statement execute function rules_changed();
create trigger changed after insert or update or delete on policy for each statement execute function rules_changed();
create trigger changed after insert or update or delete on token for each statement execute function rules_changed();
create trigger changed after insert or update or delete on region for each statement execute function rules_changed();
create trigger changed after insert or update or delete on region_alias for each statement execute function rules_changed();

-- History is written by two statements only (daemon/io/sql/commit_plans.sql, apply_changes.sql), each making a row together with what it belongs to, by a role that
-- cannot delete. Foreign keys among these tables would be checked row by row for a fifth of all reports per second; the views doctor and audit_fault look for strays instead.

-- ---- history ---------------------------------------------------------------------------------------------------------

create sequence report_number start 1001 cache 1;
comment on sequence report_number is 'daemons take numbers in blocks; a report that opens an incident gives it its number';

create table inbound (
	id           uuid not null,
	gateway      text not null,
	external_id  text not null,
	fingerprint  bytea not null,
	received_at  timestamptz not null default now(),
	content_type text,
	raw          bytea not null,
	primary key (gateway, external_id)
);
comment on table inbound is 'every message exactly as received; (gateway, external_id) is the key of idempotency; id is that of its report, when it is one; fingerprint is the SHA-256 of what must not differ under one key';

create table incident (
	id         uuid primary key,
	number     bigint not null unique,
	state      text not null,
	version    int not null,
	head       bytea not null,
	type       text not null,
	urgency    text not null,
	region     text not null,
	place_text text,
	lat        double precision,
	lon        double precision,
	summary    text not null,
	opened_at  timestamptz not null default now(),
	disposition text
);
comment on column incident.version is 'number of the last event; whoever changes the incident names the version he saw';
comment on column incident.head is 'hash of the last event';

create table report (
	id          uuid primary key,
	number      bigint not null unique,
	incident_id uuid,
	source      text not null,
	received_at timestamptz not null default now(),
	text        text,
	type        text not null,
	urgency     text not null,
	place_text  text,
	lat         double precision,
	lon         double precision,
	anonymous   boolean not null,
	occurred_at timestamptz,
	triage      json not null
);
comment on table report is 'id is that of its inbound; a report never changes';
create index report_incident on report (incident_id) where incident_id is not null;

create table reporter (
	report_id uuid primary key,
	phone     text,
	name      text
);
comment on table reporter is 'sensitive: apart from the report, hidden from partners, every read logged';
create index reporter_phone on reporter (phone);

create table dispatch (
	id          uuid primary key,
	incident_id uuid not null,
	event       int not null,
	agency      text not null,
	role        text not null,
	task        text not null,
	state       text not null,
	version     int not null default 1,
	ladders     json not null,
	why         text not null,
	accept_s    int not null,
	arrive_s    int not null,
	complete_s  int not null,
	notified_at timestamptz not null default now(),
	accept_by   timestamptz not null,
	arrive_by   timestamptz,
	complete_by timestamptz,
	eta         timestamptz,
	reason      text,
	seen_at     timestamptz,
	accepted_at timestamptz,
	declined_at timestamptz,
	en_route_at timestamptz,
	on_scene_at timestamptz,
	completed_at timestamptz,
	cancelled_at timestamptz
);
comment on column dispatch.event is 'number of the incident''s event that made it';
create index dispatch_incident on dispatch (incident_id);
create index dispatch_agency_open on dispatch (agency) where state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene');

create table event (
	incident_id uuid not null,
	number      int not null,
	at          timestamptz not null,
	actor       text not null,
	kind        text not null,
	data        json not null,
	hash        bytea not null,
	primary key (incident_id, number)
);
comment on table event is 'append-only, numbered per incident, each carrying the hash of itself and the one before; see the note on foreign keys above';

create table notice (
	id          uuid primary key,
	incident_id uuid,
	dispatch_id uuid,
	kind        text not null,
	channel     text not null,
	contact_id  uuid,
	address     text not null,
	created_at  timestamptz not null default now(),
	body        text not null
);
create index notice_incident on notice (incident_id);

create table attempt (
	notice_id uuid not null,
	number    int not null,
	at        timestamptz not null default now(),
	outcome   text not null,
	status    int not null,
	detail    text not null,
	ms        int not null,
	primary key (notice_id, number)
);

create table delivery_report (
	notice_id uuid not null,
	at        timestamptz not null default now(),
	state     text not null check (state in ('queued', 'sent', 'delivered', 'failed')),
	detail    text not null
);
create index delivery_report_notice on delivery_report (notice_id);

create table access_log (
	at     timestamptz not null default now(),
	actor  text not null,
	object text not null,
	reason text
);

-- ---- queues ------------------------------------------------------------------------------------------------------------

create table outbox (
	notice_id  uuid primary key,
	contact_id uuid,
	priority   smallint not null,
	due_at     timestamptz not null,
	attempt    int not null,
	owner      uuid
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
comment on table outbox is 'notices to deliver; a claim moves due_at to the end of its lease and counts the attempt; owner and attempt fence late workers off';
create index outbox_due on outbox (due_at);

create table dead_notice (
	notice_id uuid primary key,
	at        timestamptz not null default now(),
	reason    text not null
);
comment on table dead_notice is 'notices given up: shown to people, replayed on request';

create table deadline (
	subject uuid primary key,
	clock   text not null check (clock in ('accept', 'arrive', 'complete', 'replace', 'triage')),
	step    int not null,
	due_at  timestamptz not null,
	set_for timestamptz not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
comment on table deadline is 'subject: a dispatch, or an incident that awaits triage. set_for is the moment meant; a claim moves due_at to the end of its lease';
create index deadline_due on deadline (due_at);

-- ---- functions -----------------------------------------------------------------------------------------------------------

create function event_hash(before bytea, incident uuid, number int, at timestamptz, actor text, kind text, data json)
returns bytea language sql stable parallel safe
return sha256(before || uuid_send(incident) || int4send(number) || timestamptz_send(at)
	|| textsend(actor || chr(31) || kind || chr(31) || data::text));
comment on function event_hash is 'SHA-256 over the hash before, incident (16 bytes), number (int4, network order), at (int8, microseconds since 2000-01-01 UTC), and actor, kind, data in UTF-8 separated by U+001F; the first event follows the empty string';

create view audit_fault as
select e.incident_id, i.number as incident, e.number as event,
	case
		when e.number <> coalesce(e.number_before, 0) + 1 then 'an event is missing before this one'
		when e.hash <> event_hash(coalesce(e.hash_before, ''), e.incident_id, e.number, e.at, e.actor, e.kind, e.data) then 'content or hash was changed'
		when e.last and (i.version <> e.number or i.head <> e.hash) then 'the incident does not end with this event'
	end as fault
from (
	select *, lag(number) over w as number_before, lag(hash) over w as hash_before, lead(number) over w is null as last
	from event
	window w as (partition by incident_id order by number)
) e join incident i on i.id = e.incident_id
where e.number <> coalesce(e.number_before, 0) + 1
	or e.hash <> event_hash(coalesce(e.hash_before, ''), e.incident_id, e.number, e.at, e.actor, e.kind, e.data)
	or e.last and (i.version <> e.number or i.head <> e.hash)
union all
select i.id, i.number, 0, 'the incident has no events' from incident i where not exists (select from event e where e.incident_id = i.id)
union all
select e.incident_id, null, e.number, 'the event belongs to no incident' from event e where not exists (select from incident i where i.id = e.incident_id);
comment on view audit_fault is 'empty when the history is whole; otherwise names the incident and the event';

create view doctor as
select 'open dispatch without an armed deadline' as promise, d.id::text as object
from dispatch d where d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and not exists (select from deadline l where l.subject = d.id)
union all
select 'incident awaiting triage without an armed deadline', i.id::text
from incident i where i.state = 'open' and not exists (select from deadline l where l.subject = i.id)
union all
select 'notice neither delivered, nor waiting, nor on the list of the dead, nor void', n.id::text
from notice n
where not exists (select from outbox o where o.notice_id = n.id)
	and not exists (select from dead_notice x where x.notice_id = n.id)
	and not exists (select from attempt a where a.notice_id = n.id and a.outcome in ('ok', 'void'))
union all
select 'dispatch without a notice', d.id::text
from dispatch d where not exists (select from notice n where n.incident_id = d.incident_id and n.dispatch_id = d.id)
	and exists (select from contact c where c.agency = d.agency and c.retired_at is null)
union all
select 'report whose incident does not exist', r.id::text
from report r where r.incident_id is not null and not exists (select from incident i where i.id = r.incident_id)
union all
select 'dispatch whose incident does not exist', d.id::text
from dispatch d where not exists (select from incident i where i.id = d.incident_id)
union all
select 'deadline overdue by more than a minute', l.subject::text from deadline l where l.due_at < now() - interval '1 minute'
union all
select 'deadline of nothing that is open', l.subject::text
from deadline l
where not exists (select from dispatch d where d.id = l.subject and (d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') or l.clock = 'replace'))
	and not exists (select from incident i where i.id = l.subject and i.state not in ('closed', 'cancelled'));
comment on view doctor is 'every promise that a query can check; empty when all hold';

-- ---- rights --------------------------------------------------------------------------------------------------------------

grant select on all tables in schema public to sigap_daemon;
grant insert on inbound, report, reporter, incident, dispatch, event, notice, attempt, delivery_report, access_log to sigap_daemon;
grant update on incident, dispatch to sigap_daemon;
grant insert, update, delete on outbox, deadline, dead_notice to sigap_daemon;
grant usage on sequence report_number to sigap_daemon;
