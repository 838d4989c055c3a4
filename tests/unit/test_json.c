/* layer: protocol */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/json.h"

/* Parses a copy that ends exactly at its last byte, so that the sanitizer sees any look beyond it. */
static cJSON *parse_with(cJSON *(*parse)(const char *, size_t, struct json_fault *), const char *text, size_t len,
                         struct json_fault *fault)
{
	char *exact = malloc(len > 0 ? len : 1);
	memcpy(exact, text, len);
	memset(fault, 'x', sizeof *fault);
	cJSON *tree = parse(exact, len, fault);
	free(exact);
	return tree;
}

static bool accepted(const char *text)
{
	struct json_fault fault;
	cJSON *tree = parse_with(json_parse, text, strlen(text), &fault);
	if (tree == NULL)
		print_message("%s: %s\n", text, fault.detail);
	cJSON_Delete(tree);
	return tree != NULL;
}

static struct json_fault fault_of_bytes(const char *text, size_t len)
{
	struct json_fault fault;
	cJSON *tree = parse_with(json_parse, text, len, &fault);
	if (tree != NULL)
		fail_msg("accepted: %s", text);
	for (const char *c = fault.detail; *c != '\0'; c++)
		assert_true(*c >= 0x20 && *c < 0x7F);
	return fault;
}

static struct json_fault fault_of(const char *text)
{
	return fault_of_bytes(text, strlen(text));
}

static void assert_fault(const char *text, size_t offset, const char *pointer, const char *detail_part)
{
	struct json_fault fault = fault_of(text);
	assert_string_equal(fault.pointer, pointer);
	if (strstr(fault.detail, detail_part) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", text, fault.detail, detail_part);
	assert_int_equal(fault.offset, offset);
}

static void every_kind_of_value_is_read(void **state)
{
	(void)state;
	struct json_fault fault;
	const char *text = " {\"s\":\"a\\n\\u00e9\\ud83d\\ude00\\/"
	                   "\",\"n\":-1.5e+2,\"z\":0,\"t\":true,\"f\":false,\"0\":null,\"a\":[[],{},1]}\r\n\t";
	cJSON *tree = parse_with(json_parse, text, strlen(text), &fault);
	assert_non_null(tree);
	assert_string_equal(json_string(tree, "s"), "a\n\xC3\xA9\xF0\x9F\x98\x80/");
	assert_true(json_member(tree, "n")->valuedouble == -150);
	assert_true(cJSON_IsTrue(json_member(tree, "t")));
	assert_true(cJSON_IsFalse(json_member(tree, "f")));
	assert_true(cJSON_IsNull(json_member(tree, "0")));
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "a")), 3);
	assert_null(json_member(tree, "S"));
	assert_null(json_string(tree, "n"));
	assert_null(json_member(NULL, "s"));
	cJSON_Delete(tree);
	assert_true(accepted("\"\""));
	assert_true(accepted("-0"));
	assert_true(accepted("0.0e-0"));
}

static void syntax_errors_are_refused_with_their_place(void **state)
{
	(void)state;
	assert_fault("", 0, "", "end of the text");
	assert_fault("{", 1, "", "a member name");
	assert_fault("{\"a\":1,}", 7, "", "a member name");
	assert_fault("{\"a\" 1}", 5, "/a", "':'");
	assert_fault("{\"a\":}", 5, "/a", "expected a value");
	assert_fault("{\"a\":[1,2 3]}", 10, "/a", "',' or ']'");
	assert_fault("{\"a\":[1,{\"b\":tru}]}", 13, "/a/1/b", "expected a value");
	assert_fault("[1,]", 3, "/1", "expected a value");
	assert_fault("[,1]", 1, "/0", "found ','");
	assert_fault("{\"a\":1}x", 7, "", "found 'x'");
	assert_fault("{\"a\":1} {}", 8, "", "end of the text");
	assert_fault("nul", 0, "", "expected a value");
	assert_fault("nullx", 4, "", "found 'x'");
	assert_fault("{'a':1}", 1, "", "double quotes");
	assert_fault("{a:1}", 1, "", "double quotes");
	assert_fault("[\"abc]", 1, "/0", "no closing quote");
	assert_fault("\"\\x\"", 1, "", "not an escape");
	assert_fault("\"\\u12g4\"", 1, "", "not an escape");
	assert_fault("\"\\", 1, "", "not an escape");
	assert_fault("\"\\u12", 1, "", "not an escape");
	assert_fault("\v1", 0, "", "0x0B");
	assert_fault("[1}", 2, "", "',' or ']'");
}

