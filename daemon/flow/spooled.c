/* spooled: see spooled.h. One drain at a time, one record after the other: committed or taken, then dropped; a crash in between repeats it, which its key makes harmless. */
#include "spooled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../io/spool_doc.h"
#include "alarm.h"
#include "escalate.h"
#include "incoming_doc.h"
#include "parts.h"

enum {
	AT_ONCE_MS = 3000, /* as long as a report waits for the database that is there */
	DOC_MOST = 8 * 1024 * 1024,
	TICK_S = 2
};

struct drain {
	enum spool_kind kind;
	void (*done)(void *ctx);
	void *ctx;
};
struct spooled {
	struct flow *flow;
	struct spool *spool;
	struct event *tick;
	bool draining, stopped;
	struct drain now, then; /* the one under way; the one asked for meanwhile, done NULL: none */
	/* the record under way */
	int64_t seq;
	struct arena *arena;
	struct uuid id; /* of the report whose key the database knows */
	int64_t from,
	        behind; /* where this drain of messages began, and where the next will: after one that was not taken; 0: with the first */
	struct mono stuck_since;
};

bool spooled_is_open(const struct flow *f)
{
	return spooled_file(f) != NULL && !f->draining;
}

struct spool *spooled_file(const struct flow *f)
{
	const struct spooled *s = f->spooled;
	return s != NULL && !s->stopped && spool_is_usable(s->spool) ? s->spool : NULL;
}

bool spooled_takes(const struct flow *f)
{
	return spooled_is_open(f) && !store_is_up(f->store);
}

bool spooled_is_stuck(const struct flow *f)
{
	return f->ready && spooled_waiting(f) > 0;
}

bool spooled_at_once(const struct flow *f)
{
	return spooled_takes(f) && store_away_ms(f->store) > AT_ONCE_MS;
}

int64_t spooled_waiting(const struct flow *f)
{
	const struct spooled *s = f->spooled;
	return s == NULL || s->stopped ? 0 : spool_count(s->spool, SPOOL_REPORT) + spool_count(s->spool, SPOOL_MESSAGE);
}

int spooled_fullness(const struct flow *f)
{
	const struct spooled *s = f->spooled;
	if (s == NULL || s->stopped)
		return 0;
	return spool_is_usable(s->spool) ? spool_fullness(s->spool) : 100;
}

void spooled_measure(const struct flow *f)
{
	const struct spooled *s = f->spooled;
	if (s == NULL || s->stopped)
		return;
	metric_set(M_SPOOL_REPORTS, (double)spool_count(s->spool, SPOOL_REPORT));
	metric_set(M_SPOOL_MESSAGES, (double)spool_count(s->spool, SPOOL_MESSAGE));
	metric_set(M_SPOOL_REFUSED, (double)spool_refused(s->spool));
	metric_set(M_SPOOL_NUMBERS, spool_numbers(s->spool));
	metric_set(M_SPOOL_USABLE, spool_is_usable(s->spool));
}

/* ---- keeping a report ---- */

struct keeping {
	struct spooled *spooled;
	struct spool_record record;
	bool leases; /* notices of it leave from memory */
	void (*done)(void *ctx, enum spool_end end, const struct spool_record *known);
	void *ctx;
};

static void on_report_put(void *ctx, enum spool_end end, const struct spool_record *known)
{
	struct keeping *k = ctx;
	fault_point("spool.report_kept");
	if (end == SPOOL_KEPT) {
		metric_add(M_SPOOLED_REPORTS, 1);
		if (k->leases)
			store_hold_attempts(k->spooled->flow->store, true);
	}
	k->done(k->ctx, end, known);
}

void spooled_report(struct flow *f, struct arena *a, const struct store_report *r,
                    void (*done)(void *ctx, enum spool_end end, const struct spool_record *known), void *ctx)
{
	struct keeping *k = arena_new_of(a, struct keeping);
	struct buf doc;
	*k = (struct keeping){.spooled = f->spooled, .done = done, .ctx = ctx};
	buf_init(&doc, DOC_MOST);
	spool_doc_write(r, &doc);
	if (doc.failed) {
		buf_free(&doc);
		done(ctx, SPOOL_NOT, NULL);
		return;
	}
	k->record = (struct spool_record){.kind = SPOOL_REPORT,
	                                  .gateway = r->gateway,
	                                  .external_id = r->external_id,
	                                  .id = r->id,
	                                  .number = r->plan->number,
	                                  .doc = arena_strndup(a, doc.data, doc.len),
	                                  .doc_len = doc.len};
	memcpy(k->record.fingerprint, r->fingerprint, sizeof k->record.fingerprint);
	buf_free(&doc);
	for (size_t i = 0; i < r->plan->notice_count; i++)
		k->leases |= r->leased[i];
	spool_put(f->spooled->spool, &k->record, on_report_put, k);
}

void spooled_find(struct flow *f, const char *gateway, const char *external_id,
                  void (*found)(void *ctx, const struct spool_record *found), void *ctx)
{
	struct spool *spool = spooled_file(f);
	if (spool == NULL || spool_is_empty(spool))
		found(ctx, NULL);
	else
		spool_find(spool, gateway, external_id, found, ctx);
}

