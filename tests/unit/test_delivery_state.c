/* layer: core */
/* Delivery reports in any order and number give one state, and it never falls back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/core/delivery.h"

enum { NOTHING = -1, REPORTS = 9, CASES = 20000 };

struct report {
	enum delivery_state state;
	int part, parts;
};

static int state_of(const struct report *reports, int n, int sent_parts)
{
	struct delivery d;
	enum delivery_state s;
	delivery_init(&d, sent_parts);
	for (int i = 0; i < n; i++)
		delivery_add(&d, reports[i].state, reports[i].part, reports[i].parts);
	return delivery_now(&d, &s) ? (int)s : NOTHING;
}

static int rank(int state)
{
	static const int ranks[DELIVERY_STATES] = {
	        [DELIVERY_QUEUED] = 1, [DELIVERY_SENT] = 2, [DELIVERY_FAILED] = 3, [DELIVERY_DELIVERED] = 4};
	return state == NOTHING ? 0 : ranks[state];
}

static void the_documented_cases_hold(void **unused)
{
	(void)unused;
	static const struct {
		int sent_parts, n;
		struct report reports[4];
		int state;
	} cases[] = {
	        {1, 0, {{0}}, NOTHING},
	        {1, 1, {{DELIVERY_QUEUED, 0, 0}}, DELIVERY_QUEUED},
	        {1, 2, {{DELIVERY_DELIVERED, 0, 0}, {DELIVERY_SENT, 0, 0}}, DELIVERY_DELIVERED},
	        {1, 2, {{DELIVERY_FAILED, 0, 0}, {DELIVERY_SENT, 0, 0}}, DELIVERY_FAILED},
	        {1, 2, {{DELIVERY_FAILED, 0, 0}, {DELIVERY_DELIVERED, 0, 0}}, DELIVERY_DELIVERED},
	        {1, 2, {{DELIVERY_DELIVERED, 0, 0}, {DELIVERY_FAILED, 0, 0}}, DELIVERY_DELIVERED},
	        {2, 1, {{DELIVERY_DELIVERED, 1, 2}}, DELIVERY_SENT},
	        {2, 2, {{DELIVERY_DELIVERED, 1, 2}, {DELIVERY_DELIVERED, 1, 2}}, DELIVERY_SENT},
	        {2, 2, {{DELIVERY_DELIVERED, 2, 2}, {DELIVERY_DELIVERED, 1, 2}}, DELIVERY_DELIVERED},
	        {2, 2, {{DELIVERY_DELIVERED, 2, 2}, {DELIVERY_FAILED, 1, 2}}, DELIVERY_FAILED},
	        {2,
	         3,
	         {{DELIVERY_DELIVERED, 2, 2}, {DELIVERY_FAILED, 1, 2}, {DELIVERY_DELIVERED, 1, 2}},
	         DELIVERY_DELIVERED},
	        {2, 2, {{DELIVERY_DELIVERED, 1, 3}, {DELIVERY_DELIVERED, 2, 3}}, DELIVERY_SENT},
	        {0, 1, {{DELIVERY_DELIVERED, 1, 0}}, DELIVERY_SENT},
	        {1, 1, {{DELIVERY_DELIVERED, 1, 0}}, DELIVERY_DELIVERED},
	        {300, 1, {{DELIVERY_DELIVERED, 300, 300}}, DELIVERY_SENT},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(state_of(cases[i].reports, cases[i].n, cases[i].sent_parts), cases[i].state);
}

static int drawn(int n)
{
	return (int)(random() % n);
}

/* Of a message of total parts; each report tells of the whole, or of a part with or without the total. */
static struct report draw(int total)
{
	return (struct report){(enum delivery_state)drawn(DELIVERY_STATES), drawn(total + 1), drawn(2) * total};
}

static void any_order_and_repetition_give_the_same(void **unused)
{
	(void)unused;
	srandom(1);
	for (int c = 0; c < CASES; c++) {
		struct report reports[2 * REPORTS];
		int total = 1 + drawn(4), sent_parts = drawn(3) > 0 ? total : 0, n = drawn(REPORTS + 1);
		for (int i = 0; i < n; i++)
			reports[i] = draw(total);
		int state = state_of(reports, n, sent_parts), more = n;
		for (int i = 0; n > 0 && i < drawn(REPORTS); i++)
			reports[more++] = reports[drawn(n)];
		for (int i = more - 1; i > 0; i--) {
			int other = drawn(i + 1);
			struct report r = reports[i];
			reports[i] = reports[other];
			reports[other] = r;
		}
		assert_int_equal(state_of(reports, more, sent_parts), state);
	}
}

static void a_further_report_never_lowers_the_state(void **unused)
{
	(void)unused;
	srandom(2);
	for (int c = 0; c < CASES; c++) {
		struct report reports[REPORTS];
		int total = 1 + drawn(4), before = NOTHING;
		for (int n = 1; n <= REPORTS; n++) {
			reports[n - 1] = draw(total);
			int state = state_of(reports, n, total);
			assert_true(rank(state) >= rank(before));
			before = state;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_documented_cases_hold),
	        cmocka_unit_test(any_order_and_repetition_give_the_same),
	        cmocka_unit_test(a_further_report_never_lowers_the_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
