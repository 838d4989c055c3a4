/* outage: see outage.h. */
#include "outage.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../protocol/rfc3339.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "alarm.h"
#include "rules.h"
#include "send.h"
#include "spooled.h"

enum { TICK_MS = 500, TRY_AGAIN_S = 30, NEARLY_FULL = 50 /* per cent of the spool: people are told at once */ };

struct outage {
	struct flow *flow;
	struct event *tick;
	struct mono since;   /* us 0: the database is there */
	struct mono tell_at; /* people are told then */
	struct mono told;    /* us 0: nobody yet */
	bool filling;        /* and of that they are told, too */
	/* one that is over and still to be written; since.us 0: none */
	struct mono past_since, past_told;
	bool writing;
};

static int seconds_since(struct mono then)
{
	return (int)((mono_now().us - then.us) / 1000000);
}

static void put_detail(const struct outage *o, struct mono since, char *ret, size_t size)
{
	const struct flow *f = o->flow;
	char at[6];
	clock_format(db_clock_now(&f->clock).us - (mono_now().us - since.us), f->rules->policy->utc_offset_s, at);
	int64_t waiting = spooled_waiting(f);
	int n = snprintf(ret, size, "basis data tidak menjawab sejak %s", at);
	if (waiting > 0 && n > 0 && (size_t)n < size)
		n += snprintf(ret + n, size - (size_t)n, "; %lld pesan menunggu di cakram", (long long)waiting);
	if (o->filling && n > 0 && (size_t)n < size)
		snprintf(ret + n, size - (size_t)n, ", terisi %d%%", spooled_fullness(f));
}

static enum alarm_kind kind_of(const struct outage *o)
{
	return o->filling ? ALARM_SPOOL_FILLING : ALARM_DATABASE_AWAY;
}

/* ---- telling without it ---- */

/* One person to be told: through the first gateway, and when that one cannot, through the next. */
struct telling {
	struct outage *outage;
	const struct conf *conf; /* of the moment when it began: it lives as long as the program */
	int gateway;             /* index in it */
	char phone[24];
	struct buf text;
};

static void try_next(struct telling *t);

static void telling_end(struct telling *t)
{
	buf_free(&t->text);
	free(t);
}

static void on_sent(void *ctx, const struct verdict *v, int status)
{
	struct telling *t = ctx;
	struct outage *o = t->outage;
	const char *gateway = t->conf->gateways[t->gateway].name;
	if (v->outcome == OUTCOME_OK) {
		o->told = mono_now();
		if (o->since.us != 0)
			o->tell_at.us =
			        o->told.us + (int64_t)o->flow->rules->policy->alarms[kind_of(o)].repeat_s * 1000000;
		metric_add(M_ALARMS_DIRECT, 1);
		log_info("outage.told", "gateway=%s", gateway);
		telling_end(t);
		return;
	}
	char quoted[512];
	log_error("outage.not_told", "gateway=%s status=%d why=%s", gateway, status, log_quote(v->detail, quoted));
	t->gateway++;
	try_next(t);
}

static bool send_through(struct telling *t, const struct conf_gateway *configured)
{
	struct flow *f = t->outage->flow;
	char id[UUID_TEXT], why[160];
	uuid_format(uuid_make(), id);
	const struct channel_contact to = {.address = t->phone};
	const struct channel_notice notice = {id, t->text.data, t->text.len, db_clock_now(&f->clock).us / 1000000};
	struct conf_gateway g = *configured;
	g.out.status_url = NULL; /* a report about it would name a notice that the database does not know */
	const struct conf_gateway *used = g.channel->render != NULL ? &g : configured; /* rendered at once, or kept */
	if (send_start(f, used, &to, &notice, false, on_sent, t, why, sizeof why))
		return true;
	log_error("outage.unsendable", "gateway=%s why=\"%s\"", g.name, why);
	return false;
}

