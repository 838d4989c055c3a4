/* layer: protocol */
/* test_smsgate: events as SMS Gateway for Android signs them (protocol/examples/smsgate-*.txt), and the call that sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../protocol/digest.h"
#include "golden.h"

static const struct gateway gateway = {.name = "smsgate",
                                       .username = "sigap",
                                       .password = "p&ss word",
                                       .secret = "abc123KEY",
                                       .smsc = "2",
                                       .status_url = "https://sigap.example/v1/gateways/smsgate/status?token=t0ken"};

static enum inbound_end receive(const char *name, struct inbound *all)
{
	struct golden g;
	char why[200] = "";
	golden_read(name, &g);
	inbound_init(all);
	enum inbound_end end = golden_call(&channel_smsgate, &gateway, DOOR_INBOUND, &g, all, why, sizeof why);
	assert_int_equal(end == INBOUND_TAKEN, why[0] == '\0');
	golden_free(&g);
	return end;
}

static void a_message_is_read_with_its_event_as_id(void **state)
{
	(void)state;
	static const struct {
		const char *name, *id, *from, *to, *smsc, *text;
		bool repaired, timed;
	} cases[] = {
	        {"smsgate-inbound", "Ey6ECgOkVVFjz3CL48B8C", "+628111000001", "", "1", "Flood at RT 05", false, true},
	        {"smsgate-inbound-old-app", "old-1", "+628111000002", "", "", "ada org gila dirantai di rt 3 petung 🙏",
	         false, false},
	        {"smsgate-inbound-cut-emoji", "cut-1", "+628111000001", "+628115550000", "2", "tolong \xef\xbf\xbd",
	         true, true},
	        {"smsgate-mms", "mms-1", "+628111000001", "+628115550000", "1", "pasung ini orangnya [MMS]", false,
	         true},
	        {"smsgate-data", "data-1", "+628111000001", "", "", "[SMS data]", false, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive(cases[i].name, &all), INBOUND_TAKEN);
		assert_int_equal(all.message_count, 1);
		const struct inbound_message *m = &all.messages[0];
		assert_string_equal(m->external_id, cases[i].id);
		assert_string_equal(m->from, cases[i].from);
		assert_string_equal(m->to, cases[i].to);
		assert_string_equal(m->smsc, cases[i].smsc);
		assert_string_equal(m->text.data, cases[i].text);
		assert_int_equal(m->repaired, cases[i].repaired);
		assert_int_equal(m->has_reported_at, cases[i].timed);
		if (cases[i].timed)
			assert_int_equal(m->reported_at_us, 1795255872000000);
		inbound_free(&all);
	}
}

static void each_message_of_a_batch_has_an_id_of_its_own(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("smsgate-batch", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 2);
	assert_string_equal(all.messages[0].external_id, "batch-1/0");
	assert_string_equal(all.messages[1].external_id, "batch-1/1");
	assert_string_equal(all.messages[1].text.data, "dua");
	inbound_free(&all);
}

static void a_ping_is_taken_and_says_nothing(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive("smsgate-ping", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count + all.report_count, 0);
	inbound_free(&all);
}

static struct delivery_report report_of(const char *name)
{
	struct inbound all;
	assert_int_equal(receive(name, &all), INBOUND_TAKEN);
	assert_int_equal(all.report_count, 1);
	struct delivery_report d = all.reports[0];
	assert_string_equal(d.ref, "0190163d-8694-739b-aea5-966c26f8ad91");
	inbound_free(&all);
	return d;
}

static void delivered_parts_are_told_apart_and_counted_by_what_was_sent(void **state)
{
	(void)state;
	struct delivery_report sent = report_of("smsgate-status-sent"), first = report_of("smsgate-status-delivered");
	struct delivery_report again = report_of("smsgate-status-delivered"),
	                       second = report_of("smsgate-status-delivered-2");
	struct delivery_report failed = report_of("smsgate-status-failed");
	assert_int_equal(sent.state, DELIVERY_SENT);
	assert_int_equal(sent.part, 0);
	assert_int_equal(sent.parts, 2);
	assert_int_equal(first.state, DELIVERY_DELIVERED);
	assert_int_equal(first.parts, 0);
	assert_true(first.part > 0 && second.part > 0);
	assert_int_equal(first.part, again.part);
	assert_int_not_equal(first.part, second.part);
	assert_int_equal(failed.state, DELIVERY_FAILED);
	assert_string_equal(failed.detail, "RESULT_ERROR_NO_SERVICE");
}

/* ---- who calls ---- */

