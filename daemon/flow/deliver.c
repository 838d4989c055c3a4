/* deliver: see deliver.h. */
#include "deliver.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/sms_text.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../core/backoff.h"
#include "deliver_parts.h"
#include "escalate.h"
#include "late.h"
#include "recheck.h"
#include "rules.h"
#include "send.h"

enum {
	SHUT_AGAIN_MS = 1000, /* between a notice made while every door is shut and the climb of whom it is for */
	STAY_LEAST_MS = 1000  /* without the database, between two looks at what may not leave */
};

static void pump(struct deliver *d, struct lane *lane);

void deliver_drop(struct deliver *d, struct job *j)
{
	job_delete(j);
	d->in_memory--;
	metric_set(M_OUTBOX_IN_MEMORY, d->in_memory);
	if (d->turned_away && d->in_memory + d->reserved <= DELIVER_MEMORY_MOST / 2) {
		d->turned_away = false;
		deliver_look(d, 0);
	}
}

struct lane *deliver_lane(struct deliver *d, enum channel_kind channel, const struct contact *contact)
{
	if (channel == CHANNEL_SMS)
		return lane_of_sms(&d->lanes);
	return contact == NULL ? NULL : lane_of_contact(&d->lanes, contact->id, d->flow->conf->slots_per_contact);
}

void deliver_queue(struct deliver *d, struct lane *lane, struct job *j)
{
	if (lane->sms)
		j->parts = sms_measure(j->body).parts;
	deliver_away_look(d);
	lane_add(lane, j);
	d->in_memory++;
	metric_set(M_OUTBOX_IN_MEMORY, d->in_memory);
	pump(d, lane);
}

/* ---- the end of an attempt ---- */

static void on_hastened(void *ctx, const struct pg_result *r)
{
	struct deliver *d = ctx;
	if (r->status == PG_OK && r->rows > 0)
		escalate_look(d->flow->escalate, 0);
}

/* Notices were given up, or never arrived: an agency that nothing reaches any more climbs its ladder at once. */
static void hasten(struct deliver *d, struct uuid notice)
{
	struct pg_array *ids = pg_array_new(PG_UUID);
	pg_array_uuid(ids, notice);
	struct pg_params *p = store_params(d->flow->store);
	pg_param_array(p, ids);
	pg_array_free(&ids);
	store_query(d->flow->store, SQL_HASTEN_UNDELIVERABLE, p, on_hastened, d);
}

void deliver_reported(struct deliver *d, struct uuid notice, enum delivery_state state)
{
	if (state == DELIVERY_FAILED)
		hasten(d, notice);
}

static void on_recorded(void *ctx, struct store_attempt *a, enum store_end end)
{
	struct shot *s = ctx;
	struct deliver *d = s->deliver;
	if (end == STORE_KEPT && s->dead)
		metric_add(M_NOTICES_DEAD, 1);
	if (end == STORE_KEPT && a->next_ms == 0) /* not before: the claim would find it leased still */
		deliver_look(d, 0);
	if (end == STORE_KEPT && (s->dead || a->undelivered))
		hasten(d, a->notice);
	if (end == STORE_KEPT &&
	    s->gate != NULL) /* else its cost stays counted here: it may be in the database or not */
		spend_settle(d->spend, s->gate, s->cost, a->day, a->day_cost);
	free(s);
}

/* outcome NULL: no attempt was made, the notice goes back for a while. */
static void record(struct deliver *d, struct shot *s, const char *outcome, int status, int next_ms)
{
	const struct job *j = s->job;
	s->dead = next_ms == NEXT_DEAD;
	s->attempt.notice = j->notice;
	s->attempt.number = j->attempt;
	s->attempt.outcome = outcome;
	s->attempt.status = status;
	s->attempt.ms = (int)((mono_now().us - j->started.us) / 1000);
	s->attempt.next_ms = next_ms;
	s->attempt.follows = j->follows;
	s->attempt.utc_offset_s = j->rules->policy->utc_offset_s;
	s->attempt.done = on_recorded;
	s->attempt.ctx = s;
	store_attempt(d->flow->store, &s->attempt);
	if (next_ms > 0)
		deliver_look(d, next_ms);
}

