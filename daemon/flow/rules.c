/* rules: see rules.h. A load is a chain of reads, one at a time; the snapshot under construction is dropped whole when anything is amiss. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../io/sys.h"

enum { FILE_MOST = 8 * 1024 * 1024, LEXICON_FILES = 32 };

struct load {
	struct flow *flow;
	struct rules *rules;
	int step;
	void (*done)(void *ctx, const char *why);
	void *ctx;
	void (*next_done)(void *ctx, const char *why); /* a load asked for while this one runs; NULL: none */
	void *next_ctx;
	/* parts that are put together at the end */
	struct region *regions;
	size_t region_count;
	struct region_alias *aliases;
	size_t alias_count;
	struct agency *agencies;
	size_t agency_count;
	size_t known_count; /* of the directory's people and, after them, of those who left */
};

struct rules *rules_hold(struct rules *r)
{
	r->holders++;
	return r;
}

void rules_drop(struct rules **rules)
{
	struct rules *r = *rules;
	*rules = NULL;
	if (r != NULL && --r->holders == 0) {
		struct arena *a = r->arena;
		arena_free(&a);
	}
}

static char *copy(struct load *l, const struct pg_result *r, int row, int column)
{
	return pg_is_null(r, row, column)
	               ? NULL
	               : arena_strndup(l->rules->arena, pg_text(r, row, column), pg_length(r, row, column));
}

/* ---- one function for each statement: rows -> snapshot; NULL or what is wrong ---- */

static const char *read_key(struct load *l, const struct pg_result *r)
{
	if (r->rows != 1 || pg_length(r, 0, 0) != sizeof l->rules->link_key)
		return "the installation has no link key: run sigapctl migrate";
	memcpy(l->rules->link_key, pg_text(r, 0, 0), sizeof l->rules->link_key);
	l->rules->version = pg_bigint(r, 0, 1);
	db_clock_set(&l->flow->clock, pg_time(r, 0, 2));
	return NULL;
}

static const char *read_regions(struct load *l, const struct pg_result *r)
{
	l->region_count = (size_t)r->rows;
	l->regions = arena_array(l->rules->arena, struct region, l->region_count + 1);
	for (int i = 0; i < r->rows; i++)
		l->regions[i] = (struct region){.code = copy(l, r, i, 0), .name = copy(l, r, i, 1)};
	return NULL;
}

static const char *read_aliases(struct load *l, const struct pg_result *r)
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

static const char *read_agencies(struct load *l, const struct pg_result *r)
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
static const char *read_contacts(struct load *l, const struct pg_result *r)
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
static const char *read_people(struct load *l, const struct pg_result *r)
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

static const struct person *known_person(const struct load *l, const char *slug)
{
	const struct person *people = l->rules->directory.people;
	for (size_t i = 0; i < l->known_count; i++)
		if (strcmp(people[i].slug, slug) == 0)
			return &people[i];
	return NULL;
}

/* "ani budi": in turn. */
static void split_people(struct load *l, char *text, struct rotation *to)
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

static const char *read_rotations(struct load *l, const struct pg_result *r)
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

static const char *read_shifts(struct load *l, const struct pg_result *r)
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

static const char *read_overrides(struct load *l, const struct pg_result *r)
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

static const char *read_policy(struct load *l, const struct pg_result *r)
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

static const char *const role_names[] = {"source", "agency", "coordinator", "admin", "auditor"};
enum { ROLES = sizeof role_names / sizeof *role_names };

const char *role_name(enum role role)
{
	int i = 0;
	while (1u << i < (unsigned)role)
		i++;
	return role_names[i];
}

bool role_read(const char *name, enum role *ret)
{
	int i = name_index(role_names, ROLES, name);
	if (i >= 0)
		*ret = (enum role)(1 << i);
	return i >= 0;
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(((const struct identity *)a)->hash, ((const struct identity *)b)->hash, 32);
}

static const char *read_tokens(struct load *l, const struct pg_result *r)
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

