/* layer: protocol */
/* test_mark_request: a mark on a sender is read whole, or refused with the place of each fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/mark_request.h"

static void refused(const char *body, const char *pointer)
{
	struct mark_request r;
	struct problem p;
	if (mark_request_read(body, strlen(body), &r, &p))
		fail_msg("accepted: %s", body);
	assert_null(r.tree);
	assert_int_equal(p.status, 422);
	assert_int_equal(p.error_count, 1);
	assert_string_equal(p.errors[0].pointer, pointer);
}

static void a_mark_says_what_and_why(void **state)
{
	static const char body[] =
	        "{\"mark\":\"blocked\",\"reason\":\"Prank berulang\",\"until\":\"2026-12-22T08:00:00+08:00\"}";
	struct mark_request r;
	struct problem p;
	(void)state;
	assert_true(mark_request_read(body, strlen(body), &r, &p));
	assert_string_equal(r.mark, "blocked");
	assert_string_equal(r.reason, "Prank berulang");
	assert_true(r.until_us == INT64_C(1797897600) * 1000000);
	assert_null(r.report);
	mark_request_free(&r);
}

static void a_mark_without_a_reason_or_of_no_kind_is_refused(void **state)
{
	(void)state;
	refused("{\"mark\":\"blocked\"}", "#/reason");
	refused("{\"mark\":\"blocked\",\"reason\":\"x\"}", "#/reason");
	refused("{\"mark\":\"bad\",\"reason\":\"Prank\"}", "#/mark");
	refused("{\"reason\":\"Prank\"}", "#/mark");
	refused("{\"mark\":\"prank\",\"reason\":\"Prank\",\"until\":\"besok\"}", "#/until");
	refused("{\"mark\":\"prank\",\"reason\":\"Prank\",\"forever\":true}", "#/forever");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_mark_says_what_and_why),
	        cmocka_unit_test(a_mark_without_a_reason_or_of_no_kind_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
