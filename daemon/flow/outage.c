/* outage: see outage.h. */
#include "outage.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../protocol/rfc3339.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "alarm.h"
#include "rules.h"

enum { TICK_MS = 500, TRY_AGAIN_S = 30 };

struct outage {
	struct flow *flow;
	struct event *tick;
	struct mono since;   /* us 0: the database is there */
	struct mono tell_at; /* people are told then */
	struct mono told;    /* us 0: nobody yet */
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
	snprintf(ret, size, "basis data tidak menjawab sejak %s", at);
}

/* ---- telling without it ---- */

/* The first gateway that is reached by HTTP. */
static const struct conf_gateway *teller(const struct flow *f)
{
	for (int i = 0; i < f->conf->gateway_count; i++)
		if (f->conf->gateways[i].channel->render != NULL)
			return &f->conf->gateways[i];
	return NULL;
}

static void on_sent(void *ctx, const struct channel_answer *answer)
{
	struct outage *o = ctx;
	struct channel_answer dated = *answer;
	dated.now_s = db_clock_now(&o->flow->clock).us / 1000000;
	const struct conf_gateway *g = teller(o->flow);
	dated.gateway = g != NULL ? &g->out : NULL;
	struct verdict v = g != NULL ? g->channel->judge(&dated) : http_verdict(&dated);
	if (v.outcome == OUTCOME_OK) {
		o->told = mono_now();
		if (o->since.us != 0)
			o->tell_at.us = o->told.us +
			                (int64_t)o->flow->rules->policy->alarms[ALARM_DATABASE_AWAY].repeat_s * 1000000;
		metric_add(M_ALARMS_DIRECT, 1);
		log_info("outage.told", "gateway=%s", g != NULL ? g->name : "");
	} else {
		char quoted[512];
		log_error("outage.not_told", "status=%d why=%s", answer->status, log_quote(v.detail, quoted));
	}
}

static void send_one(struct outage *o, const struct conf_gateway *g, const char *phone, const struct buf *text)
{
	struct http_call call;
	char id[UUID_TEXT], why[160];
	uuid_format(uuid_make(), id);
	const struct channel_contact to = {.address = phone};
	const struct channel_notice notice = {id, text->data, text->len, db_clock_now(&o->flow->clock).us / 1000000};
	struct gateway out = g->out;
	out.status_url = NULL; /* a report about it would name a notice that the database does not know */
	http_call_init(&call);
	if (g->channel->render(&out, &to, &notice, &call, why, sizeof why))
		push_start(o->flow->push, &call, g->allow_private, on_sent, o);
	else
		log_error("outage.unsendable", "why=\"%s\"", why);
	http_call_free(&call);
}

static void tell(struct outage *o)
{
	struct flow *f = o->flow;
	const struct person *people[ALARM_PEOPLE];
	size_t n = f->rules == NULL ? 0 : alarm_people(f, ALARM_DATABASE_AWAY, people, ALARM_PEOPLE);
	o->tell_at = (struct mono){mono_now().us + (int64_t)TRY_AGAIN_S * 1000000};
	log_error("outage.lasts", "seconds=%d people=%zu gateways=%d", seconds_since(o->since), n,
	          f->conf->gateway_count);
	const struct conf_gateway *g = teller(f);
	if (n == 0 || g == NULL)
		return;
	char detail[160];
	struct buf text;
	put_detail(o, o->since, detail, sizeof detail);
	buf_init(&text, 2048);
	alarm_text(f, detail, &text);
	for (size_t i = 0; i < n; i++)
		send_one(o, g, people[i]->phone, &text);
	buf_free(&text);
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
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct outage *o = ctx;
	struct flow *f = o->flow;
	struct mono now = mono_now();
	bool away = !store_is_up(f->store);
	if (away && o->since.us == 0) {
		o->since = now;
		o->tell_at.us = now.us + (int64_t)f->conf->database_away_s * 1000000;
	} else if (away && now.us >= o->tell_at.us && !f->draining) {
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
