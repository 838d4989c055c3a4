/* layer: core */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../daemon/core/ration.h"

static const struct ration_rule few[RATION_RULES] = {{5, 600}, {30, 86400}};

static struct mono at(int s)
{
	return (struct mono){(int64_t)1000000000 + (int64_t)s * 1000000};
}

static void five_at_once_then_one_every_two_minutes(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct ration *r = ration_make(a, 64, few);
	for (int i = 0; i < 5; i++)
		assert_int_equal(ration_take(r, "10.0.0.1", at(0)), 0);
	assert_int_equal(ration_take(r, "10.0.0.1", at(0)), 120);
	assert_int_equal(ration_take(r, "10.0.0.1", at(30)), 90); /* asking in vain costs nothing */
	assert_int_equal(ration_wait(r, "10.0.0.1", at(119)), 1);
	assert_int_equal(ration_wait(r, "10.0.0.1", at(120)), 0);
	assert_int_equal(ration_take(r, "10.0.0.1", at(120)), 0);
	assert_int_equal(ration_take(r, "10.0.0.1", at(120)), 120);
	assert_int_equal(ration_take(r, "10.0.0.2", at(120)), 0); /* another party has its own */
	arena_free(&a);
}

static void no_day_holds_more_than_twice_what_the_second_rule_says(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct ration *r = ration_make(a, 8, few);
	int taken = 0;
	for (int s = 0; s < 86400; s++)
		taken += ration_take(r, "x", at(s)) == 0;
	assert_in_range(taken, 59, 60); /* thirty at the pace of the first rule, and thirty paid back over the day */
	assert_int_equal(ration_wait(r, "x", at(86399)), 1);
	arena_free(&a);
}

static void whoever_asked_last_is_remembered_when_places_run_out(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct ration *r = ration_make(a, 8, few);
	char name[16];
	for (int i = 0; i < 5; i++)
		assert_int_equal(ration_take(r, "greedy", at(0)), 0);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "n%d", i);
		assert_int_equal(ration_take(r, name, at(1)), 0);
	}
	assert_true(ration_wait(r, "greedy", at(1)) > 0);
	arena_free(&a);
}

static void no_rule_is_no_limit(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	const struct ration_rule one[RATION_RULES] = {{1, 10}};
	struct ration *r = ration_make(a, 8, one);
	assert_int_equal(ration_take(r, "a", at(0)), 0);
	assert_int_equal(ration_take(r, "a", at(0)), 10);
	assert_int_equal(ration_take(r, "a", at(10)), 0);
	arena_free(&a);
}

static void a_network_of_ipv6_is_one_party(void **state)
{
	(void)state;
	static const struct {
		const char *address, *party;
	} cases[] = {
	        {"10.1.2.3", "10.1.2.3"},
	        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2"},
	        {"2001:db8:1:2::6", "2001:db8:1:2"},
	        {"2001:db8::6", "2001:db8"},
	        {"::1", ""},
	        {"", ""},
	        {"an address that is much longer than any address could ever be",
	         "an address that is much longer than any address"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char party[RATION_PARTY_TEXT];
		ration_party(cases[i].address, party);
		assert_string_equal(party, cases[i].party);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(five_at_once_then_one_every_two_minutes),
	        cmocka_unit_test(no_day_holds_more_than_twice_what_the_second_rule_says),
	        cmocka_unit_test(whoever_asked_last_is_remembered_when_places_run_out),
	        cmocka_unit_test(no_rule_is_no_limit),
	        cmocka_unit_test(a_network_of_ipv6_is_one_party),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
