/* layer: protocol */
/* test_twilio: Twilio's calls as they are documented and as its own library signs them (protocol/examples/twilio-*.txt), and the call that sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../protocol/digest.h"
#include "golden.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
static const struct gateway gateway = {.name = "twilio",
                                       .account = "AC00000000000000000000000000000000",
                                       .password = TOKEN,
                                       .from = "+6221555000",
                                       .inbound_url = "https://sigap.example/v1/gateways/twilio/inbound?token=t0ken",
                                       .status_url = "https://sigap.example/v1/gateways/twilio/status?token=t0ken"};

/* What the golden message means; the caller frees ret. */
static enum inbound_end receive(const char *name, struct inbound *ret, char *why, size_t why_size)
{
	struct golden g;
	golden_read(name, &g);
	inbound_init(ret);
	enum inbound_end end = golden_call(&channel_twilio, &gateway, DOOR_INBOUND, &g, ret, why, why_size);
	golden_free(&g);
	return end;
}

/* ---- signature ---- */

static enum inbound_end end_of(const struct gateway *g, struct golden *call)
{
	struct inbound all;
	char why[200] = "";
	inbound_init(&all);
	enum inbound_end end = golden_call(&channel_twilio, g, DOOR_INBOUND, call, &all, why, sizeof why);
	if (end == INBOUND_FORGED)
		assert_int_equal(all.message_count + all.report_count, 0);
	assert_int_equal(end == INBOUND_TAKEN, why[0] == '\0');
	inbound_free(&all);
	return end;
}

static void the_signature_holds_with_and_without_the_port(void **state)
{
	(void)state;
	static const char *const urls[] = {"https://dispatch.example.org/in/twilio?tenant=a%20b",
	                                   "https://dispatch.example.org:443/in/twilio?tenant=a%20b"};
	static const char *const names[] = {"twilio-inbound", "twilio-inbound-port"};
	for (size_t i = 0; i < 2; i++)
		for (size_t u = 0; u < 2; u++) {
			struct golden g;
			golden_read(names[i], &g);
			g.request.url = urls[u];
			assert_int_equal(end_of(&gateway, &g), INBOUND_TAKEN);
			golden_free(&g);
		}
}

static void any_changed_byte_is_a_forgery(void **state)
{
	(void)state;
	struct golden g;
	golden_read("twilio-inbound", &g);
	for (size_t i = 0; i < g.request.body_len; i++) {
		g.body[i] ^= 1;
		assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
		g.body[i] ^= 1;
	}
	for (size_t i = 0; g.url[i] != '\0'; i++) {
		g.url[i] ^= 1;
		assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
		g.url[i] ^= 1;
	}
	char *signature = strstr(g.headers, "Signature: ") + strlen("Signature: ");
	for (size_t i = 0; signature[i] > ' '; i++) {
		signature[i] ^= 1;
		assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
		signature[i] ^= 1;
	}
	assert_int_equal(end_of(&gateway, &g), INBOUND_TAKEN);
	g.request.body_len--;
	assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
	golden_free(&g);
}

static void no_signature_another_token_or_another_account_is_a_forgery(void **state)
{
	(void)state;
	struct golden g;
	struct gateway other = gateway;
	golden_read("twilio-inbound", &g);
	other.password = "0123456789abcdef0123456789abcdee";
	assert_int_equal(end_of(&other, &g), INBOUND_FORGED);
	other.secret = TOKEN; /* the password is an API key's then */
	assert_int_equal(end_of(&other, &g), INBOUND_TAKEN);
	other.secret = other.password = NULL;
	assert_int_equal(end_of(&other, &g), INBOUND_FORGED);
	other = gateway;
	other.account = "AC00000000000000000000000000000001";
	assert_int_equal(end_of(&other, &g), INBOUND_FORGED);
	g.request.header = NULL;
	assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
	golden_free(&g);
}

