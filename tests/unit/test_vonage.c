/* layer: protocol */
/* test_vonage: Vonage's calls as they are documented and as its own library signs them (protocol/examples/vonage-*.txt), and the call that sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

static const struct gateway gateway = {.name = "vonage",
                                       .username = "abcd1234",
                                       .password = "p&ss word",
                                       .secret = "sigsecret",
                                       .from = "DINSOS",
                                       .inbound_url = "https://sigap.example/v1/gateways/vonage/inbound?token=t0ken",
                                       .status_url = "https://sigap.example/v1/gateways/vonage/status?token=t0ken"};
static const struct gateway unsigned_gateway = {.name = "vonage", .secret = NULL};

static enum inbound_end receive(const struct gateway *gw, const char *name, struct inbound *ret)
{
	struct golden g;
	char why[200] = "";
	golden_read(name, &g);
	inbound_init(ret);
	enum inbound_end end = golden_call(&channel_vonage, gw, DOOR_INBOUND, &g, ret, why, sizeof why);
	assert_int_equal(end == INBOUND_TAKEN, why[0] == '\0');
	golden_free(&g);
	return end;
}

/* A GET with that query, at a gateway without a secret. */
static enum inbound_end receive_query(const char *query, struct inbound *ret)
{
	struct golden g;
	char text[2000], why[200];
	snprintf(text, sizeof text, "GET /in?token=t&%s HTTP/1.1\n\n", query);
	golden_set(&g, text, strlen(text));
	inbound_init(ret);
	enum inbound_end end = golden_call(&channel_vonage, &unsigned_gateway, DOOR_INBOUND, &g, ret, why, sizeof why);
	golden_free(&g);
	return end;
}

/* ---- signature ---- */

static enum inbound_end end_of(const struct gateway *gw, struct golden *call)
{
	struct inbound all;
	char why[200] = "";
	inbound_init(&all);
	enum inbound_end end = golden_call(&channel_vonage, gw, DOOR_INBOUND, call, &all, why, sizeof why);
	if (end == INBOUND_FORGED)
		assert_int_equal(all.message_count + all.report_count, 0);
	inbound_free(&all);
	return end;
}

static void the_vector_holds_under_each_method(void **state)
{
	(void)state;
	/* &keyword=A_B_C&message-timestamp=...&type=text with the secret "sigsecret", by npm nexmo 2.9.1 */
	static const struct {
		const char *option, *sig;
	} cases[] = {
	        {NULL, "3c562968e93908a46eb8f067f7683e5a4d1a53bbf2d93f1d87cb5a928da5b960"},
	        {"sha256", "3C562968E93908A46EB8F067F7683E5A4D1A53BBF2D93F1D87CB5A928DA5B960"},
	        {"md5hash", "eb6e1c1c97903a3bd37675084785409f"},
	        {"md5", "1b11f122f62c2491324fe51fd5ff0054"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t other = 0; other < sizeof cases / sizeof *cases; other++) {
			struct golden g;
			struct gateway gw = gateway;
			char query[600];
			gw.option = cases[i].option;
			golden_read("vonage-inbound-get", &g);
			char *sig = strstr(g.query, "&sig=");
			snprintf(query, sizeof query, "%.*s&sig=%s", (int)(sig - g.query), g.query, cases[other].sig);
			g.request.query = query;
			g.request.query_len = strlen(query);
			bool same = i == other || (i < 2 && other < 2);
			assert_int_equal(end_of(&gw, &g), same ? INBOUND_TAKEN : INBOUND_FORGED);
			golden_free(&g);
		}
}

static void any_changed_field_is_a_forgery(void **state)
{
	(void)state;
	struct golden g;
	golden_read("vonage-inbound-form", &g);
	for (size_t i = 0; i < g.request.body_len; i++) {
		g.body[i] ^= 1;
		enum inbound_end end = end_of(&gateway, &g);
		/* "sIg=" is another field, and "%3d" is written "%3D" as well */
		assert_int_not_equal(end, INBOUND_TAKEN);
		assert_int_equal(end, INBOUND_FORGED);
		g.body[i] ^= 1;
	}
	assert_int_equal(end_of(&gateway, &g), INBOUND_TAKEN);
	golden_free(&g);
}

static void unsigned_calls_are_taken_only_where_no_secret_is_configured(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive(&gateway, "vonage-inbound-binary", &all), INBOUND_FORGED);
	inbound_free(&all);
	assert_int_equal(receive(&unsigned_gateway, "vonage-inbound-binary", &all), INBOUND_TAKEN);
	inbound_free(&all);
	assert_int_equal(receive(&unsigned_gateway, "vonage-inbound-get", &all), INBOUND_TAKEN);
	inbound_free(&all);
	struct gateway wrong = gateway;
	wrong.secret = "sigsecreT";
	assert_int_equal(receive(&wrong, "vonage-inbound-get", &all), INBOUND_FORGED);
	inbound_free(&all);
	wrong = gateway;
	wrong.option = "sha255";
	assert_int_equal(receive(&wrong, "vonage-inbound-get", &all), INBOUND_FORGED);
	inbound_free(&all);
}