static const struct {
	enum sql statement;
	const char *(*read)(struct load *l, const struct pg_result *r);
} steps[] = {
        {SQL_RULES_KEY, read_key}, /* first: its version dates the whole load */
        {SQL_RULES_REGIONS, read_regions},   {SQL_RULES_ALIASES, read_aliases},
        {SQL_RULES_AGENCIES, read_agencies}, {SQL_RULES_CONTACTS, read_contacts},
        {SQL_RULES_PEOPLE, read_people},     {SQL_RULES_ROTATIONS, read_rotations},
        {SQL_RULES_SHIFTS, read_shifts},     {SQL_RULES_OVERRIDES, read_overrides},
        {SQL_RULES_POLICY, read_policy},     {SQL_RULES_TOKENS, read_tokens},
};
enum { STEPS = sizeof steps / sizeof *steps };

/* ---- files ---- */

static const char *read_replies(struct load *l)
{
	struct arena *a = l->rules->arena;
	size_t len;
	const char *path = arena_printf(a, "%s/replies/replies.tsv", l->flow->conf->config_dir);
	const char *text = sys_read_file(a, path, FILE_MOST, &len);
	if (text == NULL)
		return arena_printf(a, "cannot read %s", path);
	struct buf faults;
	buf_init(&faults, 16 * 1024);
	l->rules->replies = replies_read(a, path, text, len, &faults);
	const char *why = l->rules->replies == NULL ? arena_strdup(a, faults.data) : NULL;
	buf_free(&faults);
	return why;
}

static const char *read_lexicon(struct load *l)
{
	struct arena *a = l->rules->arena;
	const char *folder = arena_printf(a, "%s/lexicon", l->flow->conf->config_dir);
	char **paths = sys_list_files(a, folder, ".tsv");
	struct lexicon_file files[LEXICON_FILES];
	size_t n = 0;
	for (; paths != NULL && paths[n] != NULL && n < LEXICON_FILES; n++) {
		files[n].name = paths[n];
		files[n].text = sys_read_file(a, paths[n], FILE_MOST, &files[n].len);
		if (files[n].text == NULL)
			return arena_printf(a, "cannot read %s", paths[n]);
	}
	if (n == 0)
		return arena_printf(a, "no lexicon in %s", folder);
	struct lexicon_fault fault = {.line = 0};
	l->rules->lexicon = lexicon_build(a, files, n, &fault);
	return l->rules->lexicon == NULL ? arena_printf(a, "%s:%d: %s", fault.file, fault.line, fault.detail) : NULL;
}

static const char *put_together(struct load *l)
{
	struct rules *r = l->rules;
	r->directory.agencies = l->agencies;
	r->directory.agency_count = l->agency_count;
	directory_index(r->arena, &r->directory);
	const char *why = read_lexicon(l);
	if (why != NULL)
		return why;
	r->gazetteer = gazetteer_build(r->arena, lexicon_place_words(r->lexicon), l->regions, l->region_count,
	                               l->aliases, l->alias_count, r->policy->regency);
	return read_replies(l);
}

/* ---- the chain ---- */

static void start(struct load *l, void (*done)(void *ctx, const char *why), void *ctx);
static void wake(struct flow *f, bool loaded);

static void end(struct load *l, const char *why)
{
	if (why == NULL) {
		rules_drop(&l->flow->rules);
		l->flow->rules = l->rules;
		log_info("rules.loaded", "version=%lld policy=%d regions=%zu agencies=%zu people=%zu",
		         (long long)l->rules->version, l->rules->policy_version, l->region_count, l->agency_count,
		         l->rules->directory.person_count);
		l->done(l->ctx, NULL);
	} else {
		char quoted[512];
		log_error("rules.refused", "why=%s", log_quote(why, quoted));
		l->done(l->ctx, why);
		rules_drop(&l->rules);
	}
	l->rules = NULL;
	if (l->next_done != NULL)
		start(l, l->next_done, l->next_ctx);
	wake(l->flow, why == NULL);
}

