/* layer: core */
/* Six hours of escalation of 500 incidents, simulated with the pure functions: what the database would hold is an array of rows, and nothing else is remembered. Agencies answer at
 * random, decline, give back, fall silent, set out or not; daemons are away for hours. Seeds are printed; SIGAP_SEED=n runs that one alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/escalation.h"

enum {
	INCIDENTS = 500,
	FIRST = 3,  /* dispatches that an incident begins with */
	FAMILY = 8, /* dispatches that it may have at most: first ones and stand-ins */
	HOURS = 6,
	END_S = HOURS * 3600,
	EXPIRE_S = 2 * 3600,
	ACCEPT_S = 300,
	ARRIVE_S = 1800,
	COMPLETE_S = 3600,
	HISTORY = 400, /* firings of one dispatch at most */
};

static const char ladders_text[] =
        "{\"accept\":[{\"to\":\"again\",\"slug\":null,\"wait_s\":120},{\"to\":\"duty\",\"slug\":null,\"wait_s\":180,"
        "\"with_next\":true},"
        "{\"to\":\"up\",\"slug\":\"wider\",\"wait_s\":180},{\"to\":\"agency\",\"slug\":\"other\",\"wait_s\":300}],"
        "\"late\":[{\"to\":\"again\",\"slug\":null,\"wait_s\":600},{\"to\":\"duty\",\"slug\":null,\"wait_s\":900}],"
        "\"repeat_s\":1800}";

/* ---- the rows ---- */

struct row { /* a dispatch with its deadline */
	bool exists;
	char agency[8];
	enum dispatch_state state;
	int asked_s, accept_by_s; /* asked: or asked again */
	bool armed;
	enum clock clock;
	int step, due_s;
	/* what the history says, for the assertions */
	int fired, duty, expected_step;
	bool answered; /* ever */
	uint32_t random;
};
struct world {
	struct row rows[INCIDENTS][FAMILY];
	int now_s;
	bool backwards; /* equal deadlines are taken in the other order */
	int lapses, expiries, declines, stand_ins, climbs, behind;
	uint64_t digest;
};

static struct arena *arena;
static struct stored_ladders ladders;

/* Each dispatch draws from its own numbers: the order in which rows are taken must not matter. */
static uint32_t draw(struct row *d)
{
	d->random ^= d->random << 13;
	d->random ^= d->random >> 17;
	d->random ^= d->random << 5;
	return d->random;
}

static void arm(struct row *d, enum clock clock, int step, int due_s)
{
	d->armed = true;
	d->clock = clock;
	d->step = step;
	d->due_s = due_s;
}

static struct row *add(struct world *w, int incident, const char *agency, uint32_t seed)
{
	for (int i = 0; i < FAMILY; i++) {
		struct row *d = &w->rows[incident][i];
		if (d->exists)
			continue;
		*d = (struct row){.exists = true,
		                  .state = DISPATCH_NOTIFIED,
		                  .asked_s = w->now_s,
		                  .accept_by_s = w->now_s + ACCEPT_S,
		                  .random = seed * 2654435761u + 1};
		snprintf(d->agency, sizeof d->agency, "%s", agency);
		draw(d);
		arm(d, CLOCK_ACCEPT, 0, d->accept_by_s);
		return d;
	}
	fail_msg("incident %d has more dispatches than its ladders can make", incident);
	return NULL;
}

/* ---- what is known ---- */

struct known {
	struct world *world;
	int incident;
};

static bool agency_usable(void *ctx, const char *slug)
{
	const struct known *k = ctx;
	for (int i = 0; i < FAMILY; i++)
		if (k->world->rows[k->incident][i].exists && strcmp(k->world->rows[k->incident][i].agency, slug) == 0)
			return false;
	return true;
}

static bool person_usable(void *ctx, const char *slug)
{
	(void)ctx, (void)slug;
	return false;
}

/* ---- a clock runs out ---- */

/* Steps of one clock come in order, none twice, none left out; after the last only repeats, a lapse or the end. */
static void assert_in_order(const struct row *d, const struct escalation *e)
{
	int count = (int)(d->clock == CLOCK_ACCEPT || d->clock == CLOCK_REPLACE ? ladders.accept.count
	                                                                        : ladders.late.count);
	assert_int_equal(d->step, d->expected_step);
	assert_true(e->act.step >= d->step);
	if (e->event == ON_SILENCE)
		assert_true(e->act.repeat ? e->act.next_step == count : e->act.next_step > e->act.step);
	else
		assert_true(e->act.repeat);
}