/* ---- keeping a message ---- */

struct message {
	struct incoming *in;
	struct spool_record record;
	void (*done)(struct incoming *in, bool kept);
};

static void on_message_put(void *ctx, enum spool_end end, const struct spool_record *known)
{
	struct message *m = ctx;
	(void)known;
	fault_point("spool.message_kept");
	if (end == SPOOL_KEPT)
		metric_add(M_SPOOLED_MESSAGES, 1);
	m->done(m->in, end != SPOOL_NOT);
}

void spooled_message(struct incoming *in, void (*done)(struct incoming *in, bool kept))
{
	struct message *m = arena_new_of(in->arena, struct message);
	struct buf doc;
	*m = (struct message){.in = in, .done = done};
	buf_init(&doc, DOC_MOST);
	incoming_doc_write(in, &doc);
	if (doc.failed) {
		buf_free(&doc);
		done(in, false);
		return;
	}
	m->record = (struct spool_record){.kind = SPOOL_MESSAGE,
	                                  .gateway = in->gateway->name,
	                                  .external_id = in->external_id,
	                                  .doc = arena_strndup(in->arena, doc.data, doc.len),
	                                  .doc_len = doc.len};
	memcpy(m->record.fingerprint, in->fingerprint, sizeof m->record.fingerprint);
	buf_free(&doc);
	spool_put(in->flow->spooled->spool, &m->record, on_message_put, m);
}

/* ---- the drain: one record ---- */

static void begin(struct spooled *s, const struct drain *d);
static void ask_next(struct spooled *s);

static void finish(struct spooled *s)
{
	const struct drain ended = s->now;
	if (spool_count(s->spool, SPOOL_REPORT) == 0 || !spool_is_usable(s->spool))
		store_hold_attempts(s->flow->store, false);
	s->draining = false;
	if (s->then.done != NULL) {
		const struct drain next = s->then;
		s->then.done = NULL;
		begin(s, &next);
	}
	ended.done(ended.ctx);
}

/* Of a record that could not be dropped nothing is lost: it comes again, and its key is known. */
static void on_gone(void *ctx, bool ok)
{
	struct spooled *s = ctx;
	(void)ok;
	if (!s->stopped)
		ask_next(s);
}

static void drop(struct spooled *s)
{
	spool_drop(s->spool, s->now.kind, s->seq, on_gone, s);
}

static void refuse(struct spooled *s, const char *why)
{
	char quoted[512];
	log_error("spool.refused", "seq=%lld why=%s", (long long)s->seq, log_quote(why, quoted));
	spool_refuse(s->spool, s->now.kind, s->seq, why, on_gone, s);
}

/* The key is in the database: is it this very report, committed before a crash? */
static void on_repeated(void *ctx, const struct pg_result *r)
{
	struct spooled *s = ctx;
	if (s->stopped)
		return;
	if (r->status != PG_OK)
		finish(s);
	else if (r->rows > 0 && !uuid_equal(pg_uuid(r, 0, 0), s->id))
		refuse(s, "its key has come to the database with another report");
	else
		drop(s);
}

static void look_at_repeated(struct spooled *s, const struct store_report *r)
{
	struct pg_params *p = store_params(s->flow->store);
	s->id = r->id;
	pg_param_text(p, r->gateway);
	pg_param_text(p, r->external_id);
	store_query(s->flow->store, SQL_FIND_KEY, p, on_repeated, s);
}

static void on_committed(void *ctx, struct store_report *r, enum store_end end, struct wall at)
{
	struct spooled *s = ctx;
	fault_point("spool.committed");
	if (s->stopped)
		return; /* it comes again after the next start */
	if (end == STORE_KEPT) {
		db_clock_set(&s->flow->clock, at);
		for (size_t i = 0; i < r->plan->deadline_count; i++)
			escalate_look(s->flow->escalate, (int64_t)r->plan->deadlines[i].after_s * 1000);
	}
	if (end == STORE_UNAVAILABLE)
		finish(s);
	else if (end == STORE_REFUSED)
		refuse(s, "the database refused it");
	else if (end == STORE_REPEATED)
		look_at_repeated(s, r);
	else
		drop(s);
}

static void take_report(struct spooled *s, const struct spool_record *r)
{
	const char *why;
	struct store_report *report = spool_doc_read(s->arena, r->doc, r->doc_len, &why);
	if (report == NULL) {
		refuse(s, why);
		return;
	}
	report->done = on_committed;
	report->ctx = s;
	if (r->seq <= spool_earlier(s->spool)) /* nobody has its notices in hand any more */
		report->leased = arena_array(s->arena, bool, report->plan->notice_count + 1);
	store_report(s->flow->store, report);
}

