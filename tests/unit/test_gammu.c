/* layer: protocol */
/* test_gammu: rows of SMSD's inbox become messages, notices become rows of its outbox, the script's call is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/channel/gammu.h"
#include "../../protocol/channel/kinds.h"

enum { PATIENCE_S = 660, ROWS = 12 };

static struct gammu_row row(int64_t id, const char *sender, const char *udh, const char *text, int age_s)
{
	return (struct gammu_row){.id = id,
	                          .phone_id = "modem1",
	                          .sender = sender,
	                          .smsc = "+62855000000",
	                          .text = text,
	                          .hex = "",
	                          .coding = "Default_No_Compression",
	                          .udh = udh,
	                          .received_us = 1795255872000000,
	                          .age_s = age_s};
}

static void a_plain_message_is_one_row(void **state)
{
	(void)state;
	struct inbound all;
	int of[ROWS];
	const struct gammu_row rows[] = {row(7, "+628111", "", "ada mayat di pantai", 0),
	                                 row(9, "+628112", "", "tes", 3)};
	inbound_init(&all);
	gammu_join(rows, 2, PATIENCE_S, &all, of);
	assert_int_equal(all.message_count, 2);
	assert_string_equal(all.messages[0].external_id, "modem1:7");
	assert_string_equal(all.messages[0].from, "+628111");
	assert_string_equal(all.messages[0].text.data, "ada mayat di pantai");
	assert_true(all.messages[0].has_reported_at);
	assert_int_equal(of[0], 0);
	assert_int_equal(of[1], 1);
	inbound_free(&all);
}

/* As seen with Debian's 1.42: the first row holds the whole text, the others have none, only their own bytes; other messages may stand between them. */
static void the_parts_of_a_long_message_are_one_message(void **state)
{
	(void)state;
	struct inbound all;
	int of[ROWS];
	struct gammu_row rows[] = {
	        row(3, "+628111", "050003070201", "bagian satu bagian dua", 1),
	        row(4, "+628112", "", "lain", 1),
	        row(5, "+628111", "050003070202", "", 1),
	        row(6, "+628113", "0608041234020 1", "bukan kepala yang benar", 1),
	};
	rows[2].hex = "00620061006700690061006E0020006400750061"; /* "bagian dua" */
	rows[2].coding = "Unicode_No_Compression";
	inbound_init(&all);
	gammu_join(rows, 4, PATIENCE_S, &all, of);
	assert_int_equal(all.message_count, 3);
	assert_string_equal(all.messages[0].external_id, "modem1:3");
	assert_string_equal(all.messages[0].text.data, "bagian satu bagian dua");
	assert_false(all.messages[0].truncated);
	assert_int_equal(of[0], 0);
	assert_int_equal(of[2], 0);
	assert_int_equal(of[1], 1);
	inbound_free(&all);
}

static void a_part_waits_for_the_others_until_its_patience_ends(void **state)
{
	(void)state;
	struct inbound all;
	int of[ROWS];
	struct gammu_row rows[] = {row(3, "+628111", "050003070302", "kedua ", 659),
	                           row(8, "+628111", "050003070303", "ketiga", 5)};
	inbound_init(&all);
	gammu_join(rows, 2, PATIENCE_S, &all, of);
	assert_int_equal(all.message_count, 0);
	assert_int_equal(of[0], GAMMU_WAITS);
	assert_int_equal(of[1], GAMMU_WAITS);
	rows[0].age_s = 660;
	gammu_join(rows, 2, PATIENCE_S, &all, of);
	assert_int_equal(all.message_count, 1);
	assert_true(all.messages[0].truncated);
	assert_string_equal(all.messages[0].text.data, "[...]kedua ketiga");
	assert_int_equal(of[0], 0);
	assert_int_equal(of[1], 0);
	inbound_free(&all);
}

static void parts_of_other_senders_modems_and_references_are_not_mixed(void **state)
{
	(void)state;
	struct inbound all;
	int of[ROWS];
	struct gammu_row rows[] = {
	        row(1, "+628111", "050003070201", "a", 0), row(2, "+628222", "050003070202", "b", 0),
	        row(3, "+628111", "050003080202", "c", 0), row(4, "+628111", "050003070302", "d", 0),
	        row(5, "+628111", "050003070202", "e", 0),
	};
	rows[4].phone_id = "modem2";
	inbound_init(&all);
	gammu_join(rows, 5, PATIENCE_S, &all, of);
	assert_int_equal(all.message_count, 0);
	rows[4].phone_id = "modem1";
	gammu_join(rows, 5, PATIENCE_S, &all, of);
	assert_int_equal(all.message_count, 1);
	assert_string_equal(all.messages[0].text.data, "ae");
	inbound_free(&all);
}

static void what_smsd_did_not_decode_is_decoded_from_its_bytes(void **state)
{
	(void)state;
	struct inbound all;
	int of[ROWS];
	struct gammu_row rows[] = {row(1, "+628111", "", "", 0), row(2, "+628111", "", "", 0),
	                           row(3, "+628111", "", "", 0)};
	rows[0].coding = "Unicode_No_Compression";
	rows[0].hex = "0061D83DDEA8";
	rows[1].coding = "8bit";
	rows[1].hex = "636166C3A9";
	rows[2].hex = "D83D"; /* half of a pair */
	inbound_init(&all);
	gammu_join(rows, 3, PATIENCE_S, &all, of);
	assert_string_equal(all.messages[0].text.data, "a🚨");
	assert_string_equal(all.messages[1].text.data, "café");
	assert_string_equal(all.messages[2].text.data, "\xef\xbf\xbd");
	assert_true(all.messages[2].repaired);
	inbound_free(&all);
}

