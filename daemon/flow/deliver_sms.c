/* deliver_sms: the line of all SMS: which gateway each leaves through, or how long it waits; what follows when one failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/sms_text.h"
#include "../core/backoff.h"
#include "deliver_parts.h"
#include "late.h"
#include "recheck.h"
#include "rules.h"
#include "send.h"

enum {
	STAY_MS = 5000,   /* an SMS that must wait no longer than this does so here */
	SLOT_MS = 1000,   /* between two looks at the line while all slots are taken: one may hang */
	HELD_MS = 600000, /* what waits for tomorrow's money is looked at so often: the cap may be raised */
	SECONDS_PER_MINUTE = 60
};

bool deliver_is_critical(enum notice_kind kind, enum urgency urgency)
{
	return urgency == URGENCY_CRITICAL || kind == NOTICE_ALARM; /* an alarm about money must not want for it */
}

bool deliver_sms_leaves_soon(struct deliver *d, const struct plan *p, const struct plan_notice *m)
{
	struct sms_ways ways;
	if (!spend_is_known(d->spend))
		return false;
	sms_ways_look(&ways, d->flow, &d->gates, d->spend);
	const struct gateway_wish wish = {m->via, m->address, deliver_is_critical(m->kind, p->urgency), 1};
	enum gateway_end end = sms_way(&ways, &wish, "").end;
	return end == GATEWAY_NOW || end == GATEWAY_SLOT;
}

/* ---- the end of an attempt ---- */

/* The same for an SMS: where this gateway failed, another may do it. */
static int next_for_sms(struct deliver *d, const struct shot *s, const struct verdict *v)
{
	const struct job *j = s->job;
	struct sms_ways ways;
	if (v->outcome == OUTCOME_OK || deliver_is_too_old(j) || (v->outcome == OUTCOME_PERMANENT && !v->gateway_fault))
		return deliver_next(j, v);
	sms_ways_look(&ways, d->flow, &d->gates, d->spend);
	struct gateway_wish wish = sms_wish(j);
	int next = sms_next(&ways, &wish, j->tried, sms_gateway_index(d->flow->conf, s->gate->name), v);
	if (next != SMS_BACK_OFF)
		return next;
	return v->outcome == OUTCOME_PERMANENT ? backoff_ms(j->attempt, (double)random() / (double)RAND_MAX)
	                                       : deliver_next(j, v);
}

int deliver_sms_end(struct deliver *d, struct shot *s, const struct verdict *v)
{
	bool taken = v->outcome == OUTCOME_OK || v->outcome == OUTCOME_UNKNOWN; /* perhaps: it counts */
	if (gate_end(d->flow, s->gate, v, mono_now()))
		look_within(&d->shut, DELIVER_SHUT_MS);
	if (!taken) {
		spend_forgo(d->spend, s->gate, s->cost);
		s->cost = 0;
	}
	memcpy(s->attempt.gateway_ref, v->gateway_ref, sizeof s->attempt.gateway_ref);
	return next_for_sms(d, s, v);
}

/* ---- the start of one ---- */

/* The gateway has no way to carry it; another may have one. */
static void end_unsendable(struct deliver *d, struct shot *s, const char *why)
{
	const struct verdict refused = {.outcome = OUTCOME_PERMANENT, .gateway_fault = true};
	struct job *j = s->job;
	deliver_log_unsendable(j, s->gate->name, why);
	snprintf(s->attempt.detail, sizeof s->attempt.detail, "%s", why);
	s->cost = 0;
	deliver_finish(d, s, outcome_names[OUTCOME_PERMANENT], 0, next_for_sms(d, s, &refused));
}

