/* layer: protocol */
/* test_channel: Retry-After, the verdict on an HTTP answer, and the signed webhook call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../protocol/channel/kinds.h"
#include "../../protocol/webhook_sign.h"

static const int64_t now = 784111777 - 60; /* a minute before Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 */

static void retry_after_is_read_as_seconds_or_date(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		int seconds;
	} cases[] = {
	        {NULL, 0},
	        {"", 0},
	        {"soon", 0},
	        {"-5", 0},
	        {"12x", 0},
	        {"1.5", 0},
	        {"0", 1},
	        {"1", 1},
	        {" 120 ", 120},
	        {"3600", 3600},
	        {"3601", 3600},
	        {"99999999999999999999999", 3600},
	        {"Sun, 06 Nov 1994 08:49:37 GMT", 60},
	        {"Sunday, 06-Nov-94 08:49:37 GMT", 60},
	        {"Sun Nov  6 08:49:37 1994", 60},
	        {"Sun, 06 Nov 1994 08:00:00 GMT", 1},
	        {"Mon, 07 Nov 1994 08:49:37 GMT", 3600},
	        {"Sun, 06 Foo 1994 08:49:37 GMT", 0},
	        {"Sun, 06 Nov 1994 08:49:37 GMT tomorrow", 0},
	        {"Sun, 06 Nov 1994", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(retry_after_seconds(cases[i].value, now), cases[i].seconds);
}

static struct verdict verdict_of(enum transport transport, int status, const char *retry_after, const char *error)
{
	struct channel_answer a = {.transport = transport,
	                           .status = status,
	                           .body = "",
	                           .retry_after = retry_after,
	                           .error = error,
	                           .now_s = now};
	return http_verdict(&a);
}

static void only_2xx_is_ok_and_each_status_has_its_verdict(void **state)
{
	(void)state;
	static const struct {
		int status;
		enum outcome outcome;
	} cases[] = {
	        {200, OUTCOME_OK},        {202, OUTCOME_OK},        {204, OUTCOME_OK},        {299, OUTCOME_OK},
	        {301, OUTCOME_PERMANENT}, {304, OUTCOME_PERMANENT}, {400, OUTCOME_PERMANENT}, {401, OUTCOME_PERMANENT},
	        {404, OUTCOME_PERMANENT}, {410, OUTCOME_PERMANENT}, {422, OUTCOME_PERMANENT}, {408, OUTCOME_RETRY},
	        {425, OUTCOME_RETRY},     {429, OUTCOME_RETRY},     {500, OUTCOME_RETRY},     {502, OUTCOME_RETRY},
	        {503, OUTCOME_RETRY},     {504, OUTCOME_RETRY},     {599, OUTCOME_RETRY},     {0, OUTCOME_UNKNOWN},
	        {103, OUTCOME_UNKNOWN},   {700, OUTCOME_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(verdict_of(TRANSPORT_ANSWERED, cases[i].status, NULL, "").outcome, cases[i].outcome);
}

static void retry_after_is_honoured_where_it_means_something(void **state)
{
	(void)state;
	for (int status = 429; status <= 503; status += 503 - 429) {
		struct verdict v = verdict_of(TRANSPORT_ANSWERED, status, "17", "");
		assert_int_equal(v.outcome, OUTCOME_RETRY_AFTER);
		assert_int_equal(v.retry_after_s, 17);
		assert_int_equal(verdict_of(TRANSPORT_ANSWERED, status, "soon", "").outcome, OUTCOME_RETRY);
	}
	assert_int_equal(verdict_of(TRANSPORT_ANSWERED, 500, "17", "").outcome, OUTCOME_RETRY);
	assert_int_equal(verdict_of(TRANSPORT_ANSWERED, 404, "17", "").outcome, OUTCOME_PERMANENT);
	assert_int_equal(verdict_of(TRANSPORT_ANSWERED, 200, "17", "").outcome, OUTCOME_OK);
}

static void what_may_have_arrived_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(TRANSPORT_NOT_SENT, 0, NULL, "").outcome, OUTCOME_RETRY);
	assert_int_equal(verdict_of(TRANSPORT_BROKEN, 0, NULL, "").outcome, OUTCOME_UNKNOWN);
	assert_int_equal(verdict_of(TRANSPORT_REFUSED_BY_US, 0, NULL, "").outcome, OUTCOME_PERMANENT);
	assert_string_equal(verdict_of(TRANSPORT_NOT_SENT, 0, NULL, NULL).detail, "not sent");
}

static void a_detail_names_no_address(void **state)
{
	(void)state;
	assert_string_equal(
	        verdict_of(TRANSPORT_NOT_SENT, 0, NULL, "Failed to connect to 10.0.0.5 port 8443: Connection refused")
	                .detail,
	        "not sent: Failed to connect to ... port ... Connection refused");
	assert_string_equal(
	        verdict_of(TRANSPORT_NOT_SENT, 0, NULL, "Could not resolve host: siaga.polres.go.id").detail,
	        "not sent: Could not resolve host: ...");
	assert_string_equal(verdict_of(TRANSPORT_BROKEN, 0, NULL, "reset by http://u:p@host/x?token=y").detail,
	                    "no answer, may have arrived: reset by ...");
	char longest[4000];
	for (size_t i = 0; i < sizeof longest; i++)
		longest[i] = i % 7 == 0 ? ' ' : 'x';
	longest[sizeof longest - 1] = '\0';
	assert_in_range(strlen(verdict_of(TRANSPORT_BROKEN, 0, NULL, longest).detail), 100, 159);
}

/* ---- webhook ---- */

static const struct channel_contact contact = {.address = "https://siaga.example/hook?x=1",
                                               .secret = "whsec_ZGlzcGF0Y2gtdGVzdC1zZWNyZXQtMzItYnl0ZXMhISE="};
static const char body[] = "{\"type\":\"report.assigned\",\"timestamp\":\"2026-11-21T10:11:12Z\",\"data\":{\"id\":"
                           "\"rpt_01\",\"agency\":\"damkar\"}}";
static const struct channel_notice notice = {
        .id = "msg_dsp_0001", .body = body, .body_len = sizeof body - 1, .now_s = 1795255872};

static void a_webhook_call_is_signed_for_this_attempt(void **state)
{
	(void)state;
	struct http_call call;
	char why[100] = "";
	http_call_init(&call);
	assert_true(channel_webhook.render(NULL, &contact, &notice, &call, why, sizeof why));
	assert_string_equal(call.method, "POST");
	assert_string_equal(call.url.data, contact.address);
	assert_string_equal(call.headers.data, "Content-Type: application/json\n"
	                                       "webhook-id: msg_dsp_0001\n"
	                                       "webhook-timestamp: 1795255872\n"
	                                       "webhook-signature: v1,aB8c2whwozCyAFTuNo9NhcfN2IKXdiEdGYwo2Ab9I2s=\n");
	assert_string_equal(call.body.data, body);
	http_call_free(&call);
	struct channel_answer gone = {.status = 410, .body = "", .error = ""};
	assert_int_equal(channel_webhook.judge(&gone).outcome, OUTCOME_PERMANENT);
	assert_string_equal(channel_webhook.name, "webhook");
}

static void a_webhook_that_cannot_be_signed_or_sent_is_refused(void **state)
{
	(void)state;
	static const struct {
		struct channel_contact contact;
		const char *id, *why;
	} cases[] = {
	        {{"https://h/", NULL}, "a", "secret"},
	        {{"https://h/", ""}, "a", "secret"},
	        {{"https://h/", "geheim"}, "a", "whsec_"},
	        {{NULL, "whsec_MDEyMzQ1Njc4OTAxMjM0NQ=="}, "a", "http"},
	        {{"ftp://h/", "whsec_MDEyMzQ1Njc4OTAxMjM0NQ=="}, "a", "http"},
	        {{"https://h/ x", "whsec_MDEyMzQ1Njc4OTAxMjM0NQ=="}, "a", "http"},
	        {{"https://h/", "whsec_MDEyMzQ1Njc4OTAxMjM0NQ=="}, "a.b", "id"},
	        {{"https://h/", "whsec_MDEyMzQ1Njc4OTAxMjM0NQ=="}, "a\nx-evil: 1", "id"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_call call;
		struct channel_notice n = notice;
		char why[100] = "";
		n.id = cases[i].id;
		http_call_init(&call);
		assert_false(channel_webhook.render(NULL, &cases[i].contact, &n, &call, why, sizeof why));
		assert_non_null(strstr(why, cases[i].why));
		http_call_free(&call);
	}
}

/* A refusal because of the account is no reason to give up a notice that another gateway could carry; one because of the number is. */
static void a_refusal_says_whether_another_gateway_could_do_better(void **state)
{
	(void)state;
	static const struct {
		const struct channel *channel;
		int status;
		const char *body;
		bool gateways;
	} cases[] = {
	        {&channel_kannel, 403, "Authorization failed for sendsms", true},
	        {&channel_kannel, 400, "Missing receiver number, rejected", false},
	        {&channel_kannel, 302, "", true},
	        {&channel_kannel, 404, "", true},
	        {&channel_kannel, 407, "", true},
	        {&channel_kannel, 410, "", false},
	        {&channel_twilio, 401, "{\"code\":20003,\"message\":\"Authenticate\",\"status\":401}", true},
	        {&channel_twilio, 400, "{\"code\":21610,\"message\":\"unsubscribed\",\"status\":400}", false},
	        {&channel_twilio, 400, "{\"code\":63038,\"message\":\"limit\",\"status\":400}", true},
	        {&channel_vonage, 200, "{\"message-count\":\"1\",\"messages\":[{\"status\":\"9\"}]}", true},
	        {&channel_vonage, 200, "{\"message-count\":\"1\",\"messages\":[{\"status\":\"7\"}]}", false},
	        {&channel_jasmin, 403, "Error \"Authentication failure for username:x\"", true},
	        {&channel_whatsapp, 400, "{\"error\":{\"code\":131047,\"message\":\"Re-engagement message\"}}", true},
	        {&channel_rapidpro, 200, "{\"message\":\"Error\",\"data\":[{\"type\":\"error\",\"error\":\"no\"}]}",
	         true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct channel_answer a = {
		        .transport = TRANSPORT_ANSWERED, .status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = cases[i].channel->judge(&a);
		assert_int_equal(v.outcome, OUTCOME_PERMANENT);
		assert_int_equal(v.gateway_fault, cases[i].gateways);
	}
	const struct channel_answer not_allowed = {.transport = TRANSPORT_REFUSED_BY_US, .body = "", .error = ""};
	assert_true(channel_kannel.judge(&not_allowed).gateway_fault);
}

static void outcomes_and_delivery_states_have_names(void **state)
{
	(void)state;
	assert_string_equal(outcome_names[OUTCOME_RETRY_AFTER], "retry_after");
	assert_string_equal(delivery_state_names[DELIVERY_DELIVERED], "delivered");
	for (int i = 0; i < OUTCOMES; i++)
		assert_non_null(outcome_names[i]);
	for (int i = 0; i < DELIVERY_STATES; i++)
		assert_non_null(delivery_state_names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(retry_after_is_read_as_seconds_or_date),
	        cmocka_unit_test(only_2xx_is_ok_and_each_status_has_its_verdict),
	        cmocka_unit_test(retry_after_is_honoured_where_it_means_something),
	        cmocka_unit_test(what_may_have_arrived_is_unknown),
	        cmocka_unit_test(a_detail_names_no_address),
	        cmocka_unit_test(a_webhook_call_is_signed_for_this_attempt),
	        cmocka_unit_test(a_webhook_that_cannot_be_signed_or_sent_is_refused),
	        cmocka_unit_test(a_refusal_says_whether_another_gateway_could_do_better),
	        cmocka_unit_test(outcomes_and_delivery_states_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
