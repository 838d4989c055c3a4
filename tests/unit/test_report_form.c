/* layer: protocol */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/report_form.h"
#include "../../protocol/report_request.h"

static struct form form;

static unsigned faults_of(const char *text, struct report_form *ret)
{
	assert_true(form_parse(text, strlen(text), &form));
	bool good = report_form_read(&form, ret);
	assert_int_equal(good, ret->faults == 0);
	return ret->faults;
}

static void a_whole_form_is_read(void **state)
{
	(void)state;
	struct report_form r;
	assert_int_equal(faults_of("key=abcDEF123&text=Ada+kakek%0D%0Aterlantar&area=64.09.01.1003&place=dekat+pasar&"
	                           "phone=0812-3456-789&lat=-1.25&"
	                           "lon=116.5&website=&other=x",
	                           &r),
	                 0);
	assert_string_equal(r.text, "Ada kakek\nterlantar");
	assert_string_equal(r.area, "64.09.01.1003");
	assert_string_equal(r.place, "dekat pasar");
	assert_string_equal(r.phone, "+628123456789");
	assert_string_equal(r.key, "abcDEF123");
	assert_true(r.has_position && r.lat < -1.24 && r.lon > 116.4 && !r.anonymous);
	form_free(&form);
}

static void only_the_text_and_the_key_are_needed(void **state)
{
	(void)state;
	struct report_form r;
	assert_int_equal(faults_of("key=1&text=x&area=&place=+&phone=&lat=&lon=", &r), 0);
	assert_string_equal(r.place, "");
	assert_false(r.has_position);
	form_free(&form);
}

static void who_wants_to_stay_unknown_is_not_known(void **state)
{
	(void)state;
	struct report_form r;
	struct buf out;
	assert_int_equal(faults_of("key=1&text=x&phone=08123456789&anonymous=1", &r), 0);
	assert_string_equal(r.phone, "");
	assert_true(r.anonymous);
	buf_init(&out, 4096);
	report_form_render(&r, &out);
	assert_null(strstr(out.data, "812"));
	buf_free(&out);
	form_free(&form);
}

static void what_no_key_writes_becomes_a_space(void **state)
{
	(void)state;
	struct report_form r;
	assert_int_equal(faults_of("key=1&text=a%0Bb%7Fc%C2%85d%09e%0Af%C2%A0&place=%01", &r), 0);
	assert_string_equal(r.text, "a b c  d\te\nf\xC2\xA0");
	assert_string_equal(r.place, "");
	form_free(&form);
}

static void every_fault_has_its_name(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned faults;
	} cases[] = {
	        {"", REPORT_FORM_NO_TEXT | REPORT_FORM_UNREADABLE},
	        {"key=1", REPORT_FORM_NO_TEXT},
	        {"key=1&text=+%0A", REPORT_FORM_NO_TEXT},
	        {"key=1&text=%C2%A0%E2%80%8B", REPORT_FORM_NO_TEXT},
	        {"text=x", REPORT_FORM_UNREADABLE},
	        {"text=x&key=a-b", REPORT_FORM_UNREADABLE},
	        {"text=x&key=12345678901234567890123456789012345678901", REPORT_FORM_UNREADABLE},
	        {"key=1&text=%ff", REPORT_FORM_UNREADABLE | REPORT_FORM_NO_TEXT},
	        {"key=1&text=a%00b", REPORT_FORM_UNREADABLE | REPORT_FORM_NO_TEXT},
	        {"key=1&text=x&area=Petung", REPORT_FORM_AREA},
	        {"key=1&text=x&area=64.09.1", REPORT_FORM_AREA},
	        {"key=1&text=x&area=64x09", REPORT_FORM_AREA},
	        {"key=1&text=x&area=64", 0},
	        {"key=1&text=x&phone=12345", REPORT_FORM_PHONE},
	        {"key=1&text=x&phone=ibu+ani", REPORT_FORM_PHONE},
	        {"key=1&text=x&phone=ibu+ani&anonymous=1", 0},
	        {"key=1&text=x&lat=1", REPORT_FORM_POSITION},
	        {"key=1&text=x&lon=1", REPORT_FORM_POSITION},
	        {"key=1&text=x&lat=91&lon=0", REPORT_FORM_POSITION},
	        {"key=1&text=x&lat=0&lon=180.1", REPORT_FORM_POSITION},
	        {"key=1&text=x&lat=0x10&lon=0", REPORT_FORM_POSITION},
	        {"key=1&text=x&lat=nan&lon=0", REPORT_FORM_POSITION},
	        {"key=1&text=x&lat=1.5.5&lon=0", REPORT_FORM_POSITION},
	        {"key=1&text=x&website=http%3A%2F%2Fx", REPORT_FORM_TRAP},
	        {"key=1&text=x&website=+", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct report_form r;
		unsigned faults = faults_of(cases[i].text, &r);
		if (faults != cases[i].faults)
			fail_msg("%s: %x, expected %x", cases[i].text, faults, cases[i].faults);
		form_free(&form);
	}
}

