/* layer: core */
/* What follows silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/ladder.h"

static const char stored[] =
        "{\"accept\":[{\"to\":\"again\",\"wait_s\":120},{\"to\":\"duty\",\"slug\":null,\"wait_s\":180},"
        "{\"to\":\"up\",\"slug\":\"polres-ppu\",\"wait_s\":300},{\"to\":\"person\",\"slug\":\"kabid\",\"wait_s\":0}],"
        "\"late\":[{\"to\":\"agency\",\"slug\":\"bpbd-ppu\",\"wait_s\":600}],\"repeat_s\":900}";

static bool everyone(void *ctx, const char *slug)
{
	(void)ctx;
	return slug[0] != '\0';
}

static bool nobody(void *ctx, const char *slug)
{
	(void)ctx;
	return slug[0] == '\0';
}

static const struct ladder_view all_there = {
        .has_contacts = true, .on_duty = 1, .agency_usable = everyone, .person_usable = everyone};
static const struct ladder_view none_there = {.agency_usable = nobody, .person_usable = nobody};

struct fixture {
	struct arena *arena;
	struct stored_ladders ladders;
};

static int set_up(void **state)
{
	static struct fixture f;
	f.arena = arena_new();
	*state = &f;
	return ladders_parse(f.arena, stored, &f.ladders) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	arena_free(&f->arena);
	return 0;
}

static void what_a_plan_stored_is_read_back(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(f->ladders.accept.count, 4);
	assert_int_equal(f->ladders.accept.repeat_s, 900);
	assert_int_equal(f->ladders.accept.rungs[2].target, RUNG_UP);
	assert_string_equal(f->ladders.accept.rungs[2].slug, "polres-ppu");
	assert_null(f->ladders.accept.rungs[1].slug);
	assert_int_equal(f->ladders.late.count, 1);
	assert_int_equal(f->ladders.late.rungs[0].wait_s, 600);
}

static void anything_else_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const texts[] = {
	        "",
	        "[]",
	        "{\"accept\":[],\"late\":[]}",
	        "{\"accept\":[],\"late\":[],\"repeat_s\":0}",
	        "{\"accept\":[],\"late\":[],\"repeat_s\":1.5}",
	        "{\"accept\":[],\"late\":{},\"repeat_s\":60}",
	        "{\"accept\":[1],\"late\":[],\"repeat_s\":60}",
	        "{\"accept\":[{\"to\":\"mayor\",\"wait_s\":1}],\"late\":[],\"repeat_s\":60}",
	        "{\"accept\":[{\"to\":\"duty\",\"wait_s\":-1}],\"late\":[],\"repeat_s\":60}",
	        "{\"accept\":[{\"to\":\"duty\"}],\"late\":[],\"repeat_s\":60}",
	        "{\"accept\":[{\"to\":\"agency\",\"wait_s\":1}],\"late\":[],\"repeat_s\":60}",
	        "{\"accept\":[],\"late\":[],\"repeat_s\":60} ,",
	        "{\"accept\":[{\"to\":\"duty\",\"wait_s\":1,\"with_next\":1}],\"late\":[],\"repeat_s\":60}",
	};
	struct stored_ladders l;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (ladders_parse(f->arena, texts[i], &l))
			fail_msg("accepted: %s", texts[i]);
}

static void silence_walks_rung_by_rung(void **state)
{
	struct fixture *f = *state;
	static const int waits[] = {120, 180, 300, 0};
	for (int step = 0; step < 4; step++) {
		struct ladder_act act = ladder_act(&f->ladders, CLOCK_ACCEPT, step, &all_there);
		assert_false(act.repeat);
		assert_int_equal(act.count, 1);
		assert_ptr_equal(act.rungs[0], &f->ladders.accept.rungs[step]);
		assert_int_equal(act.step, step);
		assert_int_equal(act.next_step, step + 1);
		assert_int_equal(act.wait_s, waits[step]);
		assert_string_equal(act.skipped, "");
	}
}

/* Promise 4: a ladder has no last word but an answer. */
static void an_ended_ladder_tells_duty_again_and_again(void **state)
{
	struct fixture *f = *state;
	int step = 4;
	for (int i = 0; i < 3; i++) {
		struct ladder_act act = ladder_act(&f->ladders, CLOCK_ACCEPT, step, &all_there);
		assert_true(act.repeat);
		assert_int_equal(act.count, 0);
		assert_int_equal(act.wait_s, 900);
		step = act.next_step;
	}
}

