/* layer: protocol */
/* Promise: nobody sees what is sensitive without saying why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/reason_request.h"

static void assert_refused(const char *body, int status, const char *pointer)
{
	struct reason_request r;
	struct problem p;
	if (reason_request_read(body, strlen(body), &r, &p))
		fail_msg("taken: %s", body);
	assert_int_equal(p.status, status);
	if (pointer != NULL)
		assert_string_equal(p.errors[0].pointer, pointer);
	assert_null(r.tree);
}

static void a_reason_of_ten_to_three_hundred_characters_is_taken(void **state)
{
	(void)state;
	struct reason_request r;
	struct problem p;
	const char *body = "{\"reason\":\"Menelepon pelapor: alamat tak jelas\"}";
	assert_true(reason_request_read(body, strlen(body), &r, &p));
	assert_string_equal(r.reason, "Menelepon pelapor: alamat tak jelas");
	reason_request_free(&r);
	assert_null(r.reason);
}

static void what_gives_no_reason_is_refused_with_its_pointer(void **state)
{
	(void)state;
	char body[400];
	assert_refused("{", 400, NULL);
	assert_refused("[]", 422, NULL);
	assert_refused("{}", 422, "#/reason");
	assert_refused("{\"reason\":null}", 422, "#/reason");
	assert_refused("{\"reason\":\"          \"}", 422, "#/reason");
	assert_refused("{\"reason\":\"ingin tah\"}", 422, "#/reason");
	assert_refused("{\"reason\":7}", 422, "#/reason");
	assert_refused("{\"reason\":\"alamat tidak jelas\",\"phone\":\"1\"}", 422, "#/phone");
	snprintf(body, sizeof body, "{\"reason\":\"%0301d\"}", 0);
	assert_refused(body, 422, "#/reason");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_reason_of_ten_to_three_hundred_characters_is_taken),
	        cmocka_unit_test(what_gives_no_reason_is_refused_with_its_pointer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
