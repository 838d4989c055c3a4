/* gammu: see gammu.h. */
#include "gammu.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/channel/gammu.h"
#include "../../protocol/channel/kinds.h"
#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../base/log.h"
#include "../io/gammu_sql.h"
#include "alarm.h"
#include "deliver.h"
#include "gateway_counts.h"
#include "incoming.h"
#include "look.h"
#include "rules.h"

enum {
	INBOX_MOST = 200,
	RAW_MOST = 256 * 1024,
	SENT_MOST = 500,
	PATIENCE_S = 15, /* SMSD has waited for the parts itself (MultipartTimeout) and writes what it has in one go */
	SENT_MS = 2000,
	PHONES_MS = 10000,
	STALL_MS = 10000,
	OVERLAP_S = 5, /* seconds that are read again: rows may be written in an order other than their times */
	LOOK_BACK_S = 2 * 86400, /* at the start: what was told while nobody listened */
};
static const char mark[] = "sigap:"; /* "CreatorID" of our messages: this and the notice's id */

/* One SMSD. */
struct modem {
	struct gammu *all;
	const struct conf_gateway *gateway;
	struct pg *pg;
	struct pg_params *params;
	int64_t cursor; /* second of SMSD's clock up to which sentitems is known; 0: nothing yet */
	struct mono sent_at, phones_at;
	bool reading, reading_sent, reading_phones;
	bool more; /* inbox held more than was read at once */
};
struct gammu {
	struct flow *flow;
	const struct conf *conf; /* that the modems are of */
	struct modem modems[CONF_GATEWAYS];
	int count;
	struct look look;
};

/* ---- in ---- */

/* What one reading of inbox brought, until all of it is on disk. */
struct batch {
	struct modem *modem;
	struct arena *arena;
	int32_t *ids;
	int *message_of;
	int rows, waiting;
	bool *kept; /* by message */
	bool full;
};
struct arrived {
	struct batch *batch;
	int message;
};

static void on_taken(void *ctx, const struct pg_result *r)
{
	struct modem *m = ctx;
	m->reading = false;
	if (r->status == PG_OK && m->more)
		look_within(&m->all->look, 0);
}

/* Only what is on disk counts as taken; the rest is read again. */
static void finish(struct batch *b)
{
	struct modem *m = b->modem;
	struct arena *arena = b->arena; /* holds b */
	struct pg_array *ids = pg_array_new(PG_INT4);
	for (int i = 0; i < b->rows; i++)
		if (b->message_of[i] >= 0 && b->kept[b->message_of[i]])
			pg_array_int(ids, b->ids[i]);
	m->more = b->full && pg_array_count(ids) > 0;
	if (pg_array_count(ids) > 0 && m->pg != NULL) {
		pg_params_reset(m->params);
		pg_param_array(m->params, ids);
		pg_send(m->pg, SQL_GAMMU_TAKEN, m->params, on_taken, m);
	} else {
		m->reading = false;
	}
	pg_array_free(&ids);
	arena_free(&arena);
}

static void on_kept(struct incoming *in, bool kept)
{
	struct arrived *a = in->ctx;
	struct batch *b = a->batch;
	struct arena *arena = in->arena;
	struct gateway_counts *counts = in->flow->gateway_counts;
	b->kept[a->message] = kept;
	if (kept) {
		gateway_counts_add(counts, in->gateway->name, GATEWAY_MESSAGES, 1);
		gateway_counts_heard(counts, in->gateway->name);
	}
	arena_free(&arena);
	if (--b->waiting == 0)
		finish(b);
}