/* Through that gateway of the configuration. */
static void start_sms(struct deliver *d, struct job *j, const struct gateway_choice *choice)
{
	const struct conf_gateway *g = &d->flow->conf->gateways[choice->gateway];
	struct buf marked, text;
	char id[UUID_TEXT], why[160];
	uuid_format(j->notice, id);
	j->started = mono_now();
	bool late = late_mark(j, &marked);
	sms_text(g, late ? marked.data : j->body, late ? marked.len : j->body_len, &text);
	const struct channel_contact to = {sms_address(g, j->address), NULL};
	const struct channel_notice notice = {id, text.data, text.len, db_clock_now(&d->flow->clock).us / 1000000};
	struct shot *s = deliver_shot_new(d, j);
	s->gate = gate_of(&d->gates, g->name);
	s->attempt.gateway = g->name;
	s->attempt.parts = sms_measure(text.data).parts;
	s->attempt.cost = s->attempt.parts * g->price;
	s->cost = s->attempt.cost;
	snprintf(s->why, sizeof s->why, "%s", choice->why);
	if (send_start(d->flow, g, &to, &notice, false, deliver_on_sent, s, why, sizeof why)) {
		gate_begin(s->gate, g->slots, s->cost, j->started);
		d->in_flight++;
	} else {
		end_unsendable(d, s, why);
	}
	buf_free(&text);
	buf_free(&marked);
}

/* ---- the line of all SMS ---- */

/* Not now: a short wait is spent here, a longer one in the outbox. behind: of those that go back in this turn, how many went before it. */
static void wait_for_way(struct deliver *d, struct job *j, const struct sms_ways *w, const struct gateway_choice *c,
                         int *behind)
{
	int64_t ms = c->at.us > w->now.us ? (c->at.us - w->now.us) / 1000 + 1 : 1;
	struct lane *line = j->lane;
	if (c->capped) {
		bool known = j->claimed && sms_was_held(j->tried);
		int again = !j->claimed ? 0 : ms < HELD_MS ? (int)ms : HELD_MS;
		deliver_end_unsent(d, lane_take(line, j), j->claimed && !known ? "held" : NULL, c->why, again);
	} else if (ms <= STAY_MS) {
		deliver_look(d, ms);
	} else { /* not all of them at the same moment: what has been waiting longest, or is more urgent, has left before */
		int per_minute = 0;
		for (int i = 0; i < w->conf->gateway_count; i++)
			per_minute += w->conf->gateways[i].per_minute;
		int apart_ms = per_minute > 0 ? SECONDS_PER_MINUTE * 1000 / per_minute : 0;
		int64_t again = ms + (int64_t)apart_ms * (*behind)++;
		deliver_end_unsent(d, lane_take(line, j), NULL, "", again < HELD_MS ? (int)again : HELD_MS);
	}
}

/* It leaves, stays, or goes back. Touches no other job of the line. */
static void pump_sms(struct deliver *d, struct job *j, struct sms_ways *w, int *behind)
{
	struct gateway_wish wish = sms_wish(j);
	struct gateway_choice c = sms_way(w, &wish, j->tried);
	struct lane *line = j->lane;
	switch (c.end) {
	case GATEWAY_NOW:
		if (line->checking || deliver_must_recheck(d, j, w->now)) {
			if (!line->checking)
				deliver_recheck(d, line);
			break;
		}
		start_sms(d, lane_take(line, j), &c);
		sms_ways_look(w, d->flow, &d->gates, d->spend);
		break;
	case GATEWAY_SLOT:
		deliver_look(d, SLOT_MS);
		break;
	case GATEWAY_LATER:
		wait_for_way(d, j, w, &c, behind);
		break;
	default:
		deliver_log_unsendable(j, "any", c.why);
		deliver_end_unsent(d, lane_take(line, j), outcome_names[OUTCOME_PERMANENT], c.why, NEXT_DEAD);
	}
}

void deliver_pump_line(struct deliver *d)
{
	struct lane *line = lane_of_sms(&d->lanes);
	struct sms_ways ways;
	struct job *j, *next;
	int behind = 0;
	if (TAILQ_EMPTY(&line->queue) || d->draining || !spend_is_known(d->spend))
		return;
	sms_ways_look(&ways, d->flow, &d->gates, d->spend);
	for (j = TAILQ_FIRST(&line->queue); j != NULL; j = next) {
		next = TAILQ_NEXT(j, link);
		if (deliver_drop_stale(d, line, j, ways.now))
			continue;
		if (d->in_flight >= d->flow->conf->delivery_slots)
			break;
		pump_sms(d, j, &ways, &behind);
	}
}
