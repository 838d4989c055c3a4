-- Citizens' words: parts of long messages, what a reporter was asked, repetitions and duplicates, senders, several gateways and their cost.

-- ---- reports -------------------------------------------------------------------------------------------------------------

alter table report
	add relation text check (relation in ('opens', 'duplicate', 'followup', 'answer')),
	add asks     text check (asks in ('place', 'type')),
	add answers  uuid;
comment on column report.relation is 'to its incident: it opened it, tells the same again, tells more, or answers our question; null: no incident';
comment on column report.asks is 'the one question that its reporter was sent; open until a report answers it';
comment on column report.answers is 'the report whose question this one answers';
comment on column report.incident_id is 'where it belongs now: a coordinator may take it out of one incident; the incidents'' events tell';
comment on table report is 'id is that of its inbound; what was reported never changes, only the incident it is counted to';
create index report_answers on report (answers) where answers is not null;
grant update (incident_id, relation) on report to sigap_daemon;

alter table incident add report_count int not null default 1;
comment on column incident.report_count is 'reports that belong to it';

create table inbound_repeat (
	gateway     text not null,
	external_id text not null,
	at          timestamptz not null default now()
);
comment on table inbound_repeat is 'a message that came again under the key of one that is known';
create index inbound_repeat_key on inbound_repeat (gateway, external_id);

create table inbound_part (
	gateway     text not null,
	external_id text not null,
	sender      text not null,
	recipient   text not null,
	ref         int not null,
	number      int not null,
	total       int not null,
	received_at timestamptz not null default now(),
	reported_at timestamptz,
	text        text not null,
	primary key (gateway, external_id)
);
comment on table inbound_part is 'parts of long messages that wait for the others, as received in inbound; gone once the whole message, or what came of it in time, is a report';
create index inbound_part_message on inbound_part (gateway, sender, recipient, ref, total);
insert into task (name) values ('parts');

-- The latest reports of a number without a sort, however many it sent: ids grow with time.
drop index reporter_phone;
create index reporter_phone on reporter (phone, report_id);

-- ---- duplicates ----------------------------------------------------------------------------------------------------------

create table duplicate_suggestion (
	incident_id uuid not null,
	other_id    uuid not null,
	report_id   uuid not null,
	score       double precision not null,
	reasons     json not null,
	made_at     timestamptz not null default now(),
	decided_at  timestamptz,
	decided_by  text,
	decision    text check (decision in ('same', 'different')),
	primary key (incident_id, other_id)
);
comment on table duplicate_suggestion is 'two incidents that may be one event: a person decides; reasons is an array of texts';
create index duplicate_suggestion_open on duplicate_suggestion (made_at) where decided_at is null;
create index duplicate_suggestion_made on duplicate_suggestion (made_at);
create index duplicate_suggestion_other on duplicate_suggestion (other_id);

create or replace view doctor as
select 'open dispatch without an armed deadline' as promise, d.id::text as object
from dispatch d where d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and not exists (select from deadline l where l.subject = d.id)
union all
select 'incident awaiting triage without an armed deadline', i.id::text
from incident i where i.state = 'open' and not exists (select from deadline l where l.subject = i.id)
union all
select 'incident handed over without a follow-up deadline', i.id::text
from incident i where i.state = 'handed_over' and not exists (select from deadline l where l.subject = i.id and l.clock = 'follow_up')
union all
select 'merged incident without the one that goes on', i.id::text
from incident i where (i.state = 'merged') <> (i.merged_into is not null) or i.merged_into is not null and not exists (select from incident m where m.id = i.merged_into)
union all
select 'open dispatch of an incident that has ended', d.id::text
from dispatch d join incident i on i.id = d.incident_id
where d.state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') and i.state in ('closed', 'cancelled', 'merged')
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
	and not exists (select from incident i where i.id = l.subject
		and (l.clock = 'triage' and i.state = 'open' or l.clock = 'follow_up' and i.state = 'handed_over'))