/* What its rows say, in the words of the script's call and with the rest that they tell. */
static void set_raw(struct incoming *in, const struct batch *b, const struct inbound_message *m, int message)
{
	struct buf raw;
	struct json_out j;
	char at[RFC3339_MAX];
	buf_init(&raw, RAW_MOST);
	json_out_init(&j, &raw);
	json_begin_object(&j);
	json_key(&j, "ids");
	json_begin_array(&j);
	for (int i = 0; i < b->rows; i++)
		if (b->message_of[i] == message)
			json_put_int(&j, b->ids[i]);
	json_end_array(&j);
	rfc3339_format(m->reported_at_us, at);
	json_member_string(&j, "from", m->from);
	json_member_string(&j, "smsc", m->smsc);
	json_member_string(&j, "received_at", at);
	json_member_string(&j, "text", in->text);
	json_end_object(&j);
	in->raw = arena_strndup(in->arena, raw.data, raw.len);
	in->raw_len = raw.len;
	in->content_type = "application/json";
	buf_free(&raw);
}

static void take(struct batch *b, const struct inbound_message *m, int message)
{
	struct incoming *in = incoming_new(b->modem->all->flow, b->modem->gateway, m);
	struct arrived *a = arena_new_of(in->arena, struct arrived);
	*a = (struct arrived){.batch = b, .message = message};
	set_raw(in, b, m, message);
	in->done = on_kept;
	in->ctx = a;
	incoming_take(in);
}

static struct gammu_row row_of(const struct modem *m, const struct pg_result *r, int row)
{
	return (struct gammu_row){
	        .id = pg_bigint(r, row, 0),
	        .phone_id = pg_text(r, row, 1),
	        .sender = pg_text(r, row, 2),
	        .smsc = pg_text(r, row, 3),
	        .text = pg_text(r, row, 4),
	        .hex = pg_text(r, row, 5),
	        .coding = pg_text(r, row, 6),
	        .udh = pg_text(r, row, 7),
	        .received_us = (pg_bigint(r, row, 8) - (int64_t)m->gateway->utc_offset_min * 60) * 1000000,
	        .age_s = pg_int(r, row, 9),
	};
}

static void on_inbox(void *ctx, const struct pg_result *r)
{
	struct modem *m = ctx;
	if (r->status != PG_OK || r->rows == 0) {
		m->reading = false;
		return;
	}
	struct arena *arena = arena_new();
	struct batch *b = arena_new_of(arena, struct batch);
	*b = (struct batch){.modem = m, .arena = arena, .rows = r->rows, .full = r->rows == INBOX_MOST};
	struct gammu_row *rows = arena_array(arena, struct gammu_row, (size_t)r->rows);
	b->ids = arena_array(arena, int32_t, (size_t)r->rows);
	b->message_of = arena_array(arena, int, (size_t)r->rows);
	for (int i = 0; i < r->rows; i++) {
		rows[i] = row_of(m, r, i);
		b->ids[i] = (int32_t)rows[i].id;
	}
	struct inbound all;
	inbound_init(&all);
	gammu_join(rows, (size_t)r->rows, PATIENCE_S, &all, b->message_of);
	b->kept = arena_array(arena, bool, all.message_count + 1);
	b->waiting = (int)all.message_count + 1; /* one is ours: the end comes after the last was handed over */
	for (size_t i = 0; i < all.message_count; i++)
		take(b, &all.messages[i], (int)i);
	inbound_free(&all);
	if (--b->waiting == 0)
		finish(b);
}

static void read_inbox(struct modem *m)
{
	m->reading = true;
	pg_params_reset(m->params);
	pg_param_text(m->params, m->gateway->phone_id);
	pg_param_int(m->params, INBOX_MOST);
	pg_send(m->pg, SQL_GAMMU_INBOX, m->params, on_inbox, m);
}

/* ---- what became of what was sent ---- */

struct told {
	struct modem *modem;
	int64_t cursor;
};