/* The vector of the documentation with some text of it replaced and the clock moved by seconds. */
static enum inbound_end altered(const struct gateway *by, const char *old, const char *new, int64_t later, char *why,
                                size_t why_size)
{
	struct golden g;
	struct inbound all;
	size_t len;
	char *bytes = golden_bytes("smsgate-inbound", &len), *at = strstr(bytes, old);
	struct buf text;
	assert_non_null(at);
	buf_init(&text, 1 << 20);
	buf_add(&text, bytes, (size_t)(at - bytes));
	buf_adds(&text, new);
	buf_adds(&text, at + strlen(old));
	golden_set(&g, text.data, text.len);
	g.request.now_s += later;
	inbound_init(&all);
	why[0] = '\0';
	enum inbound_end end = golden_call(&channel_smsgate, by, DOOR_INBOUND, &g, &all, why, why_size);
	assert_true(end != INBOUND_FORGED || all.message_count == 0);
	inbound_free(&all);
	golden_free(&g);
	buf_free(&text);
	free(bytes);
	return end;
}

static void what_is_not_signed_rightly_is_forged(void **state)
{
	(void)state;
	struct gateway keyless = gateway, other = gateway;
	char why[200];
	keyless.secret = NULL;
	other.secret = "abc123KEy";
	assert_int_equal(altered(&gateway, "Flood", "Flood", 0, why, sizeof why), INBOUND_TAKEN);
	assert_int_equal(altered(&gateway, "3166c493", "3166C493", 0, why, sizeof why), INBOUND_TAKEN);
	assert_int_equal(altered(&gateway, "3166c493", "3166c494", 0, why, sizeof why), INBOUND_FORGED);
	assert_int_equal(altered(&gateway, "Flood", "flood", 0, why, sizeof why), INBOUND_FORGED);
	assert_int_equal(altered(&gateway, "X-Signature", "X-Other", 0, why, sizeof why), INBOUND_FORGED);
	assert_non_null(strstr(why, "signing key"));
	assert_int_equal(altered(&gateway, "X-Timestamp", "X-Other", 0, why, sizeof why), INBOUND_FORGED);
	assert_int_equal(altered(&gateway, "1795255872\n", "1795255873\n", 0, why, sizeof why), INBOUND_FORGED);
	assert_int_equal(altered(&gateway, "4729bd9", "4729bd", 0, why, sizeof why), INBOUND_FORGED);
	assert_int_equal(altered(&keyless, "Flood", "Flood", 0, why, sizeof why), INBOUND_FORGED);
	assert_int_equal(altered(&other, "Flood", "Flood", 0, why, sizeof why), INBOUND_FORGED);
}

static void an_old_signature_is_forged_and_the_clock_is_named(void **state)
{
	(void)state;
	char why[200];
	assert_int_equal(altered(&gateway, "Flood", "Flood", 300, why, sizeof why), INBOUND_TAKEN);
	assert_int_equal(altered(&gateway, "Flood", "Flood", -300, why, sizeof why), INBOUND_TAKEN);
	assert_int_equal(altered(&gateway, "Flood", "Flood", 301, why, sizeof why), INBOUND_FORGED);
	assert_non_null(strstr(why, "301 s behind"));
	assert_int_equal(altered(&gateway, "Flood", "Flood", -301, why, sizeof why), INBOUND_FORGED);
	assert_non_null(strstr(why, "301 s ahead of"));
}

/* A body signed as it should be. */
static enum inbound_end signed_body(const char *body, struct inbound *all)
{
	struct golden g;
	struct buf text, message;
	uint8_t mac[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX], why[200] = "";
	buf_init(&text, 1 << 20);
	buf_init(&message, 1 << 20);
	buf_addf(&message, "%s1795255872", body);
	digest_hex(mac, digest_hmac(DIGEST_SHA256, "abc123KEY", 9, message.data, message.len, mac), hex);
	buf_addf(&text, "POST /i HTTP/1.1\nX-Timestamp: 1795255872\nX-Signature: %s\n\n%s", hex, body);
	golden_set(&g, text.data, text.len);
	inbound_init(all);
	enum inbound_end end = golden_call(&channel_smsgate, &gateway, DOOR_STATUS, &g, all, why, sizeof why);
	golden_free(&g);
	buf_free(&text);
	buf_free(&message);
	return end;
}

static void what_is_not_understood_is_kept_with_what_was(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		size_t messages;
	} cases[] = {
	        {"", 0},
	        {"[]", 0},
	        {"{}", 0},
	        {"{\"event\":\"sms:received\"}", 1},
	        {"{\"event\":\"sms:received\",\"payload\":{\"sender\":\"+62811\",\"message\":\"tolong\"}}", 1},
	        {"{\"event\":\"sms:received\",\"id\":\"a\",\"payload\":{\"message\":\"tolong\"}}", 1},
	        {"{\"event\":\"sms:received\",\"id\":\"a\",\"payload\":{\"sender\":\"+62811\"}}", 1},
	        {"{\"event\":\"sms:delivered\",\"id\":\"a\",\"payload\":{}}", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(signed_body(cases[i].body, &all), INBOUND_UNREADABLE);
		assert_int_equal(all.message_count, cases[i].messages);
		assert_int_equal(all.report_count, 0);
		if (strstr(cases[i].body, "tolong") != NULL)
			assert_string_equal(all.messages[0].text.data, "tolong");
		inbound_free(&all);
	}
	struct inbound all;
	assert_int_equal(signed_body("{\"event\":\"app:started\",\"id\":\"a\",\"payload\":{}}", &all), INBOUND_TAKEN);
	inbound_free(&all);
}