static void numbers_are_those_of_the_standard(void **state)
{
	(void)state;
	assert_fault("[01]", 1, "/0", "may not begin with 0");
	assert_fault("[-]", 2, "/0", "a digit");
	assert_fault("[1.]", 3, "/0", "decimal point");
	assert_fault("[1e]", 3, "/0", "exponent");
	assert_fault("[+1]", 1, "/0", "expected a value");
	assert_fault("[.5]", 1, "/0", "expected a value");
	assert_fault("[NaN]", 1, "/0", "expected a value");
	assert_fault("-", 1, "", "a digit");
}

static void numbers_larger_than_a_double_are_refused(void **state)
{
	(void)state;
	assert_fault("{\"n\":1e309}", 5, "/n", "too large");
	assert_fault("[-1e999999999999999999999]", 1, "/0", "too large");
	assert_fault("[1.7976931348623159e308]", 1, "/0", "too large");
	assert_fault("[0.00001e314]", 1, "/0", "too large");
	assert_fault("[123456789E+301]", 1, "/0", "too large");
	assert_true(accepted("[1.7976931348623157e308,0.00001e313,1e-400,0e999999,123456789012345678901234567890]"));
}

/* cJSON 1.7.15 would read the first 63 characters and stumble over the rest. */
static void numbers_longer_than_the_parser_can_take_are_refused(void **state)
{
	(void)state;
	char text[80];
	snprintf(text, sizeof text, "[%063d]", 0);
	text[1] = '1';
	assert_true(accepted(text));
	snprintf(text, sizeof text, "[%064d]", 0);
	text[1] = '1';
	assert_fault(text, 1, "/0", "63 characters");
}

static void lone_surrogate_is_refused_with_its_pointer(void **state)
{
	(void)state;
	assert_fault("{\"a\":{\"b\":[\"x\\ud83d\"]}}", 13, "/a/b/0", "lone surrogate \\uD83D");
	assert_fault("{\"a\":\"\\ude00\"}", 6, "/a", "lone surrogate");
	assert_fault("{\"a\":\"\\ud83d\\ud83d\"}", 6, "/a", "lone surrogate");
	assert_fault("{\"a\":\"\\ud83d\\n\"}", 6, "/a", "lone surrogate");
	assert_fault("{\"a\":\"\\ud83d\\ude0", 6, "/a", "lone surrogate");
	assert_fault("{\"\\ud83d\":1}", 2, "", "lone surrogate");
	assert_true(accepted("\"\\ud83d\\ude00\\ue000\\ud7ff\""));
}

static void zero_character_is_refused(void **state)
{
	(void)state;
	assert_fault("{\"a\":\"x\\u0000\"}", 7, "/a", "\\u0000");
	assert_fault("{\"\\u0000\":1}", 2, "", "\\u0000");
	struct json_fault fault = fault_of_bytes("\"a\0b\"", 5);
	assert_int_equal(fault.offset, 2);
	fault = fault_of_bytes("1\0", 2);
	assert_int_equal(fault.offset, 1);
}

static void raw_control_characters_are_refused(void **state)
{
	(void)state;
	assert_fault("{\"a\":\"x\n\"}", 7, "/a", "control character 0x0A");
	assert_fault("\"\x1f\"", 1, "", "control character 0x1F");
	assert_true(accepted("\"\x7f\""));
}

