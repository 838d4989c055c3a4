-- The directory, the roster and the policy are changed over the API: by one after the other, and every change is kept.

-- ---- policy --------------------------------------------------------------------------------------------------------------

alter table policy
	add replaces int,
	add holes    int;
update policy p set replaces = coalesce((select max(o.version) from policy o where o.version < p.version), 0);
create unique index policy_replaces on policy (replaces);
comment on column policy.replaces is 'the version that it took the place of; 0: it was the first. Two who change the policy at once cannot both follow the same one';
comment on column policy.holes is 'how many holes it had when it was put in force; null: not counted';
grant insert (applied_by, text, replaces, holes) on policy to sigap_daemon;

-- ---- agencies and people -------------------------------------------------------------------------------------------------

alter table agency add version int not null default 1;
alter table person add version int not null default 1;
comment on column agency.version is 'rises with every change of the agency or its contacts: whoever changes it names the version he saw';
comment on column person.version is 'rises with every change: whoever changes it names the version he saw';

create table directory_change (
	id     uuid primary key default gen_random_uuid(),
	object text not null,
	at     timestamptz not null default now(),
	actor  text not null,
	action text not null check (action in ('put', 'retire', 'import')),
	before json,
	after  json
);
comment on table directory_change is 'who changed what in the directory, append-only; object is agency:SLUG or person:SLUG. Secrets and the telephones of people are not in it';
create index directory_change_object on directory_change (object, at);

create function agency_entry(a agency) returns json language sql stable return json_build_object(
	'slug', a.slug, 'name', a.name, 'kind', a.kind, 'jurisdiction', a.jurisdiction,
	'retired', a.retired_at is not null, 'version', a.version,
	'contacts', (select coalesce(json_agg(json_build_object('id', c.id, 'channel', c.channel, 'address', c.address,
		'allow_private', c.allow_private, 'has_secret', c.secret is not null) order by c.position), '[]')
		from contact c where c.agency = a.slug and c.retired_at is null));
comment on function agency_entry is 'an agency as people are shown it: without secrets';
create function person_entry(p person) returns json language sql immutable return json_build_object(
	'slug', p.slug, 'name', p.name, 'role', p.role, 'scope', p.scope, 'reachable', p.phone is not null,
	'retired', p.retired_at is not null, 'version', p.version);
comment on function person_entry is 'a person of the roster as people are shown it: without the telephone';

grant select, insert on directory_change to sigap_daemon;
grant insert, update on agency, contact, person to sigap_daemon;

-- ---- contacts are tried --------------------------------------------------------------------------------------------------

create table contact_test (
	notice_id   uuid primary key,
	contact_id  uuid not null,
	channel     text not null,
	address     text not null,
	made_by     text not null,
	made_at     timestamptz not null default now(),
	answered_at timestamptz,
	answer      text,
	message     text
);
comment on table contact_test is 'a notice that asks nothing but whether it arrives; answer: what the telephone wrote back; message: which message that was, so that the same one counts once';
create index contact_test_contact on contact_test (contact_id, made_at);
create index contact_test_address on contact_test (address, made_at) where channel = 'sms';
grant select, insert on contact_test to sigap_daemon;
grant update (answered_at, answer, message) on contact_test to sigap_daemon;

-- ---- the roster ----------------------------------------------------------------------------------------------------------

comment on column directory_change.object is 'agency:SLUG, person:SLUG, shift:ID, rotation:SLUG, override:ID';
-- A single shift that has not begun is taken away, one that has begun ends now: who was on duty stays known.
grant insert, delete, update (ends_at) on shift to sigap_daemon;
grant insert, update (retired_at) on rotation to sigap_daemon;
grant update (retired_at) on shift_override to sigap_daemon;