union all
select 'incident whose counter is not the number of its reports', i.id::text
from incident i where i.report_count <> (select count(*) from report r where r.incident_id = i.id)
union all
select 'suggested duplicate of an incident that does not exist', s.incident_id::text
from duplicate_suggestion s
where not exists (select from incident i where i.id = s.incident_id) or not exists (select from incident i where i.id = s.other_id);
comment on view doctor is 'every promise that a query can check; empty when all hold';

-- ---- senders -------------------------------------------------------------------------------------------------------------

create table sender_mark (
	id         uuid primary key default gen_random_uuid(),
	address    text not null,
	mark       text not null check (mark in ('blocked', 'prank', 'automatic')),
	reason     text not null,
	report_id  uuid,
	made_by    text not null,
	made_at    timestamptz not null default now(),
	ends_at    timestamptz,
	retired_at timestamptz,
	retired_by text
);
comment on table sender_mark is 'what is known of a sender. blocked: what he sends is kept and shown, but nobody is dispatched and he gets no answer; prank: evidence, nothing more; automatic: a machine, never answered';
create index sender_mark_address on sender_mark (address);
create index sender_mark_in_force on sender_mark (made_at) where retired_at is null;

-- ---- gateways ------------------------------------------------------------------------------------------------------------

alter table notice add via text;
comment on column notice.via is 'the gateway to try first: the one that brought what this answers; null: any';
comment on column notice.address is 'URL, telephone in E.164, or GATEWAY:HANDLE for senders that are no telephones';
alter table attempt add gateway text, add parts int, add gateway_ref text;
comment on column attempt.gateway_ref is 'the gateway''s own id of the message: its delivery reports may name it instead of ours';
create index attempt_gateway_ref on attempt (gateway, gateway_ref) where gateway_ref is not null;
alter table delivery_report add part int, add parts int;

create function notice_delivery(notice uuid) returns text language sql stable parallel safe return (
	select case
		when bool_or(g.state = 'delivered' and coalesce(g.part, 0) < 1) then 'delivered'
		when t.total between 1 and 255
			and count(distinct g.part) filter (where g.state = 'delivered' and g.part >= 1) >= t.total then 'delivered'
		when bool_or(g.state = 'failed') then 'failed'
		when bool_or(g.state in ('sent', 'delivered')) then 'sent'
		else 'queued'
	end
	from delivery_report g, (
		select greatest((select max(a.parts) from attempt a where a.notice_id = notice),
			(select max(r.parts) from delivery_report r where r.notice_id = notice), 0) as total) t
	where g.notice_id = notice
	group by t.total);
comment on function notice_delivery is 'what all delivery reports of a notice together say, in whatever order and how often they came: queued < sent < failed < delivered; null: none came. daemon/core/delivery.h says the same';

create table gateway_day (
	gateway text not null,
	day     date not null,
	parts   bigint not null default 0,
	cost    bigint not null default 0,
	primary key (gateway, day)
);
create table gateway (
	name       text primary key,
	position   int not null,
	kind       text not null,
	price      bigint not null,
	daily_cap  bigint not null,
	reserve    int not null,
	per_minute int not null,
	told_at    timestamptz not null default now()
);
comment on table gateway is 'the gateways as the daemons'' configuration says: told by each at its start and after a reload, for whoever looks from outside; position 0: no longer configured';
alter table outbox add tried_from int not null default 0;
comment on column outbox.tried_from is 'attempts up to this number are of an earlier life: which gateways failed then does not count after a replay';

comment on table gateway_day is 'what went out through a gateway on one day of the policy''s time zone, and what it cost';

grant select on inbound_repeat, inbound_part, duplicate_suggestion, sender_mark, gateway_day, gateway to sigap_daemon;
grant insert on inbound_repeat to sigap_daemon;
grant insert, update on duplicate_suggestion, sender_mark, gateway_day, gateway to sigap_daemon;
grant insert, delete on inbound_part to sigap_daemon;
