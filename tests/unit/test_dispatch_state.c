/* layer: core */
/* The table of dispatch states, held against the promises it has to keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/dispatch_state.h"

static const enum dispatch_state open_states[] = {DISPATCH_NOTIFIED, DISPATCH_SEEN, DISPATCH_ACCEPTED,
                                                  DISPATCH_EN_ROUTE, DISPATCH_ON_SCENE};
enum { OPEN_STATES = sizeof open_states / sizeof open_states[0] };

/* What each pair does, written down a second time as people would say it: "-" does not fit, "=" repeats, else the next state. */
static const char *const expected[DISPATCH_STATES][DISPATCH_EVENTS] = {
        /* seen, accept, decline, en_route, on_scene, complete, cancel, silence, lapse, expire */
        [DISPATCH_NOTIFIED] = {"seen", "accepted", "declined", "en_route", "on_scene", "-", "cancelled", "notified",
                               "-", "expired"},
        [DISPATCH_SEEN] = {"=", "accepted", "declined", "en_route", "on_scene", "-", "cancelled", "seen", "-",
                           "expired"},
        [DISPATCH_ACCEPTED] = {"=", "=", "declined", "en_route", "on_scene", "completed", "cancelled", "accepted",
                               "notified", "-"},
        [DISPATCH_DECLINED] = {"-", "-", "=", "-", "-", "-", "-", "declined", "-", "-"},
        [DISPATCH_EN_ROUTE] = {"=", "=", "declined", "=", "on_scene", "completed", "cancelled", "en_route", "-", "-"},
        [DISPATCH_ON_SCENE] = {"=", "=", "-", "-", "=", "completed", "cancelled", "on_scene", "-", "-"},
        [DISPATCH_COMPLETED] = {"-", "-", "-", "-", "-", "=", "-", "-", "-", "-"},
        [DISPATCH_CANCELLED] = {"-", "-", "-", "-", "-", "-", "=", "-", "-", "-"},
        [DISPATCH_EXPIRED] = {"-", "accepted", "declined", "en_route", "on_scene", "-", "cancelled", "-", "-", "="},
};

static void every_pair_does_what_people_say(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATES; s++) {
		for (int e = 0; e < DISPATCH_EVENTS; e++) {
			struct dispatch_step got = dispatch_step((enum dispatch_state)s, (enum dispatch_event)e);
			const char *said = !got.fits ? "-" : got.repeats ? "=" : dispatch_state_names[got.next];
			if (strcmp(said, expected[s][e]) != 0)
				fail_msg("%s on %s: %s, expected %s", dispatch_event_names[e], dispatch_state_names[s],
				         said, expected[s][e]);
		}
	}
}

static void what_does_not_fit_or_repeats_changes_nothing(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATES; s++) {
		for (int e = 0; e < DISPATCH_EVENTS; e++) {
			struct dispatch_step got = dispatch_step((enum dispatch_state)s, (enum dispatch_event)e);
			if (got.fits && !got.repeats)
				continue;
			assert_int_equal(got.next, s);
			assert_int_equal(got.effects, 0);
		}
	}
}

/* Promise 6: sent, delivered, seen and silence leave the clock running. */
static void only_an_answer_stops_the_clock(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATES; s++) {
		assert_false(dispatch_step((enum dispatch_state)s, ON_SEEN).effects & EFFECT_STOP_CLOCK);
		assert_false(dispatch_step((enum dispatch_state)s, ON_SILENCE).effects & EFFECT_STOP_CLOCK);
	}
	assert_true(dispatch_step(DISPATCH_NOTIFIED, ON_ACCEPT).effects & EFFECT_STOP_CLOCK);
	assert_true(dispatch_step(DISPATCH_SEEN, ON_DECLINE).effects & EFFECT_STOP_CLOCK);
}

