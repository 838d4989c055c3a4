/* alarm: see alarm.h. A list of what this daemon knows of, and two statements; what could not be written is tried again every few seconds. */
#include "alarm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "../../protocol/sms_text.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "deliver.h"
#include "rules.h"

enum {
	KEY_BYTES = 101,
	DETAIL_BYTES = 241, /* 120 characters */
	KNOWN_MOST = 256,
	TICK_S = 2,
	REFRESH_TICKS = 5,
	QUIET_S = 600,      /* an alarm that comes back sooner than this tells nobody anew */
	UNTOLD_AGAIN_S = 60 /* nobody could be told: look again for people then */
};

struct known {
	TAILQ_ENTRY(known) link;
	enum alarm_kind kind;
	char key[KEY_BYTES], detail[DETAIL_BYTES];
	struct mono since; /* when it was raised here */
	struct mono again; /* not written anew before */
	bool lasts;        /* a row in the database says so */
	bool raise, clear; /* still to be written; both: it came and went */
	bool writing, seen;
};
struct alarms {
	struct flow *flow;
	struct event *tick;
	TAILQ_HEAD(, known) list;
	int count, ticks;
	bool refreshing;
};

/* ---- people ---- */

static size_t add_person(const struct person *p, const struct person **ret, size_t n, size_t max)
{
	if (p == NULL || p->phone == NULL || n == max)
		return n;
	for (size_t i = 0; i < n; i++)
		if (strcmp(ret[i]->phone, p->phone) == 0)
			return n;
	ret[n] = p;
	return n + 1;
}

size_t alarm_people(const struct flow *f, enum alarm_kind kind, const struct person **ret, size_t max)
{
	const struct rules *r = f->rules;
	const struct alarm_rule *rule = &r->policy->alarms[kind];
	const struct person *duty[ALARM_PEOPLE];
	size_t n = 0, on_duty = 0;
	if (rule->duty)
		on_duty = directory_on_duty(&r->directory, db_clock_now(&f->clock), r->policy->regency, duty,
		                            ALARM_PEOPLE);
	for (size_t i = 0; i < on_duty; i++)
		n = add_person(duty[i], ret, n, max);
	for (size_t i = 0; i < sizeof rule->people / sizeof *rule->people && rule->people[i] != NULL; i++)
		n = add_person(directory_person(&r->directory, rule->people[i]), ret, n, max);
	for (size_t i = 0; n == 0 && i < r->directory.person_count; i++) /* nobody to be told: the coordinators */
		if (strcmp(r->directory.people[i].role, "coordinator") == 0)
			n = add_person(&r->directory.people[i], ret, n, 1);
	return n;
}

void alarm_text(const struct flow *f, const char *detail, struct buf *out)
{
	struct buf safe, whole;
	buf_init(&safe, 2048);
	buf_init(&whole, 4096);
	sms_transliterate(detail, &safe);
	const struct reply_value value = {"alasan", safe.data};
	replies_fill(f->rules->replies, "alarm", &value, 1, &whole);
	sms_fit(whole.data, 1, out);
	buf_free(&safe);
	buf_free(&whole);
}

/* ---- the list ---- */

/* Cut between characters: the database takes nothing else. */
static void keep_text(char *ret, size_t size, const char *text)
{
	snprintf(ret, size, "%s", text);
	size_t len = strlen(ret);
	if (text[len] != '\0')
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	ret[len] = '\0';
}

static struct known *find(const struct alarms *a, enum alarm_kind kind, const char *key)
{
	struct known *k;
	TAILQ_FOREACH(k, &a->list, link)
	{
		if (k->kind == kind && strncmp(k->key, key, KEY_BYTES - 1) == 0)
			return k;
	}
	return NULL;
}

static struct known *add(struct alarms *a, enum alarm_kind kind, const char *key)
{
	if (a->count == KNOWN_MOST) {
		log_error("alarm.too_many", "kind=%s", alarm_kind_names[kind]);
		return NULL;
	}
	struct known *k = calloc(1, sizeof *k);
	if (k == NULL)
		abort();
	k->kind = kind;
	k->since = mono_now();
	keep_text(k->key, sizeof k->key, key);
	TAILQ_INSERT_TAIL(&a->list, k, link);
	a->count++;
	return k;
}

static void forget(struct alarms *a, struct known *k)
{
	TAILQ_REMOVE(&a->list, k, link);
	a->count--;
	free(k);
}

static int seconds_since(struct mono then)
{
	int64_t s = (mono_now().us - then.us) / 1000000;
	return s > INT32_MAX ? INT32_MAX : (int)s;
}

static struct mono in_seconds(int s)
{
	return (struct mono){mono_now().us + (int64_t)s * 1000000};
}

static int repeat_s(const struct alarms *a, enum alarm_kind kind)
{
	return a->flow->rules == NULL ? QUIET_S : a->flow->rules->policy->alarms[kind].repeat_s;
}