static void invalid_utf8_is_refused_with_its_place(void **state)
{
	(void)state;
	static const char *const bad[] = {"\x80",
	                                  "\xC0\xAF",
	                                  "\xC1\x81",
	                                  "\xC3",
	                                  "\xE0\x9F\xBF",
	                                  "\xED\xA0\x80",
	                                  "\xE2\x82",
	                                  "\xF0\x8F\xBF\xBF",
	                                  "\xF4\x90\x80\x80",
	                                  "\xF5\x80\x80\x80",
	                                  "\xFF",
	                                  "\xF0\x9F\x98"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[64];
		snprintf(text, sizeof text, "{\"a\":\"0123456789%s\"}", bad[i]);
		assert_fault(text, 16, "/a", "not valid UTF-8");
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	}
	assert_fault("{\"\xFF\":1}", 2, "", "not valid UTF-8");
	assert_true(accepted("\"\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4"
	                     "\x8F\xBF\xBF\""));
}

static void byte_order_mark_is_refused(void **state)
{
	(void)state;
	assert_fault("\xEF\xBB\xBF{}", 0, "", "byte order mark");
}

static void duplicate_member_is_refused_with_its_pointer(void **state)
{
	(void)state;
	assert_fault("{\"a\":1,\"b\":2,\"a\":3}", 13, "/a", "twice");
	assert_fault("{\"x\":[0,{\"a\":{},\"a\":3}]}", 16, "/x/1/a", "twice");
	assert_fault("{\"a\":1,\"\\u0061\":2}", 7, "/a", "twice");
	assert_fault("{\"\\u00e9\\n\":1,\"\xC3\xA9\\u000a\":2}", 14, "/\xC3\xA9\n", "twice");
	assert_fault("{\"\":1,\"\":2}", 6, "/", "twice");
	assert_true(accepted("{\"a\":{\"a\":{\"a\":1},\"b\":1},\"b\":{\"a\":1},\"A\":[{\"a\":1},{\"a\":1}]}"));
}

/* An object of n members, the last one named last. */
static char *object_of(int n, const char *last)
{
	char *text = malloc((size_t)n * 16 + 16), *at = text + sprintf(text, "{");
	for (int i = 0; i < n - 1; i++)
		at += sprintf(at, "\"k%d\":%d,", i, i);
	sprintf(at, "\"%s\":0}", last);
	return text;
}

static void duplicate_is_found_among_many_members(void **state)
{
	(void)state;
	for (int n = 30; n <= JSON_MAX_KEYS; n += 197) {
		char last[16], *text = object_of(n, "k7");
		struct json_fault fault = fault_of(text);
		assert_string_equal(fault.pointer, "/k7");
		free(text);
		snprintf(last, sizeof last, "k%d", n);
		text = object_of(n, last);
		assert_true(accepted(text));
		free(text);
	}
}

static void an_object_has_a_bounded_number_of_members(void **state)
{
	(void)state;
	char *text = object_of(JSON_MAX_KEYS, "last");
	assert_true(accepted(text));
	free(text);
	text = object_of(JSON_MAX_KEYS + 1, "last");
	struct json_fault fault = fault_of(text);
	assert_non_null(strstr(fault.detail, "at most 2000 members"));
	free(text);
}

static void nesting_is_bounded(void **state)
{
	(void)state;
	char text[2 * JSON_MAX_DEPTH + 8] = "";
	memset(text, '[', JSON_MAX_DEPTH);
	memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
	assert_true(accepted(text));
	memset(text, '[', JSON_MAX_DEPTH + 1);
	struct json_fault fault = fault_of(text);
	assert_int_equal(fault.offset, JSON_MAX_DEPTH);
	assert_non_null(strstr(fault.detail, "32 levels"));
}

static void pointer_escapes_slash_and_tilde(void **state)
{
	(void)state;
	assert_fault("{\"a/b\":{\"m~n\":{\"\\u002f~1\":x}}}", 26, "/a~1b/m~0n/~1~01", "expected a value");
}

