/* deliver: see deliver.h. */
#include "deliver.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../core/backoff.h"
#include "alarm.h"
#include "escalate.h"
#include "lane.h"
#include "late.h"
#include "look.h"
#include "rules.h"

enum { CLAIM_MOST = 200, MEMORY_MOST = 4000, EXCLUDED_MOST = 1000 };
enum {
	SURE_MS = 500,   /* what waited longer is looked up again before it leaves: another daemon may know an answer */
	CHECK_MOST = 32, /* at once, of one lane */
	SHUT_MS = 50,    /* between a breaker that opens and the climb of whom it cuts off */
	SHUT_AGAIN_MS = 1000, /* the same for notices that are made while it is open */
};

struct deliver {
	struct flow *flow;
	struct lanes lanes;
	int in_memory, reserved, in_flight;
	struct look look;
	struct look shut; /* dispatches that nothing reaches any more are due to climb */
	bool claiming, draining;
};

/* An attempt on its way: the call, then its record. */
struct shot {
	struct deliver *deliver;
	struct job *job;
	struct store_attempt attempt;
	bool dead;
};

static void pump(struct deliver *d, struct lane *lane);

/* ---- jobs ---- */

static struct job *job_new(struct rules *r, const struct contact *contact, const char *address, const char *body,
                           size_t body_len)
{
	size_t address_size = strlen(address) + 1;
	struct job *j = calloc(1, sizeof *j + address_size + body_len + 1);
	if (j == NULL)
		abort();
	j->rules = rules_hold(r);
	j->contact = contact;
	j->address = (char *)(j + 1);
	memcpy(j->address, address, address_size);
	j->body = j->address + address_size;
	memcpy(j->body, body, body_len);
	j->body_len = body_len;
	j->taken = j->sure = mono_now();
	return j;
}

static void job_free(struct deliver *d, struct job *j)
{
	rules_drop(&j->rules);
	free(j);
	d->in_memory--;
	metric_set(M_OUTBOX_IN_MEMORY, d->in_memory);
}

static struct lane *lane_for(struct deliver *d, enum channel_kind channel, const struct contact *contact)
{
	const struct conf *c = d->flow->conf;
	if (channel == CHANNEL_SMS)
		return c->gateway_count > 0 ? lane_of_gateway(&d->lanes, 0, &c->gateways[0]) : NULL;
	return contact == NULL ? NULL : lane_of_contact(&d->lanes, contact->id, c->slots_per_contact);
}

static void job_queue(struct deliver *d, struct lane *lane, struct job *j)
{
	j->lane = lane;
	TAILQ_INSERT_TAIL(&lane->queue, j, link);
	lane->queued++;
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

/* A notice was given up: an agency that nothing reaches any more climbs its ladder at once. */
static void hasten(struct deliver *d, struct uuid notice)
{
	struct pg_array *ids = pg_array_new(PG_UUID);
	pg_array_uuid(ids, notice);
	struct pg_params *p = store_params(d->flow->store);
	pg_param_array(p, ids);
	pg_array_free(&ids);
	store_query(d->flow->store, SQL_HASTEN_UNDELIVERABLE, p, on_hastened, d);
}

static void on_recorded(void *ctx, struct store_attempt *a, enum store_end end)
{
	struct shot *s = ctx;
	if (end == STORE_KEPT && s->dead) {
		metric_add(M_NOTICES_DEAD, 1);
		hasten(s->deliver, a->notice);
	}
	free(s);
}

static void record(struct deliver *d, struct shot *s, const char *outcome, int status, int next_ms)
{
	const struct job *j = s->job;
	s->dead = next_ms == -2;
	s->attempt.notice = j->notice;
	s->attempt.number = j->attempt;
	s->attempt.outcome = outcome;
	s->attempt.status = status;
	s->attempt.ms = (int)((mono_now().us - j->started.us) / 1000);
	s->attempt.next_ms = next_ms;
	s->attempt.done = on_recorded;
	s->attempt.ctx = s;
	store_attempt(d->flow->store, &s->attempt);
	if (next_ms >= 0)
		deliver_look(d, next_ms);
}

static double chance(void)
{
	return (double)random() / (double)RAND_MAX;
}

/* What the verdict means for this notice: milliseconds until the next attempt, -1 finished, -2 given up. */
static int next_for(const struct job *j, const struct verdict *v)
{
	int64_t age_us = j->age_us + mono_now().us - j->taken.us;
	if (v->outcome == OUTCOME_OK)
		return -1;
	if (v->outcome == OUTCOME_PERMANENT || age_us > (int64_t)j->rules->policy->attempt_limit_s * 1000000)
		return -2;
	int again = backoff_ms(j->attempt, chance());
	if (v->outcome == OUTCOME_RETRY_AFTER && v->retry_after_s * 1000 > again)
		return v->retry_after_s * 1000;
	return again;
}

static void teach_lane(struct deliver *d, struct lane *lane, const struct verdict *v)
{
	struct mono now = mono_now();
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
			look_within(&d->shut, SHUT_MS);
		}
	}
}