static void a_long_notice_becomes_numbered_parts(void **state)
{
	(void)state;
	struct gammu_part parts[SMS_MAX_PARTS];
	char text[400], why[160] = "";
	memset(text, 'a', 200);
	strcpy(text + 200, "\xe2\x82\xac"); /* euro sign: in GSM-7, two septets */
	int n = gammu_parts(text, 0x2a, parts, why, sizeof why);
	assert_int_equal(n, 2);
	assert_string_equal(parts[0].udh, "0500032A0201");
	assert_string_equal(parts[1].udh, "0500032A0202");
	assert_string_equal(parts[0].coding, "Default_No_Compression");
	assert_int_equal(parts[0].text.len, 153);
	assert_int_equal(parts[1].text.len, 200 - 153 + 3);
	for (int i = 0; i < n; i++)
		buf_free(&parts[i].text);
	n = gammu_parts("tolong 🚨", 1, parts, why, sizeof why);
	assert_int_equal(n, 1);
	assert_string_equal(parts[0].udh, "");
	assert_string_equal(parts[0].coding, "Unicode_No_Compression");
	buf_free(&parts[0].text);
	assert_int_equal(gammu_parts("", 1, parts, why, sizeof why), 0);
	assert_string_equal(why, "the text is empty");
}

static void every_status_of_sentitems_has_its_meaning(void **state)
{
	(void)state;
	static const struct {
		const char *status;
		enum delivery_state means;
	} cases[] = {
	        {"SendingOK", DELIVERY_SENT},       {"SendingOKNoReport", DELIVERY_SENT},
	        {"DeliveryOK", DELIVERY_DELIVERED}, {"DeliveryFailed", DELIVERY_FAILED},
	        {"SendingError", DELIVERY_FAILED},  {"Error", DELIVERY_FAILED},
	        {"DeliveryPending", DELIVERY_SENT}, {"DeliveryUnknown", DELIVERY_SENT},
	};
	enum delivery_state got;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(gammu_state(cases[i].status, &got));
		assert_int_equal(got, cases[i].means);
	}
	assert_false(gammu_state("Reserved", &got));
}

/* ---- the script's call ---- */

static const char body[] =
        "{\"phone\":\"modem1\",\"ids\":[\"3\",\"4\"],\"from\":\"+628111\",\"text\":\"ada orang dipasung\"}";
/* printf '%s' BODY | openssl dgst -sha256 -hmac rahasia */
static const char signature[] = "sha256=ddc504224ed7bc8829114957badd82133e9c37c7ced13d3447625903642579d7";

static const char *given;
static const char *header(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "X-Signature") == 0 ? given : NULL;
}

static enum inbound_end call(const char *secret, const char *text, enum door door, struct inbound *ret)
{
	char why[160] = "";
	const struct gateway g = {.name = "gammu", .secret = secret};
	const struct inbound_request r = {
	        .method = "POST", .url = "", .query = "", .body = text, .body_len = strlen(text), .header = header};
	enum inbound_end end = channel_gammu.read(&g, door, &r, ret, why, sizeof why);
	assert_int_equal(end == INBOUND_TAKEN, why[0] == '\0');
	return end;
}

static void the_scripts_call_has_the_key_of_the_row(void **state)
{
	(void)state;
	struct inbound all;
	inbound_init(&all);
	assert_int_equal(call(NULL, body, DOOR_INBOUND, &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 1);
	assert_string_equal(all.messages[0].external_id, "modem1:3");
	assert_string_equal(all.messages[0].text.data, "ada orang dipasung");
	inbound_free(&all);
	assert_int_equal(call(NULL, "{\"from\":\"+628111\",\"text\":\"a\"}", DOOR_INBOUND, &all), INBOUND_UNREADABLE);
	inbound_free(&all);
	assert_int_equal(call(NULL, "{\"ids\":[\"1\"]", DOOR_INBOUND, &all), INBOUND_UNREADABLE);
	inbound_free(&all);
	assert_int_equal(call(NULL, body, DOOR_STATUS, &all), INBOUND_UNREADABLE);
	inbound_free(&all);
}

static void with_a_secret_only_signed_calls_count(void **state)
{
	(void)state;
	struct inbound all;
	char changed[sizeof signature];
	inbound_init(&all);
	given = NULL;
	assert_int_equal(call("rahasia", body, DOOR_INBOUND, &all), INBOUND_FORGED);
	given = signature;
	assert_int_equal(call("rahasia", body, DOOR_INBOUND, &all), INBOUND_TAKEN);
	inbound_free(&all);
	for (size_t i = strlen("sha256="); i < sizeof signature - 1; i += 7) {
		memcpy(changed, signature, sizeof signature);
		changed[i] = changed[i] == '0' ? '1' : '0';
		given = changed;
		assert_int_equal(call("rahasia", body, DOOR_INBOUND, &all), INBOUND_FORGED);
	}
	memcpy(changed, signature, sizeof signature);
	memcpy(changed, "sha512=", strlen("sha512="));
	assert_int_equal(call("rahasia", body, DOOR_INBOUND, &all), INBOUND_FORGED);
	assert_int_equal(all.message_count, 0);
	given = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_plain_message_is_one_row),
	        cmocka_unit_test(the_parts_of_a_long_message_are_one_message),
	        cmocka_unit_test(a_part_waits_for_the_others_until_its_patience_ends),
	        cmocka_unit_test(parts_of_other_senders_modems_and_references_are_not_mixed),
	        cmocka_unit_test(what_smsd_did_not_decode_is_decoded_from_its_bytes),
	        cmocka_unit_test(a_long_notice_becomes_numbered_parts),
	        cmocka_unit_test(every_status_of_sentitems_has_its_meaning),
	        cmocka_unit_test(the_scripts_call_has_the_key_of_the_row),
	        cmocka_unit_test(with_a_secret_only_signed_calls_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
