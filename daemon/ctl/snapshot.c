/* snapshot: see snapshot.h. */
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "../io/sql.h"
#include "zone.h"

enum { FAULTS_MOST = 256 * 1024 };

static const struct rows *ask(struct ctl *c, enum sql statement)
{
	return db_query(c, &sql_statements[statement], DB_NONE);
}

/* "64.09.01 64.09.02" -> array of codes. */
static void split_jurisdiction(struct ctl *c, const char *text, struct agency *to)
{
	size_t n = 1;
	for (const char *p = text; *p != '\0'; p++)
		n += *p == ' ';
	const char **codes = arena_array(c->arena, const char *, n);
	char *rest = NULL;
	for (char *code = strtok_r(arena_strdup(c->arena, text), " ", &rest); code != NULL;
	     code = strtok_r(NULL, " ", &rest))
		codes[to->jurisdiction_count++] = code;
	to->jurisdiction = codes;
}

static struct agency *read_agencies(struct ctl *c, size_t *ret_n)
{
	const struct rows *r = ask(c, SQL_RULES_AGENCIES);
	struct agency *agencies = arena_array(c->arena, struct agency, (size_t)r->count + 1);
	for (int i = 0; i < r->count; i++) {
		int kind = name_index(agency_kind_names, AGENCY_KINDS, db_cell(r, i, 2));
		if (kind < 0)
			ctl_die("agency %s has a kind that this program does not know", db_cell(r, i, 0));
		agencies[i] = (struct agency){.slug = db_cell(r, i, 0),
		                              .name = db_cell(r, i, 1),
		                              .kind = (enum agency_kind)kind,
		                              .retired = db_bool(db_cell(r, i, 4))};
		split_jurisdiction(c, db_cell(r, i, 3), &agencies[i]);
	}
	*ret_n = (size_t)r->count;
	return agencies;
}

/* Contacts come ordered by agency, agencies by slug: one walk joins them. */
static void read_contacts(struct ctl *c, struct agency *agencies, size_t n)
{
	const struct rows *r = ask(c, SQL_RULES_CONTACTS);
	struct contact *contacts = arena_array(c->arena, struct contact, (size_t)r->count + 1);
	size_t at = 0;
	for (int i = 0; i < r->count; i++) {
		while (at < n && strcmp(agencies[at].slug, db_cell(r, i, 1)) != 0)
			at++;
		int channel = name_index(channel_kind_names, CHANNELS, db_cell(r, i, 2));
		if (at == n || channel < 0)
			ctl_die("a contact of %s cannot be read", db_cell(r, i, 1));
		contacts[i] = (struct contact){.id = db_uuid(db_cell(r, i, 0)),
		                               .channel = (enum channel_kind)channel,
		                               .address = db_cell(r, i, 3),
		                               .secret = db_cell(r, i, 4),
		                               .allow_private = db_bool(db_cell(r, i, 5)),
		                               .agency = &agencies[at]};
		if (agencies[at].contact_count++ == 0)
			agencies[at].contacts = &contacts[i];
	}
}

/* Those who left stand behind the directory's people: the roster still names them. Returns how many there are in all. */
static size_t read_people(struct ctl *c, struct directory *d)
{
	const struct rows *r = ask(c, SQL_RULES_PEOPLE);
	struct person *people = arena_array(c->arena, struct person, (size_t)r->count + 1);
	for (int i = 0; i < r->count; i++) {
		people[i] = (struct person){.slug = db_cell(r, i, 0),
		                            .name = db_cell(r, i, 1),
		                            .phone = db_cell(r, i, 2),
		                            .role = db_cell(r, i, 3),
		                            .scope = db_cell(r, i, 4),
		                            .left = db_bool(db_cell(r, i, 5))};
		d->person_count += !people[i].left;
	}
	d->people = people;
	return (size_t)r->count;
}

/* ---- the roster of a window ---- */

enum { ROTATIONS, SHIFTS, OVERRIDES };
static const struct pg_statement roster_sql[] = {
        [ROTATIONS] = {"rotations", "select slug, role, array_to_string(people, ' '), starts_at, shift_s, "
                                    "least(ends_at, retired_at) from rotation where starts_at < $2::timestamptz and "
                                    "coalesce(least(ends_at, retired_at), 'infinity') > greatest(starts_at, "
                                    "$1::timestamptz - interval '366 days') order by slug"},
        [SHIFTS] = {"shifts", "select person, role, starts_at, ends_at from shift where starts_at < $2::timestamptz "
                              "and ends_at > $1::timestamptz - interval '366 days' order by starts_at, person, id"},
        [OVERRIDES] = {"overrides", "select role, starts_at, least(ends_at, retired_at), made_at, person, instead_of, "
                                    "swap is not null from shift_override where starts_at < $2::timestamptz and "
                                    "least(ends_at, retired_at) > greatest(starts_at, $1::timestamptz - "
                                    "interval '366 days') order by made_at, id"},
};

struct people {
	const struct person *all;
	size_t count;
};

static const struct person *known_person(const struct people *p, const char *slug)
{
	for (size_t i = 0; slug != NULL && i < p->count; i++)
		if (strcmp(p->all[i].slug, slug) == 0)
			return &p->all[i];
	return NULL;
}