static void on_states_kept(void *ctx, const struct pg_result *r)
{
	struct told *t = ctx;
	struct flow *f = t->modem->all->flow;
	t->modem->reading_sent = false;
	if (r->status == PG_OK) {
		t->modem->cursor = t->cursor;
		gateway_counts_add(f->gateway_counts, t->modem->gateway->name, GATEWAY_REPORTS, (size_t)r->rows);
		if (r->rows > 0)
			gateway_counts_heard(f->gateway_counts, t->modem->gateway->name);
	}
	for (int row = 0; r->status == PG_OK && row < r->rows; row++)
		if (pg_bool(r, row, 1))
			deliver_reported(f->deliver, pg_uuid(r, row, 0), DELIVERY_FAILED);
	free(t);
}

static void on_sent(void *ctx, const struct pg_result *r)
{
	struct modem *m = ctx;
	if (r->status != PG_OK) {
		m->reading_sent = false;
		return;
	}
	struct told *t = calloc(1, sizeof *t);
	struct pg_array *a[5] = {pg_array_new(PG_UUID), pg_array_new(PG_TEXT), pg_array_new(PG_TEXT),
	                         pg_array_new(PG_INT4), pg_array_new(PG_INT4)};
	if (t == NULL)
		abort();
	int last = r->rows - 1;
	/* a full reading goes on where it ended, any other at SMSD's present second */
	*t = (struct told){m, (last == SENT_MOST ? pg_bigint(r, last - 1, 4) : pg_bigint(r, last, 4) - OVERLAP_S)};
	for (int row = 0; row < last; row++) {
		struct uuid notice;
		enum delivery_state state;
		if (!uuid_parse(pg_text(r, row, 0) + strlen(mark), &notice) || !gammu_state(pg_text(r, row, 1), &state))
			continue;
		pg_array_uuid(a[0], notice);
		pg_array_text(a[1], delivery_state_names[state]);
		pg_array_text(a[2], pg_text(r, row, 1));
		pg_array_int(a[3], pg_int(r, row, 2));
		pg_array_int(a[4], pg_int(r, row, 3));
	}
	if (pg_array_count(a[0]) > 0) {
		struct pg_params *p = store_params(m->all->flow->store);
		for (int i = 0; i < 5; i++)
			pg_param_array(p, a[i]);
		store_query(m->all->flow->store, SQL_KEEP_STATES, p, on_states_kept, t);
	} else {
		m->reading_sent = false;
		m->cursor = t->cursor;
		free(t);
	}
	for (int i = 0; i < 5; i++)
		pg_array_free(&a[i]);
}

static void read_sent(struct modem *m)
{
	m->reading_sent = true;
	pg_params_reset(m->params);
	pg_param_text(m->params, mark);
	pg_param_bigint(m->params, m->cursor);
	pg_param_int(m->params, SENT_MOST);
	pg_send(m->pg, SQL_GAMMU_SENT, m->params, on_sent, m);
}

/* ---- is the modem alive ---- */

static void on_phones(void *ctx, const struct pg_result *r)
{
	struct modem *m = ctx;
	struct flow *f = m->all->flow;
	m->reading_phones = false;
	if (r->status != PG_OK)
		return;
	char key[100], detail[120];
	snprintf(key, sizeof key, "%s modem", m->gateway->name);
	snprintf(detail, sizeof detail, "gerbang SMS %s: modem tidak melapor", m->gateway->name);
	if (r->rows > 0)
		alarm_raise(f, ALARM_GATEWAY_SILENT, key, detail);
	else
		alarm_clear(f, ALARM_GATEWAY_SILENT, key);
}

static void read_phones(struct modem *m)
{
	m->reading_phones = true;
	pg_params_reset(m->params);
	pg_param_text(m->params, m->gateway->phone_id);
	pg_send(m->pg, SQL_GAMMU_PHONES, m->params, on_phones, m);
}

/* ---- out ---- */

struct handing {
	send_done *done;
	void *ctx;
};