static void long_pointer_is_cut_between_characters(void **state)
{
	(void)state;
	char text[600] = "{\"", *at = text + 2;
	for (int i = 0; i < 127; i++)
		at += sprintf(at, "\xC3\xA9");
	sprintf(at, "/~\":x}");
	struct json_fault fault = fault_of(text);
	assert_int_equal(strlen(fault.pointer), 255);
	assert_true(utf8_valid(fault.pointer, 255));
	text[2] = 'x';
	text[3] = 'y';
	memmove(text + 3, text + 4, strlen(text + 4) + 1);
	fault = fault_of(text); /* an escape has no room left */
	assert_int_equal(strlen(fault.pointer), 254);
	memcpy(strstr(text, "/~"), "\xC3\xA9", 2);
	strcpy(strstr(text, "\":x"), "a\":x}");
	fault = fault_of(text); /* what follows a character without room is left out too */
	assert_int_equal(strlen(fault.pointer), 254);
}

static void line_and_column_count_from_one_in_characters(void **state)
{
	(void)state;
	struct json_fault fault = fault_of("{\n\t\"\xC3\xA9\": \"\xF0\x9F\x98\x80\" x}");
	assert_int_equal(fault.line, 2);
	assert_int_equal(fault.column, 11);
	assert_int_equal(fault.offset, 16);
	fault = fault_of("x");
	assert_int_equal(fault.line, 1);
	assert_int_equal(fault.column, 1);
	fault = fault_of("[1,\r\n2\r\n\r\n");
	assert_int_equal(fault.line, 4);
	assert_int_equal(fault.column, 1);
}

static cJSON *commented(const char *text, struct json_fault *fault)
{
	return parse_with(json_parse_commented, text, strlen(text), fault);
}

static void comments_and_trailing_commas_are_read(void **state)
{
	(void)state;
	struct json_fault fault;
	cJSON *tree = commented("// head \xC3\xA9 \"\n{ /* a, */ \"u\": \"http://x/*y*/,]\" , // end\n "
	                        "\"l\":[1,/**/2,\n],\"q\":\"\\\"//\",}//",
	                        &fault);
	if (tree == NULL)
		fail_msg("%s at %zu", fault.detail, fault.offset);
	assert_string_equal(json_string(tree, "u"), "http://x/*y*/,]");
	assert_string_equal(json_string(tree, "q"), "\"//");
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "l")), 2);
	cJSON_Delete(tree);
}

static void places_in_commented_json_are_those_of_the_original(void **state)
{
	(void)state;
	struct json_fault fault;
	assert_null(commented("{\n/* \xC3\xA9\xC3\xA9 */ \"a\": [1,], \"b\": x}", &fault));
	assert_string_equal(fault.pointer, "/b");
	assert_int_equal(fault.line, 2);
	assert_int_equal(fault.column, 26);
	assert_int_equal(fault.offset, 29);
}

static void only_a_comma_behind_a_value_may_trail(void **state)
{
	(void)state;
	static const char *const bad[] = {"[,]",  "{,}",  "[1,,]",  "{\"a\":,}",  ",",
	                                  "[1],", "[1 /", "[1 /x]", "[\"a\n//\"]"};
	struct json_fault fault;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (commented(bad[i], &fault) != NULL)
			fail_msg("accepted: %s", bad[i]);
}

static void open_comment_is_refused_at_its_beginning(void **state)
{
	(void)state;
	struct json_fault fault;
	assert_null(commented("{}\n /* no end *", &fault));
	assert_int_equal(fault.line, 2);
	assert_int_equal(fault.column, 2);
	assert_string_equal(fault.pointer, "");
	assert_non_null(strstr(fault.detail, "no closing */"));
}

static void strict_reading_knows_no_comments(void **state)
{
	(void)state;
	assert_fault("{}//", 2, "", "end of the text");
	assert_fault("/**/{}", 0, "", "expected a value");
}

/* Writing */

