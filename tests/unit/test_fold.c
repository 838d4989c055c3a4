/* layer: core */
/* fold: the events alone say what the rows should hold and which clock should run, from when and at which rung. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "../../daemon/core/fold.h"

enum { EVENTS_MOST = 40, S = 1000000 };
static const char ladders[] =
        "{\"accept\":[{\"to\":\"again\",\"slug\":null,\"wait_s\":120},{\"to\":\"duty\",\"slug\":null,\"wait_s\":180,"
        "\"with_next\":true},"
        "{\"to\":\"up\",\"slug\":\"polres\",\"wait_s\":180},{\"to\":\"duty\",\"slug\":null,\"wait_s\":60}],"
        "\"late\":[{\"to\":\"again\",\"slug\":null,\"wait_s\":600}],\"repeat_s\":900}";
#define POLSEK    "00000000-0000-7000-8000-000000000001"
#define POLRES    "00000000-0000-7000-8000-000000000002"
#define LURAH     "00000000-0000-7000-8000-000000000003"
#define ABOUT(id) "\"dispatch\":\"" id "\""

static const struct rung triage_rungs[] = {{.target = RUNG_DUTY, .wait_s = 300},
                                           {.target = RUNG_PERSON, .slug = "kabid", .wait_s = 30}};
static const struct ladder triage_ladder = {"triage", triage_rungs, 2, 1800};
static const struct policy policy = {
        .triage_s = {1800, 600, 300}, .triage_ladder = &triage_ladder, .follow_up_s = 7 * 86400};

/* One history in the making: each event comes a second after the one before, event 1 at second 1. */
struct history {
	struct arena *arena;
	struct fold_event events[EVENTS_MOST];
	size_t count;
	struct fold_dispatch dispatches[3];
	size_t dispatch_count;
	struct fold_incident incident;
};

static struct history history(void)
{
	struct history h = {.arena = arena_new()};
	return h;
}

static void add(struct history *h, const char *kind, const char *data)
{
	int n = (int)++h->count;
	h->events[n - 1] = (struct fold_event){n, {(int64_t)n * S}, kind, data};
}

static struct fold_dispatch *made_by(struct history *h, int event, const char *id, const char *for_dispatch)
{
	struct fold_dispatch *d = &h->dispatches[h->dispatch_count++];
	*d = (struct fold_dispatch){
	        .made_by = event, .ladders = ladders, .accept_s = 300, .arrive_s = 1800, .complete_s = 7200};
	assert_true(uuid_parse(id, &d->id));
	if (for_dispatch != NULL)
		assert_true(uuid_parse(for_dispatch, &d->for_dispatch));
	return d;
}

static bool fold(struct history *h)
{
	return fold_events(h->arena, &policy, h->events, h->count, h->dispatches, h->dispatch_count, &h->incident);
}

static void fold_well(struct history *h)
{
	bool ok = fold(h);
	assert_string_equal(h->incident.fault, "");
	assert_true(ok);
	assert_int_equal(h->incident.version, (int)h->count);
}

static void end(struct history *h)
{
	arena_free(&h->arena);
}

static void runs(const struct fold_clock *c, enum clock clock, int step, int due_s)
{
	assert_true(c->armed);
	assert_string_equal(clock_names[c->clock], clock_names[clock]);
	assert_int_equal(c->step, step);
	assert_int_equal(c->due.us, (int64_t)due_s * S);
}

static void opened(struct history *h)
{
	add(h, "opened", "{\"number\":1001,\"state\":\"triaged\",\"urgency\":\"high\",\"dispatches\":[]}");
}

/* ---- an answer after the other ---- */

static void what_a_plan_made_waits_for_an_answer(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	fold_well(&h);
	assert_int_equal(h.incident.state, INCIDENT_TRIAGED);
	assert_false(h.incident.clock.armed);
	assert_int_equal(d->state, DISPATCH_NOTIFIED);
	runs(&d->clock, CLOCK_ACCEPT, 0, 1 + 300);
	end(&h);
}

