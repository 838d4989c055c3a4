/* layer: protocol */
/* test_person_request: a person of the roster is read whole, or refused with the place of each fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/person_request.h"

static void refused(const char *body, const char *pointer)
{
	struct person_request r;
	struct problem p;
	if (person_request_read(body, strlen(body), &r, &p))
		fail_msg("accepted: %s", body);
	assert_null(r.tree);
	assert_int_equal(p.status, 422);
	assert_int_equal(p.error_count, 1);
	assert_string_equal(p.errors[0].pointer, pointer);
}

static void a_telephone_is_kept_taken_away_or_set(void **state)
{
	static const struct {
		const char *body, *phone;
		bool keeps;
	} cases[] = {
	        {"{\"name\":\"Budi\",\"role\":\"officer\",\"scope\":\"64.09\"}", "", true},
	        {"{\"name\":\"Budi\",\"role\":\"officer\",\"scope\":\"64.09\",\"phone\":null}", "", false},
	        {"{\"name\":\"Budi\",\"role\":\"officer\",\"scope\":\"\",\"phone\":\"0812-3456-789\",\"version\":2}",
	         "+628123456789", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct person_request r;
		struct problem p;
		assert_true(person_request_read(cases[i].body, strlen(cases[i].body), &r, &p));
		assert_string_equal(r.name, "Budi");
		assert_string_equal(r.phone, cases[i].phone);
		assert_int_equal(r.keeps_phone, cases[i].keeps);
		assert_string_equal(r.scope, i < 2 ? "64.09" : "");
		assert_int_equal(r.version, i < 2 ? 0 : 2);
		person_request_free(&r);
	}
}

static void what_is_missing_or_wrong_is_named(void **state)
{
	(void)state;
	refused("{\"role\":\"officer\",\"scope\":\"\"}", "#/name");
	refused("{\"name\":\"a\\nb\",\"role\":\"officer\",\"scope\":\"\"}", "#/name");
	refused("{\"name\":\"Budi\",\"role\":\"boss\",\"scope\":\"\"}", "#/role");
	refused("{\"name\":\"Budi\",\"role\":\"officer\"}", "#/scope"); /* everywhere is said, never meant */
	refused("{\"name\":\"Budi\",\"role\":\"officer\",\"scope\":\"64.9\"}", "#/scope");
	refused("{\"name\":\"Budi\",\"role\":\"officer\",\"scope\":\"\",\"phone\":\"110\"}", "#/phone");
	refused("{\"name\":\"Budi\",\"role\":\"officer\",\"scope\":\"\",\"version\":-1}", "#/version");
	refused("{\"name\":\"Budi\",\"role\":\"officer\",\"scope\":\"\",\"pin\":1}", "#/pin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_telephone_is_kept_taken_away_or_set),
	        cmocka_unit_test(what_is_missing_or_wrong_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