static void writer_puts_commas_where_they_are_due(void **state)
{
	(void)state;
	struct buf b;
	struct json_out j;
	buf_init(&b, 1000);
	json_out_init(&j, &b);
	json_begin_object(&j);
	json_member_string(&j, "a", "x");
	json_member_string(&j, "n", NULL);
	json_key(&j, "o");
	json_begin_object(&j);
	json_end_object(&j);
	json_key(&j, "l");
	json_begin_array(&j);
	json_put_int(&j, 1);
	json_begin_array(&j);
	json_put_bool(&j, true);
	json_put_null(&j);
	json_end_array(&j);
	json_begin_object(&j);
	json_member_bool(&j, "f", false);
	json_member_double(&j, "d", 0.5);
	json_end_object(&j);
	json_put_raw(&j, "{\"r\":1}", 7);
	json_end_array(&j);
	json_member_int(&j, "i", -7);
	json_end_object(&j);
	assert_string_equal(
	        b.data,
	        "{\"a\":\"x\",\"n\":null,\"o\":{},\"l\":[1,[true,null],{\"f\":false,\"d\":0.5},{\"r\":1}],\"i\":-7}");
	buf_free(&b);
}

static void assert_written(const char *text, size_t len, const char *json)
{
	struct buf b;
	struct json_out j;
	buf_init(&b, 1000);
	json_out_init(&j, &b);
	json_put_stringn(&j, text, len);
	assert_string_equal(b.data, json);
	buf_free(&b);
}

