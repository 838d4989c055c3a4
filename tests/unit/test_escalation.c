/* layer: core */
/* What a clock that ran out sets in motion, case by case; test_simulation has them all together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/escalation.h"

static bool usable(void *ctx, const char *slug)
{
	return ctx == NULL && slug[0] != '\0';
}

static const struct ladder_view view = {
        .has_contacts = true, .on_duty = 1, .agency_usable = usable, .person_usable = usable};
static const struct rung accept_rungs[] = {
        {.target = RUNG_AGAIN, .wait_s = 60},
        {.target = RUNG_DUTY, .wait_s = 120, .with_next = true},
        {.target = RUNG_UP, .slug = "polres", .wait_s = 120},
};
static const struct rung late_rungs[] = {{.target = RUNG_AGAIN, .wait_s = 600}};
static const struct stored_ladders ladders = {
        .accept = {.rungs = accept_rungs, .count = 3, .repeat_s = 900},
        .late = {.rungs = late_rungs, .count = 1, .repeat_s = 900},
};
static const struct ladder triage = {.rungs = &accept_rungs[1], .count = 1, .repeat_s = 300};

static struct escalation of(enum dispatch_state state, enum clock clock, int step, int64_t silent_s)
{
	const struct overdue o = {
	        .state = state, .clock = clock, .step = step, .accept_s = 300, .silent_s = silent_s, .expire_s = 3600};
	return escalation_of_dispatch(&ladders, &o, &view);
}

static void assert_arms(const struct escalation *e, enum clock clock, int step, int after_s)
{
	assert_true(e->live && e->armed);
	assert_int_equal(e->clock, clock);
	assert_int_equal(e->step, step);
	assert_int_equal(e->after_s, after_s);
}

static void only_the_clock_of_its_state_is_about_anything(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATES; s++)
		for (int c = 0; c < CLOCKS; c++) {
			enum clock runs =
			        s == DISPATCH_DECLINED ? CLOCK_REPLACE : dispatch_clock((enum dispatch_state)s);
			if (c == (int)runs)
				assert_true(of((enum dispatch_state)s, (enum clock)c, 0, 0).live);
			else
				assert_false(of((enum dispatch_state)s, (enum clock)c, 0, 0).live);
		}
}

static void silence_climbs_and_waits(void **state)
{
	(void)state;
	struct escalation e = of(DISPATCH_SEEN, CLOCK_ACCEPT, 0, 300);
	assert_int_equal(e.event, ON_SILENCE);
	assert_int_equal(e.next, DISPATCH_SEEN);
	assert_arms(&e, CLOCK_ACCEPT, 1, 60);
	e = of(DISPATCH_SEEN, CLOCK_ACCEPT, 1, 360);
	assert_int_equal(e.act.count, 2);
	assert_arms(&e, CLOCK_ACCEPT, 3, 120);
	e = of(DISPATCH_SEEN, CLOCK_ACCEPT, 3, 480);
	assert_true(e.act.repeat);
	assert_arms(&e, CLOCK_ACCEPT, 3, 900);
}

static void who_is_silent_for_too_long_ends_but_not_before_the_ladder(void **state)
{
	(void)state;
	struct escalation e = of(DISPATCH_NOTIFIED, CLOCK_ACCEPT, 1, 100000);
	assert_int_equal(e.event, ON_SILENCE);
	e = of(DISPATCH_NOTIFIED, CLOCK_ACCEPT, 3, 3599);
	assert_int_equal(e.event, ON_SILENCE);
	e = of(DISPATCH_NOTIFIED, CLOCK_ACCEPT, 3, 3600);
	assert_int_equal(e.event, ON_EXPIRE);
	assert_int_equal(e.next, DISPATCH_EXPIRED);
	assert_false(e.armed);
}

static void an_accept_without_progress_expires_when_the_late_ladder_has_ended(void **state)
{
	(void)state;
	struct escalation e = of(DISPATCH_ACCEPTED, CLOCK_ARRIVE, 0, 0);
	assert_int_equal(e.event, ON_SILENCE);
	assert_arms(&e, CLOCK_ARRIVE, 1, 600);
	e = of(DISPATCH_ACCEPTED, CLOCK_ARRIVE, 1, 0);
	assert_int_equal(e.event, ON_LAPSE);
	assert_int_equal(e.next, DISPATCH_NOTIFIED);
	assert_true(e.remind);
	assert_arms(&e, CLOCK_ACCEPT, 0, 300);
}

static void who_has_set_out_or_arrived_is_reminded_for_ever(void **state)
{
	(void)state;
	struct escalation e = of(DISPATCH_EN_ROUTE, CLOCK_ARRIVE, 1, 100000);
	assert_int_equal(e.event, ON_SILENCE);
	assert_arms(&e, CLOCK_ARRIVE, 1, 900);
	e = of(DISPATCH_ON_SCENE, CLOCK_COMPLETE, 1, 100000);
	assert_int_equal(e.event, ON_SILENCE);
	assert_arms(&e, CLOCK_COMPLETE, 1, 900);
}

static void a_decline_climbs_without_pause_until_somebody_has_the_task(void **state)
{
	(void)state;
	static const struct rung rungs[] = {{.target = RUNG_DUTY, .wait_s = 60}, {.target = RUNG_UP, .slug = "polres"}};
	const struct stored_ladders l = {.accept = {.rungs = rungs, .count = 2, .repeat_s = 900}};
	struct overdue o = {.state = DISPATCH_DECLINED, .clock = CLOCK_REPLACE, .expire_s = 1};
	struct escalation e = escalation_of_dispatch(&l, &o, &view);
	assert_arms(&e, CLOCK_REPLACE, 1, 0);
	o.step = 1;
	assert_false(escalation_of_dispatch(&l, &o, &view).armed);
	o.step = 2; /* nobody is left: duty has the last word */
	e = escalation_of_dispatch(&l, &o, &view);
	assert_true(e.act.repeat && !e.armed && e.event == ON_SILENCE);
	e = of(DISPATCH_DECLINED, CLOCK_REPLACE, 0, 0); /* a group with an agency in it */
	assert_int_equal(e.act.count, 2);
	assert_false(e.armed);
}

