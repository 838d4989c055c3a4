/* layer: protocol */
/* Promise: the parts of a long message are told apart by their header, in whatever form the gateway writes it. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/udh.h"

static void expect(const struct sms_part *got, int ref, int number, int total)
{
	assert_int_equal(got->ref, ref);
	assert_int_equal(got->number, number);
	assert_int_equal(got->total, total);
}

/* As gwlib's octstr_url_encode writes bytes: letters and digits as they are, a blank as a plus. */
static void encode(const uint8_t *bytes, size_t len, char *to)
{
	for (size_t i = 0; i < len; i++) {
		if (isalnum(bytes[i]))
			to += sprintf(to, "%c", bytes[i]);
		else if (bytes[i] == ' ')
			to += sprintf(to, "+");
		else
			to += sprintf(to, "%%%02X", (unsigned)bytes[i]);
	}
}

static void every_reference_is_read_in_every_form(void **state)
{
	(void)state;
	for (int ref = 0; ref < 256; ref++) {
		const uint8_t udh[] = {5, 0, 3, (uint8_t)ref, 48, 7};
		char text[64], hex[16] = "";
		struct sms_part part;
		assert_true(udh_part(udh, sizeof udh, &part));
		expect(&part, ref, 7, 48);
		encode(udh, sizeof udh, text);
		assert_true(udh_part_of_text(text, strlen(text), &part));
		expect(&part, ref, 7, 48);
		for (size_t i = 0; i < sizeof udh; i++)
			sprintf(hex + 2 * i, "%02X", (unsigned)udh[i]);
		assert_true(udh_part_of_text(hex, strlen(hex), &part));
		expect(&part, ref, 7, 48);
		assert_true(udh_part_of_text((const char *)udh, sizeof udh, &part));
		expect(&part, ref, 7, 48);
	}
}

static void a_wide_reference_may_stand_behind_another_element(void **state)
{
	(void)state;
	const uint8_t udh[] = {10, 5, 2, 0x15, 0x81, 8, 4, 'A', '4', 3, 2};
	char text[64];
	struct sms_part part;
	encode(udh, sizeof udh, text);
	assert_true(udh_part_of_text(text, strlen(text), &part));
	expect(&part, 'A' << 8 | '4', 2, 3);
}

static void what_is_no_part_is_none(void **state)
{
	(void)state;
	static const char *const texts[] = {"",
	                                    "%",
	                                    "%0",
	                                    "%05%00%03%07%01%01" /* of one */,
	                                    "x",
	                                    "+++",
	                                    "%05%00%03%07%02%03" /* third of two */,
	                                    "%05%00%03" /* cut off */};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct sms_part part;
		assert_false(udh_part_of_text(texts[i], strlen(texts[i]), &part));
		expect(&part, 0, 0, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_reference_is_read_in_every_form),
	        cmocka_unit_test(a_wide_reference_may_stand_behind_another_element),
	        cmocka_unit_test(what_is_no_part_is_none),
	};
	return cmocka_run_group_tests_name("udh", tests, NULL, NULL);
}