static void each_answer_starts_the_clock_of_its_state(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *data;
		enum dispatch_state state;
		enum clock clock;
		int due_s;
	} answers[] = {
	        {"seen", "{" ABOUT(POLSEK) ",\"from\":\"notified\",\"to\":\"seen\"}", DISPATCH_SEEN, CLOCK_ACCEPT,
	         1 + 300},
	        {"accept", "{" ABOUT(POLSEK) ",\"from\":\"seen\",\"to\":\"accepted\"}", DISPATCH_ACCEPTED, CLOCK_ARRIVE,
	         3 + 1800},
	        {"en_route", "{" ABOUT(POLSEK) ",\"from\":\"accepted\",\"to\":\"en_route\"}", DISPATCH_EN_ROUTE,
	         CLOCK_ARRIVE, 3 + 1800},
	        {"on_scene", "{" ABOUT(POLSEK) ",\"from\":\"en_route\",\"to\":\"on_scene\"}", DISPATCH_ON_SCENE,
	         CLOCK_COMPLETE, 5 + 7200},
	        {"complete", "{" ABOUT(POLSEK) ",\"from\":\"on_scene\",\"to\":\"completed\"}", DISPATCH_COMPLETED,
	         CLOCKS, 0},
	};
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		add(&h, answers[i].kind, answers[i].data);
		fold_well(&h);
		assert_int_equal(d->state, answers[i].state);
		assert_int_equal(d->clock.armed, answers[i].clock != CLOCKS);
		if (d->clock.armed)
			runs(&d->clock, answers[i].clock, 0, answers[i].due_s);
		assert_int_equal(h.incident.state, i == 0 ? INCIDENT_TRIAGED : INCIDENT_IN_PROGRESS);
	}
	end(&h);
}

/* ---- silence ---- */

static void a_rung_arms_what_the_event_says(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	add(&h, "escalated",
	    "{" ABOUT(POLSEK) ",\"clock\":\"accept\",\"step\":0,\"repeat\":false,\"next_step\":1,\"after_s\":77}");
	fold_well(&h);
	runs(&d->clock, CLOCK_ACCEPT, 1, 2 + 77);
	end(&h);
}

static void a_rung_that_does_not_say_it_arms_the_next_of_the_stored_ladder(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	add(&h, "escalated", "{" ABOUT(POLSEK) ",\"clock\":\"accept\",\"step\":0,\"rung\":\"again\",\"repeat\":false}");
	fold_well(&h);
	runs(&d->clock, CLOCK_ACCEPT, 1, 2 + 120);
	add(&h, "escalated", "{" ABOUT(POLSEK) ",\"clock\":\"accept\",\"step\":1,\"rung\":\"duty\",\"repeat\":false}");
	fold_well(&h);
	runs(&d->clock, CLOCK_ACCEPT, 3, 3 + 180); /* the group of two acted at once */
	add(&h, "escalated", "{" ABOUT(POLSEK) ",\"clock\":\"accept\",\"step\":4,\"rung\":\"duty\",\"repeat\":true}");
	fold_well(&h);
	runs(&d->clock, CLOCK_ACCEPT, 4, 4 + 900);
	end(&h);
}

static void an_answer_that_expires_is_asked_for_again_and_silence_ends(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	add(&h, "accept", "{" ABOUT(POLSEK) "}");
	add(&h, "lapse",
	    "{" ABOUT(POLSEK) ",\"clock\":\"arrive\",\"from\":\"accepted\",\"to\":\"notified\",\"next_step\":0,\"after_"
	                      "s\":300}");
	fold_well(&h);
	assert_int_equal(d->state, DISPATCH_NOTIFIED);
	runs(&d->clock, CLOCK_ACCEPT, 0, 3 + 300);
	add(&h, "expire", "{" ABOUT(POLSEK) ",\"clock\":\"accept\",\"from\":\"notified\",\"to\":\"expired\"}");
	fold_well(&h);
	assert_int_equal(d->state, DISPATCH_EXPIRED);
	assert_false(d->clock.armed);
	add(&h, "accept", "{" ABOUT(POLSEK) "}");
	fold_well(&h);
	runs(&d->clock, CLOCK_ARRIVE, 0, 5 + 1800);
	end(&h);
}