/* A gateway that takes nothing for long is trouble that people must know of: nothing else brings them an SMS. */
static void watch_gateway(struct deliver *d, struct lane *lane, enum outcome outcome)
{
	struct flow *f = d->flow;
	struct mono now = mono_now();
	if (lane->gateway == NULL)
		return;
	if (outcome != OUTCOME_RETRY && outcome != OUTCOME_UNKNOWN) {
		lane->failing_since.us = 0;
		alarm_clear(f, ALARM_GATEWAY_SILENT, lane->gateway->name);
		return;
	}
	if (lane->failing_since.us == 0)
		lane->failing_since = now;
	int64_t silent_us = now.us - lane->failing_since.us;
	if (silent_us < (int64_t)f->conf->gateway_silent_s * 1000000)
		return;
	char since[6], detail[160];
	clock_format(db_clock_now(&f->clock).us - silent_us, f->rules->policy->utc_offset_s, since);
	snprintf(detail, sizeof detail, "gerbang SMS %s tidak menjawab sejak %s", lane->gateway->name, since);
	alarm_raise(f, ALARM_GATEWAY_SILENT, lane->gateway->name, detail);
}

static void on_answer(void *ctx, const struct channel_answer *answer)
{
	static const enum metric counters[OUTCOMES] = {M_ATTEMPT_OK, M_ATTEMPT_RETRY, M_ATTEMPT_RETRY_AFTER,
	                                               M_ATTEMPT_PERMANENT, M_ATTEMPT_UNKNOWN};
	struct shot *s = ctx;
	struct deliver *d = s->deliver;
	struct job *j = s->job;
	struct lane *lane = j->lane;
	fault_point("deliver.answered");
	const struct channel *channel = lane->gateway != NULL ? lane->gateway->channel : &channel_webhook;
	struct channel_answer dated = *answer;
	dated.now_s = db_clock_now(&d->flow->clock).us / 1000000;
	dated.gateway = lane->gateway != NULL ? &lane->gateway->out : NULL;
	struct verdict v = channel->judge(&dated);
	metric_add(counters[v.outcome], 1);
	if (v.outcome == OUTCOME_OK)
		metric_observe(M_NOTICE_SECONDS, (double)(j->age_us + mono_now().us - j->taken.us) / 1e6);
	snprintf(s->attempt.detail, sizeof s->attempt.detail, "%s", v.detail);
	teach_lane(d, lane, &v);
	watch_gateway(d, lane, v.outcome);
	record(d, s, outcome_names[v.outcome], answer->status, next_for(j, &v));
	lane->in_flight--;
	d->in_flight--;
	job_free(d, j);
	pump(d, lane);
}

/* ---- the start of an attempt ---- */

static struct shot *shot_new(struct deliver *d, struct job *j)
{
	struct shot *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->deliver = d;
	s->job = j;
	return s;
}

/* Ends a notice without a call: it can never be sent this way, or an answer made it void. */
static void end_unsent(struct deliver *d, struct job *j, const char *outcome, const char *why, int next_ms)
{
	struct shot *s = shot_new(d, j);
	j->started = mono_now();
	snprintf(s->attempt.detail, sizeof s->attempt.detail, "%s", why);
	record(d, s, outcome, 0, next_ms);
	job_free(d, j);
}

