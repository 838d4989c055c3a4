/* escalate: see escalate.h. Claim (and load) → decide → apply, in small batches of which few are under way; a deadline whose incident changed meanwhile is loaded and decided again,
 * if this daemon still holds it. */
#include "escalate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "climb.h"
#include "deliver.h"
#include "look.h"

enum {
	CLAIM_MOST = 100,
	IN_HAND_MOST =
	        200, /* claimed and not finished: a flood of overdue ones leaves the loop and the database to others */
	CLAIM_LEASE_S = 5,
	GRID_US = 5000, /* between two claims: what falls due meanwhile shares a statement */
	WHOLE_US =
	        250000, /* so often at least a claim looks at all that is due, what a lock hid from the last ones, too */
	MARGIN_US = 1000000 /* the others look so far behind what has been claimed: who was committing meanwhile */
};

struct escalate {
	struct flow *flow;
	struct look look;
	bool claiming, again; /* again: a look fell due while a claim was under way */
	bool held;            /* too much in hand: looks again when less is */
	struct mono claimed;  /* when the last claim was sent */
	struct mono whole;    /* when the last one that looked at all that is due was */
	struct wall through;  /* until then everything has been claimed; 0: it is not known */
	int in_hand, applying;
	struct look reload;     /* what lost a race, or waits for another of its incident, is decided anew */
	struct pg_array *stale; /* their subjects */
	int loading;            /* subjects of the load under way */
};

/* ---- apply ---- */

static void decide_again(struct escalate *e, struct uuid subject)
{
	pg_array_uuid(e->stale, subject);
}

/* One that was in hand is finished, or no longer this daemon's. */
static void let_go(struct escalate *e, int n)
{
	e->in_hand -= n;
	if (e->held && e->in_hand + CLAIM_MOST <= IN_HAND_MOST) {
		e->held = false;
		escalate_look(e, 0);
	}
}

static void reload_soon(struct escalate *e)
{
	if (e->loading == 0 && pg_array_count(e->stale) > 0)
		look_within(&e->reload, 0);
}

static void observe(const struct climb *x, struct wall at)
{
	metric_add(M_DEADLINES_FIRED, 1);
	metric_observe(M_DEADLINE_LATENESS, (double)(at.us - x->set_for.us) / 1e6);
}

static void on_applied(void *ctx, struct change *c, enum store_end end, int version, struct wall at)
{
	(void)version;
	struct climb *x = ctx;
	struct escalate *e = x->owner;
	fault_point("escalate.applied");
	deliver_release(e->flow->deliver, x->rules, x->plan, x->leased, end == STORE_KEPT);
	if (end == STORE_KEPT) {
		for (const struct climb *fired = x; fired != NULL; fired = fired->second)
			observe(fired, at);
		metric_add(M_DISPATCHES, (int64_t)x->plan->dispatch_count);
		for (int i = 0; i < c->arm_count; i++)
			escalate_look(e, (int64_t)c->arms[i].after_s * 1000);
		for (size_t i = 0; i < x->plan->deadline_count; i++)
			escalate_look(e, (int64_t)x->plan->deadlines[i].after_s * 1000);
	}
	for (const struct climb *one = x; one != NULL; one = one->second) {
		if (end == STORE_CONFLICT)
			decide_again(e, one->subject);
		else
			let_go(e, 1); /* not kept: the claim's lease ends and the deadline is due again */
	}
	e->applying--;
	reload_soon(e);
	climb_free(&x);
}

static void apply(struct escalate *e, struct climb *x)
{
	struct change *c = &x->change;
	x->owner = e;
	x->leased = arena_array(x->arena, bool, x->plan->notice_count + 1);
	deliver_reserve(e->flow->deliver, x->plan, x->leased);
	c->leased = x->leased;
	c->done = on_applied;
	c->ctx = x;
	fault_point("escalate.decided");
	e->applying++;
	store_change(e->flow->store, c);
}

/* ---- decide ---- */

static void on_dropped(void *ctx, const struct pg_result *r)
{
	(void)ctx, (void)r;
}

static void drop(struct escalate *e, struct uuid subject)
{
	char id[UUID_TEXT];
	uuid_format(subject, id);
	log_warn("escalate.pointless", "subject=%s", id);
	struct pg_params *p = store_params(e->flow->store);
	pg_param_uuid(p, e->flow->owner);
	pg_param_uuid(p, subject);
	store_query(e->flow->store, SQL_DROP_DEADLINE, p, on_dropped, NULL);
}

enum { COLUMN_INCIDENT = 5, COLUMN_URGENCY = 10 };

static bool same_incident(const struct pg_result *r, int row, int other)
{
	return !pg_is_null(r, row, COLUMN_INCIDENT) && !pg_is_null(r, other, COLUMN_INCIDENT) &&
	       uuid_equal(pg_uuid(r, row, COLUMN_INCIDENT), pg_uuid(r, other, COLUMN_INCIDENT));
}

/* The next row about the same incident, or -1. */
static int next_of_incident(const struct pg_result *r, int rows, int row)
{
	for (int other = row + 1; other < rows; other++)
		if (same_incident(r, row, other))
			return other;
	return -1;
}