/* Through this gateway, or the first behind it that can send. */
static void try_next(struct telling *t)
{
	for (; t->gateway < t->conf->gateway_count && !t->outage->flow->draining; t->gateway++) {
		const struct conf_gateway *g = &t->conf->gateways[t->gateway];
		if (!g->channel->handles && send_through(t, g))
			return;
	}
	telling_end(t);
}

static void tell_person(struct outage *o, const struct person *p, const char *detail)
{
	struct telling *t = calloc(1, sizeof *t);
	if (t == NULL)
		abort();
	t->outage = o;
	t->conf = o->flow->conf;
	snprintf(t->phone, sizeof t->phone, "%s", p->phone);
	buf_init(&t->text, 2048);
	alarm_text(o->flow, detail, &t->text);
	try_next(t);
}

static void tell(struct outage *o)
{
	struct flow *f = o->flow;
	const struct person *people[ALARM_PEOPLE];
	size_t n = f->rules == NULL ? 0 : alarm_people(f, kind_of(o), people, ALARM_PEOPLE);
	o->tell_at = (struct mono){mono_now().us + (int64_t)TRY_AGAIN_S * 1000000};
	log_error("outage.lasts", "seconds=%d people=%zu gateways=%d", seconds_since(o->since), n,
	          f->conf->gateway_count);
	char detail[160];
	if (n > 0)
		put_detail(o, o->since, detail, sizeof detail);
	for (size_t i = 0; i < n; i++)
		tell_person(o, people[i], detail);
}

/* ---- afterwards ---- */

static void on_recorded(void *ctx, const struct pg_result *r)
{
	struct outage *o = ctx;
	o->writing = false;
	if (r->status == PG_OK)
		o->past_since.us = 0;
}

static void record(struct outage *o)
{
	char detail[160];
	struct pg_params *p = store_params(o->flow->store);
	put_detail(o, o->past_since, detail, sizeof detail);
	pg_param_text(p, alarm_kind_names[ALARM_DATABASE_AWAY]);
	pg_param_text(p, "");
	pg_param_text(p, detail);
	pg_param_int(p, seconds_since(o->past_since));
	if (o->past_told.us != 0)
		pg_param_int(p, seconds_since(o->past_told));
	else
		pg_param_null(p);
	o->writing = true;
	store_query(o->flow->store, SQL_RECORD_ALARM, p, on_recorded, o);
}

static void database_back(struct outage *o)
{
	int lasted_s = seconds_since(o->since);
	log_info("outage.over", "seconds=%d", lasted_s);
	if (lasted_s >= o->flow->conf->database_away_s) {
		if (o->past_since.us ==
		    0) /* one after the other, before the first could be written: one row tells of both */
			o->past_since = o->since;
		o->past_told = o->told;
	}
	o->since.us = o->told.us = 0;
	o->filling = false;
}

/* Once in an outage. */
static bool begins_to_fill(struct outage *o)
{
	bool begins = !o->filling && spooled_fullness(o->flow) >= NEARLY_FULL;
	o->filling |= begins;
	return begins;
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct outage *o = ctx;
	struct flow *f = o->flow;
	struct mono now = mono_now();
	bool away = !store_is_up(f->store) || spooled_is_stuck(f); /* without room it takes nothing either */
	if (away && o->since.us == 0) {
		o->since = now;
		o->tell_at.us = now.us + (int64_t)f->conf->database_away_s * 1000000;
	} else if (away && !f->draining && (now.us >= o->tell_at.us || begins_to_fill(o))) {
		tell(o);
	} else if (!away && o->since.us != 0) {
		database_back(o);
	}
	if (o->past_since.us != 0 && f->ready && !o->writing)
		record(o);
}

struct outage *outage_open(struct flow *f)
{
	struct outage *o = calloc(1, sizeof *o);
	if (o == NULL)
		abort();
	o->flow = f;
	o->tick = event_new(f->base, -1, EV_PERSIST, on_tick, o);
	event_add(o->tick, &(struct timeval){.tv_usec = TICK_MS * 1000});
	return o;
}

void outage_close(struct outage **o)
{
	if (*o == NULL)
		return;
	event_free((*o)->tick);
	free(*o);
	*o = NULL;
}