void deliver_finish(struct deliver *d, struct shot *s, const char *outcome, int status, int next_ms)
{
	struct job *j = s->job;
	if (next_ms >= 0 && deliver_keeps(d, j)) {
		char trial[80] = "";
		if (s->gate != NULL)
			snprintf(trial, sizeof trial, "%s=%s", s->gate->name, outcome);
		d->in_memory++;
		deliver_stay(d, job_again(j, trial), next_ms);
		fault_point("spool.in_hand");
		next_ms = NEXT_IN_HAND;
	}
	record(d, s, outcome, status, next_ms);
	deliver_drop(d, j);
}

static double chance(void)
{
	return (double)random() / (double)RAND_MAX;
}

bool deliver_is_too_old(const struct job *j)
{
	int64_t age_us = j->age_us + mono_now().us - j->taken.us;
	return age_us > (int64_t)j->rules->policy->attempt_limit_s * 1000000;
}

/* What the verdict means for this notice: milliseconds until the next attempt, or enum attempt_next. */
int deliver_next(const struct job *j, const struct verdict *v)
{
	if (v->outcome == OUTCOME_OK)
		return NEXT_NONE;
	if (v->outcome == OUTCOME_PERMANENT || deliver_is_too_old(j))
		return NEXT_DEAD;
	int again = backoff_ms(j->attempt, chance());
	if (v->outcome == OUTCOME_RETRY_AFTER && v->retry_after_s * 1000 > again)
		return v->retry_after_s * 1000;
	return again;
}

static void teach_lane(struct deliver *d, struct lane *lane, const struct verdict *v)
{
	struct mono now = mono_now();
	lane->in_flight--;
	switch (v->outcome) {
	case OUTCOME_OK:
	case OUTCOME_PERMANENT: /* the door opened; this notice was not wanted */
		breaker_success(&lane->breaker);
		break;
	case OUTCOME_RETRY_AFTER:
		breaker_success(&lane->breaker);
		lane->blocked_until = (struct mono){now.us + (int64_t)v->retry_after_s * 1000000};
		break;
	default:
		if (breaker_failure(&lane->breaker, now)) {
			char key[UUID_TEXT];
			uuid_format(lane->key, key);
			log_warn("deliver.breaker_open", "contact=%s seconds=%d", key, lane->breaker.open_s);
			look_within(&d->shut, DELIVER_SHUT_MS);
		}
	}
}

/* What the gateway said, and why it was this one, as far as there is room. */
static void put_detail(struct shot *s, const char *words)
{
	size_t used = (size_t)snprintf(s->attempt.detail, sizeof s->attempt.detail, "%s", words);
	if (s->why[0] != '\0' && used + 2 < sizeof s->attempt.detail)
		snprintf(s->attempt.detail + used, sizeof s->attempt.detail - used, "; %s", s->why);
}

void deliver_on_sent(void *ctx, const struct verdict *v, int status)
{
	static const enum metric counters[OUTCOMES] = {M_ATTEMPT_OK, M_ATTEMPT_RETRY, M_ATTEMPT_RETRY_AFTER,
	                                               M_ATTEMPT_PERMANENT, M_ATTEMPT_UNKNOWN};
	struct shot *s = ctx;
	struct deliver *d = s->deliver;
	struct job *j = s->job;
	struct lane *lane = j->lane;
	fault_point("deliver.answered");
	metric_add(counters[v->outcome], 1);
	if (v->outcome == OUTCOME_OK)
		metric_observe(M_NOTICE_SECONDS, (double)(j->age_us + mono_now().us - j->taken.us) / 1e6);
	put_detail(s, v->detail);
	int next;
	if (s->gate != NULL) {
		next = deliver_sms_end(d, s, v);
	} else {
		teach_lane(d, lane, v);
		next = deliver_next(j, v);
	}
	d->in_flight--;
	deliver_finish(d, s, outcome_names[v->outcome], status, next);
	pump(d, lane);
}