static void on_queued(void *ctx, const struct pg_result *r)
{
	struct handing *h = ctx;
	struct channel_answer a = {.transport = TRANSPORT_ANSWERED, .status = 200, .body = "", .error = ""};
	if (r->status == PG_OK && r->rows > 0) {
		a.body = pg_text(r, 0, 0);
	} else if (r->status == PG_FAILED) {
		a.status = 503;
		a.error = r->message;
	} else {
		a.transport = r->status == PG_DOWN ? TRANSPORT_NOT_SENT : TRANSPORT_BROKEN;
		a.status = 0;
		a.error = "SMSD's database is away";
	}
	struct verdict v = channel_gammu.judge(&a);
	h->done(h->ctx, &v, 0);
	free(h);
}

static struct modem *modem_of(struct gammu *g, const struct conf_gateway *gateway)
{
	for (int i = 0; i < g->count; i++)
		if (strcmp(g->modems[i].gateway->name, gateway->name) == 0)
			return &g->modems[i];
	return NULL;
}

/* What is known at once is still told from the loop. */
struct refusal {
	struct handing handing;
	struct verdict verdict;
};

static void on_refused(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct refusal *r = ctx;
	r->handing.done(r->handing.ctx, &r->verdict, 0);
	free(r);
}

static void refuse(struct flow *f, bool gateway_fault, const char *why, send_done *done, void *ctx)
{
	struct refusal *r = calloc(1, sizeof *r);
	if (r == NULL)
		abort();
	r->handing = (struct handing){done, ctx};
	r->verdict = (struct verdict){.outcome = OUTCOME_PERMANENT, .gateway_fault = gateway_fault};
	snprintf(r->verdict.detail, sizeof r->verdict.detail, "%s", why);
	event_base_once(f->base, -1, EV_TIMEOUT, on_refused, r, &(struct timeval){0});
}

static void queue(struct modem *m, const struct channel_contact *to, const struct channel_notice *notice,
                  const struct gammu_part *parts, int n, struct handing *h)
{
	char creator[sizeof mark + UUID_TEXT];
	snprintf(creator, sizeof creator, "%s%s", mark, notice->id);
	struct pg_array *a[3] = {pg_array_new(PG_TEXT), pg_array_new(PG_TEXT), pg_array_new(PG_TEXT)};
	pg_params_reset(m->params);
	pg_param_text(m->params, creator);
	pg_param_text(m->params, to->address);
	pg_param_text(m->params, m->gateway->phone_id);
	for (int i = 0; i < n; i++) {
		pg_array_text(a[0], parts[i].coding);
		pg_array_text(a[1], parts[i].udh);
		pg_array_textn(a[2], parts[i].text.data, parts[i].text.len);
	}
	for (int i = 0; i < 3; i++) {
		pg_param_array(m->params, a[i]);
		pg_array_free(&a[i]);
	}
	pg_send(m->pg, SQL_GAMMU_QUEUE, m->params, on_queued, h);
}

void gammu_send(struct flow *f, const struct conf_gateway *gateway, const struct channel_contact *to,
                const struct channel_notice *notice, send_done *done, void *ctx)
{
	struct gammu_part parts[SMS_MAX_PARTS];
	struct modem *m = modem_of(f->gammu, gateway);
	char why[160] = "";
	if (m == NULL) {
		refuse(f, true, "this gateway has no database: it only brings messages", done, ctx);
		return;
	}
	/* the reference of a long message: a number that two messages to one telephone rarely share */
	uint8_t ref[32];
	sha256(notice->id, strlen(notice->id), ref);
	int n = gammu_parts(notice->body, ref[0], parts, why, sizeof why);
	if (n == 0) {
		refuse(f, false, why, done, ctx);
		return;
	}
	struct handing *h = calloc(1, sizeof *h);
	if (h == NULL)
		abort();
	*h = (struct handing){done, ctx};
	queue(m, to, notice, parts, n, h);
	for (int i = 0; i < n; i++)
		buf_free(&parts[i].text);
}

/* ---- life ---- */

