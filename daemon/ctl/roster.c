/* roster: people on duty and their shifts; these are made and taken back by the daemon's own statements, which record who did it. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/phone.h"
#include "../../protocol/rfc3339.h"
#include "../io/sql.h"
#include "commands.h"
#include "roster.h"
#include "snapshot.h"
#include "table.h"
#include "torn.h"

/* add_person: null keeps what is stored, a telephone of no characters is taken away. */
enum { ADD_PERSON, LIST_PEOPLE, RETIRE, ROLE, LIST_SHIFTS };
static const struct pg_statement sql[] = {
        [ADD_PERSON] =
                {"add_person",
                 "with before as (select person_entry(p) as entry, phone from person p where slug = $1), put as "
                 "(insert into person as p (slug, name, phone, role, scope) values ($1, $2, nullif($3::text, ''), "
                 "coalesce($4::text, 'officer'), coalesce($5::text, '')) on conflict (slug) do update set "
                 "name = excluded.name, phone = case when $3::text is null then p.phone else excluded.phone end, "
                 "role = coalesce($4::text, p.role), scope = coalesce($5::text, p.scope), retired_at = null, "
                 "version = p.version + 1 "
                 "returning p.slug, p.phone, person_entry(p) as entry) "
                 "insert into directory_change (object, actor, action, before, after) select 'person:' || slug, $6, "
                 "'put', (select entry from before), (entry::jsonb || jsonb_build_object('phone_changed', "
                 "phone is distinct from (select b.phone from before b)))::json from put"},
        [LIST_PEOPLE] = {"list_people",
                         "select slug, name, phone, role, scope from person where retired_at is null order by slug"},
        [RETIRE] = {"retire",
                    "with put as (update person set retired_at = now(), version = version + 1 where slug = $1 "
                    "and retired_at is null returning slug), before as (select person_entry(p) as entry from "
                    "person p where slug = $1) insert into directory_change (object, actor, action, before) "
                    "select 'person:' || slug, $2, 'retire', (select entry from before) from put returning 1"},
        [ROLE] = {"role", "select role from person where slug = $1 and retired_at is null"},
        [LIST_SHIFTS] = {"list_shifts", "select s.id, s.person, p.name, s.role, s.starts_at, s.ends_at, "
                                        "s.starts_at <= now() from shift s join person p on p.slug = s.person "
                                        "where s.ends_at > now() and p.retired_at is null order by s.starts_at, s.id"},
};
const char *const roster_roles[ROSTER_ROLES] = {"coordinator", "officer"};
enum { PEOPLE_MOST = 64 };

/* Telephone numbers of people on duty are for the daemon; lists show enough to know which one it is. */
static const char *masked(struct ctl *c, const char *phone)
{
	if (phone == NULL)
		return NULL;
	char *ret = arena_alloc(c->arena, PHONE_MAX);
	phone_mask(phone, ret);
	return ret;
}

bool roster_slug_valid(const char *slug)
{
	size_t len = strlen(slug);
	return len > 0 && strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == len && slug[0] != '-' &&
	       slug[len - 1] != '-' && strstr(slug, "--") == NULL;
}

void roster_unknown(const char *slug)
{
	ctl_die("%s is not on the roster: run sigapctl roster person add", slug);
}

int command_person_add(struct ctl *c)
{
	const char *slug = ctl_option(c, "slug"), *phone = ctl_option(c, "phone"), *name = ctl_option(c, "name");
	char e164[PHONE_MAX];
	if (!roster_slug_valid(slug))
		ctl_usage(c, "--slug may have only a-z, 0-9 and single hyphens between them");
	if (name[0] == '\0')
		ctl_usage(c, "--name must not be empty");
	if (phone != NULL && phone[0] != '\0') {
		if (!phone_normalise(phone, e164))
			ctl_usage(c, "--phone is no telephone number; write it like +62812...");
		phone = e164;
	}
	db_query(c, &sql[ADD_PERSON],
	         DB_WITH(slug, name, phone, ctl_word(c, "role", roster_roles, ROSTER_ROLES, NULL),
	                 ctl_code(c, "scope", NULL), ctl_actor(c)));
	table_tell(c, "person", slug);
	return CTL_OK;
}