static void on_rows(void *ctx, const struct pg_result *r)
{
	struct load *l = ctx;
	const char *why = r->status == PG_OK ? steps[l->step].read(l, r) : "the database did not answer";
	if (why == NULL && ++l->step < STEPS) {
		store_read(l->flow->store, steps[l->step].statement, store_params(l->flow->store), on_rows, l);
		return;
	}
	end(l, why != NULL ? why : put_together(l));
}

static void start(struct load *l, void (*done)(void *ctx, const char *why), void *ctx)
{
	struct arena *a = arena_new();
	l->rules = arena_new_of(a, struct rules);
	l->rules->arena = a;
	l->rules->holders = 1;
	l->done = done;
	l->ctx = ctx;
	l->next_done = NULL;
	l->known_count = 0;
	l->step = 0;
	store_read(l->flow->store, steps[0].statement, store_params(l->flow->store), on_rows, l);
}

static struct load load; /* one daemon, one load at a time */

bool rules_loading(void)
{
	return load.rules != NULL;
}

void rules_load(struct flow *f, void (*done)(void *ctx, const char *why), void *ctx)
{
	load.flow = f;
	if (load.rules == NULL) {
		start(&load, done, ctx);
		return;
	}
	load.next_done = done;
	load.next_ctx = ctx;
}

/* ---- whoever needs them as new as the database's ---- */

struct waiter {
	struct flow *flow;
	int64_t version;
	void (*done)(void *ctx, const char *why);
	void *ctx;
	struct waiter *next;
};
static struct waiter *waiters;

static void on_loaded(void *ctx, const char *why)
{
	(void)ctx, (void)why; /* whoever waits is woken */
}

static void waiter_end(struct waiter *w, const char *why)
{
	w->done(w->ctx, why);
	free(w);
}

/* A load has ended: those whom it serves go on, and those whom nothing can serve. */
static void wake(struct flow *f, bool loaded)
{
	struct waiter *all = waiters, *next;
	waiters = NULL;
	for (struct waiter *w = all; w != NULL; w = next) {
		next = w->next;
		if (loaded && f->rules->version < w->version) {
			w->next = waiters;
			waiters = w;
		} else {
			waiter_end(w, loaded ? NULL : "the rules could not be read anew: what was in force stays so");
		}
	}
	if (waiters != NULL && !rules_loading())
		rules_load(f, on_loaded, NULL);
}

static void on_version(void *ctx, const struct pg_result *r)
{
	struct waiter *w = ctx;
	struct flow *f = w->flow;
	if (r->status != PG_OK || r->rows != 1 || f->rules == NULL) {
		waiter_end(w, "the database is away");
		return;
	}
	w->version = pg_bigint(r, 0, 1);
	if (f->rules->version >= w->version) {
		waiter_end(w, NULL);
		return;
	}
	w->next = waiters;
	waiters = w;
	if (!rules_loading())
		rules_load(f, on_loaded, NULL);
}

void rules_current(struct flow *f, void (*done)(void *ctx, const char *why), void *ctx)
{
	struct waiter *w = calloc(1, sizeof *w);
	if (w == NULL)
		abort();
	*w = (struct waiter){.flow = f, .done = done, .ctx = ctx};
	store_read(f->store, SQL_RULES_KEY, store_params(f->store), on_version, w);
}

const struct identity *rules_identity(const struct rules *r, const char *token)
{
	struct identity key;
	sha256(token, strlen(token), key.hash);
	return bsearch(&key, r->identities, r->identity_count, sizeof key, by_hash);
}

struct plan_setting rules_setting(const struct flow *f, const struct rules *r)
{
	return (struct plan_setting){
	        .policy = r->policy,
	        .directory = &r->directory,
	        .gazetteer = r->gazetteer,
	        .replies = r->replies,
	        .now = db_clock_now(&f->clock),
	        .link_base = f->link_base,
	        .link_key = r->link_key,
	        .new_id = uuid_make,
	};
}