static unsigned armed_by(enum clock c)
{
	return c == CLOCK_ACCEPT     ? EFFECT_ARM_ACCEPT
	       : c == CLOCK_ARRIVE   ? EFFECT_ARM_ARRIVE
	       : c == CLOCK_COMPLETE ? EFFECT_ARM_COMPLETE
	                             : 0;
}

/* Promise 4: whoever lands in an open state has exactly that state's clock armed, and no other clock survives. */
static void no_open_dispatch_is_without_its_clock(void **state)
{
	(void)state;
	for (int i = 0; i < OPEN_STATES; i++) {
		enum dispatch_state from = open_states[i];
		for (int e = 0; e < DISPATCH_EVENTS; e++) {
			struct dispatch_step got = dispatch_step(from, (enum dispatch_event)e);
			if (!got.fits || got.repeats)
				continue;
			enum clock before = dispatch_clock(from), after = dispatch_clock(got.next);
			unsigned arms = got.effects & (EFFECT_ARM_ACCEPT | EFFECT_ARM_ARRIVE | EFFECT_ARM_COMPLETE);
			assert_int_equal(arms, after == before ? 0 : armed_by(after));
			if (e != ON_LAPSE) /* arming anew replaces the clock that has just run out */
				assert_int_equal(!!(got.effects & EFFECT_STOP_CLOCK), after != before);
		}
	}
}

static void a_clock_runs_exactly_while_a_dispatch_is_open(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATES; s++) {
		bool open = s != DISPATCH_DECLINED && s != DISPATCH_COMPLETED && s != DISPATCH_CANCELLED &&
		            s != DISPATCH_EXPIRED;
		assert_int_equal(dispatch_is_open((enum dispatch_state)s), open);
		assert_int_equal(dispatch_clock((enum dispatch_state)s) != CLOCKS, open);
	}
	assert_int_equal(dispatch_clock(DISPATCH_SEEN), CLOCK_ACCEPT);
	assert_int_equal(dispatch_clock(DISPATCH_EN_ROUTE), CLOCK_ARRIVE);
	assert_int_equal(dispatch_clock(DISPATCH_ON_SCENE), CLOCK_COMPLETE);
}

static void silence_always_climbs_while_somebody_is_wanted(void **state)
{
	(void)state;
	for (int i = 0; i < OPEN_STATES; i++)
		assert_int_equal(dispatch_step(open_states[i], ON_SILENCE).effects, EFFECT_CLIMB);
	assert_int_equal(dispatch_step(DISPATCH_DECLINED, ON_SILENCE).effects, EFFECT_CLIMB);
}

static void a_no_climbs_at_once_also_after_a_yes(void **state)
{
	(void)state;
	unsigned given_back = EFFECT_STOP_CLOCK | EFFECT_CLIMB_NOW;
	assert_int_equal(dispatch_step(DISPATCH_NOTIFIED, ON_DECLINE).effects, given_back);
	assert_int_equal(dispatch_step(DISPATCH_ACCEPTED, ON_DECLINE).effects, given_back);
	assert_int_equal(dispatch_step(DISPATCH_EN_ROUTE, ON_DECLINE).effects, given_back);
	assert_false(dispatch_step(DISPATCH_ON_SCENE, ON_DECLINE).fits);
}

/* An agency that sets out or arrives without having said yes has engaged itself. */
static void the_first_deed_engages_the_incident(void **state)
{
	(void)state;
	static const enum dispatch_event deeds[] = {ON_ACCEPT, ON_EN_ROUTE, ON_ON_SCENE};
	for (int i = 0; i < 3; i++) {
		assert_true(dispatch_step(DISPATCH_NOTIFIED, deeds[i]).effects & EFFECT_ENGAGE);
		assert_true(dispatch_step(DISPATCH_SEEN, deeds[i]).effects & EFFECT_ENGAGE);
	}
	assert_false(dispatch_step(DISPATCH_NOTIFIED, ON_SEEN).effects & EFFECT_ENGAGE);
}

