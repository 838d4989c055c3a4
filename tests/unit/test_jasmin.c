/* layer: protocol */
/* test_jasmin: calls of a Jasmin gateway as its documentation and source make them (protocol/examples/jasmin-*.txt), and the call that sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

#define MESSAGE "6b8ee4b1-b9f5-4e1e-8a2c-0f6bb0f5d8a1"
static const struct gateway gateway = {.name = "jasmin",
                                       .send_url = "http://127.0.0.1:1401/send",
                                       .username = "sigap",
                                       .password = "p&ss",
                                       .from = "DINSOS",
                                       .status_url = "https://sigap.example/v1/gateways/jasmin/status?token=t0ken"};

static enum inbound_end receive(const struct gateway *gw, struct golden *g, struct inbound *ret)
{
	char why[200] = "";
	inbound_init(ret);
	enum inbound_end end = golden_call(&channel_jasmin, gw, DOOR_INBOUND, g, ret, why, sizeof why);
	assert_int_equal(end == INBOUND_TAKEN, why[0] == '\0');
	golden_free(g);
	return end;
}

static enum inbound_end receive_golden(const char *name, struct inbound *ret)
{
	struct golden g;
	golden_read(name, &g);
	return receive(&gateway, &g, ret);
}

static enum inbound_end receive_query(const struct gateway *gw, const char *query, struct inbound *ret)
{
	struct golden g;
	char text[2000];
	snprintf(text, sizeof text, "GET /in?token=t&%s HTTP/1.1\n\n", query);
	golden_set(&g, text, strlen(text));
	return receive(gw, &g, ret);
}

static void every_golden_message_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
	} cases[] = {
	        {"jasmin-inbound-ucs2", "tolong 🚨"},
	        {"jasmin-inbound-gsm7", "ada api ¡@ Ä€Ñ _ RT"},
	        {"jasmin-inbound-latin1", "café"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive_golden(cases[i].name, &all), INBOUND_TAKEN);
		assert_int_equal(all.message_count, 1);
		assert_string_equal(all.messages[0].external_id, MESSAGE);
		assert_string_equal(all.messages[0].from, "+628111000001");
		assert_string_equal(all.messages[0].to, "2345");
		assert_string_equal(all.messages[0].smsc, "operator1");
		assert_string_equal(all.messages[0].text.data, cases[i].text);
		assert_false(all.messages[0].repaired);
		inbound_free(&all);
	}
}

static void the_text_follows_the_coding(void **state)
{
	(void)state;
	static const struct {
		const char *option, *fields, *text;
		bool repaired;
	} cases[] = {
	        {NULL, "coding=0&content=tolong", "tolong", false},
	        {NULL, "content=a%00b", "a@b", false},
	        {NULL, "coding=0&binary=1B281B3C1B65", "{[€", false},
	        {NULL, "coding=0&binary=1B", " ", false},
	        {NULL, "coding=0&content=caf%C3%A9", "café", false},
	        {NULL, "coding=0&content=caf%E9", "café", false},
	        {"latin1", "coding=0&content=a%40_%5B", "a@_[", false},
	        {"utf8", "coding=0&content=a%40%F0%9F%9A%A8", "a@🚨", false},
	        {NULL, "coding=1&content=a%40b", "a@b", false},
	        {NULL, "coding=3&content=%E9%40", "é@", false},
	        {NULL, "coding=2&binary=63c3a9", "cé", false},
	        {NULL, "coding=4&content=c%E9", "cé", false},
	        {NULL, "coding=8&content=%00a%D8%3D%DE%A8", "a🚨", false},
	        {NULL, "coding=8&binary=0061D83D", "a\xEF\xBF\xBD", true},
	        {NULL, "coding=24&binary=0061", "a", false}, /* 0x18: UCS-2 with a class */
	        {NULL, "coding=16&binary=00", "@", false},   /* 0x10: the default alphabet with a class */
	        {NULL, "coding=240&binary=00", "@", false},  /* 0xF0 */
	        {NULL, "coding=245&binary=e9", "é", false},  /* 0xF5: eight bits */
	        {NULL, "coding=-9&content=a%40", "a@", false},
	        {NULL, "coding=9999&content=a%40", "a@", false},
	        {NULL, "coding=0&content=wrong&binary=61", "a", false},
	        {NULL, "coding=0&content=right&binary=6", "right", false},
	        {NULL, "coding=0&content=&binary=", "", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		struct gateway gw = gateway;
		char query[300];
		gw.option = cases[i].option;
		snprintf(query, sizeof query, "id=1&from=628111000001&%s", cases[i].fields);
		assert_int_equal(receive_query(&gw, query, &all), INBOUND_TAKEN);
		assert_string_equal(all.messages[0].text.data, cases[i].text);
		assert_int_equal(all.messages[0].repaired, cases[i].repaired);
		inbound_free(&all);
	}
}

static void what_is_no_whole_message_is_unreadable(void **state)
{
	(void)state;
	static const char *const queries[] = {"id=1&content=a", "from=1&content=a", "id=1&from=1",
	                                      "id=1&from=1&binary=zz", ""};
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		struct inbound all;
		assert_int_equal(receive_query(&gateway, queries[i], &all), INBOUND_UNREADABLE);
		inbound_free(&all);
	}
}