static void an_empty_rung_is_skipped_at_once_and_says_so(void **state)
{
	struct fixture *f = *state;
	struct ladder_view v = all_there;
	v.has_contacts = false;
	v.on_duty = 0;
	struct ladder_act act = ladder_act(&f->ladders, CLOCK_ACCEPT, 0, &v);
	assert_int_equal(act.step, 2);
	assert_int_equal(act.next_step, 3);
	assert_string_equal(act.skipped, "step 0 (again): no contact to tell again; step 1 (duty): nobody on duty; ");
}

static void a_ladder_of_empty_rungs_ends_in_repeating(void **state)
{
	struct fixture *f = *state;
	struct ladder_act act = ladder_act(&f->ladders, CLOCK_ACCEPT, 0, &none_there);
	assert_true(act.repeat);
	assert_int_equal(act.count, 0);
	assert_int_equal(act.next_step, 4);
	assert_int_equal(act.wait_s, 900);
	assert_non_null(strstr(act.skipped, "step 2 (up:polres-ppu): unknown, retired or already dispatched; "));
	assert_non_null(strstr(act.skipped, "step 3 (person:kabid): cannot be reached; "));
}

static void who_said_no_is_not_asked_again(void **state)
{
	struct fixture *f = *state;
	struct ladder_act act = ladder_act(&f->ladders, CLOCK_REPLACE, 0, &all_there);
	assert_int_equal(act.rungs[0]->target, RUNG_DUTY);
	assert_string_equal(act.skipped, "step 0 (again): the agency has said no; ");
}

static void a_late_arrival_walks_its_own_ladder(void **state)
{
	struct fixture *f = *state;
	assert_ptr_equal(ladder_act(&f->ladders, CLOCK_ARRIVE, 0, &all_there).rungs[0], &f->ladders.late.rungs[0]);
	assert_ptr_equal(ladder_act(&f->ladders, CLOCK_COMPLETE, 0, &all_there).rungs[0], &f->ladders.late.rungs[0]);
	assert_true(ladder_act(&f->ladders, CLOCK_ARRIVE, 1, &all_there).repeat);
}

static void up_without_a_wider_agency_is_skipped(void **state)
{
	(void)state;
	const struct rung rungs[] = {{.target = RUNG_UP, .wait_s = 5}, {.target = RUNG_DUTY, .wait_s = 7}};
	const struct ladder l = {.name = "x", .rungs = rungs, .count = 2, .repeat_s = 60};
	struct ladder_act act = ladder_walk(&l, 0, false, &all_there);
	assert_ptr_equal(act.rungs[0], &rungs[1]);
	assert_string_equal(act.skipped, "step 0 (up): no wider agency; ");
}

static void an_ended_ladder_never_becomes_a_busy_loop(void **state)
{
	(void)state;
	const struct ladder l = {.name = "x"};
	assert_true(ladder_walk(&l, 0, false, &all_there).wait_s >= 1);
	assert_true(ladder_walk(&l, -3, false, &all_there).repeat);
}

static void a_long_list_of_skipped_rungs_is_cut_between_entries(void **state)
{
	(void)state;
	struct rung rungs[20];
	for (int i = 0; i < 20; i++)
		rungs[i] = (struct rung){.target = RUNG_PERSON, .slug = "someone-with-a-long-name", .wait_s = 1};
	const struct ladder l = {.name = "x", .rungs = rungs, .count = 20, .repeat_s = 60};
	struct ladder_act act = ladder_walk(&l, 0, false, &none_there);
	size_t len = strlen(act.skipped);
	assert_true(len > 200 && len < sizeof act.skipped);
	assert_string_equal(act.skipped + len - 2, "; ");
}

/* ---- rungs that act together ---- */

