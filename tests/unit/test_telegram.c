/* layer: protocol */
/* test_telegram: updates of the Bot API (protocol/examples/telegram-*.txt), and sendMessage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

#define TOKEN "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"

static const struct gateway gateway = {.name = "telegram", .password = TOKEN, .secret = "rahasia_1"};

static enum inbound_end read_one(struct golden *g, struct inbound *all)
{
	char why[200] = "";
	inbound_init(all);
	enum inbound_end end = golden_call(&channel_telegram, &gateway, DOOR_INBOUND, g, all, why, sizeof why);
	golden_free(g);
	return end;
}

static enum inbound_end receive(const char *name, struct inbound *all)
{
	struct golden g;
	golden_read(name, &g);
	return read_one(&g, all);
}

static enum inbound_end receive_update(const char *secret, const char *body, struct inbound *all)
{
	struct golden g;
	struct buf text;
	buf_init(&text, 1 << 20);
	buf_addf(&text, "POST /i HTTP/1.1\nX-Telegram-Bot-Api-Secret-Token: %s\n\n%s", secret, body);
	golden_set(&g, text.data, text.len);
	buf_free(&text);
	return read_one(&g, all);
}

static void every_kind_of_update_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *name, *id, *from, *text;
		bool position;
	} cases[] = {
	        {"telegram-inbound", "10000000001", "7312345678901", "ada orang terlantar di masjid", false},
	        {"telegram-inbound-location", "10000000002", "7312345678901", "[lokasi]", true},
	        {"telegram-inbound-venue", "10000000003", "7312345678901", "Masjid Al Ikhlas, Petung [lokasi]", true},
	        {"telegram-inbound-photo", "10000000004", "7312345678901", "ini orangnya [foto]", false},
	        {"telegram-inbound-voice", "10000000005", "7312345678901", "[pesan suara]", false},
	        {"telegram-inbound-edited", "10000000006", "7312345678901", "di masjid Nurul, bukan Al Ikhlas", false},
	        {"telegram-inbound-callback", "10000000008", "7312345678901", "1", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive(cases[i].name, &all), INBOUND_TAKEN);
		assert_int_equal(all.message_count, 1);
		const struct inbound_message *m = &all.messages[0];
		assert_string_equal(m->external_id, cases[i].id);
		assert_string_equal(m->from, cases[i].from);
		assert_string_equal(m->name, "Siti Aminah");
		assert_string_equal(m->text.data, cases[i].text);
		assert_int_equal(m->has_position, cases[i].position);
		inbound_free(&all);
	}
}

static void what_is_no_report_is_taken_as_nothing(void **state)
{
	(void)state;
	static const char *const names[] = {"telegram-inbound-live", "telegram-inbound-start",
	                                    "telegram-inbound-sticker", "telegram-inbound-member"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct inbound all;
		assert_int_equal(receive(names[i], &all), INBOUND_TAKEN);
		assert_int_equal(all.message_count + all.report_count, 0);
		inbound_free(&all);
	}
}

static void a_group_is_heard_but_never_answered(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("telegram-inbound-group", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 1);
	assert_string_equal(all.messages[0].from, "");
	assert_string_equal(all.messages[0].text.data, "ada mayat di sungai");
	inbound_free(&all);
	assert_true(channel_telegram.handles);
}

static void an_update_without_the_secret_token_is_forged(void **state)
{
	(void)state;
	static const char *const secrets[] = {"", "rahasia_2", "rahasia_", "rahasia_11", "RAHASIA_1"};
	struct inbound all;
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		assert_int_equal(receive_update(secrets[i], "{\"update_id\":1}", &all), INBOUND_FORGED);
		inbound_free(&all);
	}
	assert_int_equal(receive_update("rahasia_1", "{\"update_id\":1}", &all), INBOUND_TAKEN);
	inbound_free(&all);
	struct golden g;
	static const char bare[] = "POST /i HTTP/1.1\n\n{\"update_id\":1}";
	golden_set(&g, bare, sizeof bare - 1);
	assert_int_equal(read_one(&g, &all), INBOUND_FORGED);
	inbound_free(&all);
}

static void what_is_not_understood_is_kept(void **state)
{
	(void)state;
	static const char *const bodies[] = {"", "[1]", "{}", "{\"update_id\":1,\"message\":{\"text\":\"a\"}}",
	                                     "{\"message\":{\"chat\":{\"id\":1,\"type\":\"private\"},\"text\":\"a\"}}"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct inbound all;
		assert_int_equal(receive_update("rahasia_1", bodies[i], &all), INBOUND_UNREADABLE);
		inbound_free(&all);
	}
}

static void a_cut_emoji_does_not_lose_the_message(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(
	        receive_update("rahasia_1",
	                       "{\"update_id\":4503599627370497,\"message\":{\"chat\":{\"id\":1,\"type\":\"private\"},"
	                       "\"text\":\"tolong \\ud83d\"}}",
	                       &all),
	        INBOUND_TAKEN);
	assert_string_equal(all.messages[0].text.data, "tolong \xef\xbf\xbd");
	assert_string_equal(all.messages[0].external_id, "4503599627370497");
	assert_true(all.messages[0].repaired);
	inbound_free(&all);
}

/* ---- out ---- */

