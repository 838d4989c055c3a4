/* watch: see watch.h. */
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../io/sys.h"
#include "alarm.h"
#include "audit.h"
#include "daemons.h"
#include "deliver.h"
#include "escalate.h"
#include "gateway_counts.h"
#include "recent.h"
#include "rules.h"
#include "spooled.h"

enum { MEASURE_EVERY = 10, STEP_S = 5 };

struct watch {
	struct flow *flow;
	struct event *tick, *watchdog;
	int64_t watchdog_us;
	int looks;
	bool looking;
	struct mono asked;
	struct clock_reading clock; /* at the last look */
};

/* ---- the look ---- */

static void on_rules(void *ctx, const char *why)
{
	(void)ctx, (void)why; /* rules.c has logged it; what was in force stays in force */
}

/* Deadlines go by the database's clock alone: when somebody sets it, they move with it, and people must know. */
static void watch_clock(struct watch *w, struct wall now)
{
	const struct clock_reading reading = {now, w->asked, mono_now()};
	int64_t step_s = clock_step_us(&w->clock, &reading) / 1000000;
	w->clock = reading;
	if (step_s <= STEP_S && step_s >= -STEP_S) {
		alarm_clear(w->flow, ALARM_CLOCK_STEP, "");
		return;
	}
	char detail[120];
	snprintf(detail, sizeof detail, "jam basis data berpindah %+lld detik, semua batas waktu ikut bergeser",
	         (long long)step_s);
	log_error("watch.clock_step", "seconds=%lld", (long long)step_s);
	alarm_raise(w->flow, ALARM_CLOCK_STEP, "", detail);
}

static void on_look(void *ctx, const struct pg_result *r)
{
	struct watch *w = ctx;
	struct flow *f = w->flow;
	w->looking = false;
	if (r->status != PG_OK)
		return;
	struct wall now = pg_time(r, 0, 0);
	watch_clock(w, now);
	db_clock_set(&f->clock, now);
	if (!pg_is_null(r, 0, 1))
		deliver_look(f->deliver, clock_ms_until(pg_time(r, 0, 1), now));
	if (!pg_is_null(r, 0, 2))
		escalate_look(f->escalate, clock_ms_until(pg_time(r, 0, 2), now));
	daemons_looked(f->daemons, pg_bool(r, 0, 4), !pg_is_null(r, 0, 6), pg_bool(r, 0, 5));
	if (!pg_is_null(r, 0, 6))
		recent_follow(f->recent, pg_uuid(r, 0, 6));
	if (f->rules != NULL && pg_bigint(r, 0, 3) != f->rules->version && !rules_loading())
		rules_load(f, on_rules, NULL);
}

/* A look that has measured as well. */
static void on_measured(void *ctx, const struct pg_result *r)
{
	if (r->status == PG_OK) {
		metric_set(M_OUTBOX_OPEN, (double)pg_bigint(r, 0, 7));
		metric_set(M_DEADLINES_OPEN, (double)pg_bigint(r, 0, 8));
	}
	on_look(ctx, r);
}

/* One statement each time: while nothing is due, there is no other. */
static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct watch *w = ctx;
	struct flow *f = w->flow;
	if (!store_is_up(f->store))
		return;
	if (w->looking)
		return;
	w->looking = true;
	w->asked = mono_now();
	bool measures = w->looks++ % MEASURE_EVERY == 0;
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, f->owner);
	store_query(f->store, measures ? SQL_MEASURE : SQL_LOOK, p, measures ? on_measured : on_look, w);
}

/* The loop turns: that is what the service manager wants to know. */
static void on_watchdog(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what, (void)ctx;
	sys_notify("WATCHDOG=1");
}

static struct timeval every(int64_t us)
{
	return (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}

struct watch *watch_open(struct flow *f)
{
	struct watch *w = calloc(1, sizeof *w);
	if (w == NULL)
		abort();
	w->flow = f;
	w->tick = event_new(f->base, -1, EV_PERSIST, on_tick, w);
	struct timeval poll = every((int64_t)f->conf->poll_ms * 1000);
	event_add(w->tick, &poll);
	w->watchdog_us = sys_watchdog_us();
	if (w->watchdog_us > 0) {
		w->watchdog = event_new(f->base, -1, EV_PERSIST, on_watchdog, w);
		struct timeval half = every(w->watchdog_us);
		event_add(w->watchdog, &half);
	}
	return w;
}

void watch_close(struct watch **w)
{
	if (*w == NULL)
		return;
	event_free((*w)->tick);
	if ((*w)->watchdog != NULL)
		event_free((*w)->watchdog);
	free(*w);
	*w = NULL;
}

/* ---- health ---- */

void watch_healthz(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply(r, 200, "application/json", "{\"status\":\"ok\"}\n", 16, NULL);
}

void watch_readyz(void *ctx, struct http_request *r)
{
	const struct flow *f = ctx;
	struct buf body;
	struct json_out j;
	int age_s = audit_age_s(f->audit);
	buf_init(&body, 1024);
	json_out_init(&j, &body);
	json_begin_object(&j);
	bool spools = f->rules != NULL && spooled_takes(f);
	json_member_string(&j, "status", f->ready ? "ready" : spools ? "degraded" : "not ready");
	json_member_int(&j, "spooled", spooled_waiting(f));
	json_key(&j, "auditor_age_s");
	if (age_s < 0)
		json_put_null(&j);
	else
		json_put_int(&j, age_s);
	json_end_object(&j);
	buf_addc(&body, '\n');
	http_reply_buf(r, (f->ready || spools) && !f->draining ? 200 : 503, "application/json", &body);
	buf_free(&body);
}

void watch_metrics(void *ctx, struct http_request *r)
{
	const struct flow *f = ctx;
	struct buf body;
	buf_init(&body, 256 * 1024);
	metric_set(M_HTTP_CONNECTIONS, http_connections(f->http));
	metric_set(M_AUDITOR_AGE, audit_age_s(f->audit));
	spooled_measure(f);
	metrics_render(&body);
	gateway_counts_render(f->gateway_counts, &body);
	http_reply_buf(r, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
	buf_free(&body);
}
