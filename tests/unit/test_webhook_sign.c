/* layer: protocol */
/* test_webhook_sign: signatures that the reference library of Standard Webhooks accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../protocol/webhook_sign.h"

/* Made with npm standardwebhooks 1.1.1. */
static const char secret[] = "whsec_ZGlzcGF0Y2gtdGVzdC1zZWNyZXQtMzItYnl0ZXMhISE=";
static const char other_secret[] = "whsec_MDEyMzQ1Njc4OTAxMjM0NQ==";
static const char body[] = "{\"type\":\"report.assigned\",\"timestamp\":\"2026-11-21T10:11:12Z\",\"data\":{\"id\":"
                           "\"rpt_01\",\"agency\":\"damkar\"}}";
static const char signature[] = "v1,aB8c2whwozCyAFTuNo9NhcfN2IKXdiEdGYwo2Ab9I2s=";
static const int64_t at = 1795255872;

static void the_signature_is_that_of_the_reference_library(void **state)
{
	(void)state;
	char got[WEBHOOK_SIGNATURE_MAX];
	assert_true(webhook_sign(secret, "msg_dsp_0001", at, body, strlen(body), got));
	assert_string_equal(got, signature);
}

static void id_time_and_body_are_all_signed(void **state)
{
	(void)state;
	char got[WEBHOOK_SIGNATURE_MAX];
	assert_true(webhook_sign(secret, "msg_dsp_0002", at, body, strlen(body), got));
	assert_string_not_equal(got, signature);
	assert_true(webhook_sign(secret, "msg_dsp_0001", at + 1, body, strlen(body), got));
	assert_string_not_equal(got, signature);
	assert_true(webhook_sign(secret, "msg_dsp_0001", at, body, strlen(body) - 1, got));
	assert_string_not_equal(got, signature);
}

static void during_a_rotation_both_secrets_sign(void **state)
{
	(void)state;
	char both[256], got[WEBHOOK_SIGNATURE_MAX], second[WEBHOOK_SIGNATURE_MAX];
	strcpy(both, secret);
	strcat(both, "  ");
	strcat(both, other_secret);
	assert_true(webhook_sign(both, "msg_dsp_0001", at, body, strlen(body), got));
	assert_true(webhook_sign(other_secret, "msg_dsp_0001", at, body, strlen(body), second));
	assert_memory_equal(got, signature, strlen(signature));
	assert_int_equal(got[strlen(signature)], ' ');
	assert_string_equal(got + strlen(signature) + 1, second);
}

static void four_of_the_longest_secrets_fit(void **state)
{
	(void)state;
	char many[600] = "", got[WEBHOOK_SIGNATURE_MAX];
	static const char longest[] =
	        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
	for (int i = 0; i < 4; i++) {
		strcat(many, longest);
		strcat(many, " ");
	}
	assert_true(webhook_sign(many, "msg", at, "", 0, got));
	assert_int_equal(strlen(got), 4 * 47 + 3);
	strcat(many, longest);
	assert_false(webhook_sign(many, "msg", at, "", 0, got));
	assert_string_equal(got, "");
}

static void malformed_secrets_are_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {
	        "",
	        " ",
	        "secret",
	        "ZGlzcGF0Y2gtdGVzdC1zZWNyZXQtMzItYnl0ZXMhISE=",
	        "whsec_",
	        "whsec_MDEyMzQ1Njc4OTAxMjM0",
	        "whsec_not base64 at all, really not",
	        "whsec_ZGlzcGF0Y2gtdGVzdC1zZWNyZXQtMzItYnl0ZXMhISE",
	        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	        "whsk_ZGlzcGF0Y2gtdGVzdC1zZWNyZXQtMzItYnl0ZXMhISE=",
	        "whsec_ZGlzcGF0Y2gtdGVzdC1zZWNyZXQtMzItYnl0ZXMhISE= broken",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(webhook_secret_valid(wrong[i]));
	assert_true(webhook_secret_valid(secret));
	assert_true(webhook_secret_valid(other_secret));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_signature_is_that_of_the_reference_library),
	        cmocka_unit_test(id_time_and_body_are_all_signed),
	        cmocka_unit_test(during_a_rotation_both_secrets_sign),
	        cmocka_unit_test(four_of_the_longest_secrets_fit),
	        cmocka_unit_test(malformed_secrets_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
