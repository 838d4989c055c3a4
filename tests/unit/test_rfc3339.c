/* layer: protocol */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../protocol/rfc3339.h"

static void assert_time(const char *text, int64_t us)
{
	int64_t got = 0;
	if (!rfc3339_parse(text, &got))
		fail_msg("refused: %s", text);
	assert_int_equal(got, us);
}

static void times_with_an_offset_are_read(void **state)
{
	(void)state;
	assert_time("1970-01-01T00:00:00Z", 0);
	assert_time("2026-11-21T10:11:12Z", 1795255872000000);
	assert_time("2026-11-21t18:11:12+08:00", 1795255872000000);
	assert_time("2026-11-20T23:41:12.5-10:30", 1795255872500000);
	assert_time("2026-11-21T10:11:12.123456789z", 1795255872123456);
	assert_time("2026-11-21T10:11:12-00:00", 1795255872000000);
	assert_time("1969-12-31T23:59:59.999Z", -1000);
	assert_time("2024-02-29T00:00:00Z", 1709164800000000);
	assert_time("2000-02-29T00:00:00Z", 951782400000000);
	assert_time("0000-01-01T00:00:00Z", -62167219200000000);
	assert_time("9999-12-31T23:59:59Z", 253402300799000000);
}

static void leap_second_counts_as_the_one_before(void **state)
{
	(void)state;
	assert_time("2016-12-31T23:59:60Z", 1483228799000000);
	assert_time("1990-12-31T15:59:60-08:00", 662687999000000);
	assert_time("2017-01-01T07:59:60+08:00", 1483228799000000);
}

static void what_is_no_time_is_refused(void **state)
{
	(void)state;
	static const char *const none[] = {
	        "",
	        "2026-11-21",
	        "2026-11-21T10:11:12",
	        "2026-11-21 10:11:12Z",
	        "2026-11-21T10:11Z",
	        "2026-11-21T10:11:12.Z",
	        "2026-11-21T10:11:12,5Z",
	        "2026-11-21T10:11:12+0800",
	        "2026-11-21T10:11:12+08",
	        "2026-11-21T10:11:12+24:00",
	        "2026-11-21T10:11:12+08:60",
	        "2026-11-21T10:11:12 Z",
	        "2026-11-21T10:11:12ZZ",
	        " 2026-11-21T10:11:12Z",
	        "2026-13-01T00:00:00Z",
	        "2026-00-01T00:00:00Z",
	        "2026-02-29T00:00:00Z",
	        "1900-02-29T00:00:00Z",
	        "2026-04-31T00:00:00Z",
	        "2026-01-00T00:00:00Z",
	        "2026-01-32T00:00:00Z",
	        "2026-11-21T24:00:00Z",
	        "2026-11-21T10:60:00Z",
	        "2026-11-21T10:11:61Z",
	        "2026-11-21T10:11:60Z",
	        "2016-12-31T23:59:60+08:00",
	        "26-11-21T10:11:12Z",
	        "2026-1-21T10:11:12Z",
	        "20261121T101112Z",
	        "2026-11-21T10:11:12.5",
	        "+2026-11-21T10:11:12Z",
	        "now",
	        "1795255872",
	};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		int64_t us;
		if (rfc3339_parse(none[i], &us))
			fail_msg("accepted: %s", none[i]);
	}
}

static void written_times_agree_with_the_c_library(void **state)
{
	(void)state;
	const int64_t step = 86400 * 17 + 4567;
	for (int64_t s = -62167219200; s < 253402300800; s += step) {
		char ours[RFC3339_MAX], theirs[64];
		struct tm tm;
		time_t t = (time_t)s;
		gmtime_r(&t, &tm);
		snprintf(theirs, sizeof theirs, "%04d-%02d-%02dT%02d:%02d:%02d.123Z", tm.tm_year + 1900, tm.tm_mon + 1,
		         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		rfc3339_format(s * 1000000 + 123999, ours);
		assert_string_equal(ours, theirs);
		assert_time(ours, s * 1000000 + 123000);
	}
}

static void moments_before_1970_are_written_right(void **state)
{
	(void)state;
	char text[RFC3339_MAX];
	rfc3339_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	rfc3339_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
}

static void moments_no_text_can_say_become_the_nearest(void **state)
{
	(void)state;
	char text[RFC3339_MAX], clock[6];
	rfc3339_format(INT64_MAX, text);
	assert_memory_equal(text, "9999-12-31T23:59:59.", 20);
	rfc3339_format(INT64_MIN, text);
	assert_memory_equal(text, "0000-01-01T00:00:00.", 20);
	clock_format(INT64_MAX, 28800, clock);
	assert_string_equal(clock, "23:59");
}

static void local_clock_and_date_follow_the_offset(void **state)
{
	(void)state;
	char clock[6], date[11];
	clock_format(1795255872000000, 28800, clock);
	date_format(1795255872000000, 28800, date);
	assert_string_equal(clock, "18:11");
	assert_string_equal(date, "21-11-2026");
	clock_format(1795255872000000 + 6LL * 3600 * 1000000, 28800, clock);
	date_format(1795255872000000 + 6LL * 3600 * 1000000, 28800, date);
	assert_string_equal(clock, "00:11");
	assert_string_equal(date, "22-11-2026");
	clock_format(0, -3600, clock);
	date_format(0, -3600, date);
	assert_string_equal(clock, "23:00");
	assert_string_equal(date, "31-12-1969");
}

static void a_date_is_the_beginning_of_its_day_at_the_offset(void **state)
{
	(void)state;
	int64_t us;
	assert_true(date_parse("2026-11-22", 28800, &us));
	assert_int_equal(us, 1795276800000000);
	assert_int_equal(date_begin(us, 28800), us);
	assert_int_equal(date_begin(us - 1, 28800), us - 86400000000);
	assert_int_equal(date_begin(us + 86399999999, 28800), us);
	assert_true(date_parse("1969-12-31", 0, &us));
	assert_int_equal(us, -86400000000);
	assert_int_equal(date_begin(-1, 0), us);
	assert_true(date_parse("2028-02-29", 0, &us));
	const char *const none[] = {"", "2026-02-29", "2026-13-01", "2026-11-2", "2026-11-22 ", "22-11-2026", "today"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(date_parse(none[i], 0, &us));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(times_with_an_offset_are_read),
	        cmocka_unit_test(leap_second_counts_as_the_one_before),
	        cmocka_unit_test(what_is_no_time_is_refused),
	        cmocka_unit_test(written_times_agree_with_the_c_library),
	        cmocka_unit_test(moments_before_1970_are_written_right),
	        cmocka_unit_test(moments_no_text_can_say_become_the_nearest),
	        cmocka_unit_test(local_clock_and_date_follow_the_offset),
	        cmocka_unit_test(a_date_is_the_beginning_of_its_day_at_the_offset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
