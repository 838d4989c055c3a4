/* stream_look: the looks of the live stream at the database (see stream_parts.h). A look is one statement; only when it finds something that somebody wants a second one reads
 * the rows of the board. What was sent is remembered as long as a look may find it again. While the database is away nothing is forgotten: the next look goes on from the last. */
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "stream_parts.h"

enum {
	QUICK_OVERLAP_US = 1000000, /* of most looks: nearly all commits take less */
	FULL_EVERY_US = 1000000,
	HAPPENINGS_MOST = 50000, /* in one look: more than this machine can write in the overlap */
	ROWS_MOST = 300,         /* of one batch: who needs more loads the board again */
	REST_LEAST_MS = 10,
	REST_TIMES = 3, /* a look rests so many times as long as it took: one in four moments at most is a look */
	REST_MOST_US = 1000000,
};

/* ---- what was sent ---- */

struct seen_key {
	struct uuid incident;
	int64_t what; /* number of the event; of what has none: its time */
};
struct stream_seen {
	struct seen_key key;
	int64_t at_us;
	UT_hash_handle hh;
};

static struct seen_key key_of(const struct happening *h)
{
	struct seen_key key;
	memset(&key, 0, sizeof key);
	key.incident = h->incident;
	key.what = h->number != 0 ? h->number : h->at.us;
	return key;
}

static bool is_seen(const struct stream *s, const struct happening *h)
{
	struct seen_key key = key_of(h);
	struct stream_seen *found;
	HASH_FIND(hh, s->seen, &key, sizeof key, found);
	return found != NULL;
}

static void remember(struct stream *s, const struct happening *h)
{
	if (is_seen(s, h))
		return;
	struct stream_seen *fresh = calloc(1, sizeof *fresh);
	if (fresh == NULL)
		abort();
	fresh->key = key_of(h);
	fresh->at_us = h->at.us;
	HASH_ADD(hh, s->seen, key, sizeof fresh->key, fresh);
}

/* What no look of somebody who has joined reaches any more. */
static void forget_before(struct stream *s, int64_t at_us)
{
	struct stream_seen *one, *next;
	HASH_ITER(hh, s->seen, one, next)
	{
		if (one->at_us >= at_us)
			continue;
		HASH_DEL(s->seen, one);
		free(one);
	}
}

/* ---- the end of a look ---- */

static void end_look(struct stream *s, bool answered)
{
	struct mono now = mono_now();
	struct arena *a = s->batch == NULL ? NULL : s->batch->arena;
	if (s->batch != NULL)
		HASH_CLEAR(hh, s->batch->rows);
	s->batch = NULL;
	arena_free(&a);
	s->looking = false;
	s->away = !answered;
	s->took_us = now.us - s->begun.us;
	s->ended = now;
	bool again = s->again && answered;
	s->again = false;
	if (s->count == 0)
		stream_look_rest(s);
	else
		stream_look_soon(s, again ? 0 : STREAM_POLL_MS);
}

static void finish(struct stream *s)
{
	struct stream_batch *b = s->batch;
	stream_tell(s, b);
	for (int i = 0; i < b->count; i++)
		remember(s, &b->list[i]);
	s->cursor = b->now;
	if (b->full) {
		s->full = s->begun;
		forget_before(s, b->now.us - 2 * (int64_t)STREAM_OVERLAP_US);
	}
	end_look(s, true);
}

/* ---- rows ---- */

static void on_rows(void *ctx, const struct pg_result *r)
{
	struct stream *s = ctx;
	struct stream_batch *b = s->batch;
	if (r->status != PG_OK) {
		end_look(s, false);
		return;
	}
	for (int row = 0; row < r->rows; row++) {
		struct stream_row *one = arena_new_of(b->arena, struct stream_row);
		one->incident = pg_uuid(r, row, 0);
		one->doc = arena_strdup(b->arena, pg_text(r, row, 1));
		one->region = arena_strdup(b->arena, pg_text(r, row, 2));
		one->last_event = arena_strdup(b->arena, pg_text(r, row, 3));
		HASH_ADD(hh, b->rows, incident, sizeof one->incident, one);
	}
	finish(s);
}

static bool is_wanted(const struct stream *s, const struct happening *h)
{
	const struct listener *l;
	LIST_FOREACH(l, &s->listeners, all)
	{
		if (stream_wants(l, h))
			return true;
	}
	return false;
}

/* The incidents that somebody wants to hear of. Returns how many, ROWS_MOST + 1 when there are more. */
static int collect(const struct stream *s, struct pg_array *ids)
{
	struct stream_batch *b = s->batch;
	struct stream_row *known = NULL, *one;
	int n = 0;
	for (int i = 0; i < b->count && n <= ROWS_MOST; i++) {
		const struct happening *h = &b->list[i];
		HASH_FIND(hh, known, &h->incident, sizeof h->incident, one);
		if (one != NULL || !is_wanted(s, h))
			continue;
		one = arena_new_of(b->arena, struct stream_row);
		one->incident = h->incident;
		HASH_ADD(hh, known, incident, sizeof one->incident, one);
		pg_array_uuid(ids, h->incident);
		n++;
	}
	HASH_CLEAR(hh, known);
	return n;
}