static void delivery_reports_come_back_with_our_id(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum delivery_state state;
		const char *detail;
	} cases[] = {
	        {"jasmin-status-delivered", DELIVERY_DELIVERED, "DELIVRD, err 000"},
	        {"jasmin-status-rejected", DELIVERY_FAILED, "REJECTD, err 00B"},
	        {"jasmin-status-level1", DELIVERY_SENT, "ESME_ROK"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive_golden(cases[i].name, &all), INBOUND_TAKEN);
		assert_int_equal(all.report_count, 1);
		assert_string_equal(all.reports[0].ref, GOLDEN_NOTICE);
		assert_string_equal(all.reports[0].gateway_ref, MESSAGE);
		assert_int_equal(all.reports[0].state, cases[i].state);
		assert_string_equal(all.reports[0].detail, cases[i].detail);
		inbound_free(&all);
	}
	static const struct {
		const char *word;
		int state;
	} words[] = {{"UNDELIV", DELIVERY_FAILED},
	             {"EXPIRED", DELIVERY_FAILED},
	             {"DELETED", DELIVERY_FAILED},
	             {"ACCEPTD", DELIVERY_SENT},
	             {"UNKNOWN", DELIVERY_SENT},
	             {"ENROUTE", DELIVERY_SENT},
	             {"ESME_RINVDSTADR", DELIVERY_FAILED},
	             {"LOST", -1},
	             {"", -1}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct inbound all;
		char query[200];
		snprintf(query, sizeof query, "id=1&level=3&message_status=%s", words[i].word);
		assert_int_equal(receive_query(&gateway, query, &all),
		                 words[i].state < 0 ? INBOUND_UNREADABLE : INBOUND_TAKEN);
		if (words[i].state >= 0)
			assert_int_equal(all.reports[0].state, words[i].state);
		inbound_free(&all);
	}
	struct inbound all;
	assert_int_equal(receive_query(&gateway, "message_status=DELIVRD", &all), INBOUND_UNREADABLE);
	inbound_free(&all);
}

static void a_notice_renders_as_the_golden_call_of_its_coding(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	assert_true(golden_render(&channel_jasmin, &gateway, "+628123456789",
	                          "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042.", &call, why,
	                          sizeof why));
	assert_true(golden_is(&call, "jasmin-send"));
	http_call_free(&call);
	assert_true(golden_render(&channel_jasmin, &gateway, "+628123456789", "tolong 🚨", &call, why, sizeof why));
	assert_true(golden_is(&call, "jasmin-send-ucs2"));
	http_call_free(&call);
	struct gateway bare = {.send_url = "http://h/send"};
	assert_true(golden_render(&channel_jasmin, &bare, "08123456789", "a", &call, why, sizeof why));
	assert_string_equal(call.body.data, "username=&password=&to=628123456789&coding=0&content=a");
	http_call_free(&call);
	assert_false(golden_render(&channel_jasmin, &bare, "TELKOMSEL", "a", &call, why, sizeof why));
	http_call_free(&call);
	bare.send_url = NULL;
	assert_false(golden_render(&channel_jasmin, &bare, "08123456789", "a", &call, why, sizeof why));
	http_call_free(&call);
}

static void only_jasmins_own_words_are_an_acceptance(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {200, "Success \"" MESSAGE "\"", OUTCOME_OK, "HTTP 200", MESSAGE},
	        {200, "Success \"cut", OUTCOME_OK, "HTTP 200", "cut"},
	        {200, "<html>", OUTCOME_UNKNOWN, "send_url", ""},
	        {200, "", OUTCOME_UNKNOWN, "send_url", ""},
	        {200, "Error \"x\"", OUTCOME_PERMANENT, "HTTP 200", ""},
	        {403, "Error \"Authentication failure for username:sigap\"", OUTCOME_PERMANENT, "log-in", ""},
	        {403, "Error \"User throughput exceeded\"", OUTCOME_RETRY, "throughput", ""},
	        {403, "Error \"Cannot charge submit_sm, check RouterPB log file for details\"", OUTCOME_PERMANENT,
	         "credit", ""},
	        {412, "Error \"No route found\"", OUTCOME_PERMANENT, "no route", ""},
	        {412, "Error \"Failover route has no bound connectors\"", OUTCOME_RETRY, "no line", ""},
	        {500, "Error \"Cannot send submit_sm, check SMPPClientManagerPB log file for details\"", OUTCOME_RETRY,
	         "line", ""},
	        {400, "Error \"Argument [to] has an invalid value: [628123456789].\"", OUTCOME_PERMANENT, "argument",
	         ""},
	        {500, "Error \"Unknown error: 628123456789\"", OUTCOME_RETRY, "HTTP 500", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {.status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = channel_jasmin.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
		assert_null(strstr(v.detail, "6281"));
		assert_null(strstr(v.detail, "sigap"));
	}
}

static void what_came_in_is_answered_in_the_words_jasmin_waits_for(void **state)
{
	(void)state;
	for (int door = 0; door < DOORS; door++) {
		assert_int_equal(channel_jasmin.accepted[door].status, 200);
		assert_string_equal(channel_jasmin.accepted[door].body, "ACK/Jasmin");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_golden_message_is_read),
	        cmocka_unit_test(the_text_follows_the_coding),
	        cmocka_unit_test(what_is_no_whole_message_is_unreadable),
	        cmocka_unit_test(delivery_reports_come_back_with_our_id),
	        cmocka_unit_test(a_notice_renders_as_the_golden_call_of_its_coding),
	        cmocka_unit_test(only_jasmins_own_words_are_an_acceptance),
	        cmocka_unit_test(what_came_in_is_answered_in_the_words_jasmin_waits_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