/* Agencies that were told together are overdue together: the next clock of the incident that has run out becomes part of the same change, as if it had been decided right after it. */
static void join_next(struct escalate *e, const struct pg_result *r, int rows, int row, struct climb *first,
                      bool *joined)
{
	int next = next_of_incident(r, rows, row);
	struct climb *second;
	if (next < 0)
		return;
	joined[next] = climb_decide(e->flow, r, next, 1, &second) == CLIMB_DECIDED && climb_join(first, second);
	if (!joined[next])
		climb_free(&second);
}

static void fire_row(struct escalate *e, const struct pg_result *r, int rows, int row, bool *joined)
{
	struct climb *x;
	switch (climb_decide(e->flow, r, row, 0, &x)) {
	case CLIMB_DECIDED:
		join_next(e, r, rows, row, x, joined);
		apply(e, x);
		return;
	case CLIMB_POINTLESS:
		drop(e, x->subject);
		break;
	case CLIMB_UNREADABLE:
		break;
	}
	climb_free(&x);
	let_go(e, 1);
}

/* Two changes decided on one version of an incident cannot both take effect: what the first could not take along waits for it. */
static bool is_second(const struct pg_result *r, int row)
{
	for (int before = 0; before < row; before++)
		if (same_incident(r, before, row))
			return true;
	return false;
}

/* The critical ones first. */
static void fire_rows(struct escalate *e, const struct pg_result *r, int rows)
{
	bool joined[IN_HAND_MOST] = {false};
	assert(rows <= IN_HAND_MOST);
	for (int pass = 0; pass < 2; pass++)
		for (int row = 0; row < rows; row++) {
			bool critical = strcmp(pg_text(r, row, COLUMN_URGENCY), urgency_names[URGENCY_CRITICAL]) == 0;
			if (critical != (pass == 0) || joined[row])
				continue;
			if (is_second(r, row))
				decide_again(e, pg_uuid(r, row, 0));
			else
				fire_row(e, r, rows, row, joined);
		}
	if (e->applying == 0)
		reload_soon(e);
}

/* ---- load again ---- */

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct escalate *e = ctx;
	int rows = r->status == PG_OK ? r->rows : 0, gone = e->loading - rows;
	e->loading = 0;
	let_go(e, gone);
	fire_rows(e, r, rows);
}

static void on_reload(void *ctx)
{
	struct escalate *e = ctx;
	if (e->loading > 0 || pg_array_count(e->stale) == 0)
		return;
	struct pg_params *p = store_params(e->flow->store);
	pg_param_uuid(p, e->flow->owner);
	pg_param_array(p, e->stale);
	e->loading = pg_array_count(e->stale);
	pg_array_reset(e->stale);
	store_query(e->flow->store, SQL_LOAD_DEADLINES, p, on_loaded, e);
}

/* ---- claim ---- */

static void on_claimed(void *ctx, const struct pg_result *r)
{
	struct escalate *e = ctx;
	e->claiming = false;
	if (e->again)
		escalate_look(e, 0);
	e->again = false;
	e->through = (struct wall){0};
	if (r->status != PG_OK)
		return;
	int last = r->rows - 1;
	if (last < CLAIM_MOST) {
		e->through = pg_time(r, last, 4);
		if (e->whole.us < e->claimed.us)
			escalate_look(e, WHOLE_US / 1000);
	}
	if (last == CLAIM_MOST)
		escalate_look(e, 0);
	else if (!pg_is_null(r, last, 3))
		escalate_look(e, clock_ms_until(pg_time(r, last, 3), pg_time(r, last, 4)));
	if (last == 0)
		return;
	fault_point("escalate.claimed");
	e->in_hand += last;
	fire_rows(e, r, last);
}

static void on_look(void *ctx)
{
	struct escalate *e = ctx;
	e->again = e->claiming;
	if (e->claiming || !e->flow->ready || e->flow->draining)
		return;
	e->held = e->in_hand + CLAIM_MOST > IN_HAND_MOST;
	if (e->held)
		return;
	struct pg_params *p = store_params(e->flow->store);
	pg_param_uuid(p, e->flow->owner);
	pg_param_int(p, CLAIM_LEASE_S);
	pg_param_int(p, CLAIM_MOST);
	e->claiming = true;
	e->claimed = mono_now();
	if (e->through.us == 0 || e->claimed.us - e->whole.us >= WHOLE_US) {
		e->whole = e->claimed;
		pg_param_null(p);
	} else {
		pg_param_time(p, (struct wall){e->through.us - MARGIN_US});
	}
	store_query(e->flow->store, SQL_CLAIM_DEADLINES, p, on_claimed, e);
}

void escalate_look(struct escalate *e, int64_t after_ms)
{
	int64_t since_us = mono_now().us - e->claimed.us;
	int64_t grid_us = since_us < GRID_US ? GRID_US - since_us : 0;
	look_within_us(&e->look, after_ms * 1000 > grid_us ? after_ms * 1000 : grid_us);
}

struct escalate *escalate_open(struct flow *f)
{
	struct escalate *e = calloc(1, sizeof *e);
	if (e == NULL)
		abort();
	e->flow = f;
	e->stale = pg_array_new(PG_UUID);
	look_open(&e->look, f->base, on_look, e);
	look_open(&e->reload, f->base, on_reload, e);
	return e;
}

void escalate_close(struct escalate **e)
{
	if (*e == NULL)
		return;
	look_close(&(*e)->look);
	look_close(&(*e)->reload);
	pg_array_free(&(*e)->stale);
	free(*e);
	*e = NULL;
}