/* A message that cannot be taken now: another time. The next drain begins behind it, so that it keeps nobody else waiting; the one after that with it. */
static void on_taken(struct incoming *in, bool kept)
{
	struct spooled *s = in->ctx;
	const bool refused = in->refused;
	incoming_free(&in);
	if (s->stopped)
		return;
	if (kept) {
		drop(s);
	} else if (refused) {
		refuse(s, "the database refused it");
	} else {
		s->behind = s->from == 0 ? s->seq : 0;
		finish(s);
	}
}

static void take_message(struct spooled *s, const struct spool_record *r)
{
	struct inbound_message m;
	inbound_message_init(&m);
	struct incoming *in = incoming_doc_read(s->flow, incoming_gateway(s->arena, s->flow, r->gateway), r, &m);
	if (in == NULL) {
		refuse(s, "it is no message");
	} else {
		in->done = on_taken;
		in->ctx = s;
		if (parts_is_part(&m))
			parts_take(in, &m);
		else
			incoming_take(in);
	}
	inbound_message_free(&m);
}

/* ---- the drain: all of a kind ---- */

static void on_next(void *ctx, const struct spool_record *r)
{
	struct spooled *s = ctx;
	if (s->stopped)
		return;
	if (r == NULL || !store_is_up(s->flow->store)) {
		finish(s);
		return;
	}
	s->seq = r->seq;
	if (r->kind == SPOOL_REPORT)
		take_report(s, r);
	else
		take_message(s, r);
}

static void ask_next(struct spooled *s)
{
	arena_free(&s->arena);
	s->arena = arena_new();
	spool_next(s->spool, s->now.kind, s->seq, on_next, s);
}

static void begin(struct spooled *s, const struct drain *d)
{
	s->now = *d;
	s->draining = true;
	s->seq = s->from = d->kind == SPOOL_MESSAGE ? s->behind : 0;
	s->behind = d->kind == SPOOL_MESSAGE ? 0 : s->behind;
	ask_next(s);
}

void spooled_drain(struct flow *f, enum spool_kind kind, void (*done)(void *ctx), void *ctx)
{
	struct spooled *s = f->spooled;
	const struct drain d = {kind, done, ctx};
	if (s == NULL || (!s->draining && spool_count(s->spool, kind) == 0))
		done(ctx);
	else if (s->draining)
		s->then = d;
	else
		begin(s, &d);
}

/* ---- what came in between, and what people must know (that it fills, while the database is away: outage.c) ---- */

static void tell(struct spooled *s, const char *key, bool wrong, const char *detail)
{
	if (wrong)
		alarm_raise(s->flow, ALARM_SPOOL_FILLING, key, detail);
	else
		alarm_clear(s->flow, ALARM_SPOOL_FILLING, key);
}

static void on_drained(void *ctx)
{
	(void)ctx;
}

static void on_reports_drained(void *ctx)
{
	struct spooled *s = ctx;
	spooled_drain(s->flow, SPOOL_MESSAGE, on_drained, s);
}

/* The database answers, and takes most but not this: whoever waits behind it must not wait until his lease ends. */
static void let_go_of_attempts(struct spooled *s)
{
	struct mono now = mono_now();
	if (!spooled_is_stuck(s->flow))
		s->stuck_since = now;
	else if (now.us - s->stuck_since.us > (int64_t)s->flow->conf->lease_s * 1000000 / 2)
		store_hold_attempts(s->flow->store, false);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct spooled *s = ctx;
	let_go_of_attempts(s);
	char detail[120];
	tell(s, "disk", !spool_is_usable(s->spool),
	     "antrean darurat di cakram rusak: laporan tidak tersimpan bila basis data mati");
	snprintf(detail, sizeof detail, "%lld laporan di antrean darurat tidak dapat dimasukkan: periksa log",
	         (long long)spool_refused(s->spool));
	tell(s, "refused", spool_refused(s->spool) > 0, detail);
	if (s->flow->ready && !s->draining && spooled_waiting(s->flow) > 0)
		spooled_drain(s->flow, SPOOL_REPORT, on_reports_drained, s);
}

/* ---- life ---- */

struct spooled *spooled_open(struct flow *f)
{
	char why[160];
	if (f->conf->spool == NULL)
		return NULL;
	struct spool *spool = spool_open(f->base, f->conf->spool, (int64_t)f->conf->spool_mb << 20, why, sizeof why);
	if (spool == NULL) {
		char quoted[512];
		log_error("spool.unusable", "file=%s why=%s", f->conf->spool, log_quote(why, quoted));
		return NULL;
	}
	struct spooled *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->flow = f;
	s->spool = spool;
	s->arena = arena_new();
	s->stuck_since = mono_now();
	s->tick = event_new(f->base, -1, EV_PERSIST, on_tick, s);
	event_add(s->tick, &(struct timeval){.tv_sec = TICK_S});
	return s;
}

void spooled_stop(struct spooled *s)
{
	if (s == NULL)
		return;
	s->stopped = true;
	spool_close(&s->spool);
	event_del(s->tick);
}

void spooled_close(struct spooled **spooled)
{
	struct spooled *s = *spooled;
	if (s == NULL)
		return;
	event_free(s->tick);
	arena_free(&s->arena);
	free(s);
	*spooled = NULL;
}
