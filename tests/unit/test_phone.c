/* layer: protocol */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/phone.h"

static void assert_phone(const char *text, const char *e164)
{
	char phone[PHONE_MAX];
	memset(phone, 'x', sizeof phone);
	bool ok = phone_normalise(text, phone);
	if (strcmp(phone, e164) != 0)
		fail_msg("%s became \"%s\", not \"%s\"", text, phone, e164);
	assert_true(ok == (e164[0] != '\0'));
}

static void every_spelling_of_an_indonesian_number_is_the_same_number(void **state)
{
	(void)state;
	static const char *const spellings[] = {
	        "081234567890",
	        "6281234567890",
	        "+6281234567890",
	        "006281234567890",
	        "+62 812-3456-7890",
	        "0812 3456 7890",
	        "(0812) 3456.7890",
	        "+62 (0)812 3456 7890",
	        "+62081234567890",
	        " 0812/3456/7890\t",
	        "+62\xC2\xA0"
	        "812\xE2\x80\x91"
	        "3456\xE2\x80\x93"
	        "7890",
	        "\xE2\x80\xAA+62 812 3456 7890\xE2\x80\xAC",
	};
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		assert_phone(spellings[i], "+6281234567890");
	assert_phone("0542 123456", "+62542123456");
	assert_phone("021-12345678", "+622112345678");
}

static void foreign_numbers_are_kept(void **state)
{
	(void)state;
	assert_phone("+60 12-345 6789", "+60123456789");
	assert_phone("0060123456789", "+60123456789");
	assert_phone("+1 202 555 0143", "+12025550143");
	assert_phone("+123456789012345", "+123456789012345");
}

static void what_is_no_phone_is_refused(void **state)
{
	(void)state;
	static const char *const none[] = {
	        "",
	        " ",
	        "112",
	        "2345",
	        "98108",
	        "+2345",
	        "+62",
	        "+628111",
	        "TELKOMSEL",
	        "0812TELKOM",
	        "081234567890x",
	        "1500123",
	        "81234567890",
	        "+1234567890123456",
	        "08123456789012",
	        "0",
	        "00",
	        "+",
	        "++6281234567890",
	        "62+81234567890",
	        "0012",
	        "0081234",
	        "+0123456789",
	        "00012345678",
	        "99999999999999999999999999",
	        "\xC2",
	        "0812\xE2\x80",
	        "0812345678\xC3",
	};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_phone(none[i], "");
}

static void masked_number_shows_no_subscriber(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	        {"+628123456789", "+62812****789"},
	        {"+6281234567890", "+62812****890"},
	        {"+123456789012345", "+12345****345"},
	        {"+6831234", "+68****"},
	        {"2345", "****"},
	        {"", "****"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char masked[PHONE_MAX];
		phone_mask(cases[i][0], masked);
		assert_string_equal(masked, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_spelling_of_an_indonesian_number_is_the_same_number),
	        cmocka_unit_test(foreign_numbers_are_kept),
	        cmocka_unit_test(what_is_no_phone_is_refused),
	        cmocka_unit_test(masked_number_shows_no_subscriber),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
