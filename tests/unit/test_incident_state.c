/* layer: core */
/* The table of incident states, held against the promises it has to keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/incident_state.h"

/* "-" does not fit, else the next state. */
static const char *const expected[INCIDENT_STATES][INCIDENT_EVENTS] = {
        /* triage, dispatch, engage, note, cancel, close, reopen, silence */
        [INCIDENT_OPEN] = {"triaged", "open", "in_progress", "open", "cancelled", "closed", "-", "open"},
        [INCIDENT_TRIAGED] = {"triaged", "triaged", "in_progress", "triaged", "cancelled", "closed", "-", "triaged"},
        [INCIDENT_IN_PROGRESS] = {"in_progress", "in_progress", "in_progress", "in_progress", "cancelled", "closed",
                                  "-", "in_progress"},
        [INCIDENT_CLOSED] = {"-", "-", "-", "closed", "-", "-", "open", "-"},
        [INCIDENT_CANCELLED] = {"-", "-", "-", "cancelled", "-", "-", "open", "-"},
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
	for (int s = INCIDENT_OPEN; s <= INCIDENT_IN_PROGRESS; s++) {
		assert_int_equal(incident_step((enum incident_state)s, INCIDENT_ON_CLOSE).effects, ended);
		assert_int_equal(incident_step((enum incident_state)s, INCIDENT_ON_CANCEL).effects, ended);
	}
}

static void a_triage_at_any_time_plans_again_and_stops_its_clock(void **state)
{
	(void)state;
	for (int s = INCIDENT_OPEN; s <= INCIDENT_IN_PROGRESS; s++)
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
	assert_allowed(INCIDENT_TRIAGED, "triage, dispatch, note, cancel, close");
	assert_allowed(INCIDENT_CLOSED, "note, reopen");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_pair_does_what_people_say),
	        cmocka_unit_test(what_does_not_fit_changes_nothing),
	        cmocka_unit_test(the_end_of_an_incident_ends_its_clocks_and_dispatches),
	        cmocka_unit_test(a_triage_at_any_time_plans_again_and_stops_its_clock),
	        cmocka_unit_test(only_a_human_decision_stops_the_triage_clock),
	        cmocka_unit_test(a_reopened_incident_has_a_deadline_again),
	        cmocka_unit_test(silence_climbs_exactly_while_open),
	        cmocka_unit_test(what_may_follow_names_only_what_a_person_can_send),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
