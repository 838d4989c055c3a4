/* layer: protocol */
/* One-time codes: those of RFC 6238 and of every authenticator program; each once, a step early or late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/totp.h"

static const uint8_t key[] = "12345678901234567890"; /* of RFC 6238, appendix B */
enum { KEY_BYTES = 20 };

static void codes_are_those_of_rfc_6238(void **state)
{
	(void)state;
	/* the last six of the eight digits that appendix B gives for SHA-1 */
	static const struct {
		int64_t at;
		const char *code;
	} vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
	               {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
	char code[TOTP_CODE_TEXT];
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		totp_code(key, KEY_BYTES, vectors[i].at / 30, code);
		assert_string_equal(code, vectors[i].code);
		assert_int_equal(totp_step(key, KEY_BYTES, code, vectors[i].at, 0), vectors[i].at / 30);
	}
}

static void a_code_counts_one_step_early_or_late_and_not_two(void **state)
{
	(void)state;
	static const int64_t now = 1234567890;
	char code[TOTP_CODE_TEXT];
	for (int64_t off = -3; off <= 3; off++) {
		totp_code(key, KEY_BYTES, now / 30 + off, code);
		assert_int_equal(totp_step(key, KEY_BYTES, code, now, 0), off >= -1 && off <= 1 ? now / 30 + off : 0);
	}
}

static void a_code_counts_once(void **state)
{
	(void)state;
	static const int64_t now = 1234567890;
	char code[TOTP_CODE_TEXT];
	totp_code(key, KEY_BYTES, now / 30, code);
	assert_int_equal(totp_step(key, KEY_BYTES, code, now, now / 30 - 1), now / 30);
	assert_int_equal(totp_step(key, KEY_BYTES, code, now, now / 30), 0);
	assert_int_equal(totp_step(key, KEY_BYTES, code, now, now / 30 + 1), 0);
}

static void what_is_no_code_does_not_fit(void **state)
{
	(void)state;
	assert_int_equal(totp_step(key, KEY_BYTES, "287 082", 59, 0), 1); /* as programs show it */
	static const char *const wrong[] = {"", " ", "28708", "2870820", "28708a", "-87082", "287083", "٢٨٧٠٨٢"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(totp_step(key, KEY_BYTES, wrong[i], 59, 0), 0);
}

static void the_key_is_written_in_base32(void **state)
{
	(void)state;
	char text[TOTP_KEY_TEXT];
	totp_key_text(key, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	uint8_t all[TOTP_KEY_BYTES];
	memset(all, 0xff, sizeof all);
	totp_key_text(all, text);
	assert_string_equal(text, "77777777777777777777777777777777");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(codes_are_those_of_rfc_6238),
	        cmocka_unit_test(a_code_counts_one_step_early_or_late_and_not_two),
	        cmocka_unit_test(a_code_counts_once),
	        cmocka_unit_test(what_is_no_code_does_not_fit),
	        cmocka_unit_test(the_key_is_written_in_base32),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