static void on_up(void *ctx, struct pg *pg)
{
	(void)pg;
	struct modem *m = ctx;
	log_info("gammu.up", "gateway=%s", m->gateway->name);
	alarm_clear(m->all->flow, ALARM_GATEWAY_SILENT, m->gateway->name);
	look_within(&m->all->look, 0);
}

static void on_down(void *ctx, struct pg *pg, const char *why)
{
	(void)pg;
	struct modem *m = ctx;
	char quoted[512], detail[120];
	log_error("gammu.down", "gateway=%s why=%s", m->gateway->name, log_quote(why, quoted));
	snprintf(detail, sizeof detail, "gerbang SMS %s: basis data SMSD tidak menjawab", m->gateway->name);
	if (m->all->flow->rules != NULL)
		alarm_raise(m->all->flow, ALARM_GATEWAY_SILENT, m->gateway->name, detail);
}

static bool idle(const struct gammu *g)
{
	for (int i = 0; i < g->count; i++)
		if (g->modems[i].reading || g->modems[i].reading_sent || g->modems[i].reading_phones ||
		    pg_in_flight(g->modems[i].pg) > 0)
			return false;
	return true;
}

void gammu_stop(struct gammu *g)
{
	for (int i = 0; i < g->count; i++)
		pg_close(&g->modems[i].pg);
}

static void close_modems(struct gammu *g)
{
	gammu_stop(g);
	for (int i = 0; i < g->count; i++)
		pg_params_free(&g->modems[i].params);
	g->count = 0;
}

static void open_modems(struct gammu *g)
{
	g->conf = g->flow->conf;
	for (int i = 0; i < g->conf->gateway_count; i++) {
		const struct conf_gateway *gateway = &g->conf->gateways[i];
		if (gateway->channel != &channel_gammu || gateway->database == NULL)
			continue;
		struct modem *m = &g->modems[g->count++];
		*m = (struct modem){.all = g, .gateway = gateway, .params = pg_params_new()};
		m->pg = pg_open(g->flow->base, gateway->name, gateway->database, gammu_sql_statements,
		                GAMMU_SQL_STATEMENTS, STALL_MS,
		                &(struct pg_handlers){.up = on_up, .down = on_down, .ctx = m});
	}
}

static void look_at(struct modem *m)
{
	struct mono now = mono_now();
	if (!pg_is_up(m->pg) || m->all->flow->draining || !m->all->flow->ready)
		return;
	if (m->cursor == 0)
		m->cursor = db_clock_now(&m->all->flow->clock).us / 1000000 - LOOK_BACK_S;
	if (!m->reading)
		read_inbox(m);
	if (!m->reading_sent && now.us >= m->sent_at.us) {
		m->sent_at.us = now.us + SENT_MS * 1000;
		read_sent(m);
	}
	if (!m->reading_phones && now.us >= m->phones_at.us) {
		m->phones_at.us = now.us + (int64_t)PHONES_MS * 1000;
		read_phones(m);
	}
}

static void on_look(void *ctx)
{
	struct gammu *g = ctx;
	if (g->conf != g->flow->conf && idle(g)) { /* reloaded */
		close_modems(g);
		open_modems(g);
	}
	for (int i = 0; i < g->count; i++)
		look_at(&g->modems[i]);
	look_within(&g->look, g->flow->conf->poll_ms);
}

struct gammu *gammu_open(struct flow *f)
{
	struct gammu *g = calloc(1, sizeof *g);
	if (g == NULL)
		abort();
	g->flow = f;
	look_open(&g->look, f->base, on_look, g);
	open_modems(g);
	look_within(&g->look, f->conf->poll_ms);
	return g;
}

void gammu_close(struct gammu **gammu)
{
	struct gammu *g = *gammu;
	if (g == NULL)
		return;
	close_modems(g);
	look_close(&g->look);
	free(g);
	*gammu = NULL;
}