/* ---- writing ---- */

static void write_next(struct alarms *a, struct known *k);

/* The answer names its alarm: by then it may be gone from the list. */
struct writing {
	struct alarms *alarms;
	enum alarm_kind kind;
	char key[KEY_BYTES];
};

static struct writing *writing_new(struct alarms *a, struct known *k)
{
	struct writing *w = calloc(1, sizeof *w);
	if (w == NULL)
		abort();
	w->alarms = a;
	w->kind = k->kind;
	memcpy(w->key, k->key, sizeof w->key);
	k->writing = true;
	return w;
}

static struct known *written(struct writing *w)
{
	struct known *k = find(w->alarms, w->kind, w->key);
	if (k != NULL)
		k->writing = false;
	free(w);
	return k;
}

static void on_raised(void *ctx, const struct pg_result *r)
{
	struct writing *w = ctx;
	struct alarms *a = w->alarms;
	struct known *k = written(w);
	if (k == NULL || r->status != PG_OK || r->rows == 0)
		return; /* the tick tries again */
	bool fresh = pg_bool(r, 0, 0), told = pg_bool(r, 0, 1);
	k->raise = false;
	k->lasts = k->seen = true;
	k->again = in_seconds(told || !fresh ? repeat_s(a, k->kind) : UNTOLD_AGAIN_S);
	if (fresh)
		metric_add(M_ALARMS_RAISED, 1);
	if (told)
		deliver_look(a->flow->deliver, 0);
	log_warn("alarm.raised", "kind=%s fresh=%d told=%d", alarm_kind_names[k->kind], fresh, told);
	write_next(a, k);
}

static void add_notices(const struct alarms *a, const struct known *k, struct pg_params *p)
{
	const struct person *people[ALARM_PEOPLE];
	size_t n = alarm_people(a->flow, k->kind, people, ALARM_PEOPLE);
	struct pg_array *ids = pg_array_new(PG_UUID), *phones = pg_array_new(PG_TEXT);
	struct buf text;
	buf_init(&text, 2048);
	alarm_text(a->flow, k->detail, &text);
	for (size_t i = 0; i < n; i++) {
		pg_array_uuid(ids, uuid_make());
		pg_array_text(phones, people[i]->phone);
	}
	pg_param_array(p, ids);
	pg_param_array(p, phones);
	pg_param_text(p, text.data);
	pg_array_free(&ids);
	pg_array_free(&phones);
	buf_free(&text);
}

static void write_raise(struct alarms *a, struct known *k)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_text(p, alarm_kind_names[k->kind]);
	pg_param_text(p, k->key);
	pg_param_text(p, k->detail);
	pg_param_int(p, seconds_since(k->since));
	add_notices(a, k, p);
	pg_param_int(p, repeat_s(a, k->kind));
	pg_param_int(p, QUIET_S);
	store_query(a->flow->store, SQL_RAISE_ALARM, p, on_raised, writing_new(a, k));
}

static void on_cleared(void *ctx, const struct pg_result *r)
{
	struct writing *w = ctx;
	struct alarms *a = w->alarms;
	struct known *k = written(w);
	if (k == NULL || r->status != PG_OK)
		return;
	log_info("alarm.cleared", "kind=%s", alarm_kind_names[k->kind]);
	k->clear = k->lasts = false;
	if (k->raise)
		write_next(a, k);
	else
		forget(a, k);
}

static void write_clear(struct alarms *a, struct known *k)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_text(p, alarm_kind_names[k->kind]);
	pg_param_text(p, k->key);
	store_query(a->flow->store, SQL_CLEAR_ALARM, p, on_cleared, writing_new(a, k));
}

static void on_recorded(void *ctx, const struct pg_result *r)
{
	struct writing *w = ctx;
	struct alarms *a = w->alarms;
	struct known *k = written(w);
	if (k == NULL || r->status != PG_OK)
		return;
	k->raise = k->clear = false;
	forget(a, k);
}

/* It came and went while the database was away: nobody need be told, but it is known. */
static void write_both(struct alarms *a, struct known *k)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_text(p, alarm_kind_names[k->kind]);
	pg_param_text(p, k->key);
	pg_param_text(p, k->detail);
	pg_param_int(p, seconds_since(k->since));
	pg_param_null(p);
	store_query(a->flow->store, SQL_RECORD_ALARM, p, on_recorded, writing_new(a, k));
}

static void write_next(struct alarms *a, struct known *k)
{
	if (k->writing || !a->flow->ready)
		return;
	if (k->raise && k->clear && !k->lasts)
		write_both(a, k);
	else if (k->clear)
		write_clear(a, k);
	else if (k->raise)
		write_raise(a, k);
}

/* ---- the two calls ---- */