static void start(struct deliver *d, struct lane *lane, struct job *j)
{
	struct http_call call;
	struct buf marked;
	char id[UUID_TEXT], why[160];
	uuid_format(j->notice, id);
	j->started = mono_now();
	bool late = late_mark(j, &marked);
	const struct channel *channel = lane->gateway != NULL ? lane->gateway->channel : &channel_webhook;
	const struct channel_contact to = {j->address, j->contact != NULL ? j->contact->secret : NULL};
	const struct channel_notice notice = {id, late ? marked.data : j->body, late ? marked.len : j->body_len,
	                                      db_clock_now(&d->flow->clock).us / 1000000};
	http_call_init(&call);
	if (channel->render(lane->gateway != NULL ? &lane->gateway->out : NULL, &to, &notice, &call, why, sizeof why)) {
		lane->in_flight++;
		d->in_flight++;
		bool private = lane->gateway != NULL ? lane->gateway->allow_private
		                                     : j->contact != NULL && j->contact->allow_private;
		fault_point("deliver.sending");
		push_start(d->flow->push, &call, private, on_answer, shot_new(d, j));
	} else {
		log_warn("deliver.unsendable", "notice=%s why=\"%s\"", id, why);
		end_unsent(d, j, outcome_names[OUTCOME_PERMANENT], why, -2);
	}
	http_call_free(&call);
	buf_free(&marked);
}

static struct job *take_off(struct lane *lane, struct job *j)
{
	TAILQ_REMOVE(&lane->queue, j, link);
	lane->queued--;
	return j;
}

void deliver_void(struct deliver *d, struct uuid dispatch)
{
	struct lane *lane, *next_lane;
	HASH_ITER(hh, d->lanes.all, lane, next_lane)
	{
		struct job *j, *next;
		for (j = TAILQ_FIRST(&lane->queue); j != NULL; j = next) {
			next = TAILQ_NEXT(j, link);
			if (late_asks(j) && uuid_equal(j->about, dispatch))
				end_unsent(d, take_off(lane, j), "void", "answered meanwhile", -1);
		}
	}
}

/* ---- what has waited here ---- */

/* Looking up what is about to leave, one statement for the next few of a lane, is cheaper than giving it back and claiming it again: nothing is written, no place
 * in the queue is lost, and it happens only as often as a slow partner takes something. */
struct check {
	struct deliver *deliver;
	struct lane *lane;
	struct uuid asked[CHECK_MOST];
	int count;
};

static int row_of(const struct pg_result *r, struct uuid notice)
{
	for (int row = 0; row < r->rows; row++)
		if (uuid_equal(pg_uuid(r, row, 0), notice))
			return row;
	return -1;
}

static bool was_asked(const struct check *c, struct uuid notice)
{
	for (int i = 0; i < c->count; i++)
		if (uuid_equal(c->asked[i], notice))
			return true;
	return false;
}

static void on_checked(void *ctx, const struct pg_result *r)
{
	struct check *c = ctx;
	struct deliver *d = c->deliver;
	struct mono now = mono_now();
	struct job *j, *next;
	c->lane->checking = false;
	if (r->status != PG_OK)
		c->count = 0; /* nothing is known, nothing leaves: the next look asks again, or its lease ends */
	for (j = TAILQ_FIRST(&c->lane->queue); j != NULL && c->count > 0; j = next) {
		next = TAILQ_NEXT(j, link);
		if (!was_asked(c, j->notice))
			continue;
		int row = row_of(r, j->notice);
		if (row < 0)
			job_free(d, take_off(c->lane, j)); /* its lease ended, or another daemon took it over */
		else if (!pg_is_null(r, row, 1))
			end_unsent(d, take_off(c->lane, j), "void", pg_text(r, row, 1), -1);
		else
			j->sure = now;
	}
	if (r->status == PG_OK)
		pump(d, c->lane);
	free(c);
}

