/* layer: core */
/* test_shift_check: whoever begins a shift is asked in time, and who does not answer is known in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/core/directory.h"
#include "../../daemon/core/shift_check.h"

enum { WITA = 28800, MINUTE = 60, HOUR = 3600, DAY = 86400 };

static const struct person budi = {.slug = "budi", .phone = "+6281200000001", .role = "coordinator"};
static const struct person sari = {.slug = "sari", .role = "coordinator"};

/* 2026-11-22 at that hour in WITA. */
static struct wall wita(int hour, int minute)
{
	return (struct wall){(INT64_C(1795276800) + hour * HOUR + minute * MINUTE) * 1000000};
}

static struct wall plus(struct wall t, int seconds)
{
	return (struct wall){t.us + (int64_t)seconds * 1000000};
}

static struct duty_span shift_at(struct wall from)
{
	return (struct duty_span){.person = &budi, .role = "coordinator", .from = from, .until = plus(from, 12 * HOUR)};
}

static struct shift_todo step(struct duty_span shift, struct shift_known known, struct wall now)
{
	return shift_check_step(&shift, &known, now, WITA);
}

static struct shift_known asked_at(struct wall at)
{
	return (struct shift_known){.asks = 1, .asked = at, .asked_last = at};
}

static void the_first_question_comes_twelve_hours_before_the_shift(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	assert_false(step(evening, (struct shift_known){0}, wita(7, 59)).ask);
	assert_true(step(evening, (struct shift_known){0}, wita(8, 0)).ask);
	assert_true(step(evening, (struct shift_known){0}, wita(19, 59)).ask); /* at once when less is left */
	assert_false(step(evening, (struct shift_known){0}, wita(20, 0)).ask);
}

static void nobody_is_woken_to_be_asked(void **state)
{
	(void)state;
	struct duty_span afternoon = shift_at(wita(14, 0)); /* 12 hours before is 02:00 */
	assert_false(step(afternoon, (struct shift_known){0}, plus(wita(0, 0), -4 * HOUR - MINUTE)).ask);
	assert_true(step(afternoon, (struct shift_known){0}, plus(wita(0, 0), -4 * HOUR)).ask); /* 20:00 */
	struct duty_span morning = shift_at(wita(10, 0)); /* 12 hours before is 22:00 */
	assert_false(step(morning, (struct shift_known){0}, plus(wita(0, 0), -4 * HOUR - MINUTE)).ask);
	assert_true(step(morning, (struct shift_known){0}, plus(wita(0, 0), -4 * HOUR)).ask);
	/* halfway between 20:00 and 08:00 is 02:00: left out, the one two hours before stays */
	struct duty_span early = shift_at(wita(8, 0));
	struct shift_known known = asked_at(plus(wita(0, 0), -4 * HOUR));
	assert_false(step(early, known, wita(5, 59)).ask);
	assert_true(step(early, known, wita(6, 0)).ask);
}

static void the_first_question_of_every_shift_falls_into_the_window_that_is_looked_at(void **state)
{
	(void)state;
	for (int minute = 0; minute < 1440; minute++) {
		struct duty_span shift = shift_at(plus(wita(0, 0), DAY + minute * MINUTE));
		assert_true(step(shift, (struct shift_known){0}, plus(shift.from, -12 * HOUR)).ask);
		assert_false(step(shift, (struct shift_known){0}, plus(shift.from, -SHIFT_AHEAD_S)).ask);
	}
}

static void who_does_not_answer_is_asked_three_times_and_no_more(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	struct shift_known known = asked_at(wita(8, 0));
	int asked[8], n = 0;
	for (int minute = 8 * 60; minute < 20 * 60; minute++) {
		if (!step(evening, known, wita(0, minute)).ask)
			continue;
		assert_in_range(n, 0, 7);
		asked[n++] = minute;
		known.asks++;
		known.asked_last = wita(0, minute);
	}
	assert_int_equal(n, 2);
	assert_int_equal(asked[0], 14 * 60);
	assert_int_equal(asked[1], 18 * 60);
}

static void questions_do_not_follow_each_other_at_once(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	struct shift_known known = asked_at(wita(15, 59)); /* halfway and two hours before are both close to 18:00 */
	known.asks = 2;
	known.asked_last = wita(17, 59);
	assert_false(step(evening, known, wita(18, 13)).ask);
	assert_true(step(evening, known, wita(18, 14)).ask);
}

static void an_answer_ends_the_questions(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	struct shift_known known = asked_at(wita(8, 0));
	known.accepted = wita(9, 0);
	assert_false(step(evening, known, wita(18, 30)).ask);
	assert_int_equal(step(evening, known, wita(19, 30)).trouble, SHIFT_FINE);
	known.accepted.us = 0;
	known.refused = wita(9, 0);
	assert_false(step(evening, known, wita(18, 30)).ask);
	assert_int_equal(step(evening, known, wita(9, 0)).trouble, SHIFT_REFUSED); /* at once */
}

