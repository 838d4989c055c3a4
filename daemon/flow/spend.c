/* spend: see spend.h. */
#include "spend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "alarm.h"
#include "rules.h"

enum { TICK_S = 1, READ_EVERY_S = 10, DAY_S = 86400, NEAR_PERCENT = 80 };

struct spend {
	struct flow *flow;
	struct gates *gates;
	void (*known)(void *ctx);
	void *ctx;
	const struct conf *told; /* the configuration that the database knows of */
	struct mono read_at;     /* us 0: never */
	struct event *tick;
	bool reading, is_known;
};

static int offset_s(const struct spend *s)
{
	return s->flow->rules == NULL ? 0 : s->flow->rules->policy->utc_offset_s;
}

static int64_t local_s(const struct spend *s)
{
	return db_clock_now(&s->flow->clock).us / 1000000 + offset_s(s);
}

int spend_today(const struct spend *s)
{
	return (int)(local_s(s) / DAY_S);
}

struct mono spend_midnight(const struct spend *s)
{
	return (struct mono){mono_now().us + (DAY_S - local_s(s) % DAY_S) * 1000000};
}

static bool has_cap(const struct conf *c)
{
	for (int i = 0; i < c->gateway_count; i++)
		if (c->gateways[i].daily_cap > 0)
			return true;
	return false;
}

/* ---- alarms ---- */

static void raise(struct spend *s, enum alarm_kind kind, bool lasts, const char *name, const char *detail)
{
	if (lasts)
		alarm_raise(s->flow, kind, name, detail);
	else
		alarm_clear(s->flow, kind, name);
}

static void judge(struct spend *s, const struct conf_gateway *c)
{
	const struct gate *g = gate_of(s->gates, c->name);
	int64_t spent = g->spent + g->unsettled, budget = gateway_budget(c->daily_cap, c->reserve, false);
	char near[160], used[160];
	snprintf(near, sizeof near, "biaya gerbang SMS %s hari ini sudah %d%% dari batas", c->name,
	         budget > 0 && spent < budget ? (int)(spent * 100 / budget) : 100);
	snprintf(used, sizeof used, "batas biaya gerbang SMS %s hari ini habis; selain darurat menunggu pukul 00.00",
	         c->name);
	bool capped = c->daily_cap > 0 && c->price > 0;
	raise(s, ALARM_SPEND_NEAR, capped && budget > 0 && spent * 100 >= budget * NEAR_PERCENT, c->name, near);
	raise(s, ALARM_SPEND_USED, capped && spent > 0 && spent + c->price > budget, c->name, used);
}

static void judge_named(struct spend *s, const char *name)
{
	const struct conf_gateway *g = conf_gateway_named(s->flow->conf, name);
	if (g != NULL)
		judge(s, g);
}

/* ---- counting ---- */

static void begin_day(struct gate *g, int day)
{
	if (day <= g->day)
		return;
	g->day = day;
	g->spent = 0;
}

void spend_forgo(struct spend *s, struct gate *g, int64_t cost)
{
	(void)s;
	g->unsettled -= cost;
}

void spend_settle(struct spend *s, struct gate *g, int64_t cost, int day, int64_t day_cost)
{
	g->unsettled -= cost;
	begin_day(g, day);
	if (day == g->day && day_cost > g->spent)
		g->spent = day_cost;
	judge_named(s, g->name);
}

/* ---- reading ---- */

static void on_read(void *ctx, const struct pg_result *r)
{
	struct spend *s = ctx;
	const struct conf *c = s->flow->conf;
	s->reading = false;
	if (r->status != PG_OK)
		return;
	for (int i = 0; i < c->gateway_count; i++) {
		struct gate *g = gate_of(s->gates, c->gateways[i].name);
		begin_day(g, pg_int(r, 0, 1));
		g->spent = 0; /* unless a row says otherwise */
	}
	for (int row = 1; row < r->rows; row++) {
		const struct conf_gateway *g = conf_gateway_named(c, pg_text(r, row, 0));
		if (g != NULL)
			gate_of(s->gates, g->name)->spent = pg_bigint(r, row, 2);
	}
	for (int i = 0; i < c->gateway_count; i++)
		judge(s, &c->gateways[i]);
	if (!s->is_known) {
		s->is_known = true;
		s->known(s->ctx);
	}
}

static void read_now(struct spend *s)
{
	const struct conf *c = s->flow->conf;
	struct pg_array *names = pg_array_new(PG_TEXT);
	for (int i = 0; i < c->gateway_count; i++)
		pg_array_text(names, c->gateways[i].name);
	struct pg_params *p = store_params(s->flow->store);
	pg_param_array(p, names);
	pg_param_int(p, offset_s(s));
	pg_array_free(&names);
	s->reading = true;
	s->read_at = mono_now();
	store_query(s->flow->store, SQL_READ_SPENDING, p, on_read, s);
}

/* ---- telling ---- */

static void on_told(void *ctx, const struct pg_result *r)
{
	struct spend *s = ctx;
	if (r->status != PG_OK)
		s->told = NULL; /* the next look tries again */
}

static void tell(struct spend *s)
{
	const struct conf *c = s->flow->conf;
	struct pg_array *a[] = {pg_array_new(PG_TEXT), pg_array_new(PG_TEXT), pg_array_new(PG_INT8),
	                        pg_array_new(PG_INT8), pg_array_new(PG_INT4), pg_array_new(PG_INT4)};
	for (int i = 0; i < c->gateway_count; i++) {
		const struct conf_gateway *g = &c->gateways[i];
		pg_array_text(a[0], g->name);
		pg_array_text(a[1], g->kind);
		pg_array_bigint(a[2], g->price);
		pg_array_bigint(a[3], g->daily_cap);
		pg_array_int(a[4], g->reserve);
		pg_array_int(a[5], g->per_minute);
	}
	struct pg_params *p = store_params(s->flow->store);
	for (size_t i = 0; i < sizeof a / sizeof *a; i++) {
		pg_param_array(p, a[i]);
		pg_array_free(&a[i]);
	}
	s->told = c;
	store_query(s->flow->store, SQL_TELL_GATEWAYS, p, on_told, s);
}

/* ---- life ---- */

bool spend_is_known(const struct spend *s)
{
	const struct flow *f = s->flow;
	bool nobody_can_say = f->rules != NULL && !store_is_up(f->store); /* a notice does not wait for that */
	return s->is_known || nobody_can_say || !has_cap(f->conf);
}

void spend_look(struct spend *s)
{
	const struct flow *f = s->flow;
	if (!f->ready || f->draining)
		return;
	bool fresh = s->told != f->conf;
	if (fresh)
		tell(s);
	bool due = mono_now().us - s->read_at.us >= (int64_t)READ_EVERY_S * 1000000;
	if (!s->reading && (fresh || (due && has_cap(f->conf))))
		read_now(s);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	spend_look(ctx);
}

struct spend *spend_open(struct flow *f, struct gates *gates, void (*known)(void *ctx), void *ctx)
{
	struct spend *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	*s = (struct spend){.flow = f, .gates = gates, .known = known, .ctx = ctx};
	s->tick = event_new(f->base, -1, EV_PERSIST, on_tick, s);
	event_add(s->tick, &(struct timeval){.tv_sec = TICK_S});
	return s;
}

void spend_close(struct spend **s)
{
	if (*s == NULL)
		return;
	event_free((*s)->tick);
	free(*s);
	*s = NULL;
}
