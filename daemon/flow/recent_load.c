/* recent_load: what is in the database becomes known here: the last 72 hours at the start, other daemons' reports from then on, and suggestions go there. */
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "recent_parts.h"
#include "rules.h"

enum { PAGE = 500, FLUSH_MS = 20, OVERLAP_MS = 3000, CATCH_UP_MINUTES = 10, CATCH_UP_MOST = 200 };

/* ---- rows ---- */

enum { R_ID, R_AT, R_INCIDENT, R_NUMBER, R_ENDED, R_TEXT, R_PLACE, R_LAT, R_LON, R_TRIAGE, R_PHONE, R_SOURCE };

static double number_in(const cJSON *object, const char *name)
{
	const cJSON *value = json_member(object, name);
	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

/* What a comparison needs of the triage as it was rendered. */
static void read_triage(const char *text, size_t len, struct triage *ret)
{
	struct json_fault fault;
	*ret = (struct triage){.type = TYPE_UNSURE};
	cJSON *tree = json_parse(text, len, &fault);
	if (tree == NULL)
		return;
	const char *type = json_string(tree, "type"), *village = json_string(tree, "village_code");
	int index = type != NULL ? name_index(incident_type_names, INCIDENT_TYPES, type) : -1;
	ret->type = index >= 0 ? (enum incident_type)index : TYPE_UNSURE;
	ret->type_confidence = number_in(tree, "confidence");
	ret->place.confidence = number_in(tree, "place_confidence");
	if (village != NULL)
		snprintf(ret->place.code, sizeof ret->place.code, "%s", village);
	cJSON_Delete(tree);
}

static const char *text_or_null(const struct pg_result *r, int row, int column)
{
	return pg_is_null(r, row, column) ? NULL : pg_text(r, row, column);
}

static void read_row(struct recent *recent, const struct pg_result *r, int row, struct duplicate_facts *ret)
{
	struct triage t;
	bool placed = !pg_is_null(r, row, R_LAT);
	read_triage(pg_text(r, row, R_TRIAGE), pg_length(r, row, R_TRIAGE), &t);
	recent_read_row(recent, text_or_null(r, row, R_TEXT), text_or_null(r, row, R_PLACE),
	                text_or_null(r, row, R_PHONE), &t, placed, placed ? pg_double(r, row, R_LAT) : 0,
	                placed ? pg_double(r, row, R_LON) : 0, pg_time(r, row, R_AT), ret);
}

/* The incident of the row, known afterwards. ret_new: it was not, or not with this report. */
static struct known *learn(struct recent *recent, const struct pg_result *r, int row, bool newest,
                           struct duplicate_facts *ret)
{
	struct known *k = recent_known(recent, pg_uuid(r, row, R_INCIDENT));
	read_row(recent, r, row, ret);
	if (k == NULL)
		k = recent_add(recent, pg_uuid(r, row, R_INCIDENT), ret, newest);
	else
		recent_add_facts(recent, k, ret);
	if (uuid_is_nil(k->report))
		k->report = pg_uuid(r, row, R_ID);
	k->ended |= pg_bool(r, row, R_ENDED);
	return k;
}

/* The lowest id that a report of that time can have (UUIDv7: the first 48 bits are Unix milliseconds; RFC 9562). */
static struct uuid lowest_id(int64_t ms)
{
	struct uuid id = {{0}};
	for (int i = 0; i < 6; i++)
		id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	return id;
}

static int64_t ms_of(struct uuid id)
{
	int64_t ms = 0;
	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.b[i];
	return ms;
}

/* ---- the start ---- */

static void load_page(struct recent *r, struct uuid below);

/* A suggestion that a crash took with it is made again: the pairs of the last minutes. */
static void catch_up(struct recent *r)
{
	struct known *k;
	struct recent_match m;
	int n = 0;
	int64_t since_us = db_clock_now(&r->flow->clock).us - (int64_t)CATCH_UP_MINUTES * 60 * 1000000;
	TAILQ_FOREACH(k, &r->all, age)
	{
		if (k->facts[0].at.us < since_us || ++n > CATCH_UP_MOST)
			return;
		if (k->ended)
			continue;
		recent_find_but(r, &k->facts[0], false, k->incident, &m);
		const struct known *other = m.answer == DUPLICATE_SUGGEST ? recent_known(r, m.incident) : NULL;
		if (other != NULL && memcmp(other->incident.b, k->incident.b, sizeof k->incident.b) < 0)
			recent_suggest(r, k->incident, k->report, &m);
	}
}

static void loaded(struct recent *r)
{
	void (*ready)(void *ctx) = r->ready;
	r->loaded = true;
	r->reading = false;
	r->ready = NULL;
	log_info("recent.loaded", "incidents=%zu", r->count);
	catch_up(r);
	if (ready != NULL)
		ready(r->ctx);
}

static void on_page(void *ctx, const struct pg_result *r)
{
	struct recent *recent = ctx;
	struct duplicate_facts facts;
	if (r->status != PG_OK || recent->flow->rules == NULL) {
		loaded(recent);
		return;
	}
	for (int row = 0; row < r->rows; row++)
		learn(recent, r, row, false, &facts);
	if (r->rows < PAGE || recent->count >= KNOWN_MOST)
		loaded(recent);
	else
		load_page(recent, pg_uuid(r, r->rows - 1, R_ID));
}

static void load_page(struct recent *r, struct uuid below)
{
	struct pg_params *p = store_params(r->flow->store);
	int64_t now_ms = wall_now().us / 1000;
	pg_param_uuid(p, lowest_id(now_ms - (int64_t)WINDOW_H * 3600 * 1000));
	pg_param_uuid(p, below);
	pg_param_int(p, PAGE);
	store_query(r->flow->store, SQL_LOAD_RECENT, p, on_page, r);
}

void recent_load(struct recent *r, void (*ready)(void *ctx), void *ctx)
{
	if (r->loaded || r->reading) {
		ready(ctx);
		return;
	}
	struct uuid highest;
	memset(&highest, 0xff, sizeof highest);
	r->ready = ready;
	r->ctx = ctx;
	r->reading = true;
	r->seen = lowest_id(wall_now().us / 1000 - OVERLAP_MS);
	load_page(r, highest);
}

/* ---- other daemons ---- */

/* Another daemon's report came while this one could not know: what should have been attached is suggested. */
static void compare_row(struct recent *recent, const struct pg_result *r, int row)
{
	struct recent_match m;
	struct duplicate_facts facts;
	bool known = recent_known(recent, pg_uuid(r, row, R_INCIDENT)) != NULL;
	const struct known *k = learn(recent, r, row, true, &facts);
	if (known || k->ended)
		return;
	recent_find_but(recent, &facts, false, k->incident, &m);
	if (m.answer == DUPLICATE_SUGGEST)
		recent_suggest(recent, k->incident, pg_uuid(r, row, R_ID), &m);
}

static void on_followed(void *ctx, const struct pg_result *r)
{
	struct recent *recent = ctx;
	recent->reading = false;
	if (r->status != PG_OK || recent->flow->rules == NULL)
		return;
	for (int row = 0; row < r->rows; row++)
		compare_row(recent, r, row);
	if (r->rows == 0)
		return;
	/* commits do not come in the order of ids: the last seconds are read once more, unless there is more than that to read */
	struct uuid last = pg_uuid(r, r->rows - 1, R_ID), before = lowest_id(ms_of(last) - OVERLAP_MS);
	if (r->rows == PAGE)
		recent->seen = last;
	else if (memcmp(before.b, recent->seen.b, sizeof before.b) > 0)
		recent->seen = before;
}

void recent_follow(struct recent *r, struct uuid newest)
{
	struct mono now = mono_now();
	if (!uuid_equal(newest, r->newest)) {
		r->newest = newest;
		r->moved = now;
	}
	bool quiet = now.us - r->moved.us > (int64_t)(OVERLAP_MS + 1000) * 1000;
	if (!r->loaded || r->reading || quiet || memcmp(newest.b, r->seen.b, sizeof newest.b) <= 0)
		return;
	r->reading = true;
	struct pg_params *p = store_params(r->flow->store);
	pg_param_uuid(p, r->seen);
	pg_param_int(p, PAGE);
	store_query(r->flow->store, SQL_FOLLOW_RECENT, p, on_followed, r);
}

/* ---- suggestions ---- */

/* A commit under way may still come to nothing. */
static bool in_flight(const struct recent *r, const struct suggestion *s)
{
	const struct known *one = recent_known(r, s->incident), *other = recent_known(r, s->other);
	return (one != NULL && one->in_flight) || (other != NULL && other->in_flight);
}

static void forget(struct recent *r)
{
	for (int i = 0; i < r->waiting_count; i++)
		free(r->waiting[i].reasons);
	r->waiting_count = 0;
}

static void on_suggested(void *ctx, const struct pg_result *r)
{
	(void)ctx;
	if (r->status != PG_OK)
		log_warn("recent.suggestion_lost", "why=\"the database is away\"");
}

static void flush(void *ctx)
{
	struct recent *r = ctx;
	int left = 0;
	for (int a = 0; a < 5; a++)
		pg_array_reset(r->arrays[a]);
	for (int i = 0; i < r->waiting_count; i++) {
		struct suggestion *s = &r->waiting[i];
		if (in_flight(r, s)) {
			r->waiting[left++] = *s;
			continue;
		}
		pg_array_uuid(r->arrays[0], s->incident);
		pg_array_uuid(r->arrays[1], s->other);
		pg_array_uuid(r->arrays[2], s->report);
		pg_array_double(r->arrays[3], s->score);
		pg_array_text(r->arrays[4], s->reasons);
		free(s->reasons);
	}
	r->waiting_count = left;
	if (left > 0)
		look_within(&r->flush, FLUSH_MS);
	int ready = pg_array_count(r->arrays[0]);
	if (ready == 0)
		return;
	metric_add(M_DUPLICATES_SUGGESTED, ready);
	struct pg_params *p = store_params(r->flow->store);
	for (int a = 0; a < 5; a++)
		pg_param_array(p, r->arrays[a]);
	store_query(r->flow->store, SQL_SUGGEST_DUPLICATES, p, on_suggested, r);
}

const char *recent_reasons(struct arena *a, const struct duplicate_verdict *v)
{
	struct buf out;
	struct json_out j;
	buf_init(&out, 4096);
	json_out_init(&j, &out);
	json_begin_array(&j);
	for (size_t i = 0; i < v->reason_count; i++)
		json_put_string(&j, v->reasons[i]);
	json_end_array(&j);
	const char *text = arena_strndup(a, out.data, out.len);
	buf_free(&out);
	return text;
}

void recent_suggest(struct recent *r, struct uuid incident, struct uuid report, const struct recent_match *m)
{
	struct known *other = recent_known(r, m->incident);
	if (other == NULL || r->waiting_count == WAITING_MOST || ++other->suggested > SUGGESTED_MOST)
		return;
	struct arena *a = arena_new();
	/* ids are in the order of time: a pair that two daemons find is one row, the newer incident first */
	bool newer = memcmp(incident.b, m->incident.b, sizeof incident.b) > 0;
	r->waiting[r->waiting_count++] =
	        (struct suggestion){newer ? incident : m->incident, newer ? m->incident : incident, report,
	                            m->verdict.score, strdup(recent_reasons(a, &m->verdict))};
	arena_free(&a);
	look_within(&r->flush, FLUSH_MS);
}

void recent_flush_open(struct recent *r)
{
	static const enum pg_type types[] = {PG_UUID, PG_UUID, PG_UUID, PG_FLOAT8, PG_JSON};
	for (int a = 0; a < 5; a++)
		r->arrays[a] = pg_array_new(types[a]);
	look_open(&r->flush, r->flow->base, flush, r);
}

void recent_flush_close(struct recent *r)
{
	forget(r);
	look_close(&r->flush);
	for (int a = 0; a < 5; a++)
		pg_array_free(&r->arrays[a]);
}
