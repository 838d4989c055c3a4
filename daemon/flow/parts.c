/* parts: see parts.h. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../base/fault.h"
#include "../base/metrics.h"
#include "../core/long_message.h"

enum {
	TICK_S = 1,
	LOOK_EVERY_MS = 15000,
	GRACE_S = 10, /* whoever kept the last part is joining them */
	SETS_MOST = 200,
	PARTS_MOST = 2000,
	TEXT_MOST = 512 * 1024,
};

struct parts {
	struct flow *flow;
	struct event *tick;
	struct mono tried;
	bool looked, looking;
};

/* What waits under one key; in an arena of its own. */
struct set {
	struct flow *flow;
	struct arena *arena;
	const struct conf_gateway *gateway;
	const char *sender, *recipient;
	int ref, total;
};
/* A message that was joined of parts and is on its way. */
struct joined {
	const char **ids;
	size_t count;
};

/* ---- joined ---- */

static void on_dropped(void *ctx, const struct pg_result *r)
{
	(void)ctx, (void)r; /* what still stands there is found again, and known by its key */
}

static void drop(struct flow *f, const char *gateway, const struct joined *j)
{
	struct pg_params *p = store_params(f->store);
	struct pg_array *ids = pg_array_new(PG_TEXT);
	for (size_t i = 0; i < j->count; i++)
		pg_array_text(ids, j->ids[i]);
	pg_param_text(p, gateway);
	pg_param_array(p, ids);
	pg_array_free(&ids);
	store_query(f->store, SQL_DROP_PARTS, p, on_dropped, NULL);
}

static void on_report_kept(struct incoming *in, bool kept)
{
	fault_point("parts.joined");
	if (kept)
		drop(in->flow, in->gateway->name, in->ctx);
	incoming_free(&in);
}

