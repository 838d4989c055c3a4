-- People who log in, and their sessions.

create table account (
	id                  uuid primary key default gen_random_uuid(),
	name                text not null unique check (name ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' and length(name) <= 40),
	display             text not null check (length(display) between 1 and 100),
	role                text not null check (role in ('agency', 'coordinator', 'admin', 'auditor')),
	agency              text references agency,
	scope               text not null default '',
	person              text references person,
	password_hash       text not null,
	password_changed_at timestamptz not null default now(),
	must_change         boolean not null default false,
	totp_secret         bytea,
	totp_offered        bytea,
	totp_step           bigint not null default 0,
	created_at          timestamptz not null default now(),
	created_by          text not null,
	retired_at          timestamptz,
	check ((role = 'agency') = (agency is not null))
);
comment on table account is 'who may log in; never deleted, and no name is used again: the history names them ("coordinator:ani")';
comment on column account.display is 'the name that the console greets with';
comment on column account.scope is 'code prefix of what this person sees, as of a token; "" for all';
comment on column account.person is 'the same human on the roster, or null';
comment on column account.password_hash is 'argon2id with its salt and costs, as libsodium writes it';
comment on column account.must_change is 'somebody else has chosen the password: its owner is asked for one of his own';
comment on column account.totp_secret is 'key of the one-time codes (RFC 6238), 20 bytes; null: they are off';
comment on column account.totp_offered is 'a key that was shown and awaits its first code';
comment on column account.totp_step is 'time step of the last code that was taken: each code counts once, on all daemons together';

create table session (
	hash       bytea primary key,
	account    uuid not null references account,
	created_at timestamptz not null default now(),
	seen_at    timestamptz not null default now(),
	expires_at timestamptz not null
);
comment on table session is 'log-ins that last; rows of those that ended are deleted';
comment on column session.hash is 'SHA-256 of the cookie''s value; the value itself is nowhere';
comment on column session.seen_at is 'last use, to a minute: an idle session ends';
comment on column session.expires_at is 'its end, however much it is used';
create index session_account on session (account);
create index session_expires on session (expires_at);

grant select on account to sigap_daemon;
grant update (password_hash, password_changed_at, must_change, totp_secret, totp_offered, totp_step) on account to sigap_daemon;
grant select, insert, delete on session to sigap_daemon;
grant update (seen_at) on session to sigap_daemon;
