/* rules_read: rows of the database into a snapshot of the rules, one function for each statement: NULL or what is wrong. */
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "rules_parts.h"

static char *copy(struct rules_load *l, const struct pg_result *r, int row, int column)
{
	return pg_is_null(r, row, column)
	               ? NULL
	               : arena_strndup(l->rules->arena, pg_text(r, row, column), pg_length(r, row, column));
}

/* ---- one function for each statement: rows -> snapshot; NULL or what is wrong ---- */

static const char *read_key(struct rules_load *l, const struct pg_result *r)
{
	if (r->rows != 1 || pg_length(r, 0, 0) != sizeof l->rules->link_key)
		return "the installation has no link key: run sigapctl migrate";
	memcpy(l->rules->link_key, pg_text(r, 0, 0), sizeof l->rules->link_key);
	l->rules->version = pg_bigint(r, 0, 1);
	db_clock_set(&l->flow->clock, pg_time(r, 0, 2));
	return NULL;
}

static const char *read_regions(struct rules_load *l, const struct pg_result *r)
{
	l->region_count = (size_t)r->rows;
	l->regions = arena_array(l->rules->arena, struct region, l->region_count + 1);
	for (int i = 0; i < r->rows; i++)
		l->regions[i] = (struct region){.code = copy(l, r, i, 0), .name = copy(l, r, i, 1)};
	return NULL;
}

static const char *read_aliases(struct rules_load *l, const struct pg_result *r)
{
	l->alias_count = (size_t)r->rows;
	l->aliases = arena_array(l->rules->arena, struct region_alias, l->alias_count + 1);
	for (int i = 0; i < r->rows; i++)
		l->aliases[i] = (struct region_alias){
		        .code = copy(l, r, i, 0), .alias = copy(l, r, i, 1), .kind = copy(l, r, i, 2)};
	return NULL;
}

/* "64.09.01 64.09.02" -> array of strings. */
static void split_jurisdiction(struct arena *a, char *text, struct agency *to)
{
	size_t n = 0;
	for (const char *p = text; *p != '\0'; p++)
		n += *p == ' ';
	const char **codes = arena_array(a, const char *, n + 1);
	char *rest = NULL;
	for (char *code = strtok_r(text, " ", &rest); code != NULL; code = strtok_r(NULL, " ", &rest))
		codes[to->jurisdiction_count++] = code;
	to->jurisdiction = codes;
}

static const char *read_agencies(struct rules_load *l, const struct pg_result *r)
{
	l->agency_count = (size_t)r->rows;
	l->agencies = arena_array(l->rules->arena, struct agency, l->agency_count + 1);
	for (int i = 0; i < r->rows; i++) {
		struct agency *a = &l->agencies[i];
		int kind = name_index(agency_kind_names, AGENCY_KINDS, pg_text(r, i, 2));
		if (kind < 0)
			return "an agency has an unknown kind";
		*a = (struct agency){.slug = copy(l, r, i, 0),
		                     .name = copy(l, r, i, 1),
		                     .kind = (enum agency_kind)kind,
		                     .retired = pg_bool(r, i, 4)};
		split_jurisdiction(l->rules->arena, copy(l, r, i, 3), a);
	}
	return NULL;
}

/* Contacts come ordered by agency, agencies by slug: one walk joins them. */
static const char *read_contacts(struct rules_load *l, const struct pg_result *r)
{
	struct contact *contacts = arena_array(l->rules->arena, struct contact, (size_t)r->rows + 1);
	size_t at = 0;
	for (int i = 0; i < r->rows; i++) {
		while (at < l->agency_count && strcmp(l->agencies[at].slug, pg_text(r, i, 1)) != 0)
			at++;
		int channel = name_index(channel_kind_names, CHANNELS, pg_text(r, i, 2));
		if (at == l->agency_count || channel < 0)
			return "a contact belongs to no agency or has an unknown channel";
		struct agency *agency = &l->agencies[at];
		contacts[i] = (struct contact){.id = pg_uuid(r, i, 0),
		                               .channel = (enum channel_kind)channel,
		                               .address = copy(l, r, i, 3),
		                               .secret = copy(l, r, i, 4),
		                               .allow_private = pg_bool(r, i, 5),
		                               .agency = agency};
		if (agency->contact_count == 0)
			agency->contacts = &contacts[i];
		agency->contact_count++;
	}
	return NULL;
}

/* Those who left stand behind the directory's people: the roster still names them. */
static const char *read_people(struct rules_load *l, const struct pg_result *r)
{
	struct person *people = arena_array(l->rules->arena, struct person, (size_t)r->rows + 1);
	for (int i = 0; i < r->rows; i++) {
		people[i] = (struct person){.slug = copy(l, r, i, 0),
		                            .name = copy(l, r, i, 1),
		                            .phone = copy(l, r, i, 2),
		                            .role = copy(l, r, i, 3),
		                            .scope = copy(l, r, i, 4),
		                            .left = pg_bool(r, i, 5)};
		l->rules->directory.person_count += !people[i].left;
	}
	l->rules->directory.people = people;
	l->known_count = (size_t)r->rows;
	return NULL;
}

static const struct person *known_person(const struct rules_load *l, const char *slug)
{
	const struct person *people = l->rules->directory.people;
	for (size_t i = 0; i < l->known_count; i++)
		if (strcmp(people[i].slug, slug) == 0)
			return &people[i];
	return NULL;
}