static void a_refusal_climbs_at_once_until_somebody_else_has_the_task(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	add(&h, "decline", "{" ABOUT(POLSEK) ",\"reason\":\"x\"}");
	fold_well(&h);
	assert_int_equal(d->state, DISPATCH_DECLINED);
	runs(&d->clock, CLOCK_REPLACE, 0, 2);
	add(&h, "escalated",
	    "{" ABOUT(POLSEK) ",\"clock\":\"replace\",\"step\":1,\"repeat\":false,\"next_step\":2,\"after_s\":0}");
	fold_well(&h);
	runs(&d->clock, CLOCK_REPLACE, 2, 3);
	const struct fold_dispatch *other = made_by(&h, 4, POLRES, POLSEK);
	add(&h, "escalated",
	    "{" ABOUT(POLSEK) ",\"clock\":\"replace\",\"step\":2,\"repeat\":false,\"new_dispatch\":\"" POLRES "\"}");
	fold_well(&h);
	assert_false(d->clock.armed);
	runs(&other->clock, CLOCK_ACCEPT, 0, 4 + 300);
	end(&h);
}

static void who_takes_the_task_relieves_who_was_asked_for_the_same_and_nobody_else(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	const struct fold_dispatch *stranger = made_by(&h, 1, LURAH, NULL);
	const struct fold_dispatch *other = made_by(&h, 2, POLRES, POLSEK);
	add(&h, "escalated",
	    "{" ABOUT(POLSEK) ",\"clock\":\"accept\",\"step\":1,\"next_step\":3,\"after_s\":180,\"new_dispatch\":"
	                      "\"" POLRES "\"}");
	add(&h, "accept", "{" ABOUT(POLRES) ",\"relieved\":[\"" POLSEK "\"]}");
	fold_well(&h);
	assert_int_equal(d->state, DISPATCH_CANCELLED);
	assert_false(d->clock.armed);
	assert_int_equal(other->state, DISPATCH_ACCEPTED);
	assert_int_equal(stranger->state, DISPATCH_NOTIFIED);
	assert_true(stranger->clock.armed);
	end(&h);
}

static void who_declined_is_not_replaced_any_more_when_the_task_is_taken(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	made_by(&h, 2, POLRES, POLSEK);
	add(&h, "escalated",
	    "{" ABOUT(POLSEK) ",\"clock\":\"accept\",\"step\":1,\"next_step\":3,\"after_s\":180,\"new_dispatch\":"
	                      "\"" POLRES "\"}");
	add(&h, "decline", "{" ABOUT(POLSEK) "}");
	add(&h, "accept", "{" ABOUT(POLRES) "}");
	fold_well(&h);
	assert_int_equal(d->state, DISPATCH_DECLINED);
	assert_false(d->clock.armed);
	end(&h);
}

/* ---- decisions ---- */

static void what_awaits_triage_has_the_clock_of_its_urgency(void **state)
{
	(void)state;
	struct history h = history();
	add(&h, "opened", "{\"state\":\"open\",\"urgency\":\"high\"}");
	fold_well(&h);
	runs(&h.incident.clock, CLOCK_TRIAGE, 0, 1 + 600);
	add(&h, "escalated", "{\"clock\":\"triage\",\"step\":0,\"repeat\":false}");
	fold_well(&h);
	runs(&h.incident.clock, CLOCK_TRIAGE, 1, 2 + 300);
	add(&h, "claimed", "{\"from\":\"open\",\"to\":\"open\"}");
	add(&h, "note", "{\"from\":\"open\",\"to\":\"open\",\"note\":\"x\"}");
	fold_well(&h);
	runs(&h.incident.clock, CLOCK_TRIAGE, 1, 2 + 300);
	add(&h, "triage", "{\"from\":\"open\",\"to\":\"open\",\"plan\":{\"state\":\"open\",\"urgency\":\"critical\"}}");
	fold_well(&h);
	assert_int_equal(h.incident.state, INCIDENT_OPEN);
	runs(&h.incident.clock, CLOCK_TRIAGE, 0, 5 + 300);
	const struct fold_dispatch *d = made_by(&h, 6, POLSEK, NULL);
	add(&h, "triage",
	    "{\"from\":\"open\",\"to\":\"triaged\",\"plan\":{\"state\":\"triaged\",\"urgency\":\"high\"}}");
	fold_well(&h);
	assert_int_equal(h.incident.state, INCIDENT_TRIAGED);
	assert_false(h.incident.clock.armed);
	runs(&d->clock, CLOCK_ACCEPT, 0, 6 + 300);
	end(&h);
}