static void perform(struct world *w, int incident, struct row *d, const struct escalation *e)
{
	bool told_duty = e->event != ON_SILENCE || e->act.count == 0;
	for (size_t i = 0; e->event == ON_SILENCE && i < e->act.count; i++) {
		const struct rung *r = e->act.rungs[i];
		told_duty = told_duty || r->target == RUNG_DUTY;
		if (r->target == RUNG_UP || r->target == RUNG_AGENCY) {
			uint32_t seed = d->random;
			add(w, incident, r->slug, seed);
			w->stand_ins++;
		}
	}
	d->duty += told_duty;
	w->lapses += e->event == ON_LAPSE;
	w->expiries += e->event == ON_EXPIRE;
	w->climbs += e->event == ON_SILENCE;
	d->state = e->next;
	d->armed = false;
	if (e->armed)
		arm(d, e->clock, e->step, w->now_s + e->after_s);
	d->expected_step = e->armed ? e->step : 0;
	if (e->remind) {
		d->asked_s = w->now_s;
		d->accept_by_s = w->now_s + e->after_s;
		d->answered = false;
	}
}

static void fire(struct world *w, int incident, struct row *d)
{
	struct known known = {w, incident};
	const struct ladder_view view = {.has_contacts = true,
	                                 .on_duty = 1,
	                                 .agency_usable = agency_usable,
	                                 .person_usable = person_usable,
	                                 .ctx = &known};
	const struct overdue o = {.state = d->state,
	                          .clock = d->clock,
	                          .step = d->step,
	                          .accept_s = ACCEPT_S,
	                          .silent_s = w->now_s - d->asked_s,
	                          .expire_s = EXPIRE_S};
	assert_true(w->now_s >= d->due_s); /* never early */
	w->behind += w->now_s > d->due_s;
	struct escalation e = escalation_of_dispatch(&ladders, &o, &view);
	assert_true(e.live);
	assert_in_order(d, &e);
	if (e.event == ON_EXPIRE)
		assert_true(w->now_s - d->asked_s >= EXPIRE_S && !d->answered);
	assert_true(++d->fired < HISTORY);
	perform(w, incident, d, &e);
}

/* ---- an agency answers ---- */

static void answer(struct world *w, struct row *d, enum dispatch_event event)
{
	struct dispatch_step s = dispatch_step(d->state, event);
	if (!s.fits || s.repeats)
		return;
	w->declines += event == ON_DECLINE;
	d->answered = d->answered || event != ON_SEEN;
	d->state = s.next;
	if (s.effects & (EFFECT_STOP_CLOCK | EFFECT_ARM_ARRIVE | EFFECT_ARM_COMPLETE | EFFECT_CLIMB_NOW))
		d->expected_step = 0;
	if (s.effects & EFFECT_STOP_CLOCK)
		d->armed = false;
	if (s.effects & EFFECT_ARM_ARRIVE)
		arm(d, CLOCK_ARRIVE, 0, w->now_s + ARRIVE_S);
	if (s.effects & EFFECT_ARM_COMPLETE)
		arm(d, CLOCK_COMPLETE, 0, w->now_s + COMPLETE_S);
	if (s.effects & EFFECT_CLIMB_NOW)
		arm(d, CLOCK_REPLACE, 0, w->now_s);
}

/* About one answer in twenty minutes; a third of all agencies never say anything. */
static void maybe_answer(struct world *w, struct row *d)
{
	static const enum dispatch_event words[] = {ON_SEEN,     ON_ACCEPT,   ON_ACCEPT,   ON_DECLINE, ON_EN_ROUTE,
	                                            ON_ON_SCENE, ON_COMPLETE, ON_EN_ROUTE, ON_SEEN,    ON_SEEN};
	uint32_t r = draw(d);
	bool silent = d->agency[0] == 'm'; /* "mute" */
	if (!silent && r % 40 == 0)
		answer(w, d, words[r / 40 % (sizeof words / sizeof *words)]);
}

/* ---- time passes ---- */

enum { TICK_S = 30 };