/* "ani budi": in turn. */
static void split_people(struct rules_load *l, char *text, struct rotation *to)
{
	size_t n = 1;
	for (const char *p = text; *p != '\0'; p++)
		n += *p == ' ';
	const struct person **people = arena_array(l->rules->arena, const struct person *, n);
	char *rest = NULL;
	for (char *slug = strtok_r(text, " ", &rest); slug != NULL; slug = strtok_r(NULL, " ", &rest))
		people[to->count++] = known_person(l, slug);
	to->people = people;
}

static const char *read_rotations(struct rules_load *l, const struct pg_result *r)
{
	struct rotation *rotations = arena_array(l->rules->arena, struct rotation, (size_t)r->rows + 1);
	for (int i = 0; i < r->rows; i++) {
		rotations[i] = (struct rotation){.slug = copy(l, r, i, 0),
		                                 .role = copy(l, r, i, 1),
		                                 .from = pg_time(r, i, 3),
		                                 .until = pg_time(r, i, 5),
		                                 .shift_s = pg_int(r, i, 4)};
		split_people(l, copy(l, r, i, 2), &rotations[i]);
		if (rotations[i].count == 0)
			return "a rotation has no people";
	}
	l->rules->directory.roster.rotations = rotations;
	l->rules->directory.roster.rotation_count = (size_t)r->rows;
	return NULL;
}

static const char *read_shifts(struct rules_load *l, const struct pg_result *r)
{
	struct single_shift *shifts = arena_array(l->rules->arena, struct single_shift, (size_t)r->rows + 1);
	for (int i = 0; i < r->rows; i++)
		shifts[i] = (struct single_shift){.person = known_person(l, pg_text(r, i, 0)),
		                                  .role = copy(l, r, i, 1),
		                                  .from = pg_time(r, i, 2),
		                                  .until = pg_time(r, i, 3),
		                                  .id = pg_uuid(r, i, 4)};
	l->rules->directory.roster.shifts = shifts;
	l->rules->directory.roster.shift_count = (size_t)r->rows;
	return NULL;
}

static const char *read_overrides(struct rules_load *l, const struct pg_result *r)
{
	struct override *overrides = arena_array(l->rules->arena, struct override, (size_t)r->rows + 1);
	for (int i = 0; i < r->rows; i++)
		overrides[i] =
		        (struct override){.role = copy(l, r, i, 0),
		                          .from = pg_time(r, i, 1),
		                          .until = pg_time(r, i, 2),
		                          .made = pg_time(r, i, 3),
		                          .person = pg_is_null(r, i, 4) ? NULL : known_person(l, pg_text(r, i, 4)),
		                          .instead_of = pg_is_null(r, i, 5) ? NULL : known_person(l, pg_text(r, i, 5)),
		                          .swap = pg_bool(r, i, 6),
		                          .id = pg_uuid(r, i, 7)};
	l->rules->directory.roster.overrides = overrides;
	l->rules->directory.roster.override_count = (size_t)r->rows;
	return NULL;
}

static const char *read_policy(struct rules_load *l, const struct pg_result *r)
{
	if (r->rows == 0)
		return "no policy is in force: run sigapctl policy apply";
	struct buf faults;
	buf_init(&faults, 16 * 1024);
	l->rules->policy_version = pg_int(r, 0, 0);
	l->rules->policy = policy_read(l->rules->arena, "policy", copy(l, r, 0, 1), pg_length(r, 0, 1), &faults);
	if (l->rules->policy == NULL)
		log_error("rules.policy_unusable", "version=%d faults=\"%.300s\"", l->rules->policy_version,
		          faults.data);
	buf_free(&faults);
	return l->rules->policy == NULL ? "the policy in force cannot be read" : NULL;
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(((const struct identity *)a)->hash, ((const struct identity *)b)->hash, 32);
}

static const char *read_tokens(struct rules_load *l, const struct pg_result *r)
{
	struct identity *ids = arena_array(l->rules->arena, struct identity, (size_t)r->rows + 1);
	for (int i = 0; i < r->rows; i++) {
		enum role role;
		if (!role_read(pg_text(r, i, 1), &role) || pg_length(r, i, 0) != 32)
			return "a token has an unknown role or a malformed hash";
		ids[i] = (struct identity){.role = role,
		                           .agency = copy(l, r, i, 2),
		                           .scope = copy(l, r, i, 3),
		                           .name = copy(l, r, i, 4),
		                           .expires = pg_time(r, i, 5)};
		memcpy(ids[i].hash, pg_text(r, i, 0), 32);
	}
	qsort(ids, (size_t)r->rows, sizeof *ids, by_hash);
	l->rules->identities = ids;
	l->rules->identity_count = (size_t)r->rows;
	return NULL;
}

const struct identity *rules_identity(const struct rules *r, const char *token)
{
	struct identity key;
	sha256(token, strlen(token), key.hash);
	return bsearch(&key, r->identities, r->identity_count, sizeof key, by_hash);
}

const struct rules_step rules_steps[] = {
        {SQL_RULES_KEY, read_key}, /* first: its version dates the whole load */
        {SQL_RULES_REGIONS, read_regions},   {SQL_RULES_ALIASES, read_aliases},
        {SQL_RULES_AGENCIES, read_agencies}, {SQL_RULES_CONTACTS, read_contacts},
        {SQL_RULES_PEOPLE, read_people},     {SQL_RULES_ROTATIONS, read_rotations},
        {SQL_RULES_SHIFTS, read_shifts},     {SQL_RULES_OVERRIDES, read_overrides},
        {SQL_RULES_POLICY, read_policy},     {SQL_RULES_TOKENS, read_tokens},
};
const int rules_step_count = sizeof rules_steps / sizeof *rules_steps;