static void read_rotations(struct ctl *c, const struct people *p, const struct rows *r, struct roster *to)
{
	struct rotation *rotations = arena_array(c->arena, struct rotation, (size_t)r->count + 1);
	for (int i = 0; i < r->count; i++) {
		char *slugs = arena_strdup(c->arena, db_cell(r, i, 2)), *rest = NULL;
		const struct person **turns = arena_array(c->arena, const struct person *, strlen(slugs) + 1);
		size_t n = 0;
		for (char *slug = strtok_r(slugs, " ", &rest); slug != NULL; slug = strtok_r(NULL, " ", &rest))
			turns[n++] = known_person(p, slug);
		rotations[i] = (struct rotation){.slug = db_cell(r, i, 0),
		                                 .role = db_cell(r, i, 1),
		                                 .people = turns,
		                                 .count = n,
		                                 .from = db_time(db_cell(r, i, 3)),
		                                 .until = db_time(db_cell(r, i, 5)),
		                                 .shift_s = atoll(db_cell(r, i, 4))};
	}
	to->rotations = rotations;
	to->rotation_count = (size_t)r->count;
}

static void read_shifts(struct ctl *c, const struct people *p, const struct rows *r, struct roster *to)
{
	struct single_shift *shifts = arena_array(c->arena, struct single_shift, (size_t)r->count + 1);
	for (int i = 0; i < r->count; i++)
		shifts[i] = (struct single_shift){.person = known_person(p, db_cell(r, i, 0)),
		                                  .role = db_cell(r, i, 1),
		                                  .from = db_time(db_cell(r, i, 2)),
		                                  .until = db_time(db_cell(r, i, 3))};
	to->shifts = shifts;
	to->shift_count = (size_t)r->count;
}

static void read_overrides(struct ctl *c, const struct people *p, const struct rows *r, struct roster *to)
{
	struct override *overrides = arena_array(c->arena, struct override, (size_t)r->count + 1);
	for (int i = 0; i < r->count; i++)
		overrides[i] = (struct override){.role = db_cell(r, i, 0),
		                                 .from = db_time(db_cell(r, i, 1)),
		                                 .until = db_time(db_cell(r, i, 2)),
		                                 .made = db_time(db_cell(r, i, 3)),
		                                 .person = known_person(p, db_cell(r, i, 4)),
		                                 .instead_of = known_person(p, db_cell(r, i, 5)),
		                                 .swap = db_bool(db_cell(r, i, 6))};
	to->overrides = overrides;
	to->override_count = (size_t)r->count;
}

static void read_roster(struct ctl *c, const struct people *p, struct wall from, struct wall until, struct roster *to)
{
	char begin[RFC3339_MAX], end[RFC3339_MAX];
	rfc3339_format(from.us, begin);
	rfc3339_format(until.us, end);
	read_rotations(c, p, db_query(c, &roster_sql[ROTATIONS], DB_WITH(begin, end)), to);
	read_shifts(c, p, db_query(c, &roster_sql[SHIFTS], DB_WITH(begin, end)), to);
	read_overrides(c, p, db_query(c, &roster_sql[OVERRIDES], DB_WITH(begin, end)), to);
}

void snapshot_duty(struct ctl *c, struct wall from, struct wall until, struct directory *ret)
{
	*ret = (struct directory){.agencies = NULL};
	struct people known = {.count = read_people(c, ret)};
	known.all = ret->people;
	read_roster(c, &known, from, until, &ret->roster);
	directory_index(c->arena, ret);
}

/* As far ahead as anybody plans. */
static const int64_t planned_us = INT64_C(100) * 366 * 86400 * 1000000;

void snapshot_directory(struct ctl *c, struct directory *ret)
{
	struct wall now = snapshot_now(c);
	snapshot_duty(c, now, (struct wall){now.us + planned_us}, ret); /* who is planned later counts for a policy */
	struct agency *agencies = read_agencies(c, &ret->agency_count);
	read_contacts(c, agencies, ret->agency_count);
	ret->agencies = agencies;
	directory_index(c->arena, ret);
}

const struct gazetteer *snapshot_gazetteer(struct ctl *c, const struct place_words *words, const char *home)
{
	const struct rows *r = ask(c, SQL_RULES_REGIONS), *other = ask(c, SQL_RULES_ALIASES);
	struct region *regions = arena_array(c->arena, struct region, (size_t)r->count + 1);
	struct region_alias *aliases = arena_array(c->arena, struct region_alias, (size_t)other->count + 1);
	if (r->count == 0)
		ctl_die("the database has no areas: run sigapctl regions import");
	for (int i = 0; i < r->count; i++)
		regions[i] = (struct region){.code = db_cell(r, i, 0), .name = db_cell(r, i, 1)};
	for (int i = 0; i < other->count; i++)
		aliases[i] = (struct region_alias){
		        .code = db_cell(other, i, 0), .alias = db_cell(other, i, 1), .kind = db_cell(other, i, 2)};
	return gazetteer_build(c->arena, words, regions, (size_t)r->count, aliases, (size_t)other->count, home);
}

const struct policy *snapshot_policy(struct ctl *c)
{
	const struct rows *r = ask(c, SQL_RULES_POLICY);
	if (r->count == 0)
		return NULL;
	struct buf faults;
	buf_init(&faults, FAULTS_MOST);
	const char *text = db_cell(r, 0, 1);
	const struct policy *policy = policy_read(c->arena, "policy in force", text, strlen(text), &faults);
	if (policy == NULL) {
		fputs(faults.data, stderr);
		ctl_die("the policy in force (version %s) cannot be read", db_cell(r, 0, 0));
	}
	buf_free(&faults);
	return policy;
}

int snapshot_utc_offset(struct ctl *c)
{
	const struct policy *policy = snapshot_policy(c);
	return policy != NULL ? policy->utc_offset_s : ZONE_WITA_S;
}

struct wall snapshot_now(struct ctl *c)
{
	static const struct pg_statement now = {"now", "select now()"};
	return db_time(db_cell(db_query(c, &now, DB_NONE), 0, 0));
}
