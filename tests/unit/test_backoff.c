/* layer: core */
/* When the next attempt is due. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/core/backoff.h"

static void the_first_minute_is_dense(void **state)
{
	(void)state;
	static const int longest_s[] = {0, 1, 2, 4, 8, 15, 30};
	for (int attempt = 0; attempt < 7; attempt++) {
		assert_int_equal(backoff_ms(attempt, 1.0), longest_s[attempt] * 1000);
		assert_int_equal(backoff_ms(attempt, 0.0), longest_s[attempt] * 500);
	}
}

static void later_attempts_come_every_30_to_60_seconds_for_ever(void **state)
{
	(void)state;
	static const int attempts[] = {7, 8, 100, 1000000, 2147483647};
	for (int i = 0; i < 5; i++) {
		assert_int_equal(backoff_ms(attempts[i], 0.0), 30000);
		assert_int_equal(backoff_ms(attempts[i], 0.5), 45000);
		assert_int_equal(backoff_ms(attempts[i], 1.0), 60000);
	}
}

static void many_waiting_notices_do_not_return_in_step(void **state)
{
	(void)state;
	assert_int_not_equal(backoff_ms(5, 0.25), backoff_ms(5, 0.75));
}

static void a_bad_draw_stays_within_the_bounds(void **state)
{
	(void)state;
	assert_int_equal(backoff_ms(3, -1.0), 2000);
	assert_int_equal(backoff_ms(3, 7.0), 4000);
	assert_int_equal(backoff_ms(3, (double)NAN), 2000);
	assert_int_equal(backoff_ms(-1, 0.5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_minute_is_dense),
	        cmocka_unit_test(later_attempts_come_every_30_to_60_seconds_for_ever),
	        cmocka_unit_test(many_waiting_notices_do_not_return_in_step),
	        cmocka_unit_test(a_bad_draw_stays_within_the_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
