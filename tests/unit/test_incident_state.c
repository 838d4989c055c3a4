/* layer: core */
/* The table of incident states, held against the promises it has to keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/incident_state.h"
#include "../../protocol/event_request.h"

/* "-" does not fit, else the next state. */
static const char *const expected[INCIDENT_STATES][INCIDENT_EVENTS] = {
        /* triage, dispatch, engage, note, hand_over, cancel, withdraw, false_report, close, reopen, merge, absorb, split, release, detach, not_duplicate, claim, silence */
        [INCIDENT_OPEN] = {"triaged", "open", "open", "open", "handed_over", "cancelled", "cancelled", "closed",
                           "closed", "-", "merged", "open", "-", "open", "open", "open", "open", "open"},
        [INCIDENT_TRIAGED] = {"triaged", "triaged", "in_progress", "triaged", "handed_over", "cancelled", "cancelled",
                              "closed", "closed", "-", "merged", "triaged", "-", "triaged", "triaged", "triaged",
                              "triaged", "triaged"},
        [INCIDENT_IN_PROGRESS] = {"in_progress", "in_progress", "in_progress", "in_progress", "handed_over",
                                  "cancelled", "in_progress", "closed", "closed", "-", "merged", "in_progress", "-",
                                  "in_progress", "in_progress", "in_progress", "in_progress", "in_progress"},
        [INCIDENT_HANDED_OVER] = {"in_progress", "in_progress", "handed_over", "handed_over", "handed_over",
                                  "cancelled", "handed_over", "closed", "closed", "-", "merged", "handed_over", "-",
                                  "handed_over", "handed_over", "handed_over", "handed_over", "handed_over"},
        [INCIDENT_CLOSED] = {"-", "-", "-", "closed", "-", "-", "-", "-", "-", "open", "-", "closed", "-", "closed",
                             "closed", "closed", "-", "-"},
        [INCIDENT_CANCELLED] = {"-", "-", "-", "cancelled", "-", "-", "-", "-", "-", "open", "-", "cancelled", "-",
                                "cancelled", "cancelled", "cancelled", "-", "-"},
        [INCIDENT_MERGED] = {"-", "-", "-", "merged", "-", "-", "-", "-", "-", "-", "-", "-", "open", "merged", "-",
                             "-", "-", "-"},
};

static void every_pair_does_what_people_say(void **state)
{
	(void)state;
	for (int s = 0; s < INCIDENT_STATES; s++) {
		for (int e = 0; e < INCIDENT_EVENTS; e++) {
			struct incident_step got = incident_step((enum incident_state)s, (enum incident_event)e);
			const char *said = got.fits ? incident_state_names[got.next] : "-";
			if (strcmp(said, expected[s][e]) != 0)
				fail_msg("%s on %s: %s, expected %s", incident_event_names[e], incident_state_names[s],
				         said, expected[s][e]);
		}
	}
}

static void what_does_not_fit_changes_nothing(void **state)
{
	(void)state;
	struct incident_step got = incident_step(INCIDENT_CLOSED, INCIDENT_ON_CLOSE);
	assert_false(got.fits);
	assert_int_equal(got.next, INCIDENT_CLOSED);
	assert_int_equal(got.effects, 0);
}

static void the_end_of_an_incident_ends_its_clocks_and_dispatches(void **state)
{
	(void)state;
	unsigned ended = INCIDENT_STOP_TRIAGE_CLOCK | INCIDENT_CANCEL_DISPATCHES;
	static const enum incident_event ends[] = {INCIDENT_ON_CLOSE, INCIDENT_ON_CANCEL, INCIDENT_ON_FALSE_REPORT,
	                                           INCIDENT_ON_MERGE};
	for (int s = INCIDENT_OPEN; s <= INCIDENT_HANDED_OVER; s++)
		for (int e = 0; e < 4; e++)
			assert_int_equal(incident_step((enum incident_state)s, ends[e]).effects, ended);
}

