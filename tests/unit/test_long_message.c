/* layer: core */
/* Promise: the parts of a long message become one text, whatever their order and however often they come; a reference that is used again is another message. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/long_message.h"

enum { WAIT_S = 1800 };
#define AT(seconds) ((struct wall){INT64_C(1795000000000000) + INT64_C(1000000) * (seconds)})

struct fixture {
	struct arena *arena;
	struct long_message *messages;
	size_t count;
	struct buf text;
};

static int setup(void **state)
{
	static struct fixture f;
	f.arena = arena_new();
	buf_init(&f.text, 64 * 1024);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	buf_free(&f->text);
	arena_free(&f->arena);
	return 0;
}

static void sort(struct fixture *f, const struct long_part *parts, size_t n, int total)
{
	f->count = long_message_sort(f->arena, parts, n, total, WAIT_S, &f->messages);
}

static const char *text_of(struct fixture *f, size_t i)
{
	buf_reset(&f->text);
	long_message_text(&f->messages[i], &f->text);
	return f->text.data;
}

static void parts_in_any_order_are_one_text(void **state)
{
	const struct long_part parts[] = {
	        {"c", 3, "tiga", AT(0), {0}}, {"a", 1, "satu ", AT(1), {0}}, {"b", 2, "dua ", AT(2), {0}}};
	sort(*state, parts, 3, 3);
	struct fixture *f = *state;
	assert_int_equal(f->count, 1);
	assert_true(long_message_is_due(&f->messages[0], AT(2), WAIT_S));
	assert_string_equal(text_of(f, 0), "satu dua tiga");
}

static void an_incomplete_one_waits_and_then_goes_on_with_marks(void **state)
{
	struct fixture *f = *state;
	const struct long_part parts[] = {{"b", 2, "dua", AT(0), {0}}, {"e", 5, "lima", AT(60), {0}}};
	sort(f, parts, 2, 6);
	assert_int_equal(f->count, 1);
	assert_false(long_message_is_due(&f->messages[0], AT(WAIT_S - 1), WAIT_S));
	assert_true(long_message_is_due(&f->messages[0], AT(WAIT_S), WAIT_S));
	assert_string_equal(text_of(f, 0), "[...]dua[...]lima[...]");
}

static void a_part_that_the_network_brings_twice_is_one(void **state)
{
	struct fixture *f = *state;
	const struct long_part parts[] = {
	        {"a", 1, "satu ", AT(0), {0}}, {"x", 1, "satu ", AT(5), {0}}, {"b", 2, "dua", AT(9), {0}}};
	sort(f, parts, 3, 2);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->messages[0].id_count, 3);
	assert_string_equal(text_of(f, 0), "satu dua");
}

static void a_reference_used_again_is_another_message(void **state)
{
	struct fixture *f = *state;
	/* the second part of the first was lost */
	const struct long_part parts[] = {
	        {"a1", 1, "lama ", AT(0), {0}}, {"b1", 1, "baru ", AT(600), {0}}, {"b2", 2, "dua", AT(601), {0}}};
	sort(f, parts, 3, 2);
	assert_int_equal(f->count, 2);
	assert_string_equal(text_of(f, 0), "lama [...]");
	assert_false(long_message_is_due(&f->messages[0], AT(700), WAIT_S));
	assert_string_equal(text_of(f, 1), "baru dua");
	assert_true(long_message_is_due(&f->messages[1], AT(700), WAIT_S));
}

static void beyond_the_window_no_part_joins_an_old_message(void **state)
{
	struct fixture *f = *state;
	const struct long_part parts[] = {{"a", 1, "lama ", AT(0), {0}}, {"b", 2, "dua", AT(WAIT_S + 1), {0}}};
	sort(f, parts, 2, 2);
	assert_int_equal(f->count, 2);
}

static void the_gateways_own_times_tell_messages_apart_that_came_together(void **state)
{
	struct fixture *f = *state;
	/* the gateway was away and brings at once what was sent ten minutes apart */
	const struct long_part parts[] = {{"a1", 1, "pagi ", AT(1000), AT(0)},
	                                  {"b1", 1, "siang ", AT(1001), AT(600)},
	                                  {"a2", 2, "tolong", AT(1002), AT(2)},
	                                  {"b2", 2, "lagi", AT(1003), AT(601)}};
	sort(f, parts, 4, 2);
	assert_int_equal(f->count, 2);
	assert_string_equal(text_of(f, 0), "pagi tolong");
	assert_string_equal(text_of(f, 1), "siang lagi");
}

static void a_number_that_cannot_be_is_left_out(void **state)
{
	struct fixture *f = *state;
	const struct long_part parts[] = {
	        {"z", 0, "nol", AT(0), {0}}, {"a", 1, "satu", AT(0), {0}}, {"y", 4, "empat", AT(0), {0}}};
	sort(f, parts, 3, 3);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->messages[0].present, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(parts_in_any_order_are_one_text, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_incomplete_one_waits_and_then_goes_on_with_marks, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_part_that_the_network_brings_twice_is_one, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_reference_used_again_is_another_message, setup, teardown),
	        cmocka_unit_test_setup_teardown(beyond_the_window_no_part_joins_an_old_message, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_gateways_own_times_tell_messages_apart_that_came_together, setup,
	                                        teardown),
	        cmocka_unit_test_setup_teardown(a_number_that_cannot_be_is_left_out, setup, teardown),
	};
	return cmocka_run_group_tests_name("long_message", tests, NULL, NULL);
}
