/* layer: protocol */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/buf.h"
#include "../../protocol/form.h"

/* Parses a copy without final NUL, so that the sanitizer sees any look beyond it. */
static bool parse(const char *text, size_t len, struct form *ret)
{
	char *exact = malloc(len > 0 ? len : 1);
	memcpy(exact, text, len);
	bool ok = form_parse(exact, len, ret);
	free(exact);
	return ok;
}

static void pairs_are_decoded(void **state)
{
	(void)state;
	struct form f;
	const char *text = "from=%2B628111&bin=Flood+at++RT%2005&b=x=y&%61=%c3%A9";
	assert_true(parse(text, strlen(text), &f));
	assert_int_equal(f.count, 4);
	assert_string_equal(form_value(&f, "from"), "+628111");
	assert_string_equal(form_value(&f, "bin"), "Flood at  RT 05");
	assert_string_equal(form_value(&f, "b"), "x=y");
	assert_string_equal(form_value(&f, "a"), "\xC3\xA9");
	assert_null(form_value(&f, "c"));
	form_free(&f);
}

static void zero_bytes_are_kept(void **state)
{
	(void)state;
	struct form f;
	assert_true(parse("b=%00g%00e%00&c=1", 17, &f));
	const struct form_field *field = form_field(&f, "b");
	assert_int_equal(field->value_len, 5);
	assert_memory_equal(field->value, "\0g\0e\0", 6);
	assert_string_equal(form_value(&f, "b"), "");
	assert_string_equal(form_value(&f, "c"), "1");
	form_free(&f);
}

static void one_bad_pair_does_not_lose_the_others(void **state)
{
	(void)state;
	struct form f;
	const char *text = "&a=1&&b&=nameless&c=%zz%4&d=%&a=2&";
	assert_true(parse(text, strlen(text), &f));
	assert_int_equal(f.count, 6);
	assert_string_equal(form_value(&f, "a"), "1");
	assert_string_equal(form_value(&f, "b"), "");
	assert_int_equal(form_field(&f, "b")->value_len, 0);
	assert_string_equal(form_value(&f, ""), "nameless");
	assert_string_equal(form_value(&f, "c"), "%zz%4");
	assert_string_equal(form_value(&f, "d"), "%");
	assert_string_equal(f.fields[5].value, "2");
	form_free(&f);
	static const char *const cut[] = {"%", "%4", "a%", "%zz"};
	for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
		assert_true(parse(cut[i], strlen(cut[i]), &f));
		assert_string_equal(f.fields[0].name, cut[i]);
		form_free(&f);
	}
	assert_true(parse("", 0, &f));
	assert_int_equal(f.count, 0);
	form_free(&f);
}

static void too_many_fields_are_refused(void **state)
{
	(void)state;
	struct form f;
	char text[2 * FORM_MAX_FIELDS + 2];
	for (int i = 0; i <= FORM_MAX_FIELDS; i++)
		memcpy(text + 2 * i, "a&", 2);
	assert_true(parse(text, 2 * FORM_MAX_FIELDS, &f));
	assert_int_equal(f.count, FORM_MAX_FIELDS);
	form_free(&f);
	assert_false(parse(text, sizeof text, &f));
	assert_int_equal(f.count, 0);
	form_free(&f);
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	struct buf b;
	struct form f;
	char all[255];
	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	buf_init(&b, 2000);
	buf_adds(&b, "/send?");
	form_add(&b, "to", "+628111 &=");
	form_add(&b, "text", "a-b._~*");
	assert_string_equal(b.data, "/send?to=%2B628111%20%26%3D&text=a-b._~%2A");
	buf_reset(&b);
	form_add(&b, "x", "1");
	buf_adds(&b, "&all=");
	form_encode(&b, all, sizeof all);
	assert_true(parse(b.data, b.len, &f));
	assert_string_equal(form_value(&f, "x"), "1");
	assert_memory_equal(form_value(&f, "all"), all, sizeof all);
	form_free(&f);
	buf_free(&b);
}

static void what_need_not_be_said_is_read_or_refused(void **state)
{
	(void)state;
	struct form f;
	int64_t n = 7, us = 7;
	const char *text = "empty=&n=1042&zero=0&minus=-5&plus=%2B5&space=+5&more=1x&long=99999999999999999999&"
	                   "t=1970-01-01T08:00:01%2B08:00&day=2026-11-22";
	assert_true(parse(text, strlen(text), &f));
	assert_null(form_given(&f, "absent"));
	assert_null(form_given(&f, "empty"));
	assert_string_equal(form_given(&f, "more"), "1x");
	assert_true(form_number(&f, "absent", &n) && n == 0);
	assert_true(form_number(&f, "n", &n) && n == 1042);
	assert_true(form_number(&f, "empty", &n) && n == 0);
	static const char *const wrong[] = {"zero", "minus", "plus", "space", "more", "long", "t"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (form_number(&f, wrong[i], &n))
			fail_msg("%s was taken", wrong[i]);
	assert_true(form_time(&f, "absent", &us) && us == 7);
	assert_true(form_time(&f, "empty", &us) && us == 7);
	assert_true(form_time(&f, "t", &us) && us == 1000000);
	assert_false(form_time(&f, "day", &us));
	form_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pairs_are_decoded),
	        cmocka_unit_test(zero_bytes_are_kept),
	        cmocka_unit_test(one_bad_pair_does_not_lose_the_others),
	        cmocka_unit_test(too_many_fields_are_refused),
	        cmocka_unit_test(what_is_written_is_read_back),
	        cmocka_unit_test(what_need_not_be_said_is_read_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