/* A reporter may take back what nobody has set out for; afterwards a human decides. Either way one is told. */
static void a_withdrawn_report_ends_only_what_nobody_set_out_for(void **state)
{
	(void)state;
	for (int s = INCIDENT_OPEN; s <= INCIDENT_HANDED_OVER; s++) {
		struct incident_step got = incident_step((enum incident_state)s, INCIDENT_ON_WITHDRAW);
		bool moving = s == INCIDENT_IN_PROGRESS || s == INCIDENT_HANDED_OVER;
		assert_int_equal(got.next, moving ? s : INCIDENT_CANCELLED);
		assert_int_equal(!!(got.effects & INCIDENT_CANCEL_DISPATCHES), !moving);
		assert_true(got.effects & INCIDENT_TELL_DUTY);
	}
}

/* Whoever was handed over is looked after again: the follow-up is armed, however often, and only there. */
static void a_hand_over_arms_the_follow_up(void **state)
{
	(void)state;
	for (int s = 0; s < INCIDENT_STATES; s++)
		for (int e = 0; e < INCIDENT_EVENTS; e++) {
			struct incident_step got = incident_step((enum incident_state)s, (enum incident_event)e);
			bool handed = got.fits && e == INCIDENT_ON_HAND_OVER;
			assert_int_equal(!!(got.effects & INCIDENT_ARM_FOLLOW_UP), handed);
			if (got.fits && got.next == INCIDENT_HANDED_OVER && s != INCIDENT_HANDED_OVER)
				assert_true(handed);
		}
}

/* Leaving open or handed_over leaves no clock of the incident behind, but an accept leaves the triage to a human. */
static void what_goes_on_without_its_clock_has_stopped_it(void **state)
{
	(void)state;
	for (int e = 0; e < INCIDENT_EVENTS; e++) {
		struct incident_step got = incident_step(INCIDENT_HANDED_OVER, (enum incident_event)e);
		if (got.fits && got.next != INCIDENT_HANDED_OVER)
			assert_true(got.effects & INCIDENT_STOP_TRIAGE_CLOCK);
	}
}

/* Who takes it over changes nothing else; what has ended is nobody's. */
static void what_is_open_can_be_claimed_and_stays_what_it_is(void **state)
{
	(void)state;
	for (int s = 0; s < INCIDENT_STATES; s++) {
		struct incident_step got = incident_step((enum incident_state)s, INCIDENT_ON_CLAIM);
		assert_int_equal(got.fits, incident_is_open((enum incident_state)s));
		assert_int_equal(got.next, s);
		assert_int_equal(got.effects, 0);
	}
	assert_string_equal(incident_event_kind(INCIDENT_ON_CLAIM), "claimed");
	assert_string_equal(incident_event_kind(INCIDENT_ON_NOTE), "note");
	for (int e = 0; e < INCIDENT_EVENTS; e++)
		assert_int_equal(incident_event_of_kind(incident_event_kind((enum incident_event)e)), e);
	assert_int_equal(incident_event_of_kind("claim"), -1);
}

static void a_merge_can_be_undone(void **state)
{
	(void)state;
	assert_int_equal(incident_step(INCIDENT_MERGED, INCIDENT_ON_SPLIT).next, INCIDENT_OPEN);
	assert_int_equal(incident_step(INCIDENT_MERGED, INCIDENT_ON_SPLIT).effects, INCIDENT_ARM_TRIAGE);
	for (int s = 0; s < INCIDENT_STATES;
	     s++) { /* the other half fits, whatever became of it; but nothing is merged into what is merged itself */
		assert_true(incident_step((enum incident_state)s, INCIDENT_ON_RELEASE).fits);
		assert_int_equal(incident_step((enum incident_state)s, INCIDENT_ON_ABSORB).fits, s != INCIDENT_MERGED);
	}
}

/* What the API takes is what core knows, but for the false report, which is an event of its own. */
static void a_close_says_how_with_one_of_the_dispositions(void **state)
{
	(void)state;
	int n = 0;
	for (int d = 0; d < DISPOSITIONS; d++)
		if (d != DISPOSITION_FALSE_REPORT)
			assert_string_equal(event_dispositions[n++], disposition_names[d]);
	assert_null(event_dispositions[n]);
}