static void what_has_ended_cannot_be_claimed(void **state)
{
	(void)state;
	struct history h = history();
	add(&h, "opened", "{\"state\":\"triaged\",\"urgency\":\"high\"}");
	add(&h, "claimed", "{\"from\":\"triaged\",\"to\":\"triaged\"}");
	fold_well(&h);
	add(&h, "cancel", "{\"from\":\"triaged\",\"to\":\"cancelled\"}");
	fold_well(&h);
	add(&h, "claimed", "{\"from\":\"cancelled\",\"to\":\"cancelled\"}");
	assert_false(fold(&h));
	assert_string_equal(h.incident.fault, "event 4 (claimed): it does not fit, the incident is cancelled");
	end(&h);
}

static void an_agency_that_sets_out_does_not_stop_the_triage_clock(void **state)
{
	(void)state;
	struct history h = history();
	add(&h, "opened", "{\"state\":\"open\",\"urgency\":\"normal\"}");
	made_by(&h, 1, POLSEK, NULL);
	add(&h, "accept", "{" ABOUT(POLSEK) "}");
	fold_well(&h);
	assert_int_equal(h.incident.state, INCIDENT_OPEN);
	runs(&h.incident.clock, CLOCK_TRIAGE, 0, 1 + 1800);
	end(&h);
}

static void a_hand_over_leaves_only_the_follow_up(void **state)
{
	(void)state;
	struct history h = history();
	add(&h, "opened", "{\"state\":\"open\",\"urgency\":\"normal\"}");
	add(&h, "hand_over", "{\"from\":\"open\",\"to\":\"handed_over\"}");
	fold_well(&h);
	runs(&h.incident.clock, CLOCK_FOLLOW_UP, 0, 2 + 7 * 86400);
	add(&h, "dispatch", "{\"from\":\"handed_over\",\"to\":\"in_progress\"}");
	fold_well(&h);
	assert_false(h.incident.clock.armed);
	end(&h);
}

static void each_end_stops_every_clock_and_only_reopening_starts_one(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *state, *again;
	} ends[] = {
	        {"cancel", "cancelled", "reopen"}, {"withdraw", "cancelled", "reopen"},
	        {"close", "closed", "reopen"},     {"false_report", "closed", "reopen"},
	        {"merge", "merged", "split"},
	};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct history h = history();
		opened(&h);
		const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL), *no = made_by(&h, 1, POLRES, NULL);
		add(&h, "decline", "{" ABOUT(POLRES) "}");
		add(&h, ends[i].kind,
		    arena_printf(h.arena, "{\"from\":\"triaged\",\"to\":\"%s\",\"cancelled\":[\"%s\"]}", ends[i].state,
		                 POLSEK));
		fold_well(&h);
		assert_string_equal(incident_state_names[h.incident.state], ends[i].state);
		assert_int_equal(d->state, DISPATCH_CANCELLED);
		assert_int_equal(no->state, DISPATCH_DECLINED);
		assert_false(d->clock.armed || no->clock.armed || h.incident.clock.armed);
		add(&h, ends[i].again, arena_printf(h.arena, "{\"from\":\"%s\",\"to\":\"open\"}", ends[i].state));
		fold_well(&h);
		assert_int_equal(h.incident.state, INCIDENT_OPEN);
		runs(&h.incident.clock, CLOCK_TRIAGE, 0, 4 + 600);
		assert_int_equal(d->state, DISPATCH_CANCELLED);
		end(&h);
	}
}

static void what_one_takes_in_and_gives_back_changes_no_clock(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	add(&h, "absorb", "{\"from\":\"triaged\",\"to\":\"triaged\",\"merged\":1002}");
	add(&h, "release", "{\"from\":\"triaged\",\"to\":\"triaged\",\"released\":1002}");
	fold_well(&h);
	runs(&d->clock, CLOCK_ACCEPT, 0, 1 + 300);
	end(&h);
}

static void a_report_that_is_attached_or_taken_out_changes_no_clock(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
	add(&h, "report_attached",
	    "{\"from\":\"triaged\",\"to\":\"triaged\",\"relation\":\"duplicate\",\"number\":1002}");
	add(&h, "detach", "{\"from\":\"triaged\",\"to\":\"triaged\",\"number\":1002}");
	add(&h, "not_duplicate", "{\"from\":\"triaged\",\"to\":\"triaged\",\"incident\":1001}");
	fold_well(&h);
	runs(&d->clock, CLOCK_ACCEPT, 0, 1 + 300);
	end(&h);
}

/* ---- histories that make no sense ---- */