/* ---- the start of an attempt ---- */

struct shot *deliver_shot_new(struct deliver *d, struct job *j)
{
	struct shot *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->deliver = d;
	s->job = j;
	return s;
}

void deliver_end_unsent(struct deliver *d, struct job *j, const char *outcome, const char *why, int next_ms)
{
	if (next_ms >= 0 && deliver_keeps(d, j)) {
		deliver_stay(d, j, next_ms > STAY_LEAST_MS ? next_ms : STAY_LEAST_MS);
		return;
	}
	struct shot *s = deliver_shot_new(d, j);
	j->started = mono_now();
	snprintf(s->attempt.detail, sizeof s->attempt.detail, "%s", why);
	record(d, s, outcome, 0, next_ms);
	deliver_drop(d, j);
}

void deliver_log_unsendable(const struct job *j, const char *gateway, const char *why)
{
	char id[UUID_TEXT];
	uuid_format(j->notice, id);
	log_warn("deliver.unsendable", "notice=%s gateway=%s why=\"%s\"", id, gateway, why);
}

static void start(struct deliver *d, struct lane *lane, struct job *j)
{
	struct buf marked;
	char id[UUID_TEXT], why[160];
	uuid_format(j->notice, id);
	j->started = mono_now();
	bool late = late_mark(j, &marked);
	const struct channel_contact to = {j->address, j->contact != NULL ? j->contact->secret : NULL};
	const struct channel_notice notice = {id, late ? marked.data : j->body, late ? marked.len : j->body_len,
	                                      db_clock_now(&d->flow->clock).us / 1000000};
	struct shot *s = deliver_shot_new(d, j);
	if (send_start(d->flow, NULL, &to, &notice, j->contact != NULL && j->contact->allow_private, deliver_on_sent, s,
	               why, sizeof why)) {
		lane->in_flight++;
		d->in_flight++;
	} else {
		free(s);
		deliver_log_unsendable(j, "none", why);
		deliver_end_unsent(d, j, outcome_names[OUTCOME_PERMANENT], why, NEXT_DEAD);
	}
	buf_free(&marked);
}

static bool asks_of(const struct job *j, const void *dispatch)
{
	return late_asks(j) && uuid_equal(j->about, *(const struct uuid *)dispatch);
}

static void end_answered(struct deliver *d, struct job *j)
{
	deliver_end_unsent(d, j, "void", "answered meanwhile", NEXT_NONE);
}

void deliver_void(struct deliver *d, struct uuid dispatch)
{
	deliver_take_waiting(d, asks_of, &dispatch, end_answered);
}

/* ---- what has waited here ---- */

static void on_gone(void *ctx, struct job *j)
{
	deliver_drop(ctx, j);
}

static void on_void(void *ctx, struct job *j, const char *why)
{
	deliver_end_unsent(ctx, j, "void", why, NEXT_NONE);
}

static void on_rechecked(void *ctx, struct lane *lane)
{
	pump(ctx, lane);
}

void deliver_recheck(struct deliver *d, struct lane *lane)
{
	static const struct recheck_calls calls = {on_gone, on_void, on_rechecked};
	recheck_lane(d->flow, lane, &calls, d);
}

bool deliver_must_recheck(const struct deliver *d, const struct job *j, struct mono now)
{
	return recheck_is_due(j, now) && !deliver_keeps(d, j);
}

/* Its lease would end under way: let it be claimed again. */
bool deliver_drop_stale(struct deliver *d, struct lane *lane, struct job *j, struct mono now)
{
	if (deliver_keeps(d, j) || now.us - j->taken.us <= (int64_t)d->flow->conf->lease_s * 1000000 / 2)
		return false;
	deliver_drop(d, lane_take(lane, j));
	return true;
}