static const struct rung pair[] = {
        {.target = RUNG_AGAIN, .wait_s = 1},
        {.target = RUNG_DUTY, .wait_s = 5, .with_next = true},
        {.target = RUNG_UP, .slug = "polres-ppu", .wait_s = 7, .with_next = true},
        {.target = RUNG_AGENCY, .slug = "polres-ppu", .wait_s = 9},
        {.target = RUNG_PERSON, .slug = "kabid", .wait_s = 11},
};
static const struct ladder with_pair = {.name = "x", .rungs = pair, .count = 5, .repeat_s = 60};

static void a_group_is_read_back_as_it_was_stored(void **state)
{
	struct fixture *f = *state;
	struct stored_ladders l;
	assert_true(ladders_parse(f->arena,
	                          "{\"accept\":[{\"to\":\"duty\",\"wait_s\":5,\"with_next\":true},"
	                          "{\"to\":\"up\",\"slug\":\"polres-ppu\",\"wait_s\":5}],\"late\":[],\"repeat_s\":60}",
	                          &l));
	assert_true(l.accept.rungs[0].with_next);
	assert_false(l.accept.rungs[1].with_next);
}

static void rungs_of_a_group_act_at_once_and_wait_once(void **state)
{
	(void)state;
	struct ladder_act act = ladder_walk(&with_pair, 1, false, &all_there);
	assert_int_equal(act.count, 2);
	assert_ptr_equal(act.rungs[0], &pair[1]);
	assert_ptr_equal(act.rungs[1], &pair[2]);
	assert_int_equal(act.step, 1);
	assert_int_equal(act.next_step, 4);
	assert_int_equal(act.wait_s, 9); /* that of the last, also when it has nothing to do */
	assert_string_equal(act.skipped, "step 3 (agency:polres-ppu): already dispatched by this step; ");
}

static void of_a_group_those_act_who_can(void **state)
{
	(void)state;
	struct ladder_view v = all_there;
	v.on_duty = 0;
	struct ladder_act act = ladder_walk(&with_pair, 1, false, &v);
	assert_int_equal(act.count, 1);
	assert_ptr_equal(act.rungs[0], &pair[2]);
	assert_int_equal(act.step, 2);
	assert_int_equal(act.next_step, 4);
	assert_non_null(strstr(act.skipped, "step 1 (duty): nobody on duty; "));
	v.agency_usable = nobody;
	act = ladder_walk(&with_pair, 1, false, &v);
	assert_ptr_equal(act.rungs[0], &pair[4]); /* the whole group is empty: the next one acts at once */
	assert_int_equal(act.next_step, 5);
	assert_int_equal(act.wait_s, 11);
}

static void a_group_is_bounded_whatever_was_stored(void **state)
{
	(void)state;
	struct rung rungs[7];
	for (int i = 0; i < 7; i++)
		rungs[i] = (struct rung){.target = RUNG_DUTY, .wait_s = i, .with_next = true};
	const struct ladder l = {.name = "x", .rungs = rungs, .count = 7, .repeat_s = 60};
	struct ladder_act act = ladder_walk(&l, 0, false, &all_there);
	assert_int_equal(act.count, LADDER_GROUP_MAX);
	assert_int_equal(act.next_step, 7);
	assert_non_null(strstr(act.skipped, "step 4 (duty): too many at once; "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_a_plan_stored_is_read_back),
	        cmocka_unit_test(anything_else_is_refused),
	        cmocka_unit_test(silence_walks_rung_by_rung),
	        cmocka_unit_test(an_ended_ladder_tells_duty_again_and_again),
	        cmocka_unit_test(an_empty_rung_is_skipped_at_once_and_says_so),
	        cmocka_unit_test(a_ladder_of_empty_rungs_ends_in_repeating),
	        cmocka_unit_test(who_said_no_is_not_asked_again),
	        cmocka_unit_test(a_late_arrival_walks_its_own_ladder),
	        cmocka_unit_test(up_without_a_wider_agency_is_skipped),
	        cmocka_unit_test(an_ended_ladder_never_becomes_a_busy_loop),
	        cmocka_unit_test(a_long_list_of_skipped_rungs_is_cut_between_entries),
	        cmocka_unit_test(a_group_is_read_back_as_it_was_stored),
	        cmocka_unit_test(rungs_of_a_group_act_at_once_and_wait_once),
	        cmocka_unit_test(of_a_group_those_act_who_can),
	        cmocka_unit_test(a_group_is_bounded_whatever_was_stored),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