/* Too much to tell it piece by piece: those who come back load the board again; if that does not help, all do. Returns how many more. */
static int shed(struct stream *s, bool all)
{
	struct listener *l;
	int n = 0;
	LIST_FOREACH(l, &s->listeners, all)
	{
		if (l->lost || !l->asked || (!all && l->since.us == 0))
			continue;
		l->lost = true;
		n++;
	}
	return n;
}

static void read_rows(struct stream *s)
{
	struct pg_array *ids = pg_array_new(PG_UUID);
	int n = collect(s, ids);
	for (int round = 0; round < 2 && n > ROWS_MOST; round++) {
		shed(s, round == 1);
		pg_array_reset(ids);
		n = collect(s, ids);
	}
	struct pg_params *p = store_params(s->flow->store);
	pg_param_array(p, ids);
	pg_array_free(&ids);
	if (n == 0)
		finish(s);
	else
		store_live(s->flow->store, SQL_READ_ROWS, p, on_rows, s);
}

/* ---- the look ---- */

static void read_happening(struct stream *s, const struct pg_result *r, int row, struct happening *ret)
{
	struct stream_batch *b = s->batch;
	*ret = (struct happening){
	        .incident = pg_uuid(r, row, 1),
	        .number = pg_int(r, row, 2),
	        .at = pg_time(r, row, 3),
	        .moves = pg_bool(r, row, 4),
	        .doc = pg_is_null(r, row, 5) ? NULL : arena_strdup(b->arena, pg_text(r, row, 5)),
	};
	int64_t last_us = b->from.us < b->now.us ? b->from.us : b->now.us; /* the clock may have been set back */
	ret->fresh = b->from.us != 0 && ret->at.us > last_us - STREAM_OVERLAP_US && !is_seen(s, ret);
}

static void on_looked(void *ctx, const struct pg_result *r)
{
	struct stream *s = ctx;
	struct stream_batch *b = s->batch;
	if (r->status != PG_OK) {
		end_look(s, false);
		return;
	}
	b->now = pg_time(r, 0, 0);
	b->list = arena_array(b->arena, struct happening, (size_t)r->rows);
	for (int row = 0; row < r->rows; row++)
		if (!pg_is_null(r, row, 1))
			read_happening(s, r, row, &b->list[b->count++]);
	if (b->count == HAPPENINGS_MOST) {
		log_warn("stream.overflow", "happenings=%d", b->count);
		if (shed(s, false) > 0) { /* looked at again for the others: without the long way back it is less */
			s->again = true;
			end_look(s, true);
			return;
		}
		shed(s, true);
	}
	read_rows(s);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* From when on this look is interested in events; *ret_touched_us: in what has no event. */
static int64_t reach_us(struct stream *s, int64_t *ret_touched_us)
{
	struct stream_batch *b = s->batch;
	struct listener *l;
	int64_t last_us = s->cursor.us != 0 ? s->cursor.us : db_clock_now(&s->flow->clock).us;
	int64_t since_us = last_us - (b->full ? STREAM_OVERLAP_US : QUICK_OVERLAP_US);
	int64_t touched_us = b->full ? last_us - FULL_EVERY_US - QUICK_OVERLAP_US : INT64_MAX;
	LIST_FOREACH(l, &s->listeners, all)
	{
		l->asked = true;
		if (l->since.us == 0 || l->lost)
			continue;
		since_us = earlier(since_us, l->since.us - STREAM_OVERLAP_US);
		touched_us = earlier(touched_us, since_us);
	}
	*ret_touched_us = touched_us;
	return since_us;
}

static void on_time(void *ctx)
{
	struct stream *s = ctx;
	int64_t touched_us;
	if (s->count == 0 || s->looking)
		return;
	if (!store_is_up(s->flow->store)) {
		s->away = true;
		stream_look_soon(s, STREAM_POLL_MS);
		return;
	}
	struct arena *a = arena_new();
	s->looking = true;
	s->begun = mono_now();
	s->batch = arena_new_of(a, struct stream_batch);
	s->batch->arena = a;
	s->batch->from = s->cursor;
	s->batch->full = s->cursor.us == 0 || s->away || s->begun.us - s->full.us >= FULL_EVERY_US;
	struct pg_params *p = store_params(s->flow->store);
	pg_param_time(p, (struct wall){reach_us(s, &touched_us)});
	pg_param_time(p, (struct wall){touched_us});
	pg_param_int(p, HAPPENINGS_MOST);
	store_live(s->flow->store, SQL_LOOK_STREAM, p, on_looked, s);
}

void stream_look_soon(struct stream *s, int64_t after_ms)
{
	if (s->looking) {
		s->again |= after_ms == 0;
		return;
	}
	int64_t rest_us = s->took_us * REST_TIMES < REST_MOST_US ? s->took_us * REST_TIMES : REST_MOST_US;
	if (rest_us < REST_LEAST_MS * 1000)
		rest_us = REST_LEAST_MS * 1000;
	int64_t left_us = s->ended.us + rest_us - mono_now().us, after_us = after_ms * 1000;
	look_within_us(&s->look, after_us > left_us ? after_us : left_us);
}

void stream_look_rest(struct stream *s)
{
	if (s->looking)
		return; /* its end comes back here */
	forget_before(s, INT64_MAX);
	s->cursor.us = 0;
}

void stream_look_open(struct stream *s)
{
	look_open(&s->look, s->flow->base, on_time, s);
}

void stream_look_close(struct stream *s)
{
	look_close(&s->look);
	forget_before(s, INT64_MAX);
}
