/* layer: core */
/* Who guesses waits longer and longer, never more than 15 minutes; who mistypes does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/core/throttle.h"

enum { FREE = 5 };
static struct throttle t;

static struct mono at(double seconds)
{
	return (struct mono){(int64_t)((seconds + 10000) * 1e6)};
}

static int start(void **state)
{
	(void)state;
	t = (struct throttle){0};
	return 0;
}

static void the_first_failures_cost_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < FREE; i++) {
		assert_int_equal(throttle_wait_s(&t, 7, FREE, at(0)), 0);
		throttle_count(&t, 7, at(0));
	}
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(0)), 0);
	throttle_count(&t, 7, at(0));
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(0)), 1);
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(0.5)), 1);
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(1)), 0);
}

static void each_further_failure_doubles_the_wait_up_to_fifteen_minutes(void **state)
{
	(void)state;
	double now = 0;
	for (int i = 0; i < FREE; i++)
		throttle_count(&t, 7, at(now));
	for (int expected = 1; expected <= 512; expected *= 2) {
		throttle_count(&t, 7, at(now));
		assert_int_equal(throttle_wait_s(&t, 7, FREE, at(now)), expected);
		now += expected;
		assert_int_equal(throttle_wait_s(&t, 7, FREE, at(now)), 0);
	}
	for (int i = 0; i < 100; i++) {
		throttle_count(&t, 7, at(now));
		assert_int_equal(throttle_wait_s(&t, 7, FREE, at(now)), THROTTLE_WAIT_MOST_S);
	}
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(now + THROTTLE_WAIT_MOST_S)), 0);
}

static void what_is_long_ago_is_forgotten(void **state)
{
	(void)state;
	for (int i = 0; i < FREE + 3; i++)
		throttle_count(&t, 7, at(0));
	throttle_count(&t, 7, at(THROTTLE_WAIT_MOST_S));
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(THROTTLE_WAIT_MOST_S)), 0); /* the first failure again */
}

static void a_success_and_a_try_that_was_none_are_taken_back(void **state)
{
	(void)state;
	for (int i = 0; i < FREE + 2; i++)
		throttle_count(&t, 7, at(0));
	throttle_undo(&t, 7);
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(0)), 1);
	throttle_clear(&t, 7);
	assert_int_equal(throttle_wait_s(&t, 7, FREE, at(0)), 0);
	throttle_undo(&t, 8); /* never heard of */
	throttle_clear(&t, 8);
}

static void others_do_not_wait(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		throttle_count(&t, 7, at(0));
	assert_int_equal(throttle_wait_s(&t, 8, FREE, at(0)), 0);
	assert_int_equal(throttle_wait_s(&t, 7 + THROTTLE_SETS, FREE, at(0)), 0); /* the same set */
}

static void who_failed_most_is_remembered_when_memory_is_full(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		throttle_count(&t, 7, at(0));
	for (uint64_t i = 1; i <= 1000; i++)
		throttle_count(&t, 7 + i * THROTTLE_SETS, at(1));
	assert_true(throttle_wait_s(&t, 7, FREE, at(1)) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(the_first_failures_cost_nothing, start),
	        cmocka_unit_test_setup(each_further_failure_doubles_the_wait_up_to_fifteen_minutes, start),
	        cmocka_unit_test_setup(what_is_long_ago_is_forgotten, start),
	        cmocka_unit_test_setup(a_success_and_a_try_that_was_none_are_taken_back, start),
	        cmocka_unit_test_setup(others_do_not_wait, start),
	        cmocka_unit_test_setup(who_failed_most_is_remembered_when_memory_is_full, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
