/* layer: protocol */
/* test_whatsapp: webhooks of the WhatsApp Cloud API (protocol/examples/whatsapp-*.txt), and the call that sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../protocol/digest.h"
#include "golden.h"

static const struct gateway gateway = {.name = "whatsapp",
                                       .account = "106540352242922",
                                       .password = "EAAtoken",
                                       .secret = "appsecret",
                                       .option = "minta-1"};

static enum inbound_end read_one(struct golden *g, struct inbound *all, char *why, size_t why_size)
{
	inbound_init(all);
	enum inbound_end end = golden_call(&channel_whatsapp, &gateway, DOOR_INBOUND, g, all, why, why_size);
	golden_free(g);
	return end;
}

static enum inbound_end receive(const char *name, struct inbound *all)
{
	struct golden g;
	char why[200] = "";
	golden_read(name, &g);
	return read_one(&g, all, why, sizeof why);
}

static enum inbound_end receive_text(const char *text, struct inbound *all)
{
	struct golden g;
	char why[200] = "";
	golden_set(&g, text, strlen(text));
	return read_one(&g, all, why, sizeof why);
}

static enum inbound_end receive_signed(const char *body, struct inbound *all)
{
	uint8_t mac[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX];
	struct buf text;
	digest_hex(mac, digest_hmac(DIGEST_SHA256, "appsecret", 9, body, strlen(body), mac), hex);
	buf_init(&text, 1 << 24);
	buf_addf(&text, "POST /i HTTP/1.1\nX-Hub-Signature-256: sha256=%s\n\n%s", hex, body);
	enum inbound_end end = receive_text(text.data, all);
	buf_free(&text);
	return end;
}

static void the_challenge_is_answered_to_who_knows_the_verify_token(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("whatsapp-verify", &all), INBOUND_CHALLENGE);
	assert_string_equal(all.challenge, "1158201444");
	inbound_free(&all);
	static const char *const wrong[] = {
	        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=minta-2",
	        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
	        "hub.mode=subscribe&hub.challenge=1",
	        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=minta-1",
	        "hub.mode=subscribe&hub.verify_token=minta-1",
	        "",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char text[300];
		snprintf(text, sizeof text, "GET /i?token=t0ken&%s HTTP/1.1\n", wrong[i]);
		assert_int_equal(receive_text(text, &all), INBOUND_FORGED);
		assert_string_equal(all.challenge, "");
		inbound_free(&all);
	}
}

static void the_signature_has_its_exact_form(void **state)
{
	(void)state;
#define VECTOR "09eceea024af6e6343b760cc9bd3ae7c056938dd636e24e92109eb8219500384"
	static const struct {
		const char *header, *body;
		enum inbound_end end;
	} cases[] = {
	        {"sha256=" VECTOR, "{\"object\":\"whatsapp_business_account\",\"entry\":[]}", INBOUND_TAKEN},
	        {"sha256=" VECTOR, "{\"object\":\"whatsapp_business_account\",\"entry\":[] }", INBOUND_FORGED},
	        {"sha256=" VECTOR "0", "{\"object\":\"whatsapp_business_account\",\"entry\":[]}", INBOUND_FORGED},
	        {"SHA256=" VECTOR, "{\"object\":\"whatsapp_business_account\",\"entry\":[]}", INBOUND_FORGED},
	        {"sha1=00" VECTOR, "{\"object\":\"whatsapp_business_account\",\"entry\":[]}", INBOUND_FORGED},
	        {VECTOR, "{\"object\":\"whatsapp_business_account\",\"entry\":[]}", INBOUND_FORGED},
	        {"sha256=09ECEEA024AF6E6343B760CC9BD3AE7C056938DD636E24E92109EB8219500384",
	         "{\"object\":\"whatsapp_business_account\",\"entry\":[]}", INBOUND_FORGED},
	        {"", "{\"object\":\"whatsapp_business_account\",\"entry\":[]}", INBOUND_FORGED},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char text[400];
		snprintf(text, sizeof text, "POST /i HTTP/1.1\nX-Hub-Signature-256: %s\n\n%s", cases[i].header,
		         cases[i].body);
		assert_int_equal(receive_text(text, &all), cases[i].end);
		inbound_free(&all);
	}
}

static void a_text_comes_with_who_sent_it(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("whatsapp-inbound", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 1);
	const struct inbound_message *m = &all.messages[0];
	assert_string_equal(m->external_id, "wamid.A1");
	assert_string_equal(m->from, "+628111000001");
	assert_string_equal(m->to, "6221555000");
	assert_string_equal(m->smsc, "106540352242922");
	assert_string_equal(m->name, "Siti Aminah 🌸");
	assert_string_equal(m->text.data, "ada orang terlantar di masjid Al Ikhlas");
	assert_int_equal(m->reported_at_us, 1795255872000000);
	inbound_free(&all);
}

static void a_location_becomes_a_position(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("whatsapp-inbound-location", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(all.messages[i].has_position);
		assert_true(all.messages[i].lat == -1.2654 && all.messages[i].lon == 116.8312);
	}
	assert_string_equal(all.messages[0].text.data, "Masjid Al Ikhlas, Petung [lokasi]");
	assert_string_equal(all.messages[1].text.data, "[lokasi]");
	inbound_free(&all);
	assert_int_equal(
	        receive_signed(
	                "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"changes\":[{\"field\":\"messages\","
	                "\"value\":{\"messages\":[{\"id\":\"a\",\"from\":\"62811\",\"type\":\"location\","
	                "\"location\":{\"latitude\":91,\"longitude\":1}}]}}]}]}",
	                &all),
	        INBOUND_TAKEN);
	assert_false(all.messages[0].has_position);
	inbound_free(&all);
}

static void what_has_no_words_comes_with_a_label_and_reactions_with_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = {"Siap",
	                                    "Petung",
	                                    "Girimukti",
	                                    "ini orangnya [foto]",
	                                    "[dokumen]",
	                                    "[pesan suara]",
	                                    "[jenis pesan: unsupported]",
	                                    "tanpa nomor"};
	struct inbound all;
	assert_int_equal(receive("whatsapp-inbound-types", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, sizeof texts / sizeof *texts);
	for (size_t i = 0; i < all.message_count; i++)
		assert_string_equal(all.messages[i].text.data, texts[i]);
	assert_string_equal(all.messages[7].from, "ID.13491208655302741918");
	inbound_free(&all);
}

static void every_array_is_walked_through(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("whatsapp-inbound-batch", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 3);
	assert_string_equal(all.messages[2].text.data, "tiga");
	assert_int_equal(all.report_count, 1);
	assert_string_equal(all.reports[0].gateway_ref, "wamid.S1");
	assert_int_equal(all.reports[0].state, DELIVERY_DELIVERED);
	inbound_free(&all);
	assert_int_equal(receive("whatsapp-other-field", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count + all.report_count, 0);
	inbound_free(&all);
}

static void statuses_name_our_notice_and_their_message(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("whatsapp-status", &all), INBOUND_TAKEN);
	assert_int_equal(all.report_count, 3);
	assert_int_equal(all.reports[0].state, DELIVERY_SENT);
	assert_int_equal(all.reports[1].state, DELIVERY_DELIVERED);
	assert_string_equal(all.reports[1].ref, "0190163d-8694-739b-aea5-966c26f8ad91");
	assert_string_equal(all.reports[1].gateway_ref, "wamid.S1");
	assert_int_equal(all.reports[2].state, DELIVERY_FAILED);
	assert_string_equal(all.reports[2].ref, "");
	assert_string_equal(all.reports[2].detail, "code 131047: Re-engagement message");
	inbound_free(&all);
}

#define BEFORE "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"changes\":[{\"field\":\"messages\",\"value\":"
#define AFTER  "}]}]}"

static void what_is_not_understood_is_kept_with_what_was(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		size_t messages;
	} cases[] = {
	        {"", 0},
	        {"{\"object\":\"page\",\"entry\":[]}", 0},
	        {BEFORE "{\"messages\":[{\"from\":\"62811\",\"type\":\"text\",\"text\":{\"body\":\"a\"}},"
	                "{\"id\":\"b\",\"from\":\"62811\",\"type\":\"text\",\"text\":{\"body\":\"b\"}}]}" AFTER,
	         2},
	        {BEFORE "{\"messages\":[{\"id\":\"b\",\"type\":\"text\"}]}" AFTER, 1},
	        {BEFORE "{\"statuses\":[{\"status\":\"sent\"}]}" AFTER, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive_signed(cases[i].body, &all), INBOUND_UNREADABLE);
		assert_int_equal(all.message_count, cases[i].messages);
		inbound_free(&all);
	}
}

static void more_than_can_be_taken_at_once_is_not_called_taken(void **state)
{
	(void)state;
	struct buf body;
	struct inbound all;
	buf_init(&body, 1 << 20);
	buf_adds(&body, BEFORE "{\"messages\":[");
	for (int i = 0; i <= INBOUND_MOST; i++)
		buf_addf(&body, "%s{\"id\":\"%d\",\"from\":\"1\",\"type\":\"text\",\"text\":{\"body\":\"a\"}}",
		         i > 0 ? "," : "", i);
	buf_adds(&body, "]}" AFTER);
	assert_int_equal(receive_signed(body.data, &all), INBOUND_UNREADABLE);
	assert_int_equal(all.message_count, INBOUND_MOST);
	inbound_free(&all);
	buf_free(&body);
}

static void two_long_ids_stay_two(void **state)
{
	(void)state;
	char body[1200], id[200];
	struct inbound all;
	memset(id, 'a', sizeof id);
	id[sizeof id - 1] = '\0';
	snprintf(body, sizeof body,
	         BEFORE "{\"messages\":[{\"id\":\"%s1\",\"from\":\"1\",\"type\":\"text\",\"text\":{\"body\":\"a\"}},"
	                "{\"id\":\"%s2\",\"from\":\"1\",\"type\":\"text\",\"text\":{\"body\":\"a\"}}]}" AFTER,
	         id, id);
	assert_int_equal(receive_signed(body, &all), INBOUND_TAKEN);
	assert_string_not_equal(all.messages[0].external_id, all.messages[1].external_id);
	inbound_free(&all);
}

/* ---- out ---- */

