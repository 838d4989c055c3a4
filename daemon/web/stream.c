/* stream: see stream.h. Listeners: who they are, what each is sent, how long. Cursors are the database's time of a look, so that whoever comes back gets everything after it
 * (and some of what was before once more), whichever daemon he reaches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/spooled.h"
#include "../io/http_stream.h"
#include "stream_parts.h"

enum {
	LISTENERS_MOST = 200,
	TICK_S = 5,
	CHECK_TICKS = 4,                    /* who may listen is asked again so often */
	RETRY_MS = 1000,                    /* a browser comes back after that */
	PIECE_MOST_BYTES = 8 * 1024 * 1024, /* about as much as the largest board */
	HISTORY_S = 3600,                   /* older cursors are not resumed */
	AHEAD_S = 60,                       /* nor those from the future, as after the clock was set back */
	CURSOR_DIGITS = 16,
	CURSOR_TEXT = CURSOR_DIGITS + 1,
};

/* ---- cursors ---- */

static void cursor_format(struct wall at, char ret[CURSOR_TEXT])
{
	snprintf(ret, CURSOR_TEXT, "%016llx", (unsigned long long)at.us);
}

/* False when it is none, or too old to go on from. */
static bool cursor_read(const char *text, struct wall now, struct wall *ret)
{
	if (strlen(text) != CURSOR_DIGITS || strspn(text, "0123456789abcdef") != CURSOR_DIGITS || text[0] > '7')
		return false;
	ret->us = (int64_t)strtoull(text, NULL, 16);
	if (ret->us < now.us - (int64_t)HISTORY_S * 1000000 || ret->us > now.us + (int64_t)AHEAD_S * 1000000)
		return false;
	if (ret->us > now.us)
		*ret = now;
	return true;
}

/* ---- words ---- */

static void begin_message(struct buf *out, const char *event, struct wall cursor)
{
	char id[CURSOR_TEXT];
	buf_addf(out, "event: %s\n", event);
	if (cursor.us != 0) {
		cursor_format(cursor, id);
		buf_addf(out, "id: %s\n", id);
	}
	buf_adds(out, "data: ");
}

static void put_state(struct buf *out, const struct stream *s, const struct listener *hello, struct wall now)
{
	struct json_out j;
	char text[RFC3339_MAX];
	rfc3339_format(now.us, text);
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "now", text);
	if (hello != NULL)
		json_member_bool(&j, "resumed", hello->since.us != 0 && !hello->lost);
	if (s->away)
		json_member_string(&j, "database", "away");
	if (s->away && spooled_is_open(s->flow))
		json_member_int(&j, "spooled", spooled_waiting(s->flow));
	json_end_object(&j);
	buf_adds(out, "\n\n");
}

static void put_hello(struct buf *out, struct listener *l, struct wall cursor, struct wall now)
{
	buf_addf(out, "retry: %d\n", RETRY_MS);
	begin_message(out, "hello", l->since.us != 0 && !l->lost ? l->since : cursor);
	put_state(out, l->stream, l, now);
	l->greeted = true;
}

static void put_tick(struct buf *out, const struct stream *s, struct wall cursor, struct wall now)
{
	begin_message(out, "tick", cursor);
	put_state(out, s, NULL, now);
}

static void put_reset(struct buf *out)
{
	buf_adds(out, "event: reset\ndata: {}\n\n");
}

/* ---- telling ---- */

bool stream_wants(const struct listener *l, const struct happening *h)
{
	if (!l->asked || l->lost)
		return false;
	return l->since.us != 0 ? h->at.us > l->since.us - STREAM_OVERLAP_US : h->fresh;
}

static struct stream_row *row_of(const struct stream_batch *b, const struct happening *h)
{
	struct stream_row *row;
	HASH_FIND(hh, b->rows, &h->incident, sizeof h->incident, row);
	return row;
}

/* One happening for one listener. False: its incident may have left the listener's area, whose board shows it still. */
static bool put_happening(struct buf *out, const struct listener *l, const struct stream_batch *b,
                          const struct happening *h)
{
	struct stream_row *row = row_of(b, h);
	if (row == NULL)
		return true;
	if (!access_covers(l->who, NULL, row->region))
		return !h->moves;
	if (h->doc == NULL && row->told == l)
		return true;
	begin_message(out, "incident", l->since.us != 0 ? l->since : b->from);
	buf_addf(out, "{\"event\":%s,\"incident\":%s}\n\n", h->doc != NULL ? h->doc : row->last_event, row->doc);
	row->told = l;
	return true;
}

/* What has an event comes first: the rest only where the row was not shown by it. */
static void put_happenings(struct buf *out, const struct listener *l, const struct stream_batch *b)
{
	bool moved = false;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < b->count; i++)
			if ((b->list[i].doc == NULL) == (pass == 1) && stream_wants(l, &b->list[i]))
				moved |= !put_happening(out, l, b, &b->list[i]);
	if (moved)
		put_reset(out);
}

static void put_all(struct buf *out, struct listener *l, const struct stream_batch *b, bool greeted)
{
	if (!greeted)
		put_hello(out, l, b->now, b->now);
	size_t before = out->len;
	if (l->lost)
		put_reset(out);
	else
		put_happenings(out, l, b);
	if (out->len > before) /* from here on it knows all that was before this look */
		put_tick(out, l->stream, b->now, b->now);
}

