/* layer: core */
/* No minute, wherever it begins, holds more messages than a gateway allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/core/pace.h"

enum { MOST = 7, SENT = 3000 };

static void messages_are_forgotten_after_a_minute(void **state)
{
	(void)state;
	struct pace p = {0};
	struct mono frees;
	assert_int_equal(pace_count(&p, (struct mono){500}, &frees), 0);
	assert_int_equal(frees.us, 500);
	pace_add(&p, (struct mono){3000000});
	pace_add(&p, (struct mono){9900000});
	assert_int_equal(pace_count(&p, (struct mono){63000000}, &frees), 2);
	assert_int_equal(frees.us, 64000000);
	assert_int_equal(pace_count(&p, (struct mono){64000000}, &frees), 1);
	assert_int_equal(pace_count(&p, (struct mono){400000000}, &frees), 0);
}

static void whoever_waits_as_told_never_sends_more_in_any_minute(void **state)
{
	(void)state;
	static int64_t sent[SENT];
	struct pace p = {0};
	struct mono now = {1}, frees;
	srandom(1);
	for (int n = 0; n < SENT;) {
		now.us += random() % 2 == 0 ? random() % 1000 : random() % 20000000;
		if (pace_count(&p, now, &frees) >= MOST) {
			assert_true(frees.us > now.us && frees.us <= now.us + PACE_SECONDS * 1000000);
			now = frees;
			assert_true(pace_count(&p, now, &frees) < MOST);
		}
		pace_add(&p, now);
		sent[n++] = now.us;
		assert_true(n <= MOST || sent[n - 1] - sent[n - 1 - MOST] >= 60000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(messages_are_forgotten_after_a_minute),
	        cmocka_unit_test(whoever_waits_as_told_never_sends_more_in_any_minute),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