static void pump_lane(struct deliver *d, struct lane *lane)
{
	struct job *j;
	while ((j = TAILQ_FIRST(&lane->queue)) != NULL && !d->draining) {
		struct mono now = mono_now();
		if (deliver_drop_stale(d, lane, j, now))
			continue;
		if (lane->checking || d->in_flight >= d->flow->conf->delivery_slots || !lane_has_room(lane, now))
			break;
		if (deliver_must_recheck(d, j, now)) {
			deliver_recheck(d, lane);
			break;
		}
		if (!lane_open(lane, now))
			break;
		start(d, lane, lane_take(lane, j));
	}
	if (lane_wants(lane))
		deliver_look(d, 0);
}

static void pump(struct deliver *d, struct lane *lane)
{
	if (lane->sms)
		deliver_pump_line(d);
	else
		pump_lane(d, lane);
}

/* A slot of the whole daemon or a pause may have ended: every lane gets its turn. */
void deliver_pump_all(struct deliver *d)
{
	for (struct lane *lane = lane_next(&d->lanes, NULL); lane != NULL; lane = lane_next(&d->lanes, lane))
		if (!TAILQ_EMPTY(&lane->queue))
			pump(d, lane);
}

/* ---- shut doors ---- */

static bool is_shut(struct deliver *d, const struct contact *c)
{
	return c->channel == CHANNEL_SMS ? gates_shut(&d->gates, d->flow->conf) : lane_is_shut(&d->lanes, c);
}

const struct gate *deliver_gate(struct deliver *d, const char *name)
{
	return gate_of(&d->gates, name);
}

bool deliver_reaches(struct deliver *d, const struct agency *a)
{
	for (size_t i = 0; i < a->contact_count; i++)
		if (!is_shut(d, &a->contacts[i]))
			return true;
	return false;
}

static void on_unreachable(void *ctx, const struct pg_result *r)
{
	struct deliver *d = ctx;
	if (r->status != PG_OK || r->rows == 0)
		return;
	log_warn("deliver.unreachable",
	         "dispatches=%d why=\"the breaker of every contact is open: their ladders climb now\"", r->rows);
	escalate_look(d->flow->escalate, 0);
}

/* A breaker is open: who waits for an answer that nothing can bring climbs at once. */
static void on_shut(void *ctx)
{
	struct deliver *d = ctx;
	const struct directory *dir = &d->flow->rules->directory;
	struct pg_array *agencies = pg_array_new(PG_TEXT), *contacts = pg_array_new(PG_UUID);
	for (size_t i = 0; i < dir->agency_count; i++) {
		const struct agency *a = &dir->agencies[i];
		int before = pg_array_count(contacts);
		for (size_t c = 0; c < a->contact_count; c++)
			if (is_shut(d, &a->contacts[c]))
				pg_array_uuid(contacts, a->contacts[c].id);
		if (pg_array_count(contacts) > before)
			pg_array_text(agencies, a->slug);
	}
	if (pg_array_count(contacts) > 0) {
		struct pg_params *p = store_params(d->flow->store);
		pg_param_array(p, agencies);
		pg_param_array(p, contacts);
		store_query(d->flow->store, SQL_HASTEN_UNREACHABLE, p, on_unreachable, d);
	}
	pg_array_free(&agencies);
	pg_array_free(&contacts);
}

/* ---- from memory ---- */

int deliver_room(struct deliver *d)
{
	int room = DELIVER_MEMORY_MOST - d->in_memory - d->reserved;
	d->turned_away |= room <= 0;
	return room;
}

void deliver_reserve(struct deliver *d, const struct plan *p, bool *leased)
{
	struct mono now = mono_now();
	const bool away = deliver_is_away(d); /* then there is no outbox to leave it to */
	for (size_t i = 0; i < p->notice_count; i++) {
		const struct plan_notice *m = &p->notices[i];
		struct lane *lane = deliver_lane(d, m->channel, m->contact);
		leased[i] = lane != NULL && !d->draining && !d->flow->conf->delivery_held && deliver_room(d) > 0 &&
		            (away || (!lane_full(lane, now) && (!lane->sms || deliver_sms_leaves_soon(d, p, m))));
		if (leased[i]) {
			lane->reserved++;
			d->reserved++;
		}
	}
}