static void lengths_are_in_characters(void **state)
{
	(void)state;
	struct report_form r;
	char text[8000];
	for (int more = 0; more < 2; more++) {
		int n = sprintf(text, "key=1&text=");
		for (int i = 0; i < REPORT_FORM_TEXT_MAX + more; i++)
			n += sprintf(text + n, "%%C3%%A9");
		assert_int_equal(faults_of(text, &r), more ? REPORT_FORM_LONG_TEXT : 0);
		form_free(&form);
		n = sprintf(text, "key=1&text=x&place=");
		for (int i = 0; i < REPORT_FORM_PLACE_MAX + more; i++)
			n += sprintf(text + n, "y");
		assert_int_equal(faults_of(text, &r), more ? REPORT_FORM_LONG_PLACE : 0);
		form_free(&form);
	}
}

static void a_line_end_is_the_one_character_that_it_is_where_it_is_typed(void **state)
{
	(void)state;
	struct report_form r;
	char text[8000];
	int n = sprintf(text, "key=1&text=");
	for (int i = 0; i < REPORT_FORM_TEXT_MAX / 2; i++)
		n += sprintf(text + n, "x%%0D%%0A");
	assert_int_equal(faults_of(text, &r), 0);
	assert_int_equal(strlen(r.text), REPORT_FORM_TEXT_MAX);
	form_free(&form);
}

static void what_is_kept_is_a_report_as_the_api_takes_it(void **state)
{
	(void)state;
	struct report_form r;
	struct report_request q;
	struct problem p;
	struct buf out;
	assert_int_equal(
	        faults_of("key=1&text=%22Ada%22+%3C&area=64.09.01&place=%5Cx&phone=08123456789&lat=-1.25&lon=116.5",
	                  &r),
	        0);
	buf_init(&out, 8192);
	report_form_render(&r, &out);
	assert_true(report_request_read(out.data, out.len, &q, &p));
	assert_string_equal(q.text, "\"Ada\" <");
	assert_string_equal(q.village_code, "64.09.01");
	assert_string_equal(q.place_text, "\\x");
	assert_string_equal(q.phone, "+628123456789");
	assert_true(q.has_position && !q.anonymous);
	report_request_free(&q);
	buf_free(&out);
	form_free(&form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_whole_form_is_read),
	        cmocka_unit_test(only_the_text_and_the_key_are_needed),
	        cmocka_unit_test(who_wants_to_stay_unknown_is_not_known),
	        cmocka_unit_test(what_no_key_writes_becomes_a_space),
	        cmocka_unit_test(every_fault_has_its_name),
	        cmocka_unit_test(lengths_are_in_characters),
	        cmocka_unit_test(a_line_end_is_the_one_character_that_it_is_where_it_is_typed),
	        cmocka_unit_test(what_is_kept_is_a_report_as_the_api_takes_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