static void written_strings_are_always_valid_json(void **state)
{
	(void)state;
	assert_written("", 0, "\"\"");
	assert_written("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f", 14, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
	assert_written("0123456789\xC3\xA9\xF0\x9F\x98\x80z", 17, "\"0123456789\xC3\xA9\xF0\x9F\x98\x80z\"");
	assert_written("a\0b", 3,
	               "\"a\xEF\xBF\xBD"
	               "b\"");
	assert_written("a\xFF\xE2\x82\"", 5, "\"a\xEF\xBF\xBD\xEF\xBF\xBD\\\"\"");
}

static void assert_integer(int64_t value, const char *json)
{
	struct buf b;
	struct json_out j;
	buf_init(&b, 100);
	json_out_init(&j, &b);
	json_put_int(&j, value);
	assert_string_equal(b.data, json);
	buf_free(&b);
}

static void whole_numbers_keep_every_digit(void **state)
{
	(void)state;
	assert_integer(0, "0");
	assert_integer(9007199254740993, "9007199254740993");
	assert_integer(INT64_MAX, "9223372036854775807");
	assert_integer(INT64_MIN, "-9223372036854775808");
}

static void assert_double(double value, const char *json)
{
	struct buf b;
	struct json_out j;
	buf_init(&b, 100);
	json_out_init(&j, &b);
	json_put_double(&j, value);
	if (json != NULL)
		assert_string_equal(b.data, json);
	else
		assert_true(strtod(b.data, NULL) == value && accepted(b.data));
	buf_free(&b);
}

static void doubles_are_written_in_the_shortest_form_that_reads_back(void **state)
{
	(void)state;
	assert_double(0, "0");
	assert_double(-0.0, "-0");
	assert_double(116.7012, "116.7012");
	assert_double(-1.2601, "-1.2601");
	assert_double(-0.05, "-0.05");
	assert_double(0.1, "0.1");
	assert_double(1e6, "1000000");
	assert_double(0.0000001, "0.0000001");
	assert_double(0.1 + 0.2, "0.30000000000000004");
	assert_double(1e300, "1e+300");
	assert_double(5e-324, "5e-324");
	assert_double(DBL_MAX, "1.7976931348623157e+308");
	assert_double(1.0 / 3, "0.3333333333333333");
	assert_double(NAN, "null");
	assert_double(-INFINITY, "null");
	srand(1);
	for (int i = 0; i < 2000; i++) {
		assert_double((rand() - RAND_MAX / 2) / 1e7, NULL);
		assert_double(ldexp(rand() - RAND_MAX / 2, rand() % 400 - 200), NULL);
	}
}

/* UTF-8 */

static void malformed_sequences_are_repaired_one_by_one(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
	        {"plain", 5, "plain"},
	        {"a\0b", 3,
	         "a\xEF\xBF\xBD"
	         "b"},
	        {"\xC3\xA9", 2, "\xC3\xA9"},
	        {"x\xC3", 2, "x\xEF\xBF\xBD"},
	        {"\xF0\x9F\x98z", 4, "\xEF\xBF\xBDz"},
	        {"\xED\xA0\x80", 3, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b;
		buf_init(&b, 100);
		utf8_repair(cases[i].in, cases[i].len, &b);
		assert_string_equal(b.data, cases[i].out);
		buf_free(&b);
	}
	assert_false(utf8_valid("0123456\0", 8));
	assert_false(utf8_valid("a\0", 2));
	assert_true(utf8_valid("01234567\xC3\xA9"
	                       "0123456789",
	                       20));
	assert_true(utf8_valid("", 0));
	assert_int_equal(utf8_length("a\xC3\xA9\xF0\x9F\x98\x80"), 3);
}

static void cut_sequence_is_dropped_at_the_end(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	        {"", ""},           {"a", "a"}, {"a\xC3", "a"}, {"a\xC3\xA9", "a\xC3\xA9"}, {"\xF0\x9F\x98", ""},
	        {"a\xF0\x9F", "a"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[16];
		strcpy(text, cases[i][0]);
		utf8_trim(text);
		assert_string_equal(text, cases[i][1]);
	}
}

static void bytes_of_any_length_come_back(void **state)
{
	uint8_t bytes[700], back[1024];
	size_t len;
	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		struct buf out;
		struct json_out j;
		struct json_fault fault;
		buf_init(&out, 4096);
		json_out_init(&j, &out);
		json_begin_object(&j);
		json_member_base64(&j, "a", bytes, n);
		json_end_object(&j);
		cJSON *tree = json_parse(out.data, out.len, &fault);
		assert_non_null(tree);
		assert_true(json_base64_read(json_string(tree, "a"), back, &len));
		assert_int_equal(len, n);
		assert_memory_equal(back, bytes, n);
		cJSON_Delete(tree);
		buf_free(&out);
	}
	assert_false(json_base64_read("YQ=", back, &len));
	assert_false(json_base64_read("Y*==", back, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_of_value_is_read),
	        cmocka_unit_test(syntax_errors_are_refused_with_their_place),
	        cmocka_unit_test(numbers_are_those_of_the_standard),
	        cmocka_unit_test(numbers_larger_than_a_double_are_refused),
	        cmocka_unit_test(numbers_longer_than_the_parser_can_take_are_refused),
	        cmocka_unit_test(lone_surrogate_is_refused_with_its_pointer),
	        cmocka_unit_test(zero_character_is_refused),
	        cmocka_unit_test(raw_control_characters_are_refused),
	        cmocka_unit_test(invalid_utf8_is_refused_with_its_place),
	        cmocka_unit_test(byte_order_mark_is_refused),
	        cmocka_unit_test(duplicate_member_is_refused_with_its_pointer),
	        cmocka_unit_test(duplicate_is_found_among_many_members),
	        cmocka_unit_test(an_object_has_a_bounded_number_of_members),
	        cmocka_unit_test(nesting_is_bounded),
	        cmocka_unit_test(pointer_escapes_slash_and_tilde),
	        cmocka_unit_test(long_pointer_is_cut_between_characters),
	        cmocka_unit_test(line_and_column_count_from_one_in_characters),
	        cmocka_unit_test(comments_and_trailing_commas_are_read),
	        cmocka_unit_test(places_in_commented_json_are_those_of_the_original),
	        cmocka_unit_test(only_a_comma_behind_a_value_may_trail),
	        cmocka_unit_test(open_comment_is_refused_at_its_beginning),
	        cmocka_unit_test(strict_reading_knows_no_comments),
	        cmocka_unit_test(writer_puts_commas_where_they_are_due),
	        cmocka_unit_test(written_strings_are_always_valid_json),
	        cmocka_unit_test(whole_numbers_keep_every_digit),
	        cmocka_unit_test(doubles_are_written_in_the_shortest_form_that_reads_back),
	        cmocka_unit_test(malformed_sequences_are_repaired_one_by_one),
	        cmocka_unit_test(cut_sequence_is_dropped_at_the_end),
	        cmocka_unit_test(bytes_of_any_length_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