static void what_does_not_fit_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *data, *fault;
	} cases[] = {
	        {"complete", "{" ABOUT(POLSEK) "}", "event 2 (complete): it does not fit, the dispatch is notified"},
	        {"accept", "{" ABOUT(POLRES) "}", "event 2 (accept): no such dispatch: " POLRES},
	        {"accept", "{\"dispatch\":7}", "event 2 (accept): no such dispatch: none is named"},
	        {"accept", "{" ABOUT(POLSEK) ",\"from\":\"seen\"}",
	         "event 2 (accept): it says from seen, but it is notified"},
	        {"accept", "{" ABOUT(POLSEK) ",\"to\":\"on_scene\"}",
	         "event 2 (accept): it says to on_scene, but it is accepted"},
	        {"reopen", "{}", "event 2 (reopen): it does not fit, the incident is triaged"},
	        {"close", "{\"from\":\"open\"}", "event 2 (close): it says from open, but it is triaged"},
	        {"escalated", "{" ABOUT(POLSEK) "}", "event 2 (escalated): it names no clock"},
	        {"escalated", "{" ABOUT(POLSEK) ",\"clock\":\"arrive\"}",
	         "event 2 (escalated): it does not fit, the dispatch is notified"},
	        {"rained", "{}", "event 2 (rained): an unknown kind of event"},
	        {"opened", "{\"state\":\"open\"}",
	         "event 2 (opened): a history begins with \"opened\" and nothing else"},
	        {"note", "{", "event 2 (note): its data cannot be read: "},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct history h = history();
		opened(&h);
		const struct fold_dispatch *d = made_by(&h, 1, POLSEK, NULL);
		add(&h, cases[i].kind, cases[i].data);
		assert_false(fold(&h));
		if (strncmp(h.incident.fault, cases[i].fault, strlen(cases[i].fault)) != 0)
			assert_string_equal(h.incident.fault, cases[i].fault);
		assert_true(d->made);
		assert_int_equal(h.incident.version, 1);
		end(&h);
	}
}

static void an_event_that_is_missing_is_named(void **state)
{
	(void)state;
	struct history h = history();
	assert_false(fold(&h));
	assert_string_equal(h.incident.fault, "no events");
	opened(&h);
	add(&h, "note", "{}");
	h.events[1].number = 3;
	assert_false(fold(&h));
	assert_string_equal(h.incident.fault, "event 3 (note): number 2 is expected here");
	end(&h);
}

static void a_dispatch_of_a_later_event_is_not_made_yet(void **state)
{
	(void)state;
	struct history h = history();
	opened(&h);
	made_by(&h, 1, POLSEK, NULL);
	const struct fold_dispatch *later = made_by(&h, 2, POLRES, NULL);
	fold_well(&h);
	assert_false(later->made || later->clock.armed);
	end(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_a_plan_made_waits_for_an_answer),
	        cmocka_unit_test(each_answer_starts_the_clock_of_its_state),
	        cmocka_unit_test(a_rung_arms_what_the_event_says),
	        cmocka_unit_test(a_rung_that_does_not_say_it_arms_the_next_of_the_stored_ladder),
	        cmocka_unit_test(an_answer_that_expires_is_asked_for_again_and_silence_ends),
	        cmocka_unit_test(a_refusal_climbs_at_once_until_somebody_else_has_the_task),
	        cmocka_unit_test(who_takes_the_task_relieves_who_was_asked_for_the_same_and_nobody_else),
	        cmocka_unit_test(who_declined_is_not_replaced_any_more_when_the_task_is_taken),
	        cmocka_unit_test(what_awaits_triage_has_the_clock_of_its_urgency),
	        cmocka_unit_test(what_has_ended_cannot_be_claimed),
	        cmocka_unit_test(an_agency_that_sets_out_does_not_stop_the_triage_clock),
	        cmocka_unit_test(a_hand_over_leaves_only_the_follow_up),
	        cmocka_unit_test(each_end_stops_every_clock_and_only_reopening_starts_one),
	        cmocka_unit_test(what_one_takes_in_and_gives_back_changes_no_clock),
	        cmocka_unit_test(a_report_that_is_attached_or_taken_out_changes_no_clock),
	        cmocka_unit_test(what_does_not_fit_is_named),
	        cmocka_unit_test(an_event_that_is_missing_is_named),
	        cmocka_unit_test(a_dispatch_of_a_later_event_is_not_made_yet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