static void release(struct deliver *d, const struct rules *r, const struct plan *p, const bool *leased, bool committed,
                    bool spooled)
{
	bool left_over = false;
	for (size_t i = 0; i < p->notice_count; i++) {
		const struct plan_notice *m = &p->notices[i];
		left_over |= !leased[i];
		struct lane *lane = deliver_lane(d, m->channel, m->contact);
		if (committed && lane != NULL &&
		    (lane->sms ? gates_shut(&d->gates, d->flow->conf) : breaker_is_open(&lane->breaker)))
			look_within(&d->shut, SHUT_AGAIN_MS);
		if (!leased[i])
			continue;
		assert(lane != NULL);
		d->reserved--;
		lane->reserved--;
		if (!committed)
			continue;
		struct job *j = job_new((struct rules *)(uintptr_t)r, m->contact,
		                        &(struct job_text){m->address, m->via, NULL, m->body, m->body_len});
		j->notice = m->id;
		j->priority = m->priority;
		j->critical = deliver_is_critical(m->kind, p->urgency);
		j->attempt = 1;
		j->kind = m->kind;
		j->about = m->about;
		j->spooled = spooled;
		deliver_queue(d, lane, j);
	}
	if (committed && d->in_flight <= (int)p->notice_count)
		push_go(d->flow->push); /* nothing else is under way: the partners before the answer to the source */
	if (committed && left_over)
		deliver_look(d, 0);
}

void deliver_release(struct deliver *d, const struct rules *r, const struct plan *p, const bool *leased, bool committed)
{
	release(d, r, p, leased, committed, false);
}

void deliver_release_spooled(struct deliver *d, const struct rules *r, const struct plan *p, const bool *leased)
{
	release(d, r, p, leased, true, true);
}

/* ---- looking ---- */

static void on_look(void *ctx)
{
	struct deliver *d = ctx;
	deliver_away_look(d);
	deliver_pump_all(d);
	deliver_claim(d);
}

void deliver_look(struct deliver *d, int64_t after_ms)
{
	look_within(&d->look, after_ms);
}

/* ---- life ---- */

static void on_spend_known(void *ctx)
{
	deliver_look(ctx, 0);
}

struct deliver *deliver_open(struct flow *f)
{
	struct deliver *d = calloc(1, sizeof *d);
	if (d == NULL)
		abort();
	d->flow = f;
	lanes_init(&d->lanes);
	d->spend = spend_open(f, &d->gates, on_spend_known, d);
	look_open(&d->look, f->base, on_look, d);
	look_open(&d->shut, f->base, on_shut, d);
	deliver_away_open(d);
	return d;
}

static bool is_in_the_database(const struct job *j, const void *ctx)
{
	(void)ctx;
	return !j->spooled;
}

void deliver_forget(struct deliver *d)
{
	deliver_take_waiting(d, is_in_the_database, NULL, deliver_drop);
}

/* What has not started goes back: its lease ends and another daemon, or this one after its restart, claims it. */
void deliver_drain(struct deliver *d)
{
	d->draining = true;
	deliver_take_waiting(d, NULL, NULL, deliver_drop);
}

int deliver_busy(const struct deliver *d)
{
	return d->in_flight;
}

int deliver_held(const struct deliver *d)
{
	return d->in_memory;
}

void deliver_close(struct deliver **deliver)
{
	struct deliver *d = *deliver;
	if (d == NULL)
		return;
	deliver_drain(d);
	look_close(&d->look);
	look_close(&d->shut);
	deliver_away_close(d);
	spend_close(&d->spend);
	lanes_free(&d->lanes);
	gates_free(&d->gates);
	free(d);
	*deliver = NULL;
}
