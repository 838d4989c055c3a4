/* snapshot: see snapshot.h. */
#include "snapshot.h"

#include <stdio.h>
#include <string.h>

#include "../io/sql.h"

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

static void read_people(struct ctl *c, struct directory *d)
{
	const struct rows *r = ask(c, SQL_RULES_PEOPLE);
	struct person *people = arena_array(c->arena, struct person, (size_t)r->count + 1);
	for (int i = 0; i < r->count; i++)
		people[i] = (struct person){.slug = db_cell(r, i, 0),
		                            .name = db_cell(r, i, 1),
		                            .phone = db_cell(r, i, 2),
		                            .role = db_cell(r, i, 3),
		                            .scope = db_cell(r, i, 4)};
	d->people = people;
	d->person_count = (size_t)r->count;
}

static void read_shifts(struct ctl *c, const struct rows *r, struct directory *d)
{
	struct shift *shifts = arena_array(c->arena, struct shift, (size_t)r->count + 1);
	for (int i = 0; i < r->count; i++) {
		const struct person *person = NULL; /* a retired person's shift counts no more */
		for (size_t p = 0; p < d->person_count && person == NULL; p++)
			if (strcmp(d->people[p].slug, db_cell(r, i, 0)) == 0)
				person = &d->people[p];
		if (person != NULL)
			shifts[d->shift_count++] = (struct shift){.person = person,
			                                          .role = db_cell(r, i, 1),
			                                          .from = db_time(db_cell(r, i, 2)),
			                                          .until = db_time(db_cell(r, i, 3))};
	}
	d->shifts = shifts;
}

void snapshot_directory(struct ctl *c, const struct rows *shifts, struct directory *ret)
{
	*ret = (struct directory){.agencies = NULL};
	struct agency *agencies = read_agencies(c, &ret->agency_count);
	read_contacts(c, agencies, ret->agency_count);
	ret->agencies = agencies;
	read_people(c, ret);
	read_shifts(c, shifts != NULL ? shifts : ask(c, SQL_RULES_SHIFTS), ret);
	directory_index(c->arena, ret);
}

const struct gazetteer *snapshot_gazetteer(struct ctl *c, const char *home)
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
	return gazetteer_build(c->arena, regions, (size_t)r->count, aliases, (size_t)other->count, home);
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

struct wall snapshot_now(struct ctl *c)
{
	static const struct pg_statement now = {"now", "select now()"};
	return db_time(db_cell(db_query(c, &now, DB_NONE), 0, 0));
}