/* Everything that is due, equal ones in either order; what becomes due by it (a decline climbs without pauses) in the next round. One rung for each row and round. */
static void fire_due(struct world *w)
{
	bool more = true;
	for (int round = 0; more; round++) {
		more = false;
		assert_true(round < 20);
		int fired_before[INCIDENTS][FAMILY];
		for (int k = 0; k < INCIDENTS; k++)
			for (int i = 0; i < FAMILY; i++)
				fired_before[k][i] = w->rows[k][i].fired;
		for (int n = 0; n < INCIDENTS * FAMILY; n++) {
			/* incidents in either order; within one its version makes the order, here that of the rows */
			int k = w->backwards ? INCIDENTS - 1 - n / FAMILY : n / FAMILY, i = n % FAMILY;
			struct row *d = &w->rows[k][i];
			if (d->exists && d->armed && d->due_s <= w->now_s && d->fired == fired_before[k][i]) {
				fire(w, k, d);
				more = true;
			}
		}
	}
}

/* Promise 4, and what the auditor asks: an open dispatch has the clock of its state armed; a closed one has none, but for a declined one that is being replaced. */
static void assert_armed(const struct world *w)
{
	for (int k = 0; k < INCIDENTS; k++)
		for (int i = 0; i < FAMILY; i++) {
			const struct row *d = &w->rows[k][i];
			if (!d->exists)
				continue;
			if (dispatch_is_open(d->state))
				assert_true(d->armed && d->clock == dispatch_clock(d->state));
			else if (d->armed)
				assert_true(d->state == DISPATCH_DECLINED && d->clock == CLOCK_REPLACE);
		}
}

static void digest(struct world *w)
{
	uint64_t h = 1469598103934665603u;
	for (int k = 0; k < INCIDENTS; k++)
		for (int i = 0; i < FAMILY; i++) {
			const struct row *d = &w->rows[k][i];
			const int facts[] = {d->exists, (int)d->state, d->armed,   (int)d->clock, d->step,
			                     d->due_s,  d->fired,      d->asked_s, d->duty};
			for (size_t f = 0; f < sizeof facts / sizeof *facts; f++)
				h = (h ^ (uint64_t)facts[f]) * 1099511628211u;
		}
	w->digest = h;
}

static void begin(struct world *w, uint32_t seed, bool backwards)
{
	static const char *const names[FIRST] = {"police", "village", "mute"};
	memset(w, 0, sizeof *w);
	w->backwards = backwards;
	for (int k = 0; k < INCIDENTS; k++)
		for (int i = 0; i < FIRST; i++)
			add(w, k, names[i], seed * 31 + (uint32_t)(k * FAMILY + i));
}

/* Late recovery: whoever had missed rungs climbs one now, however many there were, and the next one waits its normal time. */
static void assert_one_rung_at_once(const struct world *w, const int before[INCIDENTS])
{
	for (int k = 0; k < INCIDENTS; k++) {
		const struct row *mute = &w->rows[k][FIRST - 1];
		assert_int_equal(mute->fired - before[k], 1);
		assert_int_equal(mute->state,
		                 DISPATCH_NOTIFIED); /* its time is over, but its ladder has not been tried */
		assert_int_equal(mute->step, 1);
		assert_int_equal(mute->due_s, w->now_s + ladders.accept.rungs[0].wait_s);
	}
}

/* Six hours; from away_from to away_until no daemon runs, and nobody can answer either. */
static void run(struct world *w, int away_from, int away_until)
{
	for (w->now_s = TICK_S; w->now_s <= END_S; w->now_s += TICK_S) {
		if (w->now_s > away_from && w->now_s < away_until)
			continue;
		int before[INCIDENTS];
		for (int k = 0; k < INCIDENTS; k++)
			before[k] = w->rows[k][FIRST - 1].fired;
		fire_due(w);
		if (w->now_s == away_until)
			assert_one_rung_at_once(w, before);
		assert_armed(w);
		for (int k = 0; k < INCIDENTS; k++)
			for (int i = 0; i < FAMILY; i++)
				if (w->rows[k][i].exists)
					maybe_answer(w, &w->rows[k][i]);
		fire_due(w); /* a decline acts at once */
		assert_armed(w);
	}
	digest(w);
}

static uint32_t seed_of(void)
{
	const char *text = getenv("SIGAP_SEED");
	return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : 20261122;
}

static struct world *worlds; /* two: too big for a stack */

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	worlds = calloc(2, sizeof *worlds);
	return worlds != NULL && ladders_parse(arena, ladders_text, &ladders) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(worlds);
	arena_free(&arena);
	return 0;
}

