-- The response machine around the clock: stand-ins and ends of dispatches, merged incidents, the duty roster, alarms, several daemons on one database.

-- A check on the busiest queue is taken apart and compiled anew by every statement that inserts: a quarter of the time of a commit.
-- The clocks' names come from one table in the daemon (core/plan.c), as all other names of the history do.
alter table deadline drop constraint deadline_clock_check;
-- (An "exists" beside an "or" is written with "offset 0": otherwise the planner may hash its answer for all rows that there ever were.)
-- With whole-table scans switched off every plan looks costly enough for helpers of its own; starting them costs more than any statement of the daemon.
alter role sigap_daemon set max_parallel_workers_per_gather = 0;

alter table deadline add owner uuid, add overdue_since timestamptz;
comment on column deadline.owner is 'the daemon whose lease runs until due_at; null: armed and not claimed';
comment on column deadline.overdue_since is 'when the first rung of this clock was meant to act; null: it has not yet';

-- The most urgent and newest first without a sort, however much waits: claims read each priority backwards.
drop index outbox_due;
create index outbox_due on outbox (priority, due_at);

alter table dispatch add for_dispatch uuid, add expired_at timestamptz;
comment on column dispatch.for_dispatch is 'the dispatch whose silence or refusal made this one: who answers first relieves the others';
alter table incident add merged_into uuid;
comment on column incident.merged_into is 'set while the state is merged: the incident that goes on';
create index incident_merged on incident (merged_into) where merged_into is not null;

-- ---- the duty roster -----------------------------------------------------------------------------------------------------

create table rotation (
	slug       text primary key check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
	role       text not null check (role in ('coordinator', 'officer')),
	people     text[] not null check (cardinality(people) > 0),
	starts_at  timestamptz not null,
	shift_s    int not null check (shift_s between 3600 and 31 * 86400),
	ends_at    timestamptz,
	retired_at timestamptz
);
comment on table rotation is 'people take turns: the shift that begins shift_s * n after starts_at is that of people[n mod their number]';

alter table shift add uid text;
comment on column shift.uid is 'the UID of the calendar event that it was imported from: importing the calendar again changes this shift';
create unique index shift_uid on shift (uid, starts_at) where uid is not null;

create table shift_override (
	id         uuid primary key default gen_random_uuid(),
	swap       uuid,
	role       text not null check (role in ('coordinator', 'officer')),
	starts_at  timestamptz not null,
	ends_at    timestamptz not null,
	person     text references person,
	instead_of text references person,
	reason     text,
	made_by    text not null,
	made_at    timestamptz not null default now(),
	retired_at timestamptz,
	check (starts_at < ends_at),
	check (person is not null or instead_of is not null)
);
comment on table shift_override is 'from starts_at to ends_at person has the shifts of instead_of (null: of everybody with that role, and is on duty also where nobody has one); person null: nobody takes over. The newest counts. A swap is two with one id. Taken back (retired_at): counts until then';

create table shift_check (
	person         text not null,
	role           text not null,
	starts_at      timestamptz not null,
	ends_at        timestamptz not null,
	asks           int not null default 0,
	asked_at       timestamptz,
	asked_last_at  timestamptz,
	notice_id      uuid,
	accepted_at    timestamptz,
	refused_at     timestamptz,
	answer         text,
	handed_over_at timestamptz,
	primary key (person, role, starts_at)
);
comment on column shift_check.notice_id is 'the last question: when it cannot be delivered, the person cannot be reached';
comment on column shift_check.answer is 'who or which message answered; the same message counts once';
create index shift_check_ends on shift_check (ends_at);
comment on table shift_check is 'whoever begins a shift is asked before it and must answer: that proves the telephone and accepts the shift';

create table handover_note (
	id      uuid primary key default gen_random_uuid(),
	at      timestamptz not null default now(),
	actor   text not null,
	text    text not null
);
create index handover_note_at on handover_note (at);
comment on table handover_note is 'what one shift tells the next';

create trigger changed after insert or update or delete on rotation for each statement execute function rules_changed();
create trigger changed after insert or update or delete on shift_override for each statement execute function rules_changed();

-- ---- alarms, work that one of several daemons does, daemons ------------------------------------------------------------

create table alarm (
	id         uuid primary key default gen_random_uuid(),
	kind       text not null,
	key        text not null,
	detail     text not null,
	raised_at  timestamptz not null default now(),
	told_at    timestamptz,
	cleared_at timestamptz
);
create unique index alarm_active on alarm (kind, key) where cleared_at is null;
create index alarm_raised on alarm (raised_at);
create index alarm_named on alarm (kind, key, raised_at);
comment on table alarm is 'trouble of the machine itself, while it lasts and afterwards';

create table task (
	name    text primary key,
	last_at timestamptz not null default '-infinity',
	done_at timestamptz,
	owner   uuid
);
insert into task (name) values ('auditor'), ('roster');
comment on table task is 'regular work that any daemon may do, but only one at a time: claimed by moving last_at; done_at is when it last came to its end';

-- What the auditor walks through; entries are made for open incidents only, in the order of their ids.
create index incident_open on incident (id) where state in ('open', 'triaged', 'in_progress', 'handed_over');
create index notice_receipt on notice (address, created_at) where kind = 'receipt';
create index dead_notice_at on dead_notice (at);
create index notice_alone on notice (created_at) where incident_id is null;

create table daemon (
	owner      uuid primary key,
	lock_key   bigint not null,
	started_at timestamptz not null default now(),
	seen_at    timestamptz not null default now()
);
comment on table daemon is 'who works on this database. Each holds the advisory lock lock_key as long as it lives: when it is free, its leases may be taken over at once';

-- ---- what a query can check ---------------------------------------------------------------------------------------------

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
		and (l.clock = 'triage' and i.state = 'open' or l.clock = 'follow_up' and i.state = 'handed_over'));

-- ---- rights --------------------------------------------------------------------------------------------------------------

grant select on rotation, shift_override, shift_check, handover_note, alarm, task, daemon to sigap_daemon;
grant insert on handover_note, shift_override to sigap_daemon;
grant insert, update on shift_check, alarm, task to sigap_daemon;
grant insert, update, delete on daemon to sigap_daemon;