static void a_body_that_is_no_form_is_kept_when_its_hash_is_signed(void **state)
{
	(void)state;
	struct golden g;
	golden_read("twilio-inbound-json", &g);
	assert_int_equal(end_of(&gateway, &g), INBOUND_UNREADABLE);
	g.body[3] ^= 1;
	assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
	golden_free(&g);
	/* fields that nobody signed */
	golden_read("twilio-inbound-get", &g);
	g.request.body = "&&";
	g.request.body_len = 2;
	assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
	golden_free(&g);
}

/* ---- messages ---- */

static void every_golden_message_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *name, *id, *text;
	} cases[] = {
	        {"twilio-inbound", "SM00000000000000000000000000000001", "Flood & fire at Jl. Merdeka 5 🚨"},
	        {"twilio-inbound-get", "SM00000000000000000000000000000002", "ada kakek terlantar di pasar, lemas"},
	        {"twilio-inbound-base64", "SM00000000000000000000000000000003",
	         "Tolong pak, ada anak kecil hanyut di sungai dekat jembatan Petung RT 05, airnya deras sekali dan "
	         "belum "
	         "ada yang datang"},
	        {"twilio-inbound-whatsapp", "SM00000000000000000000000000000004", "kebakaran di sini"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char why[200] = "";
		assert_int_equal(receive(cases[i].name, &all, why, sizeof why), INBOUND_TAKEN);
		assert_int_equal(all.message_count, 1);
		assert_int_equal(all.report_count, 0);
		const struct inbound_message *m = &all.messages[0];
		assert_string_equal(m->external_id, cases[i].id);
		assert_string_equal(m->from, "+628111000001");
		assert_string_equal(m->to, "+6221555000");
		assert_string_equal(m->text.data, cases[i].text);
		assert_int_equal(m->part_total, 0);
		assert_false(m->repaired || m->has_reported_at);
		bool whatsapp = i == 3;
		assert_string_equal(m->name, whatsapp ? "Siti Æsa" : "");
		assert_int_equal(m->has_position, whatsapp);
		if (whatsapp) {
			assert_true(m->lat > -1.238 && m->lat < -1.237);
			assert_true(m->lon > 116.734 && m->lon < 116.735);
		}
		inbound_free(&all);
	}
}

/* Reads a GET with these fields, signed as Twilio signs one: over the address alone. */
static enum inbound_end receive_fields(const char *body, struct inbound *ret)
{
	struct golden g;
	char text[2000], why[200];
	snprintf(text, sizeof text, "GET /in?%s HTTP/1.1\n\n", body);
	golden_set(&g, text, strlen(text));
	uint8_t mac[DIGEST_MAX];
	char header[200], signature[DIGEST_BASE64_MAX];
	digest_base64(mac, digest_hmac(DIGEST_SHA1, TOKEN, strlen(TOKEN), g.url, strlen(g.url), mac), signature);
	snprintf(header, sizeof header, "X-Twilio-Signature: %s\n", signature);
	free(g.headers);
	g.headers = golden_copy(header, strlen(header));
	inbound_init(ret);
	enum inbound_end end = golden_call(&channel_twilio, &gateway, DOOR_INBOUND, &g, ret, why, sizeof why);
	golden_free(&g);
	return end;
}

