/* layer: core */
/* A door that does not open is knocked at less often, and never forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/core/breaker.h"

static struct mono at(double seconds)
{
	return (struct mono){(int64_t)(seconds * 1e6)};
}

/* Fails five times at now; the fifth must be the one that opens it. */
static void open_it(struct breaker *b, struct mono now)
{
	for (int i = 1; i <= 5; i++) {
		assert_true(breaker_allows(b, now));
		assert_int_equal(breaker_failure(b, now), i == 5);
	}
}

static void five_failures_in_a_row_open_it_for_ten_seconds(void **state)
{
	(void)state;
	struct breaker b = {0};
	open_it(&b, at(100));
	assert_false(breaker_allows(&b, at(100)));
	assert_false(breaker_allows(&b, at(109.9)));
	assert_int_equal(breaker_opens_at(&b).us, at(110).us);
	assert_true(breaker_allows(&b, at(110)));
}

static void a_success_in_between_counts_from_the_start(void **state)
{
	(void)state;
	struct breaker b = {0};
	for (int i = 0; i < 4; i++)
		assert_false(breaker_failure(&b, at(1)));
	breaker_success(&b);
	open_it(&b, at(2));
}

static void half_open_lets_exactly_one_through(void **state)
{
	(void)state;
	struct breaker b = {0};
	open_it(&b, at(0));
	assert_true(breaker_allows(&b, at(11)));
	for (int s = 11; s < 60; s++)
		assert_false(breaker_allows(&b, at(s)));
}

static void a_good_probe_closes_it(void **state)
{
	(void)state;
	struct breaker b = {0};
	open_it(&b, at(0));
	assert_true(breaker_allows(&b, at(10)));
	breaker_success(&b);
	assert_true(breaker_allows(&b, at(10)));
	assert_true(breaker_allows(&b, at(10)));
	open_it(&b, at(20)); /* and the doubling is forgotten */
	assert_int_equal(breaker_opens_at(&b).us, at(30).us);
}

static void failed_probes_double_the_wait_up_to_a_minute(void **state)
{
	(void)state;
	static const int waits[] = {20, 40, 60, 60};
	struct breaker b = {0};
	open_it(&b, at(0));
	int now = 10;
	for (int i = 0; i < 4; i++) {
		assert_true(breaker_allows(&b, at(now)));
		assert_false(breaker_failure(&b, at(now))); /* escalation is shortened once, not at each probe */
		assert_false(breaker_allows(&b, at(now + waits[i] - 0.1)));
		now += waits[i];
	}
}

static void late_failures_of_calls_under_way_do_not_lengthen_it(void **state)
{
	(void)state;
	struct breaker b = {0};
	open_it(&b, at(0));
	for (int i = 0; i < 8; i++)
		assert_false(breaker_failure(&b, at(5)));
	assert_true(breaker_allows(&b, at(10)));
}

static void a_lost_probe_does_not_lock_the_door_for_ever(void **state)
{
	(void)state;
	struct breaker b = {0};
	open_it(&b, at(0));
	assert_true(breaker_allows(&b, at(10)));
	assert_false(breaker_allows(&b, at(129)));
	assert_true(breaker_allows(&b, at(130)));
	assert_false(breaker_allows(&b, at(131)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(five_failures_in_a_row_open_it_for_ten_seconds),
	        cmocka_unit_test(a_success_in_between_counts_from_the_start),
	        cmocka_unit_test(half_open_lets_exactly_one_through),
	        cmocka_unit_test(a_good_probe_closes_it),
	        cmocka_unit_test(failed_probes_double_the_wait_up_to_a_minute),
	        cmocka_unit_test(late_failures_of_calls_under_way_do_not_lengthen_it),
	        cmocka_unit_test(a_lost_probe_does_not_lock_the_door_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