static void a_notice_renders_as_the_golden_call(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	static const char text[] = "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042 / TOLAK 1042.";
	static const char *const addresses[] = {"7312345678901", "telegram:7312345678901"};
	for (size_t i = 0; i < 2; i++) {
		assert_true(golden_render(&channel_telegram, &gateway, addresses[i], text, &call, why, sizeof why));
		assert_true(golden_is(&call, "telegram-send"));
		http_call_free(&call);
	}
	static const char *const wrong[] = {"",          "-100123", "+628111",   "0",
	                                    "telegram:", "other:7", "7,\"a\":1", "12345678901234567890"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(golden_render(&channel_telegram, &gateway, wrong[i], text, &call, why, sizeof why));
		http_call_free(&call);
	}
}

static void the_length_is_counted_as_telegram_counts(void **state)
{
	(void)state;
	struct buf text;
	struct http_call call;
	char why[200];
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 2048; i++)
		buf_adds(&text, "🚨");
	assert_true(golden_render(&channel_telegram, &gateway, "7", text.data, &call, why, sizeof why));
	http_call_free(&call);
	buf_addc(&text, 'a');
	assert_false(golden_render(&channel_telegram, &gateway, "7", text.data, &call, why, sizeof why));
	http_call_free(&call);
	assert_false(golden_render(&channel_telegram, &gateway, "7", "", &call, why, sizeof why));
	http_call_free(&call);
	buf_free(&text);
}

static void the_answer_is_read_even_when_only_its_beginning_was_kept(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		int wait;
		const char *detail, *ref;
	} cases[] = {
	        {200, "{\"ok\":true,\"result\":{\"message_id\":57,\"from\":{}}}", OUTCOME_OK, 0, "HTTP 200", "57"},
	        {200, "{\"ok\":true,\"result\":{\"message_id\":57,\"text\":\"cut", OUTCOME_OK, 0, "HTTP 200", "57"},
	        {200, "<html>", OUTCOME_UNKNOWN, 0, "send_url", ""},
	        {429,
	         "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after 7\","
	         "\"parameters\":{\"retry_after\":7}}",
	         OUTCOME_RETRY_AFTER, 7, "HTTP 429: Too Many Requests: retry after ...", ""},
	        {429, "{\"ok\":false,\"parameters\":{\"retry_after\":99999}}", OUTCOME_RETRY_AFTER, 3600, "HTTP 429",
	         ""},
	        {429, "{\"ok\":false}", OUTCOME_RETRY, 0, "HTTP 429", ""},
	        {403, "{\"ok\":false,\"error_code\":403,\"description\":\"Forbidden: bot was blocked by the user\"}",
	         OUTCOME_PERMANENT, 0, "HTTP 403: Forbidden: bot was blocked by the user", ""},
	        {400, "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: chat not found\"}",
	         OUTCOME_PERMANENT, 0, "chat not found", ""},
	        {401, "{\"ok\":false,\"description\":\"Unauthorized\"}", OUTCOME_PERMANENT, 0, "password_file", ""},
	        {502, "{\"ok\":false,\"description\":\"Bad Gateway\"}", OUTCOME_RETRY, 0, "HTTP 502", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {.status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = channel_telegram.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_int_equal(v.retry_after_s, cases[i].wait);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
	}
}

/* The token is part of the address: neither what the transport says of it nor what the server repeats may bring it into a record. */
static void the_token_is_in_no_words(void **state)
{
	(void)state;
	static const struct channel_answer answers[] = {
	        {.transport = TRANSPORT_NOT_SENT,
	         .error = "Could not resolve https://api.telegram.org/bot" TOKEN "/sendMessage"},
	        {.transport = TRANSPORT_BROKEN, .error = "/bot" TOKEN "/sendMessage timed out"},
	        {.status = 400, .body = "{\"ok\":false,\"description\":\"no " TOKEN " here\"}", .error = ""},
	        {.status = 200, .body = TOKEN, .error = ""},
	};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct verdict v = channel_telegram.judge(&answers[i]);
		assert_null(strstr(v.detail, "AAHdq"));
		assert_null(strstr(v.detail, "110201543"));
	}
	struct http_call call;
	char why[200] = "";
	assert_false(golden_render(&channel_telegram, &gateway, "-1", "a", &call, why, sizeof why));
	assert_null(strstr(why, "AAHdq"));
	http_call_free(&call);
}

static void a_token_or_a_secret_of_another_form_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *password, *secret;
		bool good;
	} cases[] = {
	        {TOKEN, "rahasia_1", true}, {"AAHdq", "rahasia_1", false},    {"110201543:", "rahasia_1", false},
	        {TOKEN, "raha sia", false}, {"1:A/../x", "rahasia_1", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gateway g = {.password = cases[i].password, .secret = cases[i].secret};
		char why[200] = "";
		assert_int_equal(channel_telegram.check(&g, why, sizeof why), cases[i].good);
		assert_null(strstr(why, "AAHdq"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_of_update_is_read),
	        cmocka_unit_test(what_is_no_report_is_taken_as_nothing),
	        cmocka_unit_test(a_group_is_heard_but_never_answered),
	        cmocka_unit_test(an_update_without_the_secret_token_is_forged),
	        cmocka_unit_test(what_is_not_understood_is_kept),
	        cmocka_unit_test(a_cut_emoji_does_not_lose_the_message),
	        cmocka_unit_test(a_notice_renders_as_the_golden_call),
	        cmocka_unit_test(the_length_is_counted_as_telegram_counts),
	        cmocka_unit_test(the_answer_is_read_even_when_only_its_beginning_was_kept),
	        cmocka_unit_test(the_token_is_in_no_words),
	        cmocka_unit_test(a_token_or_a_secret_of_another_form_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