static void tell(struct listener *l, const struct stream_batch *b)
{
	struct buf out;
	bool greeted = l->greeted;
	buf_init(&out, PIECE_MOST_BYTES);
	put_all(&out, l, b, greeted);
	if (out.failed) { /* to load the board again is less */
		l->lost = true;
		buf_reset(&out);
		put_all(&out, l, b, greeted);
	}
	l->since.us = 0;
	l->asked = l->lost = false;
	if (out.len > 0)
		http_stream_send(l->request, out.data, out.len);
	buf_free(&out);
}

void stream_tell(struct stream *s, const struct stream_batch *b)
{
	struct listener *l;
	s->away = false;
	LIST_FOREACH(l, &s->listeners, all)
	{
		if (l->asked)
			tell(l, b);
	}
}

/* ---- listeners ---- */

/* A question on its way: it may outlive its listener. */
struct stream_check {
	struct arena *arena;
	struct listener *listener; /* NULL: gone */
};

static void forget(struct listener *l)
{
	struct stream *s = l->stream;
	if (l->check != NULL)
		l->check->listener = NULL;
	LIST_REMOVE(l, all);
	if (--s->count > 0)
		return;
	event_del(s->tick);
	stream_look_rest(s);
}

static void on_closed(void *ctx)
{
	forget(ctx);
}

/* In order, from our side. */
static void end(struct listener *l)
{
	struct http_request *r = l->request;
	forget(l);
	http_stream_end(r);
}

static void on_checked(void *ctx, bool lasts)
{
	struct stream_check *c = ctx;
	struct listener *l = c->listener;
	struct arena *a = c->arena;
	if (l != NULL)
		l->check = NULL;
	if (l != NULL && !lasts)
		end(l);
	arena_free(&a);
}

/* May it listen still? It may be gone after this. */
static void check(struct listener *l)
{
	if (l->check != NULL)
		return;
	struct arena *a = arena_new();
	l->check = arena_new_of(a, struct stream_check);
	*l->check = (struct stream_check){a, l};
	access_check_again(l->stream->flow, l->request, a, on_checked, l->check);
}

static void greet_without_look(struct listener *l, struct buf *out)
{
	struct wall now = db_clock_now(&l->stream->flow->clock);
	if (l->since.us == 0 && !l->lost)
		l->since = now; /* nothing that happens from now on is missed */
	put_hello(out, l, now, now);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct stream *s = ctx;
	struct listener *l, *next;
	struct wall now = db_clock_now(&s->flow->clock);
	bool due = ++s->ticks % CHECK_TICKS == 0;
	for (l = LIST_FIRST(&s->listeners); l != NULL && due; l = next) {
		next = LIST_NEXT(l, all);
		check(l);
	}
	LIST_FOREACH(l, &s->listeners, all)
	{
		struct buf out;
		buf_init(&out, 4096);
		if (!l->greeted)
			greet_without_look(l, &out);
		put_tick(&out, s, l->since.us != 0 || l->lost ? (struct wall){0} : s->cursor, now);
		http_stream_send(l->request, out.data, out.len);
		buf_free(&out);
	}
}

/* Last-Event-ID, as a browser sends it when it comes back; else cursor in the query. */
static const char *cursor_asked(const struct http_request *r)
{
	const char *id = http_header(r, "Last-Event-ID");
	struct form query;
	if (id != NULL || !form_parse(r->query, r->query_len, &query))
		return id;
	const char *value = form_value(&query, "cursor");
	id = value == NULL || value[0] == '\0' ? NULL : arena_strdup(r->arena, value);
	form_free(&query);
	return id;
}

static void join(struct stream *s, struct listener *l)
{
	static const struct timeval every = {.tv_sec = TICK_S};
	LIST_INSERT_HEAD(&s->listeners, l, all);
	if (++s->count == 1)
		event_add(s->tick, &every);
	if (!store_is_up(s->flow->store)) {
		struct buf out;
		buf_init(&out, 4096);
		s->away = true;
		greet_without_look(l, &out);
		http_stream_send(l->request, out.data, out.len);
		buf_free(&out);
	}
	stream_look_soon(s, 0);
}

void stream_get(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct stream *s = f->stream;
	if (f->draining) {
		busy_reply(r, "the daemon is stopping");
		return;
	}
	if (s->count >= LISTENERS_MOST) {
		busy_reply(r, "too many listen already");
		return;
	}
	struct listener *l = arena_new_of(r->arena, struct listener);
	*l = (struct listener){.stream = s, .request = r, .who = access_identity(r)};
	const char *cursor = cursor_asked(r);
	l->lost = cursor != NULL && !cursor_read(cursor, db_clock_now(&f->clock), &l->since);
	if (l->lost)
		l->since.us = 0;
	if (http_stream_begin(r, "text/event-stream", "X-Accel-Buffering: no\n", on_closed, l))
		join(s, l);
}

void stream_wake(struct stream *s)
{
	if (s->count > 0)
		stream_look_soon(s, 0);
}

/* ---- life ---- */

struct stream *stream_open(struct flow *f)
{
	struct stream *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->flow = f;
	s->tick = event_new(f->base, -1, EV_PERSIST, on_tick, s);
	stream_look_open(s);
	return s;
}

void stream_drain(struct stream *s)
{
	while (!LIST_EMPTY(&s->listeners))
		end(LIST_FIRST(&s->listeners));
}

void stream_close(struct stream **stream)
{
	struct stream *s = *stream;
	if (s == NULL)
		return;
	stream_drain(s);
	stream_look_close(s);
	event_free(s->tick);
	free(s);
	*stream = NULL;
}