static void a_triage_at_any_time_plans_again_and_stops_its_clock(void **state)
{
	(void)state;
	for (int s = INCIDENT_OPEN; s <= INCIDENT_HANDED_OVER; s++)
		assert_int_equal(incident_step((enum incident_state)s, INCIDENT_ON_TRIAGE).effects,
		                 INCIDENT_PLAN_AGAIN | INCIDENT_STOP_TRIAGE_CLOCK);
}

/* An accept by a regency's police does not say where the body lies: the human's answer is still owed. */
static void only_a_human_decision_stops_the_triage_clock(void **state)
{
	(void)state;
	static const enum incident_event others[] = {INCIDENT_ON_DISPATCH, INCIDENT_ON_ENGAGE, INCIDENT_ON_NOTE,
	                                             INCIDENT_ON_SILENCE};
	for (int i = 0; i < 4; i++)
		assert_false(incident_step(INCIDENT_OPEN, others[i]).effects & INCIDENT_STOP_TRIAGE_CLOCK);
}

static void a_reopened_incident_has_a_deadline_again(void **state)
{
	(void)state;
	assert_int_equal(incident_step(INCIDENT_CLOSED, INCIDENT_ON_REOPEN).effects, INCIDENT_ARM_TRIAGE);
	assert_int_equal(incident_step(INCIDENT_CANCELLED, INCIDENT_ON_REOPEN).effects, INCIDENT_ARM_TRIAGE);
}

static void silence_climbs_exactly_while_open(void **state)
{
	(void)state;
	for (int s = 0; s < INCIDENT_STATES; s++) {
		struct incident_step got = incident_step((enum incident_state)s, INCIDENT_ON_SILENCE);
		assert_int_equal(got.fits, incident_is_open((enum incident_state)s));
		assert_int_equal(got.effects, got.fits ? INCIDENT_CLIMB : 0);
	}
	assert_true(incident_is_open(INCIDENT_IN_PROGRESS));
	assert_false(incident_is_open(INCIDENT_CANCELLED));
}

static void assert_allowed(enum incident_state s, const char *names)
{
	struct buf out;
	buf_init(&out, 200);
	incident_allowed(s, &out);
	assert_string_equal(out.data, names);
	buf_free(&out);
}

static void what_may_follow_names_only_what_a_person_can_send(void **state)
{
	(void)state;
	assert_allowed(INCIDENT_TRIAGED,
	               "triage, dispatch, note, hand_over, cancel, withdraw, false_report, close, merge, detach, "
	               "not_duplicate, claim");
	assert_allowed(INCIDENT_CLOSED, "note, reopen, detach, not_duplicate");
	assert_allowed(INCIDENT_MERGED, "note, split");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_pair_does_what_people_say),
	        cmocka_unit_test(what_does_not_fit_changes_nothing),
	        cmocka_unit_test(the_end_of_an_incident_ends_its_clocks_and_dispatches),
	        cmocka_unit_test(a_withdrawn_report_ends_only_what_nobody_set_out_for),
	        cmocka_unit_test(a_hand_over_arms_the_follow_up),
	        cmocka_unit_test(what_goes_on_without_its_clock_has_stopped_it),
	        cmocka_unit_test(what_is_open_can_be_claimed_and_stays_what_it_is),
	        cmocka_unit_test(a_merge_can_be_undone),
	        cmocka_unit_test(a_close_says_how_with_one_of_the_dispositions),
	        cmocka_unit_test(a_triage_at_any_time_plans_again_and_stops_its_clock),
	        cmocka_unit_test(only_a_human_decision_stops_the_triage_clock),
	        cmocka_unit_test(a_reopened_incident_has_a_deadline_again),
	        cmocka_unit_test(silence_climbs_exactly_while_open),
	        cmocka_unit_test(what_may_follow_names_only_what_a_person_can_send),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