int command_person_list(struct ctl *c)
{
	static const struct column columns[] = {
	        {"slug", CELL_TEXT}, {"name", CELL_TEXT},  {"phone", CELL_TEXT},
	        {"role", CELL_TEXT}, {"scope", CELL_TEXT},
	};
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	const struct rows *r = db_query(c, &sql[LIST_PEOPLE], DB_NONE);
	for (int i = 0; i < r->count; i++)
		table_add(t, (const char *[]){db_cell(r, i, 0), db_cell(r, i, 1), masked(c, db_cell(r, i, 2)),
		                              db_cell(r, i, 3), db_cell(r, i, 4)});
	table_print(t, "nobody is on the roster");
	return CTL_OK;
}

int command_person_retire(struct ctl *c)
{
	struct torn torn;
	db_begin(c);
	torn_begin(c, &torn);
	if (db_query(c, &sql[RETIRE], DB_WITH(c->argument, ctl_actor(c)))->count == 0)
		ctl_die("%s is not on the roster", c->argument);
	torn_end(c, &torn);
	db_commit(c);
	table_tell(c, "person", c->argument);
	return CTL_OK;
}

int command_shift_add(struct ctl *c)
{
	const char *person = ctl_option(c, "person"), *from = ctl_time(c, "from"), *until = ctl_time(c, "until");
	const char *role = ctl_word(c, "role", roster_roles, ROSTER_ROLES, NULL);
	ctl_window(c, &(struct wall){0}, &(struct wall){0});
	const struct rows *known = db_query(c, &sql[ROLE], DB_WITH(person));
	if (known->count == 0)
		roster_unknown(person);
	char id[UUID_TEXT];
	uuid_format(uuid_make(), id);
	if (role == NULL)
		role = db_cell(known, 0, 0);
	db_query(c, &sql_statements[SQL_ADD_SHIFT], DB_WITH(id, person, role, from, until, ctl_actor(c)));
	table_tell_text(c, id, "id", id, "person", person, "role", role, "from", from, "until", until);
	return CTL_OK;
}

int command_shift_list(struct ctl *c)
{
	static const struct column columns[] = {
	        {"id", CELL_TEXT},    {"person", CELL_TEXT}, {"name", CELL_TEXT}, {"role", CELL_TEXT},
	        {"from", CELL_LOCAL}, {"until", CELL_LOCAL}, {"now", CELL_BOOL},
	};
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	table_zone(t, snapshot_utc_offset(c));
	table_add_rows(t, db_query(c, &sql[LIST_SHIFTS], DB_NONE));
	table_print(t, "no shifts");
	return CTL_OK;
}

int command_shift_remove(struct ctl *c)
{
	struct uuid id;
	if (!uuid_parse(c->argument, &id))
		ctl_usage(c, "ID must be one of sigapctl roster shift list");
	if (db_query(c, &sql_statements[SQL_RETIRE_SHIFT], DB_WITH(c->argument, ctl_actor(c)))->count == 0)
		ctl_die("there is no shift %s that has not ended; who was on duty stays known", c->argument);
	table_tell(c, "id", c->argument);
	return CTL_OK;
}

/* Whoever is on duty in whatever area, each once. */
static size_t anywhere(const struct directory *d, struct wall when, const struct person *ret[PEOPLE_MOST])
{
	struct duty_span spans[PEOPLE_MOST];
	size_t n = 0, found = roster_at(&d->roster, when, spans, PEOPLE_MOST);
	for (size_t i = 0; i < found; i++) {
		size_t k = 0;
		while (k < n && ret[k] != spans[i].person)
			k++;
		if (k == n)
			ret[n++] = spans[i].person;
	}
	return n;
}

int command_who(struct ctl *c)
{
	static const struct column columns[] = {
	        {"person", CELL_TEXT}, {"name", CELL_TEXT},  {"phone", CELL_TEXT},
	        {"role", CELL_TEXT},   {"scope", CELL_TEXT},
	};
	const char *at = ctl_time(c, "at"), *code = ctl_code(c, "region", NULL);
	struct wall when = {0};
	if (at == NULL || !rfc3339_parse(at, &when.us))
		when = snapshot_now(c);
	struct directory d;
	snapshot_duty(c, when, (struct wall){when.us + 1000}, &d);
	const struct person *people[PEOPLE_MOST];
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	size_t n = code != NULL ? directory_on_duty(&d, when, code, people, PEOPLE_MOST) : anywhere(&d, when, people);
	for (size_t i = 0; i < n; i++)
		table_add(t, (const char *[]){people[i]->slug, people[i]->name, masked(c, people[i]->phone),
		                              people[i]->role, people[i]->scope});
	table_print(t, "nobody is on duty");
	return n > 0 ? CTL_OK : CTL_FAULT;
}
