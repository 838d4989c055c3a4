/* layer: protocol */
/* test_gateway_json: JSON as gateways bring it, where one bad byte in one text must not cost the whole call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../protocol/gateway_json.h"
#include "../../protocol/rfc3339.h"

#define LOST "\xEF\xBF\xBD"

static void what_no_text_can_hold_is_replaced_and_told(void **state)
{
	(void)state;
	static const struct {
		const char *json, *text;
		bool repaired;
	} cases[] = {
	        {"{\"t\":\"ta\\ud83d\"}", "ta" LOST, true},
	        {"{\"t\":\"ta\\ude80 a\"}", "ta" LOST " a", true},
	        {"{\"t\":\"\\ud83d\\ud83d\\ude80\"}", LOST "🚀", true},
	        {"{\"t\":\"\\ud83d\\u0041\"}", LOST "A", true},
	        {"{\"t\":\"a\\u0000b\"}", "a" LOST "b", true},
	        {"{\"t\":\"a\xff\xc3\"}", "a" LOST LOST, true},
	        {"{\"t\":\"a\xed\xa0\xbd\"}", "a" LOST LOST LOST, true},
	        {"{\"t\":\"a\nb\tc\"}", "a\nb\tc", false},
	        {"{\"t\":\"a\\xb\"}", "a\\xb", false},
	        {"{\"t\":\"\\u00e9\\n\\\"\\\\\"}", "é\n\"\\", false},
	        {"\xEF\xBB\xBF{\"t\":\"a\"}", "a", false},
	        {"{\"t\":9007199254740993}", "9007199254740993", false},
	        {"{\"t\":-1.50e+3}", "-1.50e+3", false},
	        {"{\"t\":\"123\"}", "123", false},
	        {"{\"t\" : 0817790313235066447 }", "0817790313235066447", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_fault fault;
		bool repaired;
		cJSON *tree = gateway_json_parse(cases[i].json, strlen(cases[i].json), &repaired, &fault);
		assert_non_null(tree);
		assert_string_equal(json_string(tree, "t"), cases[i].text);
		assert_int_equal(repaired, cases[i].repaired);
		cJSON_Delete(tree);
	}
}

static void what_is_no_json_is_refused_with_a_reason(void **state)
{
	(void)state;
	static const char *const texts[] = {"",
	                                    "{",
	                                    "{\"t\":\"a",
	                                    "{\"t\":\"a\\",
	                                    "{\"t\":1}{",
	                                    "{'t':1}",
	                                    "{\"t\":tolong}",
	                                    "msisdn=6281",
	                                    "{\"t\":1,\"t\":2}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct json_fault fault = {.offset = 0};
		bool repaired;
		assert_null(gateway_json_parse(texts[i], strlen(texts[i]), &repaired, &fault));
		assert_true(fault.detail[0] != '\0');
	}
}

static void times_of_gateways_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t us; /* 0: none */
	} cases[] = {
	        {"2026-11-21 10:11:12", 1795255872000000},
	        {"2026-11-21T10:11:12Z", 1795255872000000},
	        {"2026-11-21T10:11:12.220+0000", 1795255872220000},
	        {"2026-11-21T18:11:12.000+0800", 1795255872000000},
	        {"2026-11-21 18:11:12 +0800", 1795255872000000},
	        {"2026-11-21T05:11:12-05", 1795255872000000},
	        {"2026-11-21T18:11:12+08:00", 1795255872000000},
	        {"2026-11-21", 0},
	        {"2026-11-31 10:11:12", 0},
	        {"2026-11-21x10:11:12", 0},
	        {"2026-11-21 10:11:12+8", 0},
	        {"2026-11-21 10:11:12+08000", 0},
	        {"2026-11-21 10:11:12 WITA", 0},
	        {"2026-11-21 10:11", 0},
	        {"", 0},
	        {"2026-11-21 10:11:12.0000000000000000000000000000", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t us = 0;
		assert_int_equal(rfc3339_parse_loose(cases[i].text, &us), cases[i].us != 0);
		if (cases[i].us != 0)
			assert_int_equal(us, cases[i].us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_no_text_can_hold_is_replaced_and_told),
	        cmocka_unit_test(what_is_no_json_is_refused_with_a_reason),
	        cmocka_unit_test(times_of_gateways_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