void alarm_raise(struct flow *f, enum alarm_kind kind, const char *key, const char *detail)
{
	struct alarms *a = f->alarms;
	struct known *k = find(a, kind, key);
	if (k == NULL && (k = add(a, kind, key)) == NULL)
		return;
	k->clear = k->clear && k->writing; /* still there: what was to be cleared is not */
	if (k->lasts && mono_now().us < k->again.us && !k->clear)
		return;
	if (!k->raise)
		log_warn("alarm.seen", "kind=%s", alarm_kind_names[kind]);
	keep_text(k->detail, sizeof k->detail, detail);
	k->raise = true;
	write_next(a, k);
}

void alarm_clear(struct flow *f, enum alarm_kind kind, const char *key)
{
	struct known *k = find(f->alarms, kind, key);
	if (k == NULL || k->clear)
		return;
	k->clear = true;
	write_next(f->alarms, k);
}

void alarm_clear_others(struct flow *f, enum alarm_kind kind, const char *const *keys, size_t n)
{
	struct known *k, *next;
	for (k = TAILQ_FIRST(&f->alarms->list); k != NULL; k = next) {
		next = TAILQ_NEXT(k, link);
		bool lasts = k->kind != kind;
		for (size_t i = 0; i < n && !lasts; i++)
			lasts = strncmp(keys[i], k->key, KEY_BYTES - 1) == 0;
		if (!lasts && !k->clear) {
			k->clear = true;
			write_next(f->alarms, k);
		}
	}
}

bool alarm_lasts(const struct flow *f, enum alarm_kind kind, const char *key)
{
	const struct known *k = find(f->alarms, kind, key);
	return k != NULL && (k->lasts || k->raise) && !k->clear;
}

int alarm_age_s(const struct flow *f, enum alarm_kind kind, const char *key)
{
	const struct known *k = find(f->alarms, kind, key);
	return k == NULL ? -1 : seconds_since(k->since);
}

/* ---- what other daemons, and this one before its restart, have raised ---- */

static void note_row(struct alarms *a, const struct pg_result *r, int row)
{
	int kind = name_index(alarm_kind_names, ALARM_KINDS, pg_text(r, row, 0));
	struct known *k = kind < 0 ? NULL : find(a, (enum alarm_kind)kind, pg_text(r, row, 1));
	if (kind < 0)
		return;
	if (k == NULL && (k = add(a, (enum alarm_kind)kind, pg_text(r, row, 1))) != NULL) {
		keep_text(k->detail, sizeof k->detail, pg_text(r, row, 2));
		k->again =
		        in_seconds(pg_is_null(r, row, 3) ? UNTOLD_AGAIN_S : repeat_s(a, k->kind) - pg_int(r, row, 3));
	}
	if (k != NULL)
		k->lasts = k->seen = true;
}

static void on_refreshed(void *ctx, const struct pg_result *r)
{
	struct alarms *a = ctx;
	a->refreshing = false;
	if (r->status != PG_OK)
		return;
	struct known *k, *next;
	TAILQ_FOREACH(k, &a->list, link)
	{
		k->seen = k->writing; /* its own answer tells */
	}
	for (int row = 0; row < r->rows; row++)
		note_row(a, r, row);
	for (k = TAILQ_FIRST(&a->list); k != NULL; k = next) {
		next = TAILQ_NEXT(k, link);
		if (!k->seen && k->lasts && !k->raise)
			forget(a, k); /* another daemon cleared it */
	}
	metric_set(M_ALARMS_ACTIVE, r->rows);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct alarms *a = ctx;
	struct known *k, *next;
	if (!a->flow->ready)
		return;
	for (k = TAILQ_FIRST(&a->list); k != NULL; k = next) {
		next = TAILQ_NEXT(k, link);
		write_next(a, k);
	}
	if (a->ticks++ % REFRESH_TICKS != 0 || a->refreshing)
		return;
	struct pg_params *p = store_params(a->flow->store);
	pg_param_int(p, KNOWN_MOST);
	a->refreshing = true;
	store_query(a->flow->store, SQL_LOAD_ALARMS, p, on_refreshed, a);
}

struct alarms *alarm_open(struct flow *f)
{
	struct alarms *a = calloc(1, sizeof *a);
	if (a == NULL)
		abort();
	a->flow = f;
	TAILQ_INIT(&a->list);
	a->tick = event_new(f->base, -1, EV_PERSIST, on_tick, a);
	event_add(a->tick, &(struct timeval){.tv_sec = TICK_S});
	return a;
}

void alarm_close(struct alarms **alarms)
{
	struct alarms *a = *alarms;
	struct known *k;
	if (a == NULL)
		return;
	event_free(a->tick);
	while ((k = TAILQ_FIRST(&a->list)) != NULL)
		forget(a, k);
	free(a);
	*alarms = NULL;
}