static void an_incident_has_the_triage_clock_or_while_handed_over_the_follow_up(void **state)
{
	(void)state;
	for (int s = 0; s < INCIDENT_STATES; s++)
		for (int c = 0; c < CLOCKS; c++) {
			enum incident_state is = (enum incident_state)s;
			bool expected = incident_is_open(is) &&
			                c == (is == INCIDENT_HANDED_OVER ? CLOCK_FOLLOW_UP : CLOCK_TRIAGE);
			assert_int_equal(escalation_of_incident(&triage, is, (enum clock)c, 0, &view).live, expected);
		}
	struct escalation e = escalation_of_incident(&triage, INCIDENT_HANDED_OVER, CLOCK_FOLLOW_UP, 0, &view);
	assert_int_equal(e.act.rungs[0]->target, RUNG_DUTY);
	assert_arms(&e, CLOCK_FOLLOW_UP, 1, 120);
	e = escalation_of_incident(&triage, INCIDENT_HANDED_OVER, CLOCK_FOLLOW_UP, 1, &view);
	assert_true(e.act.repeat);
	assert_arms(&e, CLOCK_FOLLOW_UP, 1, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(only_the_clock_of_its_state_is_about_anything),
	        cmocka_unit_test(silence_climbs_and_waits),
	        cmocka_unit_test(who_is_silent_for_too_long_ends_but_not_before_the_ladder),
	        cmocka_unit_test(an_accept_without_progress_expires_when_the_late_ladder_has_ended),
	        cmocka_unit_test(who_has_set_out_or_arrived_is_reminded_for_ever),
	        cmocka_unit_test(a_decline_climbs_without_pause_until_somebody_has_the_task),
	        cmocka_unit_test(an_incident_has_the_triage_clock_or_while_handed_over_the_follow_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