static void a_signed_call_is_taken_for_a_day_of_repetitions_and_no_longer(void **state)
{
	(void)state;
	struct golden g;
	golden_read("vonage-inbound-get", &g);
	static const struct {
		int64_t later_s;
		enum inbound_end end;
	} cases[] = {
	        {0, INBOUND_TAKEN},    {24 * 3600, INBOUND_TAKEN}, {25 * 3600 + 1, INBOUND_FORGED},
	        {-300, INBOUND_TAKEN}, {-301, INBOUND_FORGED},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		g.request.now_s = 1795255872 + cases[i].later_s;
		assert_int_equal(end_of(&gateway, &g), cases[i].end);
	}
	golden_free(&g);
}

/* ---- messages ---- */

static void every_golden_message_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool is_signed;
		const char *id, *text;
		bool repaired;
		int ref, number, total;
	} cases[] = {
	        {"vonage-inbound-get", true, "0C0000001", "a&b=c flood", false, 0, 0, 0},
	        {"vonage-inbound-form", true, "0C0000002", "ada org dirantai di gudang 🚨", false, 0, 0, 0},
	        {"vonage-inbound-json-part", true, "0C0000003", "bagian kedua", false, 177, 2, 3},
	        {"vonage-inbound-binary", false, "0C0000004", "tolong", false, 7, 1, 2},
	        {"vonage-inbound-json-cut", false, "9007199254740993", "ta\xEF\xBF\xBD", true, -1, 1, 2},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive(cases[i].is_signed ? &gateway : &unsigned_gateway, cases[i].name, &all),
		                 INBOUND_TAKEN);
		assert_int_equal(all.message_count, 1);
		const struct inbound_message *m = &all.messages[0];
		assert_string_equal(m->external_id, cases[i].id);
		assert_string_equal(m->from, "+628111000001");
		assert_string_equal(m->to, "6221555000");
		assert_string_equal(m->text.data, cases[i].text);
		assert_int_equal(m->repaired, cases[i].repaired);
		if (cases[i].ref >= 0)
			assert_int_equal(m->part_ref, cases[i].ref);
		assert_int_equal(m->part_number, cases[i].number);
		assert_int_equal(m->part_total, cases[i].total);
		assert_true(m->has_reported_at);
		assert_int_equal(m->reported_at_us, 1795255872000000);
		inbound_free(&all);
	}
}

