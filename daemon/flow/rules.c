/* rules: see rules.h. A load is a chain of reads, one at a time; the snapshot under construction is dropped whole when anything is amiss. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../io/sys.h"
#include "rules_parts.h"

enum { FILE_MOST = 8 * 1024 * 1024, LEXICON_FILES = 32 };

struct rules *rules_new(void)
{
	struct arena *a = arena_new();
	struct rules *r = arena_new_of(a, struct rules);
	r->arena = a;
	r->holders = 1;
	return r;
}

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

/* ---- files ---- */

static const char *read_replies(struct rules_load *l)
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

static const char *read_lexicon(struct rules_load *l)
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

const char *rules_put_together(struct rules_load *l)
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

void rules_log(const char *event, const struct rules_load *l)
{
	log_info(event, "version=%lld policy=%d regions=%zu agencies=%zu people=%zu", (long long)l->rules->version,
	         l->rules->policy_version, l->region_count, l->agency_count, l->rules->directory.person_count);
}

/* ---- the chain ---- */

static void start(struct rules_load *l);
static void wake(struct flow *f, bool loaded);

static void add_asker(struct rules_load *l, void (*done)(void *ctx, const char *why), void *ctx)
{
	struct rules_asker **last = &l->later, *asker = calloc(1, sizeof *asker);
	if (asker == NULL)
		abort();
	*asker = (struct rules_asker){.done = done, .ctx = ctx};
	while (*last != NULL)
		last = &(*last)->next;
	*last = asker;
}

static void answer_askers(struct rules_load *l, const char *why)
{
	while (l->askers != NULL) {
		struct rules_asker *asker = l->askers;
		l->askers = asker->next;
		asker->done(asker->ctx, why);
		free(asker);
	}
}

static void end(struct rules_load *l, const char *why)
{
	rules_end_saving(l, why == NULL);
	if (why == NULL) {
		rules_drop(&l->flow->rules);
		l->flow->rules = l->rules;
		rules_log("rules.loaded", l);
		answer_askers(l, NULL);
	} else {
		char quoted[512];
		log_error("rules.refused", "why=%s", log_quote(why, quoted));
		answer_askers(l, why);
		rules_drop(&l->rules);
	}
	l->rules = NULL;
	if (l->later != NULL)
		start(l);
	wake(l->flow, why == NULL);
}

/* Not with what people ask for: a daemon that has its database back needs the rules even when nobody can ask yet, and they may take their time. */
static void ask(struct rules_load *l, pg_done *done)
{
	struct store *s = l->flow->store;
	store_query(s, rules_steps[l->step].statement, store_params(s), done, l);
}

static void on_rows(void *ctx, const struct pg_result *r)
{
	struct rules_load *l = ctx;
	const char *why = r->status == PG_OK ? rules_steps[l->step].read(l, r) : "the database did not answer";
	if (why == NULL)
		rules_save(l, r);
	if (why == NULL && ++l->step < rules_step_count) {
		ask(l, on_rows);
		return;
	}
	end(l, why != NULL ? why : rules_put_together(l));
}

static void start(struct rules_load *l)
{
	l->rules = rules_new();
	l->askers = l->later;
	l->later = NULL;
	l->known_count = 0;
	l->step = 0;
	rules_begin_saving(l);
	ask(l, on_rows);
}

static struct rules_load load; /* one daemon, one load at a time */

bool rules_loading(void)
{
	return load.rules != NULL;
}

void rules_load(struct flow *f, void (*done)(void *ctx, const char *why), void *ctx)
{
	load.flow = f;
	add_asker(&load, done, ctx);
	if (load.rules == NULL)
		start(&load);
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