static void a_notice_renders_as_the_golden_call(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	assert_true(golden_render(&channel_whatsapp, &gateway, "+628123456789",
	                          "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042 / TOLAK 1042.", &call,
	                          why, sizeof why));
	assert_true(golden_is(&call, "whatsapp-send"));
	http_call_free(&call);
}

static void four_thousand_and_ninety_six_characters_are_the_most(void **state)
{
	(void)state;
	struct buf text;
	struct http_call call;
	char why[200];
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 4096; i++)
		buf_adds(&text, "é");
	assert_true(golden_render(&channel_whatsapp, &gateway, "+628123456789", text.data, &call, why, sizeof why));
	http_call_free(&call);
	buf_addc(&text, 'a');
	assert_false(golden_render(&channel_whatsapp, &gateway, "+628123456789", text.data, &call, why, sizeof why));
	http_call_free(&call);
	assert_false(golden_render(&channel_whatsapp, &gateway, "+628123456789", "", &call, why, sizeof why));
	http_call_free(&call);
	assert_false(golden_render(&channel_whatsapp, &gateway, "TELKOMSEL", "a", &call, why, sizeof why));
	http_call_free(&call);
	buf_free(&text);
}

static void the_code_decides_what_an_error_means(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {200, "{\"messages\":[{\"id\":\"wamid.1\"}]}", OUTCOME_OK, "HTTP 200", "wamid.1"},
	        {200, "{}", OUTCOME_UNKNOWN, "send_url", ""},
	        {400, "{\"error\":{\"code\":131056,\"message\":\"pair +62811\"}}", OUTCOME_RETRY,
	         "code 131056: too many", ""},
	        {429, "{\"error\":{\"code\":130429}}", OUTCOME_RETRY, "code 130429", ""},
	        {400, "{\"error\":{\"code\":4}}", OUTCOME_RETRY, "code 4", ""},
	        {400, "{\"error\":{\"code\":80007}}", OUTCOME_RETRY, "code 80007", ""},
	        {400, "{\"error\":{\"code\":131048}}", OUTCOME_RETRY, "code 131048", ""},
	        {400, "{\"error\":{\"code\":133016}}", OUTCOME_RETRY, "code 133016", ""},
	        {500, "{\"error\":{\"code\":131047}}", OUTCOME_PERMANENT, "only templates", ""},
	        {401, "{\"error\":{\"code\":190,\"message\":\"EAAtoken has expired\"}}", OUTCOME_PERMANENT,
	         "password_file", ""},
	        {400, "{\"error\":{\"code\":999,\"message\":\"EAAtoken\"}}", OUTCOME_PERMANENT, "HTTP 400, code 999",
	         ""},
	        {503, "", OUTCOME_RETRY, "HTTP 503", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {.status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = channel_whatsapp.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_null(strstr(v.detail, "EAA"));
		assert_string_equal(v.gateway_ref, cases[i].ref);
	}
	struct channel_answer wait = {
	        .status = 429, .body = "{\"error\":{\"code\":130429}}", .retry_after = "7", .error = ""};
	assert_int_equal(channel_whatsapp.judge(&wait).outcome, OUTCOME_RETRY_AFTER);
	assert_int_equal(channel_whatsapp.judge(&wait).retry_after_s, 7);
}

static void an_account_that_is_no_id_and_a_token_that_is_none_are_refused(void **state)
{
	(void)state;
	struct gateway g = gateway;
	char why[200];
	assert_true(channel_whatsapp.check(&g, why, sizeof why));
	g.account = "+6221555000";
	assert_false(channel_whatsapp.check(&g, why, sizeof why));
	g = gateway;
	g.password = "EAA token";
	assert_false(channel_whatsapp.check(&g, why, sizeof why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_challenge_is_answered_to_who_knows_the_verify_token),
	        cmocka_unit_test(the_signature_has_its_exact_form),
	        cmocka_unit_test(a_text_comes_with_who_sent_it),
	        cmocka_unit_test(a_location_becomes_a_position),
	        cmocka_unit_test(what_has_no_words_comes_with_a_label_and_reactions_with_nothing),
	        cmocka_unit_test(every_array_is_walked_through),
	        cmocka_unit_test(statuses_name_our_notice_and_their_message),
	        cmocka_unit_test(what_is_not_understood_is_kept_with_what_was),
	        cmocka_unit_test(more_than_can_be_taken_at_once_is_not_called_taken),
	        cmocka_unit_test(two_long_ids_stay_two),
	        cmocka_unit_test(a_notice_renders_as_the_golden_call),
	        cmocka_unit_test(four_thousand_and_ninety_six_characters_are_the_most),
	        cmocka_unit_test(the_code_decides_what_an_error_means),
	        cmocka_unit_test(an_account_that_is_no_id_and_a_token_that_is_none_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