static void a_call_with_nothing_is_the_check_of_the_address(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive(&gateway, "vonage-check", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count + all.report_count, 0);
	inbound_free(&all);
	assert_int_equal(receive(&unsigned_gateway, "vonage-check", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count + all.report_count, 0);
	inbound_free(&all);
}

static void parts_are_told_apart_and_a_part_that_cannot_be_placed_is_marked(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		bool truncated;
		int number, total;
	} cases[] = {
	        {"concat=true&concat-ref=1&concat-part=1&concat-total=2", false, 1, 2},
	        {"concat=TRUE&concat-ref=&concat-part=2&concat-total=2", false, 2, 2},
	        {"concat=true&concat-ref=1&concat-part=3&concat-total=2", true, 0, 0},
	        {"concat=true&concat-ref=1&concat-part=0&concat-total=2", true, 0, 0},
	        {"concat=true&concat-ref=1", true, 0, 0},
	        {"concat=false&concat-ref=1&concat-part=1&concat-total=2", false, 0, 0},
	        {"udh=050003070301", false, 1, 3},
	        {"udh=zz", false, 0, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char query[300];
		snprintf(query, sizeof query, "messageId=1&msisdn=628111000001&type=text&text=a&%s", cases[i].fields);
		assert_int_equal(receive_query(query, &all), INBOUND_TAKEN);
		assert_int_equal(all.messages[0].truncated, cases[i].truncated);
		assert_int_equal(all.messages[0].part_number, cases[i].number);
		assert_int_equal(all.messages[0].part_total, cases[i].total);
		inbound_free(&all);
	}
	/* another name than a number is the same for all its parts, and another for another message */
	struct inbound a, b, c;
	receive_query("messageId=1&msisdn=6281&text=a&concat=true&concat-ref=A8&concat-part=1&concat-total=2", &a);
	receive_query("messageId=2&msisdn=6281&text=a&concat=true&concat-ref=A8&concat-part=2&concat-total=2", &b);
	receive_query("messageId=3&msisdn=6281&text=a&concat=true&concat-ref=A9&concat-part=2&concat-total=2", &c);
	assert_int_equal(a.messages[0].part_ref, b.messages[0].part_ref);
	assert_int_not_equal(a.messages[0].part_ref, c.messages[0].part_ref);
	assert_true(a.messages[0].part_ref >= 0 && c.messages[0].part_ref >= 0);
	inbound_free(&a);
	inbound_free(&b);
	inbound_free(&c);
}

static void what_is_no_whole_message_is_unreadable(void **state)
{
	(void)state;
	static const struct {
		const char *query, *text;
	} cases[] = {
	        {"msisdn=628111000001&text=tolong", "tolong"},
	        {"messageId=1&text=tolong", "tolong"},
	        {"messageId=1&msisdn=628111000001", ""},
	        {"messageId=1&msisdn=628111000001&type=binary&data=6", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive_query(cases[i].query, &all), INBOUND_UNREADABLE);
		assert_string_equal(all.messages[0].text.data, cases[i].text);
		inbound_free(&all);
	}
	/* JSON that is none: kept where nothing is signed; where it should be, nobody can tell whose it is */
	struct golden g;
	static const char broken[] = "POST /in?token=t HTTP/1.1\nContent-Type: application/json\n\n{\"msisdn\":";
	golden_set(&g, broken, strlen(broken));
	assert_int_equal(end_of(&unsigned_gateway, &g), INBOUND_UNREADABLE);
	assert_int_equal(end_of(&gateway, &g), INBOUND_FORGED);
	golden_free(&g);
}

static void short_codes_and_names_of_senders_stay_as_they_are(void **state)
{
	(void)state;
	static const struct {
		const char *given, *from;
	} cases[] = {{"628111000001", "+628111000001"}, {"2345", "2345"},
	             {"TELKOMSEL", "TELKOMSEL"},        {"%2B628111000001", "+628111000001"},
	             {"08111000001", "08111000001"},    {"1234567890123456", "1234567890123456"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char query[200];
		snprintf(query, sizeof query, "messageId=1&text=a&msisdn=%s", cases[i].given);
		assert_int_equal(receive_query(query, &all), INBOUND_TAKEN);
		assert_string_equal(all.messages[0].from, cases[i].from);
		inbound_free(&all);
	}
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
	        {"vonage-status-delivered", DELIVERY_DELIVERED, "delivered, err-code 0"},
	        {"vonage-status-failed", DELIVERY_FAILED, "failed, err-code 6"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive(&gateway, cases[i].name, &all), INBOUND_TAKEN);
		assert_int_equal(all.report_count, 1);
		assert_string_equal(all.reports[0].ref, GOLDEN_NOTICE);
		assert_string_equal(all.reports[0].gateway_ref, "0C0000000000A1");
		assert_int_equal(all.reports[0].state, cases[i].state);
		assert_string_equal(all.reports[0].detail, cases[i].detail);
		inbound_free(&all);
	}
	static const struct {
		const char *word;
		int state;
	} words[] = {{"accepted", DELIVERY_SENT},  {"buffered", DELIVERY_SENT},   {"unknown", DELIVERY_SENT},
	             {"expired", DELIVERY_FAILED}, {"rejected", DELIVERY_FAILED}, {"lost", -1}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct inbound all;
		char query[200];
		snprintf(query, sizeof query, "ref=" GOLDEN_NOTICE "&messageId=1&msisdn=6281&status=%s", words[i].word);
		assert_int_equal(receive_query(query, &all), words[i].state < 0 ? INBOUND_UNREADABLE : INBOUND_TAKEN);
		if (words[i].state >= 0)
			assert_int_equal(all.reports[0].state, words[i].state);
		inbound_free(&all);
	}
}

/* ---- sending ---- */

static void a_notice_renders_as_the_golden_call(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	assert_true(golden_render(&channel_vonage, &gateway, "+628123456789",
	                          "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042.", &call, why,
	                          sizeof why));
	assert_true(golden_is(&call, "vonage-send"));
	http_call_free(&call);
	struct gateway bare = gateway;
	bare.status_url = NULL;
	bare.send_url = "http://127.0.0.1:1/sms/json";
	assert_true(golden_render(&channel_vonage, &bare, "08123456789", "tolong 🚨", &call, why, sizeof why));
	assert_string_equal(call.url.data, "http://127.0.0.1:1/sms/json");
	assert_string_equal(call.body.data, "api_key=abcd1234&api_secret=p%26ss%20word&from=DINSOS&to=628123456789&"
	                                    "type=unicode&text=tolong%20%F0%9F%9A%A8&client-ref=" GOLDEN_NOTICE);
	http_call_free(&call);
	assert_false(golden_render(&channel_vonage, &unsigned_gateway, "+628123456789", "a", &call, why, sizeof why));
	http_call_free(&call);
}

static void an_answer_of_200_is_judged_by_what_became_of_each_part(void **state)
{
	(void)state;
#define PART(status, id) "{\"to\":\"628123456789\",\"status\":\"" status "\",\"message-id\":\"" id "\"}"
#define ERROR(status)    "{\"status\":\"" status "\",\"error-text\":\"628123456789 x\"}"
	static const struct {
		const char *parts;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {PART("0", "A1"), OUTCOME_OK, "HTTP 200", "A1"},
	        {PART("0", "A1") "," PART("0", "A2") "," PART("0", "A3"), OUTCOME_OK, "HTTP 200", "A1"},
	        {ERROR("1"), OUTCOME_RETRY, "status 1: throttled", ""},
	        {PART("0", "A1") "," ERROR("1"), OUTCOME_RETRY, "throttled; 1 of 2 parts", "A1"},
	        {ERROR("1") "," ERROR("7"), OUTCOME_PERMANENT, "status 7", ""},
	        {ERROR("7") "," ERROR("1"), OUTCOME_PERMANENT, "status 7", ""},
	        {ERROR("5"), OUTCOME_RETRY, "status 5", ""},
	        {ERROR("10"), OUTCOME_RETRY, "status 10", ""},
	        {ERROR("4"), OUTCOME_PERMANENT, "log-in", ""},
	        {ERROR("9"), OUTCOME_PERMANENT, "credit", ""},
	        {ERROR("99"), OUTCOME_PERMANENT, "status 99", ""},
	        {"{\"status\":0,\"message-id\":\"A1\"}", OUTCOME_OK, "HTTP 200", "A1"},
	        {"{}", OUTCOME_PERMANENT, "status none", ""},
	        {"7", OUTCOME_PERMANENT, "status none", ""},
	        {"", OUTCOME_UNKNOWN, "send_url", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char body[800];
		snprintf(body, sizeof body, "{\"message-count\":\"1\",\"messages\":[%s]}", cases[i].parts);
		struct channel_answer a = {.status = 200, .body = body, .error = ""};
		struct verdict v = channel_vonage.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
		assert_null(strstr(v.detail, "6281"));
	}
	struct channel_answer other = {.status = 200, .body = "<html>", .error = ""};
	assert_int_equal(channel_vonage.judge(&other).outcome, OUTCOME_UNKNOWN);
	other.status = 503;
	assert_int_equal(channel_vonage.judge(&other).outcome, OUTCOME_RETRY);
	other.transport = TRANSPORT_BROKEN;
	assert_int_equal(channel_vonage.judge(&other).outcome, OUTCOME_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_vector_holds_under_each_method),
	        cmocka_unit_test(any_changed_field_is_a_forgery),
	        cmocka_unit_test(unsigned_calls_are_taken_only_where_no_secret_is_configured),
	        cmocka_unit_test(a_signed_call_is_taken_for_a_day_of_repetitions_and_no_longer),
	        cmocka_unit_test(every_golden_message_is_read),
	        cmocka_unit_test(a_call_with_nothing_is_the_check_of_the_address),
	        cmocka_unit_test(parts_are_told_apart_and_a_part_that_cannot_be_placed_is_marked),
	        cmocka_unit_test(what_is_no_whole_message_is_unreadable),
	        cmocka_unit_test(short_codes_and_names_of_senders_stay_as_they_are),
	        cmocka_unit_test(delivery_reports_come_back_with_our_id),
	        cmocka_unit_test(a_notice_renders_as_the_golden_call),
	        cmocka_unit_test(an_answer_of_200_is_judged_by_what_became_of_each_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