/* ---- out ---- */

static void a_notice_renders_as_the_golden_call(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	assert_true(golden_render(&channel_smsgate, &gateway, "08123456789",
	                          "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042 / TOLAK 1042.", &call,
	                          why, sizeof why));
	assert_true(golden_is(&call, "smsgate-send"));
	http_call_free(&call);
	struct gateway private = {.send_url = "http://10.0.0.7:8080/messages", .password = "jwt"};
	assert_true(golden_render(&channel_smsgate, &private, "+628123456789", "a\"b", &call, why, sizeof why));
	assert_string_equal(call.url.data, private.send_url);
	assert_non_null(strstr(call.headers.data, "Authorization: Bearer jwt\n"));
	assert_non_null(strstr(call.body.data, "\"text\":\"a\\\"b\""));
	assert_non_null(strstr(call.body.data, "\"withDeliveryReport\":false"));
	http_call_free(&call);
}

static void what_is_no_sms_is_refused(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	char long_text[461];
	memset(long_text, 'a', 460);
	long_text[460] = '\0';
	assert_false(golden_render(&channel_smsgate, &gateway, "+628123456789", long_text, &call, why, sizeof why));
	http_call_free(&call);
	assert_true(golden_render(&channel_smsgate, &gateway, "+628123456789", long_text + 1, &call, why, sizeof why));
	http_call_free(&call);
	assert_false(golden_render(&channel_smsgate, &gateway, "2345", "a", &call, why, sizeof why));
	http_call_free(&call);
	assert_false(golden_render(&channel_smsgate, &gateway, "+628123456789", "", &call, why, sizeof why));
	http_call_free(&call);
}

static void the_answer_is_read_and_a_repeated_id_is_an_acceptance(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {202, "{\"id\":\"n-1\",\"state\":\"Pending\",\"recipients\":[]}", OUTCOME_OK, "HTTP 202", "n-1"},
	        {201, "{\"id\":\"n-1\",\"state\":\"Pending\"}", OUTCOME_OK, "HTTP 201", "n-1"},
	        {200, "{\"id\":\"n-1\",\"state\":\"Failed\"}", OUTCOME_PERMANENT, "failed at once", "n-1"},
	        {200, "<html>", OUTCOME_UNKNOWN, "send_url", ""},
	        {409, "{\"message\":\"exists\"}", OUTCOME_OK, "accepted before", ""},
	        {401, "", OUTCOME_PERMANENT, "username and password", ""},
	        {400, "{\"message\":\"failed to validate phone number +628123456789 x\"}", OUTCOME_PERMANENT,
	         "HTTP 400: failed to validate phone number ... x", ""},
	        {500, "oops", OUTCOME_RETRY, "HTTP 500", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {
		        .status = cases[i].status, .body = cases[i].body, .error = "", .gateway = &gateway};
		struct verdict v = channel_smsgate.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
	}
	struct channel_answer broken = {.transport = TRANSPORT_BROKEN, .error = ""};
	assert_int_equal(channel_smsgate.judge(&broken).outcome, OUTCOME_UNKNOWN);
}

static void only_the_number_of_a_sim_is_an_smsc(void **state)
{
	(void)state;
	struct gateway g = gateway;
	char why[200];
	assert_true(channel_smsgate.check(&g, why, sizeof why));
	g.smsc = "modem1";
	assert_false(channel_smsgate.check(&g, why, sizeof why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_message_is_read_with_its_event_as_id),
	        cmocka_unit_test(each_message_of_a_batch_has_an_id_of_its_own),
	        cmocka_unit_test(a_ping_is_taken_and_says_nothing),
	        cmocka_unit_test(delivered_parts_are_told_apart_and_counted_by_what_was_sent),
	        cmocka_unit_test(what_is_not_signed_rightly_is_forged),
	        cmocka_unit_test(an_old_signature_is_forged_and_the_clock_is_named),
	        cmocka_unit_test(what_is_not_understood_is_kept_with_what_was),
	        cmocka_unit_test(a_notice_renders_as_the_golden_call),
	        cmocka_unit_test(what_is_no_sms_is_refused),
	        cmocka_unit_test(the_answer_is_read_and_a_repeated_id_is_an_acceptance),
	        cmocka_unit_test(only_the_number_of_a_sim_is_an_smsc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