static void silence_is_trouble_ninety_minutes_before_and_stays_so(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	struct shift_known known = asked_at(wita(8, 0));
	assert_int_equal(step(evening, known, wita(18, 29)).trouble, SHIFT_FINE);
	assert_int_equal(step(evening, known, wita(18, 30)).trouble, SHIFT_UNANSWERED);
	assert_int_equal(step(evening, known, wita(23, 0)).trouble, SHIFT_UNANSWERED);
	known.lost = true;
	assert_int_equal(step(evening, known, wita(18, 29)).trouble, SHIFT_FINE);
	assert_int_equal(step(evening, known, wita(18, 30)).trouble, SHIFT_LOST);
}

static void who_was_asked_late_has_time_to_answer_but_the_alarm_comes_an_hour_ahead(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	assert_int_equal(step(evening, asked_at(wita(18, 40)), wita(18, 54)).trouble, SHIFT_FINE);
	assert_int_equal(step(evening, asked_at(wita(18, 40)), wita(18, 55)).trouble, SHIFT_UNANSWERED);
	assert_int_equal(step(evening, asked_at(wita(18, 50)), wita(18, 59)).trouble, SHIFT_FINE);
	assert_int_equal(step(evening, asked_at(wita(18, 50)), wita(19, 0)).trouble, SHIFT_UNANSWERED);
	assert_int_equal(step(evening, asked_at(wita(19, 30)), wita(19, 44)).trouble, SHIFT_FINE);
	assert_int_equal(step(evening, asked_at(wita(19, 30)), wita(19, 45)).trouble, SHIFT_UNANSWERED);
}

static void who_has_no_telephone_is_not_asked_but_named(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	evening.person = &sari;
	assert_false(step(evening, (struct shift_known){0}, wita(12, 0)).ask);
	assert_int_equal(step(evening, (struct shift_known){0}, wita(18, 29)).trouble, SHIFT_FINE);
	assert_int_equal(step(evening, (struct shift_known){0}, wita(18, 30)).trouble, SHIFT_NO_PHONE);
	assert_false(step(evening, (struct shift_known){0}, wita(20, 0)).hand_over);
}

static void a_shift_that_nobody_could_ask_about_is_no_trouble(void **state)
{
	(void)state;
	assert_int_equal(step(shift_at(wita(8, 0)), (struct shift_known){0}, wita(12, 0)).trouble, SHIFT_FINE);
}

static void the_hand_over_comes_once_when_the_shift_begins(void **state)
{
	(void)state;
	struct duty_span evening = shift_at(wita(20, 0));
	struct shift_known known = asked_at(wita(8, 0));
	assert_false(step(evening, known, wita(19, 59)).hand_over);
	assert_true(step(evening, known, wita(20, 0)).hand_over);
	assert_true(step(evening, known, wita(20, 59)).hand_over);
	assert_false(step(evening, known, wita(21, 0)).hand_over); /* stale */
	known.handed_over = wita(20, 0);
	assert_false(step(evening, known, wita(20, 1)).hand_over);
	known.handed_over.us = 0;
	known.refused = wita(9, 0);
	assert_false(step(evening, known, wita(20, 0)).hand_over);
}

static void each_trouble_has_its_alarm(void **state)
{
	(void)state;
	assert_int_equal(shift_trouble_alarm(SHIFT_REFUSED), ALARM_SHIFT_UNACCEPTED);
	assert_int_equal(shift_trouble_alarm(SHIFT_UNANSWERED), ALARM_SHIFT_UNACCEPTED);
	assert_int_equal(shift_trouble_alarm(SHIFT_LOST), ALARM_SHIFT_UNREACHABLE);
	assert_int_equal(shift_trouble_alarm(SHIFT_NO_PHONE), ALARM_SHIFT_UNREACHABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_question_comes_twelve_hours_before_the_shift),
	        cmocka_unit_test(nobody_is_woken_to_be_asked),
	        cmocka_unit_test(the_first_question_of_every_shift_falls_into_the_window_that_is_looked_at),
	        cmocka_unit_test(who_does_not_answer_is_asked_three_times_and_no_more),
	        cmocka_unit_test(questions_do_not_follow_each_other_at_once),
	        cmocka_unit_test(an_answer_ends_the_questions),
	        cmocka_unit_test(silence_is_trouble_ninety_minutes_before_and_stays_so),
	        cmocka_unit_test(who_was_asked_late_has_time_to_answer_but_the_alarm_comes_an_hour_ahead),
	        cmocka_unit_test(who_has_no_telephone_is_not_asked_but_named),
	        cmocka_unit_test(a_shift_that_nobody_could_ask_about_is_no_trouble),
	        cmocka_unit_test(the_hand_over_comes_once_when_the_shift_begins),
	        cmocka_unit_test(each_trouble_has_its_alarm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