/* The first jobs of the lane that have waited. */
static void check_first(struct deliver *d, struct lane *lane)
{
	struct check *c = calloc(1, sizeof *c);
	if (c == NULL)
		abort();
	c->deliver = d;
	c->lane = lane;
	struct pg_array *notices = pg_array_new(PG_UUID), *attempts = pg_array_new(PG_INT4);
	struct job *j;
	TAILQ_FOREACH(j, &lane->queue, link)
	{
		if (c->count == CHECK_MOST || c->count >= 2 * lane->slots)
			break;
		c->asked[c->count++] = j->notice;
		pg_array_uuid(notices, j->notice);
		pg_array_int(attempts, j->attempt);
	}
	struct pg_params *p = store_params(d->flow->store);
	pg_param_uuid(p, d->flow->owner);
	pg_param_array(p, notices);
	pg_param_array(p, attempts);
	pg_array_free(&notices);
	pg_array_free(&attempts);
	lane->checking = true;
	store_query(d->flow->store, SQL_CHECK_NOTICES, p, on_checked, c);
}

static void pump(struct deliver *d, struct lane *lane)
{
	int64_t stale_us = (int64_t)d->flow->conf->lease_s * 1000000 / 2;
	struct job *j;
	while ((j = TAILQ_FIRST(&lane->queue)) != NULL && !d->draining) {
		struct mono now = mono_now();
		if (now.us - j->taken.us > stale_us) { /* its lease would end under way: let it be claimed again */
			job_free(d, take_off(lane, j));
			continue;
		}
		if (lane->checking || d->in_flight >= d->flow->conf->delivery_slots || !lane_has_room(lane, now))
			break;
		if (now.us - j->sure.us > SURE_MS * 1000) {
			check_first(d, lane);
			break;
		}
		if (!lane_open(lane, now))
			break;
		start(d, lane, take_off(lane, j));
	}
}

/* A slot of the whole daemon or a pause may have ended: every lane gets its turn. */
static void pump_all(struct deliver *d)
{
	struct lane *lane, *next;
	HASH_ITER(hh, d->lanes.all, lane, next)
	{
		if (!TAILQ_EMPTY(&lane->queue))
			pump(d, lane);
	}
}

/* ---- shut doors ---- */

