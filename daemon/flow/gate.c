/* gate: see gate.h. */
#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "../base/log.h"
#include "alarm.h"
#include "rules.h"

enum { SLOW_US = 2000000 }; /* all slots held for so long: it hangs, whatever its breaker says */

struct gate *gate_of(struct gates *g, const char *name)
{
	struct gate *one;
	for (one = g->all; one != NULL; one = one->next)
		if (strcmp(one->name, name) == 0)
			return one;
	one = calloc(1, sizeof *one);
	if (one == NULL)
		abort();
	one->name = name;
	one->next = g->all;
	g->all = one;
	return one;
}

void gates_free(struct gates *g)
{
	while (g->all != NULL) {
		struct gate *one = g->all;
		g->all = one->next;
		free(one);
	}
}

static struct mono later_of(struct mono a, struct mono b)
{
	return a.us > b.us ? a : b;
}

void gates_facts(struct gates *g, const struct conf *conf, struct mono now, int today, struct gateway_facts *ret)
{
	for (int i = 0; i < conf->gateway_count; i++) {
		const struct conf_gateway *c = &conf->gateways[i];
		struct gate *one = gate_of(g, c->name);
		struct breaker *b = &one->breaker;
		ret[i] = (struct gateway_facts){
		        .name = c->name,
		        .handles = c->channel->handles,
		        .closed_until = later_of(one->blocked_until, breaker_opens_at(b)),
		        .probing = b->probing && b->until.us > now.us,
		        .unproven = breaker_is_open(b),
		        .failing = one->failing_since.us != 0 ||
		                   (one->full_since.us != 0 && now.us - one->full_since.us > SLOW_US),
		        .slots = c->slots,
		        .in_flight = one->in_flight,
		        .per_minute = c->per_minute,
		        .price = c->price,
		        .spent = (one->day == today ? one->spent : 0) + one->unsettled,
		        .daily_cap = c->daily_cap,
		        .reserve = c->reserve,
		};
		ret[i].sent_in_minute = pace_count(&one->pace, now, &ret[i].minute_frees);
	}
}

bool gates_shut(struct gates *g, const struct conf *conf)
{
	int open = 0, shut = 0;
	for (int i = 0; i < conf->gateway_count; i++) {
		if (conf->gateways[i].channel->handles)
			continue;
		if (breaker_is_open(&gate_of(g, conf->gateways[i].name)->breaker))
			shut++;
		else
			open++;
	}
	return shut > 0 && open == 0;
}

void gate_begin(struct gate *g, int slots, int64_t cost, struct mono now)
{
	breaker_allows(&g->breaker, now); /* half open: this one is the probe */
	pace_add(&g->pace, now);
	g->unsettled += cost;
	if (++g->in_flight >= slots && g->full_since.us == 0)
		g->full_since = now;
}

/* A gateway that takes nothing for long is trouble that people must know of: nothing else brings them an SMS. */
static void watch(struct flow *f, struct gate *g, bool refuses, struct mono now)
{
	if (g->failing_since.us == 0)
		g->failing_since = now;
	int64_t silent_us = now.us - g->failing_since.us;
	if (silent_us < (int64_t)f->conf->gateway_silent_s * 1000000)
		return;
	char since[6], detail[160];
	clock_format(db_clock_now(&f->clock).us - silent_us, f->rules->policy->utc_offset_s, since);
	snprintf(detail, sizeof detail, "gerbang SMS %s tidak %s sejak %s", g->name,
	         refuses ? "menerima kiriman" : "menjawab", since);
	alarm_raise(f, ALARM_GATEWAY_SILENT, g->name, detail);
}

bool gate_end(struct flow *f, struct gate *g, const struct verdict *v, struct mono now)
{
	bool refuses = v->outcome == OUTCOME_PERMANENT && v->gateway_fault;
	g->in_flight--;
	g->full_since.us = 0;
	if (v->outcome == OUTCOME_RETRY || v->outcome == OUTCOME_UNKNOWN || refuses) {
		watch(f, g, refuses, now);
		if (!breaker_failure(&g->breaker, now))
			return false;
		log_warn("deliver.breaker_open", "gateway=%s seconds=%d", g->name, g->breaker.open_s);
		return true;
	}
	breaker_success(&g->breaker);
	g->failing_since.us = 0;
	alarm_clear(f, ALARM_GATEWAY_SILENT, g->name);
	if (v->outcome == OUTCOME_RETRY_AFTER)
		g->blocked_until = (struct mono){now.us + (int64_t)v->retry_after_s * 1000000};
	return false;
}