static void a_text_is_taken_for_base64_only_when_it_can_be_nothing_else(void **state)
{
	(void)state;
	static const struct {
		const char *body, *text;
	} cases[] = {
	        /* too short: a word of ours */
	        {"dG9sb25nIHBhaw%3D%3D", "dG9sb25nIHBhaw=="},
	        /* letters only, but what they would mean is no text */
	        {"TOLONGTOLONGTOLONGTOLONGTOLONGTOLONGTOLONGTOLONG",
	         "TOLONGTOLONGTOLONGTOLONGTOLONGTOLONGTOLONGTOLONG"},
	        {"hahahahahahahahahahahahahahahahahahahahahahahaha",
	         "hahahahahahahahahahahahahahahahahahahahahahahaha"},
	        /* a text without a blank may be a password or a key */
	        {"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh",
	         "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"},
	        /* control characters */
	        {"YWRhIGtha2VrIHRlcmxhbnRhciBkaSBwYXNhciAHYWRhIGFk",
	         "YWRhIGtha2VrIHRlcmxhbnRhciBkaSBwYXNhciAHYWRhIGFk"},
	        {"YWRhIGtha2VrIHRlcmxhbnRhciBkaSBwYXNhciBQZXR1bmcg%0A",
	         "YWRhIGtha2VrIHRlcmxhbnRhciBkaSBwYXNhciBQZXR1bmcg\n"},
	        {"YWRhIGtha2VrIHRlcmxhbnRhciBkaSBwYXNhciBQZXR1bmcg", "ada kakek terlantar di pasar Petung "},
	        {"YWRhIGtha2VrIHRlcmxhbnRhciBkaSBwYXNhciBQZXR1bmc%3D", "ada kakek terlantar di pasar Petung"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char body[300];
		snprintf(body, sizeof body, "MessageSid=SM1&From=%%2B628111000001&Body=%s", cases[i].body);
		assert_int_equal(receive_fields(body, &all), INBOUND_TAKEN);
		assert_string_equal(all.messages[0].text.data, cases[i].text);
		inbound_free(&all);
	}
}

static void what_is_no_whole_message_is_unreadable_and_keeps_what_was_understood(void **state)
{
	(void)state;
	static const struct {
		const char *body, *text;
	} cases[] = {
	        {"From=%2B628111000001&Body=tolong", "tolong"},
	        {"MessageSid=SM1&Body=tolong", "tolong"},
	        {"MessageSid=SM1&From=%2B628111000001", ""},
	        {"", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive_fields(cases[i].body, &all), INBOUND_UNREADABLE);
		assert_string_equal(all.messages[0].text.data, cases[i].text);
		inbound_free(&all);
	}
	struct inbound all;
	char why[200];
	assert_int_equal(receive("twilio-inbound-picture", &all, why, sizeof why), INBOUND_UNREADABLE);
	assert_string_equal(all.messages[0].from, "+628111000001");
	inbound_free(&all);
	/* broken UTF-8 is repaired, not refused */
	assert_int_equal(receive_fields("MessageSid=SM1&From=%2B628111000001&Body=a%FFb%00", &all), INBOUND_TAKEN);
	assert_string_equal(all.messages[0].text.data, "a\xEF\xBF\xBD"
	                                               "b\xEF\xBF\xBD");
	assert_true(all.messages[0].repaired);
	inbound_free(&all);
}

/* ---- reports ---- */

static void delivery_reports_come_back_with_our_id(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum delivery_state state;
		const char *detail;
	} cases[] = {
	        {"twilio-status-sent", DELIVERY_SENT, "sent"},
	        {"twilio-status-delivered", DELIVERY_DELIVERED, "delivered"},
	        {"twilio-status-undelivered", DELIVERY_FAILED, "undelivered, error 30003"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char why[200];
		assert_int_equal(receive(cases[i].name, &all, why, sizeof why), INBOUND_TAKEN);
		assert_int_equal(all.report_count, 1);
		assert_int_equal(all.message_count, 0);
		assert_string_equal(all.reports[0].ref, GOLDEN_NOTICE);
		assert_string_equal(all.reports[0].gateway_ref, "SM77777777777777777777777777777777");
		assert_int_equal(all.reports[0].state, cases[i].state);
		assert_string_equal(all.reports[0].detail, cases[i].detail);
		inbound_free(&all);
	}
}

static void every_word_of_twilio_for_a_state_is_known(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		int state;
	} cases[] = {
	        {"accepted", DELIVERY_QUEUED},
	        {"scheduled", DELIVERY_QUEUED},
	        {"queued", DELIVERY_QUEUED},
	        {"sending", DELIVERY_QUEUED},
	        {"sent", DELIVERY_SENT},
	        {"delivered", DELIVERY_DELIVERED},
	        {"undelivered", DELIVERY_FAILED},
	        {"failed", DELIVERY_FAILED},
	        {"canceled", DELIVERY_FAILED},
	        {"read", DELIVERY_DELIVERED},
	        {"partially_delivered", DELIVERY_SENT},
	        {"lost", -1},
	        {"", -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char body[200];
		snprintf(body, sizeof body, "MessageSid=SM1&MessageStatus=%s", cases[i].word);
		enum inbound_end end = receive_fields(body, &all);
		assert_int_equal(end, cases[i].state >= 0 ? INBOUND_TAKEN : INBOUND_UNREADABLE);
		if (end == INBOUND_TAKEN)
			assert_int_equal(all.reports[0].state, cases[i].state);
		inbound_free(&all);
	}
	struct inbound all;
	assert_int_equal(receive_fields("MessageStatus=sent", &all), INBOUND_UNREADABLE);
	inbound_free(&all);
}

/* ---- sending ---- */

static void a_notice_renders_as_the_golden_call(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	assert_true(golden_render(&channel_twilio, &gateway, "+628123456789",
	                          "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042.", &call, why,
	                          sizeof why));
	assert_true(golden_is(&call, "twilio-send"));
	http_call_free(&call);
}

static void a_service_a_key_and_an_address_of_its_own_are_used(void **state)
{
	(void)state;
	struct gateway g = gateway;
	struct http_call call;
	char why[200];
	g.from = "MG0123456789abcdef0123456789abcdef";
	g.username = "SK1";
	g.password = "key";
	g.status_url = NULL;
	g.send_url = "http://127.0.0.1:1/Messages.json";
	assert_true(golden_render(&channel_twilio, &g, "0812-3456-789", "tolong 🚨", &call, why, sizeof why));
	assert_string_equal(call.url.data, "http://127.0.0.1:1/Messages.json");
	assert_non_null(strstr(call.headers.data, "Authorization: Basic U0sxOmtleQ==\n"));
	assert_string_equal(call.body.data, "To=%2B628123456789&MessagingServiceSid=MG0123456789abcdef0123456789abcdef&"
	                                    "Body=tolong%20%F0%9F%9A%A8&SmartEncoded=false");
	http_call_free(&call);
}

static void what_can_never_be_sent_is_refused_with_the_reason(void **state)
{
	(void)state;
	char four[460], why[200];
	memset(four, 'a', 459);
	four[459] = '\0';
	struct http_call call;
	assert_true(golden_render(&channel_twilio, &gateway, "+628123456789", four, &call, why, sizeof why));
	http_call_free(&call);
	four[0] = '[';
	static const char *const numbers[] = {"", "123", "TELKOMSEL", "+62812 +62813", "0812&To=1"};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		assert_false(golden_render(&channel_twilio, &gateway, numbers[i], "a", &call, why, sizeof why));
		assert_non_null(strstr(why, "phone number"));
		http_call_free(&call);
	}
	static const char *const texts[] = {"", "a\xff"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_false(
		        golden_render(&channel_twilio, &gateway, "+628123456789", texts[i], &call, why, sizeof why));
		http_call_free(&call);
	}
	assert_false(golden_render(&channel_twilio, &gateway, "+628123456789", four, &call, why, sizeof why));
	assert_non_null(strstr(why, "three parts"));
	http_call_free(&call);
	struct gateway bare = {.name = "twilio"};
	assert_false(golden_render(&channel_twilio, &bare, "+628123456789", "a", &call, why, sizeof why));
	http_call_free(&call);
	assert_false(golden_render(&channel_twilio, NULL, "+628123456789", "a", &call, why, sizeof why));
	http_call_free(&call);
}