/* Who was asked for the same task and has not answered need not come, whoever answers first and however late. */
static void whoever_takes_the_task_relieves_the_others(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATES; s++)
		for (int e = 0; e < DISPATCH_EVENTS; e++) {
			struct dispatch_step got = dispatch_step((enum dispatch_state)s, (enum dispatch_event)e);
			bool unanswered = s == DISPATCH_NOTIFIED || s == DISPATCH_SEEN || s == DISPATCH_EXPIRED;
			bool takes = e == ON_ACCEPT || e == ON_EN_ROUTE || e == ON_ON_SCENE;
			assert_int_equal(!!(got.effects & EFFECT_RELIEVE), unanswered && takes);
		}
}

static void an_answer_that_expires_is_asked_for_again(void **state)
{
	(void)state;
	struct dispatch_step got = dispatch_step(DISPATCH_ACCEPTED, ON_LAPSE);
	assert_int_equal(got.next, DISPATCH_NOTIFIED);
	assert_int_equal(got.effects, EFFECT_ARM_ACCEPT | EFFECT_TELL_DUTY);
}

static void who_never_answered_is_given_up_and_a_human_told(void **state)
{
	(void)state;
	unsigned given_up = EFFECT_STOP_CLOCK | EFFECT_TELL_DUTY;
	assert_int_equal(dispatch_step(DISPATCH_NOTIFIED, ON_EXPIRE).effects, given_up);
	assert_int_equal(dispatch_step(DISPATCH_SEEN, ON_EXPIRE).effects, given_up);
	for (int s = DISPATCH_ACCEPTED; s < DISPATCH_EXPIRED; s++)
		assert_false(dispatch_step((enum dispatch_state)s, ON_EXPIRE).fits);
}

static void cancelling_tells_the_agency(void **state)
{
	(void)state;
	for (int i = 0; i < OPEN_STATES; i++)
		assert_int_equal(dispatch_step(open_states[i], ON_CANCEL).effects,
		                 EFFECT_STOP_CLOCK | EFFECT_STAND_DOWN);
	assert_true(dispatch_step(DISPATCH_EXPIRED, ON_CANCEL).effects & EFFECT_STAND_DOWN); /* it was told once */
}

static void assert_allowed(enum dispatch_state s, const char *names)
{
	struct buf out;
	buf_init(&out, 200);
	dispatch_allowed(s, &out);
	assert_string_equal(out.data, names);
	buf_free(&out);
}

static void what_may_follow_names_only_what_an_agency_can_send(void **state)
{
	(void)state;
	assert_allowed(DISPATCH_NOTIFIED, "seen, accept, decline, en_route, on_scene");
	assert_allowed(DISPATCH_EN_ROUTE, "decline, on_scene, complete");
	assert_allowed(DISPATCH_ON_SCENE, "complete");
	assert_allowed(DISPATCH_CANCELLED, "");
	assert_allowed(DISPATCH_EXPIRED, "accept, decline, en_route, on_scene");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_pair_does_what_people_say),
	        cmocka_unit_test(what_does_not_fit_or_repeats_changes_nothing),
	        cmocka_unit_test(only_an_answer_stops_the_clock),
	        cmocka_unit_test(no_open_dispatch_is_without_its_clock),
	        cmocka_unit_test(a_clock_runs_exactly_while_a_dispatch_is_open),
	        cmocka_unit_test(silence_always_climbs_while_somebody_is_wanted),
	        cmocka_unit_test(a_no_climbs_at_once_also_after_a_yes),
	        cmocka_unit_test(the_first_deed_engages_the_incident),
	        cmocka_unit_test(whoever_takes_the_task_relieves_the_others),
	        cmocka_unit_test(an_answer_that_expires_is_asked_for_again),
	        cmocka_unit_test(who_never_answered_is_given_up_and_a_human_told),
	        cmocka_unit_test(cancelling_tells_the_agency),
	        cmocka_unit_test(what_may_follow_names_only_what_an_agency_can_send),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