bool deliver_reaches(const struct deliver *d, const struct agency *a)
{
	for (size_t i = 0; i < a->contact_count; i++)
		if (!lane_is_shut(&d->lanes, &a->contacts[i]))
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
			if (lane_is_shut(&d->lanes, &a->contacts[c]))
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

void deliver_reserve(struct deliver *d, const struct plan *p, bool *leased)
{
	struct mono now = mono_now();
	for (size_t i = 0; i < p->notice_count; i++) {
		const struct plan_notice *m = &p->notices[i];
		struct lane *lane = lane_for(d, m->channel, m->contact);
		leased[i] = lane != NULL && !d->draining && !d->flow->conf->delivery_held && !lane_full(lane, now) &&
		            d->in_memory + d->reserved < MEMORY_MOST;
		if (leased[i]) {
			lane->reserved++;
			d->reserved++;
		}
	}
}

void deliver_release(struct deliver *d, const struct rules *r, const struct plan *p, const bool *leased, bool committed)
{
	bool left_over = false;
	for (size_t i = 0; i < p->notice_count; i++) {
		const struct plan_notice *m = &p->notices[i];
		left_over |= !leased[i];
		struct lane *lane = lane_for(d, m->channel, m->contact);
		if (committed && lane != NULL && breaker_is_open(&lane->breaker))
			look_within(&d->shut, SHUT_AGAIN_MS);
		if (!leased[i])
			continue;
		d->reserved--;
		if (lane == NULL) /* a reload took its gateway away: its lease ends and the claim says what is wrong */
			continue;
		lane->reserved--;
		if (!committed)
			continue;
		struct job *j = job_new((struct rules *)(uintptr_t)r, m->contact, m->address, m->body, m->body_len);
		j->notice = m->id;
		j->attempt = 1;
		j->kind = m->kind;
		j->about = m->about;
		job_queue(d, lane, j);
	}
	if (committed && d->in_flight <= (int)p->notice_count)
		push_go(d->flow->push); /* nothing else is under way: the partners before the answer to the source */
	if (committed && left_over)
		deliver_look(d, 0);
}

/* ---- from the outbox ---- */

static void take_row(struct deliver *d, const struct pg_result *r, int row)
{
	struct rules *rules = d->flow->rules;
	const struct contact *contact =
	        pg_is_null(r, row, 4) ? NULL : directory_contact(&rules->directory, pg_uuid(r, row, 4));
	int kind = name_index(notice_kind_names, NOTICE_KINDS, pg_text(r, row, 2));
	int channel = name_index(channel_kind_names, CHANNELS, pg_text(r, row, 3));
	struct job *j = job_new(rules, contact, pg_text(r, row, 5), pg_text(r, row, 6), pg_length(r, row, 6));
	j->notice = pg_uuid(r, row, 0);
	j->attempt = pg_int(r, row, 1);
	j->kind = kind < 0 ? NOTICE_UPDATED : (enum notice_kind)kind;
	if (!pg_is_null(r, row, 10))
		j->about = pg_uuid(r, row, 10);
	j->age_us = pg_time(r, row, 8).us - pg_time(r, row, 7).us;
	struct lane *lane = channel < 0 ? NULL : lane_for(d, (enum channel_kind)channel, contact);
	if (!pg_is_null(r, row, 9)) {
		d->in_memory++;
		end_unsent(d, j, "void", pg_text(r, row, 9), -1);
	} else if (lane == NULL) {
		d->in_memory++;
		end_unsent(d, j, outcome_names[OUTCOME_PERMANENT],
		           channel == CHANNEL_SMS ? "no SMS gateway is configured" : "the contact has been retired",
		           -2);
	} else {
		job_queue(d, lane, j);
	}
}

static void on_claimed(void *ctx, const struct pg_result *r)
{
	struct deliver *d = ctx;
	d->claiming = false;
	if (r->status != PG_OK)
		return; /* the watch looks again */
	if (r->rows > 1)
		fault_point("deliver.claimed");
	for (int row = 0; row + 1 < r->rows; row++)
		take_row(d, r, row);
	int last = r->rows - 1;
	if (last == CLAIM_MOST)
		deliver_look(d, 0);
	else if (!pg_is_null(r, last, 7))
		deliver_look(d, clock_ms_until(pg_time(r, last, 7), pg_time(r, last, 8)));
}

static void claim(struct deliver *d)
{
	struct flow *f = d->flow;
	int room = MEMORY_MOST - d->in_memory - d->reserved;
	if (d->claiming || d->draining || f->conf->delivery_held || !f->ready || room <= 0)
		return;
	struct mono now = mono_now();
	struct pg_array *wait = pg_array_new(PG_UUID);
	struct lane *lane, *next;
	HASH_ITER(hh, d->lanes.all, lane, next)
	{
		if (lane->gateway == NULL && lane_full(lane, now) && pg_array_count(wait) < EXCLUDED_MOST)
			pg_array_uuid(wait, lane->key);
	}
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, f->owner);
	pg_param_int(p, f->conf->lease_s);
	pg_param_int(p, room < CLAIM_MOST ? room : CLAIM_MOST);
	pg_param_array(p, wait);
	pg_param_int(p, f->rules->policy->stale_s);
	pg_array_free(&wait);
	d->claiming = true;
	store_query(f->store, SQL_CLAIM_OUTBOX, p, on_claimed, d);
}

static void on_look(void *ctx)
{
	struct deliver *d = ctx;
	pump_all(d);
	claim(d);
}

void deliver_look(struct deliver *d, int64_t after_ms)
{
	look_within(&d->look, after_ms);
}

/* ---- life ---- */

struct deliver *deliver_open(struct flow *f)
{
	struct deliver *d = calloc(1, sizeof *d);
	if (d == NULL)
		abort();
	d->flow = f;
	look_open(&d->look, f->base, on_look, d);
	look_open(&d->shut, f->base, on_shut, d);
	return d;
}

void deliver_forget(struct deliver *d)
{
	struct lane *lane, *next;
	HASH_ITER(hh, d->lanes.all, lane, next)
	{
		struct job *j;
		while ((j = TAILQ_FIRST(&lane->queue)) != NULL)
			job_free(d, take_off(lane, j));
	}
}

/* What has not started goes back: its lease ends and another daemon, or this one after its restart, claims it. */
void deliver_drain(struct deliver *d)
{
	d->draining = true;
	deliver_forget(d);
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
	lanes_free(&d->lanes);
	free(d);
	*deliver = NULL;
}