/* ---- the promises ---- */

static void six_hours_of_500_incidents_keep_every_clock(void **state)
{
	(void)state;
	struct world *w = &worlds[0];
	for (uint32_t i = 0; i < 3; i++) {
		print_message("seed %u\n", seed_of() + i);
		begin(w, seed_of() + i, false);
		run(w, 0, 0);
		assert_int_equal(w->behind, 0);
		/* all of it was there */
		assert_true(w->lapses > 100 && w->expiries > 100 && w->declines > 100 && w->stand_ins > 500);
		print_message("%d rungs, %d declined, %d lapsed, %d expired, %d stand-ins\n", w->climbs, w->declines,
		              w->lapses, w->expiries, w->stand_ins);
	}
}

/* Who never says a word: again, then duty and up together, the other one, then duty at each repeat until it expires. */
static void silence_reaches_duty_and_ends_in_time(void **state)
{
	(void)state;
	struct world *w = &worlds[0];
	begin(w, seed_of(), false);
	run(w, 0, 0);
	for (int k = 0; k < INCIDENTS; k++) {
		const struct row *mute = &w->rows[k][FIRST - 1];
		assert_string_equal(mute->agency, "mute");
		assert_int_equal(mute->state, DISPATCH_EXPIRED);
		assert_false(mute->armed);
		assert_true(mute->duty >= 3); /* its rung, repeats, the end */
		for (int i = 0; i < FAMILY; i++) {
			const struct row *d = &w->rows[k][i];
			if (d->exists && !d->answered && w->now_s - d->asked_s > ACCEPT_S + 120 + TICK_S)
				assert_true(d->duty > 0);
		}
	}
}

static void equal_deadlines_may_be_taken_in_any_order(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		begin(&worlds[0], seed_of() + i, false);
		begin(&worlds[1], seed_of() + i, true);
		run(&worlds[0], 0, 0);
		run(&worlds[1], 0, 0);
		assert_true(worlds[0].digest == worlds[1].digest);
		assert_int_equal(worlds[0].climbs, worlds[1].climbs);
	}
}

/* All that counts is in the rows: a daemon that starts from a copy of them goes on as if nothing had been. */
static void a_restart_loses_nothing(void **state)
{
	(void)state;
	begin(&worlds[0], seed_of(), false);
	run(&worlds[0], 0, 0);
	begin(&worlds[1], seed_of(), false);
	struct world *copy = calloc(1, sizeof *copy);
	assert_non_null(copy);
	for (worlds[1].now_s = TICK_S; worlds[1].now_s <= END_S; worlds[1].now_s += TICK_S) {
		struct world *w = &worlds[1];
		fire_due(w);
		for (int k = 0; k < INCIDENTS; k++)
			for (int i = 0; i < FAMILY; i++)
				if (w->rows[k][i].exists)
					maybe_answer(w, &w->rows[k][i]);
		if (w->now_s % 600 == 0) { /* killed between an answer and what follows from it */
			memcpy(copy, w, sizeof *copy);
			memset(w, 0xA5, sizeof *w);
			memcpy(w, copy, sizeof *w);
		}
		fire_due(w);
	}
	free(copy);
	digest(&worlds[1]);
	assert_true(worlds[0].digest == worlds[1].digest);
}

static void after_two_hours_away_each_climbs_one_rung_and_then_its_normal_time(void **state)
{
	(void)state;
	struct world *w = &worlds[0];
	for (uint32_t i = 0; i < 2; i++) {
		begin(w, seed_of() + i, false);
		run(w, 120, 120 + 2 * 3600);
		assert_true(w->behind >= INCIDENTS);
		for (int k = 0; k < INCIDENTS; k++) {
			const struct row *mute = &w->rows[k][FIRST - 1];
			assert_int_equal(mute->state, DISPATCH_EXPIRED);
			assert_true(mute->fired >= 3 && mute->duty >= 2);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(six_hours_of_500_incidents_keep_every_clock),
	        cmocka_unit_test(silence_reaches_duty_and_ends_in_time),
	        cmocka_unit_test(equal_deadlines_may_be_taken_in_any_order),
	        cmocka_unit_test(a_restart_loses_nothing),
	        cmocka_unit_test(after_two_hours_away_each_climbs_one_rung_and_then_its_normal_time),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