static void answers_are_judged_by_their_code(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {201, "{\"sid\":\"SM1\",\"status\":\"queued\",\"num_segments\":\"1\",\"error_code\":null}", OUTCOME_OK,
	         "HTTP 201", "SM1"},
	        {201, "{\"sid\":\"SM1\",\"status\":\"failed\",\"error_code\":30002}", OUTCOME_PERMANENT, "error 30002",
	         ""},
	        {201, "{\"sid\":\"SM1\",\"status\":\"failed\",\"error_code\":39999}", OUTCOME_PERMANENT, "error 39999",
	         ""},
	        {200, "<html>Welcome", OUTCOME_UNKNOWN, "send_url", ""},
	        {201, "", OUTCOME_UNKNOWN, "send_url", ""},
	        {429, "{\"code\":20429,\"message\":\"Too Many Requests\",\"status\":429}", OUTCOME_RETRY, "20429", ""},
	        {400, "{\"code\":21610,\"message\":\"+628123456789 unsubscribed\",\"status\":400}", OUTCOME_PERMANENT,
	         "STOP", ""},
	        {400, "{\"code\":21211,\"message\":\"'To' +628123456789\",\"status\":400}", OUTCOME_PERMANENT, "21211",
	         ""},
	        {400, "{\"code\":21611,\"status\":400}", OUTCOME_RETRY, "queue", ""},
	        {400, "{\"code\":14107,\"status\":400}", OUTCOME_RETRY, "too many", ""},
	        {401, "{\"code\":20003,\"message\":\"Authenticate\",\"status\":401}", OUTCOME_PERMANENT, "log-in", ""},
	        {400, "{\"code\":29999,\"status\":400}", OUTCOME_PERMANENT, "error 29999", ""},
	        {500, "{\"code\":20500,\"status\":500}", OUTCOME_RETRY, "internal", ""},
	        {503, "upstream", OUTCOME_RETRY, "HTTP 503", ""},
	        {404, "not found", OUTCOME_PERMANENT, "HTTP 404", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {.status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = channel_twilio.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
		assert_null(strstr(v.detail, "6281"));
	}
	struct channel_answer wait = {.status = 429, .body = "{\"code\":20429}", .retry_after = "7", .error = ""};
	assert_int_equal(channel_twilio.judge(&wait).outcome, OUTCOME_RETRY_AFTER);
	assert_int_equal(channel_twilio.judge(&wait).retry_after_s, 7);
	struct channel_answer broken = {.transport = TRANSPORT_BROKEN, .error = ""};
	assert_int_equal(channel_twilio.judge(&broken).outcome, OUTCOME_UNKNOWN);
}

static void what_came_in_is_answered_with_empty_twiml(void **state)
{
	(void)state;
	assert_ptr_equal(channel_of_kind("twilio"), &channel_twilio);
	assert_int_equal(channel_twilio.accepted[DOOR_INBOUND].status, 200);
	assert_string_equal(channel_twilio.accepted[DOOR_INBOUND].content_type, "text/xml");
	assert_string_equal(channel_twilio.accepted[DOOR_INBOUND].body,
	                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>");
	assert_string_equal(channel_twilio.accepted[DOOR_STATUS].body, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_signature_holds_with_and_without_the_port),
	        cmocka_unit_test(any_changed_byte_is_a_forgery),
	        cmocka_unit_test(no_signature_another_token_or_another_account_is_a_forgery),
	        cmocka_unit_test(a_body_that_is_no_form_is_kept_when_its_hash_is_signed),
	        cmocka_unit_test(every_golden_message_is_read),
	        cmocka_unit_test(a_text_is_taken_for_base64_only_when_it_can_be_nothing_else),
	        cmocka_unit_test(what_is_no_whole_message_is_unreadable_and_keeps_what_was_understood),
	        cmocka_unit_test(delivery_reports_come_back_with_our_id),
	        cmocka_unit_test(every_word_of_twilio_for_a_state_is_known),
	        cmocka_unit_test(a_notice_renders_as_the_golden_call),
	        cmocka_unit_test(a_service_a_key_and_an_address_of_its_own_are_used),
	        cmocka_unit_test(what_can_never_be_sent_is_refused_with_the_reason),
	        cmocka_unit_test(answers_are_judged_by_their_code),
	        cmocka_unit_test(what_came_in_is_answered_with_empty_twiml),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