/* The same parts give the same key, whoever joins them and however often; other parts are another message. */
static void set_key(struct incoming *in, const struct long_message *m)
{
	struct buf raw;
	struct json_out j;
	buf_init(&raw, TEXT_MOST);
	json_out_init(&j, &raw);
	json_begin_object(&j);
	json_key(&j, "parts");
	json_begin_array(&j);
	for (int i = 0; i < m->total; i++) {
		if (m->parts[i] != NULL)
			json_put_string(&j, m->parts[i]->id);
		else
			json_put_null(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	in->raw = arena_strndup(in->arena, raw.data, raw.len);
	in->raw_len = raw.len;
	in->content_type = "application/json";
	in->external_id = incoming_hash_key(in->arena, in->raw, in->raw_len);
	buf_free(&raw);
}

static void send_on(const struct set *s, const struct long_message *m)
{
	struct inbound_message whole;
	inbound_message_init(&whole);
	inbound_copy_plain(whole.from, sizeof whole.from, s->sender);
	inbound_copy_plain(whole.to, sizeof whole.to, s->recipient);
	whole.truncated = m->present < m->total;
	struct buf text;
	buf_init(&text, TEXT_MOST);
	long_message_text(m, &text);
	buf_add(&whole.text, text.data, text.len);
	buf_free(&text);
	struct incoming *in = incoming_new(s->flow, s->gateway, &whole);
	inbound_message_free(&whole);
	struct conf_gateway *gateway = arena_new_of(in->arena, struct conf_gateway);
	*gateway = *s->gateway;
	gateway->name = arena_strdup(in->arena, gateway->name);
	in->gateway = gateway; /* s goes before in does */
	set_key(in, m);
	struct joined *j = arena_new_of(in->arena, struct joined);
	j->ids = arena_array(in->arena, const char *, m->id_count);
	for (size_t i = 0; i < m->id_count; i++)
		j->ids[j->count++] = arena_strdup(in->arena, m->ids[i]);
	in->done = on_report_kept;
	in->ctx = j;
	metric_add(m->present < m->total ? M_LONG_TRUNCATED : M_LONG_WHOLE, 1);
	incoming_take(in);
}

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct set *s = ctx;
	struct arena *a = s->arena;
	size_t n = r->status == PG_OK && s->flow->rules != NULL ? (size_t)r->rows : 0;
	struct long_part *parts = arena_array(a, struct long_part, n + 1);
	for (size_t i = 0; i < n; i++)
		parts[i] = (struct long_part){.id = arena_strdup(a, pg_text(r, (int)i, 0)),
		                              .number = pg_int(r, (int)i, 1),
		                              .text = arena_strdup(a, pg_text(r, (int)i, 2)),
		                              .received = pg_time(r, (int)i, 3),
		                              .sent = pg_time(r, (int)i, 4)};
	struct wall now = n > 0 ? pg_time(r, 0, 5) : (struct wall){0};
	struct long_message *messages;
	int wait_s = s->gateway->parts_wait_s;
	size_t count = long_message_sort(a, parts, n, s->total, wait_s, &messages);
	for (size_t i = 0; i < count; i++)
		if (long_message_is_due(&messages[i], now, wait_s))
			send_on(s, &messages[i]);
	arena_free(&a);
}

static void load(struct flow *f, const char *gateway, const char *sender, const char *recipient, int ref, int total)
{
	struct arena *a = arena_new();
	struct set *s = arena_new_of(a, struct set);
	*s = (struct set){.flow = f,
	                  .arena = a,
	                  .gateway = incoming_gateway(a, f, gateway),
	                  .sender = arena_strdup(a, sender),
	                  .recipient = arena_strdup(a, recipient),
	                  .ref = ref,
	                  .total = total};
	struct pg_params *p = store_params(f->store);
	pg_param_text(p, gateway);
	pg_param_text(p, sender);
	pg_param_text(p, recipient);
	pg_param_int(p, ref);
	pg_param_int(p, total);
	pg_param_int(p, PARTS_MOST);
	store_query(f->store, SQL_LOAD_PARTS, p, on_loaded, s);
}

/* ---- a part comes ---- */

struct part {
	struct incoming *in;
	const char *sender, *recipient;
	int ref, total;
};

static void on_part_kept(void *ctx, const struct pg_result *r)
{
	const struct part *part = ctx;
	struct incoming *in = part->in;
	bool kept = r->status == PG_OK;
	fault_point("parts.kept");
	if (kept && pg_bool(r, 0, 0))
		load(in->flow, in->gateway->name, part->sender, part->recipient, part->ref, part->total);
	in->done(in, kept);
}

bool parts_is_part(const struct inbound_message *m)
{
	return m->part_total > 1 && m->part_total <= LONG_MESSAGE_PARTS && m->part_number >= 1 &&
	       m->part_number <= m->part_total;
}

void parts_take(struct incoming *in, const struct inbound_message *m)
{
	struct part *part = arena_new_of(in->arena, struct part);
	*part = (struct part){.in = in,
	                      .sender = arena_strdup(in->arena, m->from),
	                      .recipient = arena_strdup(in->arena, m->to),
	                      .ref = m->part_ref,
	                      .total = m->part_total};
	struct pg_params *p = store_params(in->flow->store);
	pg_param_uuid(p, uuid_make());
	pg_param_text(p, in->gateway->name);
	pg_param_text(p, in->external_id);
	pg_param_bytes(p, in->fingerprint, sizeof in->fingerprint);
	pg_param_text(p, in->content_type);
	pg_param_bytes(p, in->raw, in->raw_len);
	pg_param_text(p, part->sender);
	pg_param_text(p, part->recipient);
	pg_param_int(p, part->ref);
	pg_param_int(p, m->part_number);
	pg_param_int(p, part->total);
	if (m->has_reported_at)
		pg_param_time(p, (struct wall){m->reported_at_us});
	else
		pg_param_null(p);
	pg_param_text(p, in->text);
	store_query(in->flow->store, SQL_KEEP_PART, p, on_part_kept, part);
}

/* ---- the look ---- */

static void on_finished(void *ctx, const struct pg_result *r)
{
	(void)ctx, (void)r; /* when it is not written the next look is */
}

static void on_found(void *ctx, const struct pg_result *r)
{
	struct parts *w = ctx;
	w->looking = false;
	if (r->status != PG_OK)
		return;
	w->looked = true;
	for (int i = 0; i < r->rows; i++)
		load(w->flow, pg_text(r, i, 0), pg_text(r, i, 1), pg_text(r, i, 2), pg_int(r, i, 3), pg_int(r, i, 4));
	struct pg_params *p = store_params(w->flow->store);
	pg_param_text(p, "parts");
	pg_param_uuid(p, w->flow->owner);
	store_query(w->flow->store, SQL_FINISH_TASK, p, on_finished, NULL);
}

/* The shortest wait among the gateways: which of them is due is decided message by message. */
static int shortest_wait_s(const struct conf *c)
{
	int wait_s = PARTS_WAIT_S;
	for (int i = 0; i < c->gateway_count; i++)
		wait_s = c->gateways[i].parts_wait_s < wait_s ? c->gateways[i].parts_wait_s : wait_s;
	return wait_s;
}

static void on_claimed(void *ctx, const struct pg_result *r)
{
	struct parts *w = ctx;
	if (r->status != PG_OK || r->rows == 0) {
		w->looking = false;
		return;
	}
	struct pg_params *p = store_params(w->flow->store);
	pg_param_int(p, w->looked ? GRACE_S : 0);
	pg_param_int(p, shortest_wait_s(w->flow->conf));
	pg_param_int(p, SETS_MOST);
	store_query(w->flow->store, SQL_FIND_PARTS, p, on_found, w);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct parts *w = ctx;
	struct flow *f = w->flow;
	if (!f->ready || f->draining || f->rules == NULL || w->looking)
		return;
	if (w->tried.us != 0 && w->looked && mono_now().us - w->tried.us < INT64_C(1000) * LOOK_EVERY_MS)
		return;
	w->tried = mono_now();
	w->looking = true;
	struct pg_params *p = store_params(f->store);
	pg_param_text(p, "parts");
	pg_param_uuid(p, f->owner);
	pg_param_int(p, w->looked ? LOOK_EVERY_MS : 0);
	store_query(f->store, SQL_CLAIM_TASK, p, on_claimed, w);
}

struct parts *parts_open(struct flow *f)
{
	struct parts *w = calloc(1, sizeof *w);
	if (w == NULL)
		abort();
	w->flow = f;
	w->tick = event_new(f->base, -1, EV_PERSIST, on_tick, w);
	event_add(w->tick, &(struct timeval){.tv_sec = TICK_S});
	return w;
}

void parts_close(struct parts **parts)
{
	struct parts *w = *parts;
	if (w == NULL)
		return;
	event_free(w->tick);
	free(w);
	*parts = NULL;
}
