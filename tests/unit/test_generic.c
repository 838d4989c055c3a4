/* layer: protocol */
/* test_generic: a gateway known by its mapping alone (protocol/examples/generic-*.txt), the JSON pointers and the template behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../protocol/channel/send_template.h"
#include "../../protocol/json.h"
#include "../../protocol/json_pointer.h"
#include "golden.h"

static const struct gateway desa = {
        .name = "desa",
        .send_url = "https://desa.example/kirim",
        .username = "sigap",
        .password = "p4ss",
        .secret = "kunci",
        .from = "DINSOS",
        .status_url = "https://sigap.example/v1/gateways/desa/status?token=t0ken",
        .mapping = {.messages = "/data/messages",
                    .id = "/id",
                    .from = "/sender/number",
                    .to = "/to",
                    .text = "/body",
                    .time = "/at",
                    .reports = "/data/reports",
                    .report_ref = "/ref",
                    .report_state = "/state",
                    .report_delivered = "delivered, DELIVRD",
                    .report_sent = "sent,accepted ",
                    .report_failed = "failed",
                    .signature = "hmac-sha256-hex",
                    .signature_header = "X-Desa-Signature",
                    .send_type = "json",
                    .send_body =
                            "{\"to\":\"{to_digits}\",\"text\":\"{text}\",\"ref\":\"{id}\",\"cb\":\"{status_url}\"}",
                    .send_auth = "bearer",
                    .send_id = "/result/id",
                    .send_ok = "/result/state=queued"}};

static enum inbound_end read_one(const struct gateway *g, enum door door, struct golden *request, struct inbound *all,
                                 char *why, size_t why_size)
{
	inbound_init(all);
	enum inbound_end end = golden_call(&channel_generic, g, door, request, all, why, why_size);
	golden_free(request);
	return end;
}

static enum inbound_end receive(const struct gateway *g, enum door door, const char *name, struct inbound *all)
{
	struct golden request;
	char why[200] = "";
	golden_read(name, &request);
	return read_one(g, door, &request, all, why, sizeof why);
}

static enum inbound_end receive_body(const struct gateway *g, enum door door, const char *body, struct inbound *all,
                                     char *why, size_t why_size)
{
	struct golden request;
	struct buf text;
	buf_init(&text, 1 << 20);
	buf_addf(&text, "POST /i HTTP/1.1\nContent-Type: application/json\n\n%s", body);
	golden_set(&request, text.data, text.len);
	buf_free(&text);
	return read_one(g, door, &request, all, why, why_size);
}

static void messages_are_found_where_the_mapping_says(void **state)
{
	(void)state;
	static const struct {
		const char *id, *from, *text;
		int64_t at;
	} want[] = {
	        {"m-1", "+628111000001", "ada mayat di RT 05", 1795255872000000},
	        {"9007199254740993", "+628111000002", "orang gila 🙏", 1795255872000000},
	        {"m-3", "TELKOMSEL", "kuota", 1795255872123000},
	};
	struct inbound all;
	assert_int_equal(receive(&desa, DOOR_INBOUND, "generic-inbound", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(all.messages[i].external_id, want[i].id);
		assert_string_equal(all.messages[i].from, want[i].from);
		assert_string_equal(all.messages[i].to, "2345");
		assert_string_equal(all.messages[i].text.data, want[i].text);
		assert_int_equal(all.messages[i].reported_at_us, want[i].at);
	}
	inbound_free(&all);
}

static void a_form_counts_as_an_object_of_its_fields(void **state)
{
	(void)state;
	struct gateway plain = {.mapping = {.id = "/id", .from = "/from", .text = "/text", .time = "/time"}};
	struct golden g;
	struct inbound all;
	char why[200];
	assert_int_equal(receive(&plain, DOOR_INBOUND, "generic-inbound-form", &all), INBOUND_TAKEN);
	assert_string_equal(all.messages[0].from, "+628111000001");
	assert_string_equal(all.messages[0].text.data, "ada mayat");
	inbound_free(&all);
	static const char get[] = "GET /i?token=x&id=g-1&from=62811&text=a%FFb HTTP/1.1\n";
	golden_set(&g, get, sizeof get - 1);
	assert_int_equal(read_one(&plain, DOOR_INBOUND, &g, &all, why, sizeof why), INBOUND_TAKEN);
	assert_string_equal(all.messages[0].external_id, "g-1");
	assert_true(all.messages[0].repaired);
	inbound_free(&all);
}

static void without_ids_a_message_is_known_by_what_it_says(void **state)
{
	(void)state;
	struct gateway plain = {.mapping = {.messages = "/m", .from = "/f", .text = "/t"}};
	struct inbound one, two;
	char why[200];
	assert_int_equal(receive_body(&plain, DOOR_INBOUND,
	                              "{\"m\":[{\"f\":\"1\",\"t\":\"a\"},{\"f\":\"1\",\"t\":\"b\"}]}", &one, why,
	                              sizeof why),
	                 INBOUND_TAKEN);
	assert_int_equal(receive_body(&plain, DOOR_INBOUND, "{\"m\":{\"f\":\"1\",\"t\":\"b\"}}", &two, why, sizeof why),
	                 INBOUND_TAKEN);
	assert_string_not_equal(one.messages[0].external_id, one.messages[1].external_id);
	assert_string_equal(one.messages[1].external_id, two.messages[0].external_id);
	inbound_free(&one);
	inbound_free(&two);
}

static void the_signature_is_over_the_raw_body(void **state)
{
	(void)state;
	struct gateway g = desa;
	struct inbound all;
	g.secret = "Kunci";
	assert_int_equal(receive(&g, DOOR_INBOUND, "generic-inbound", &all), INBOUND_FORGED);
	assert_int_equal(all.message_count, 0);
	inbound_free(&all);
	g = desa;
	g.mapping.signature_header = "X-Other";
	assert_int_equal(receive(&g, DOOR_INBOUND, "generic-inbound", &all), INBOUND_FORGED);
	inbound_free(&all);
	g = desa;
	g.mapping.signature = "hmac-sha256-base64";
	assert_int_equal(receive(&g, DOOR_INBOUND, "generic-inbound-base64", &all), INBOUND_TAKEN);
	inbound_free(&all);
	assert_int_equal(receive(&g, DOOR_INBOUND, "generic-inbound", &all), INBOUND_FORGED);
	inbound_free(&all);
}

static void what_is_missing_is_named_and_the_rest_taken(void **state)
{
	(void)state;
	static const struct {
		const char *body, *why;
		size_t messages;
	} cases[] = {
	        {"{\"data\":{\"messages\":[{\"id\":\"1\",\"sender\":{},\"body\":\"a\"},{\"id\":\"2\",\"sender\":{"
	         "\"number\":\"1\"},"
	         "\"body\":\"b\"}]}}",
	         "message_from", 2},
	        {"{\"data\":{\"messages\":[{\"sender\":{\"number\":\"1\"},\"body\":\"a\"}]}}", "message_id", 1},
	        {"{\"data\":{\"messages\":[{\"id\":\"1\",\"sender\":{\"number\":\"1\"}}]}}", "message_text", 1},
	        {"{\"data\":{}}", "no list", 0},
	        {"nonsense", "not JSON", 0},
	};
	struct gateway g = desa;
	g.mapping.signature = "none";
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char why[200] = "";
		assert_int_equal(receive_body(&g, DOOR_INBOUND, cases[i].body, &all, why, sizeof why),
		                 INBOUND_UNREADABLE);
		assert_non_null(strstr(why, cases[i].why));
		assert_int_equal(all.message_count, cases[i].messages);
		inbound_free(&all);
	}
}

static void reports_speak_the_words_of_the_mapping(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive(&desa, DOOR_STATUS, "generic-status", &all), INBOUND_TAKEN);
	assert_int_equal(all.report_count, 3);
	assert_int_equal(all.reports[0].state, DELIVERY_DELIVERED);
	assert_string_equal(all.reports[0].ref, GOLDEN_NOTICE);
	assert_string_equal(all.reports[0].gateway_ref, GOLDEN_NOTICE);
	assert_int_equal(all.reports[1].state, DELIVERY_FAILED);
	assert_string_equal(all.reports[1].ref, "");
	assert_string_equal(all.reports[1].gateway_ref, "g-2");
	assert_int_equal(all.reports[2].state, DELIVERY_SENT);
	inbound_free(&all);
	struct gateway deaf = {.mapping = {.from = "/f", .text = "/t"}};
	char why[200];
	assert_int_equal(receive_body(&deaf, DOOR_STATUS, "{}", &all, why, sizeof why), INBOUND_UNREADABLE);
	assert_non_null(strstr(why, "report_ref"));
	inbound_free(&all);
}

static void what_it_is_answered_may_be_set(void **state)
{
	(void)state;
	struct gateway g = desa;
	assert_string_equal(channel_accepted(&channel_generic, &g, DOOR_INBOUND).body, "");
	g.mapping.accepted_body = "{\"ok\":true}";
	struct gateway_answer a = channel_accepted(&channel_generic, &g, DOOR_STATUS);
	assert_string_equal(a.body, "{\"ok\":true}");
	assert_string_equal(a.content_type, "application/json");
	assert_int_equal(a.status, 200);
}

/* ---- out ---- */

static void every_value_is_escaped_for_where_it_stands(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	struct gateway g = desa;
	assert_true(golden_render(&channel_generic, &g, "08123456789", "kata \"siap\"\n1042", &call, why, sizeof why));
	assert_true(golden_is(&call, "generic-send-json"));
	http_call_free(&call);
	g.mapping.send_type = "form";
	g.mapping.send_auth = "header X-Api-Key";
	g.mapping.send_body = "hp={to}&isi={text}&dari={from}";
	assert_true(golden_render(&channel_generic, &g, "08123456789", "kata \"siap\"\n1042", &call, why, sizeof why));
	assert_true(golden_is(&call, "generic-send-form"));
	http_call_free(&call);
	g.mapping.send_auth = "basic";
	assert_true(golden_render(&channel_generic, &g, "08123456789", "a", &call, why, sizeof why));
	assert_non_null(strstr(call.headers.data, "Authorization: Basic c2lnYXA6cDRzcw==\n"));
	http_call_free(&call);
	g.mapping.send_body = NULL;
	assert_false(golden_render(&channel_generic, &g, "08123456789", "a", &call, why, sizeof why));
	http_call_free(&call);
}

static void an_answer_must_hold_what_send_ok_says(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {200, "{\"result\":{\"id\":17,\"state\":\"queued\"}}", OUTCOME_OK, "HTTP 200", "17"},
	        {200, "{\"result\":{\"id\":17,\"state\":\"rejected\"}}", OUTCOME_PERMANENT, "send_ok", ""},
	        {200, "<html>", OUTCOME_PERMANENT, "send_ok", ""},
	        {401, "{}", OUTCOME_PERMANENT, "send_auth", ""},
	        {503, "{}", OUTCOME_RETRY, "HTTP 503", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {
		        .status = cases[i].status, .body = cases[i].body, .error = "", .gateway = &desa};
		struct verdict v = channel_generic.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
	}
	struct gateway easy = {.mapping = {.from = "/f"}};
	struct channel_answer any = {.status = 204, .body = "", .error = "", .gateway = &easy};
	assert_int_equal(channel_generic.judge(&any).outcome, OUTCOME_OK);
}

/* ---- the mapping ---- */

static void nonsense_in_the_mapping_is_a_fault_with_its_setting(void **state)
{
	(void)state;
	char why[300];
	assert_true(channel_generic.check(&desa, why, sizeof why));
#define WRONG(change, words)                                                                                           \
	do {                                                                                                           \
		struct gateway g = desa;                                                                               \
		change;                                                                                                \
		assert_false(channel_generic.check(&g, why, sizeof why));                                              \
		assert_non_null(strstr(why, words));                                                                   \
	} while (0)
	WRONG(g.mapping.id = "id", "message_id");
	WRONG(g.mapping.text = "/a~2", "message_text");
	WRONG(g.mapping.reports = "data", "reports");
	WRONG(g.mapping.report_state = NULL, "report_ref and report_state");
	WRONG(g.secret = NULL, "secret_file");
	WRONG(g.mapping.signature = "none", "signature is none");
	WRONG(g.send_url = NULL, "go together");
	WRONG(g.mapping.send_body = NULL, "go together");
	WRONG(g.mapping.send_auth = "digest", "send_auth");
	WRONG(g.mapping.send_auth = "header ", "send_auth");
	WRONG(g.mapping.send_auth = "header X: y", "send_auth");
	WRONG(g.password = NULL, "password_file");
	WRONG(g.username = NULL; g.mapping.send_auth = "basic", "username");
	WRONG(g.mapping.send_ok = "status", "send_ok");
	WRONG(g.mapping.send_ok = "status=ok", "send_ok");
	WRONG(g.mapping.send_ok = "/status=", "send_ok");
	WRONG(g.mapping.send_id = "id", "send_id");
	WRONG(g.mapping.send_body = "{\"to\":\"{to}\",\"text\":\"{texd}\"}", "{texd}");
	WRONG(g.mapping.send_body = "{\"to\":\"{to}\"}", "no {text}");
	WRONG(g.mapping.send_body = "{\"text\":\"{text}\"}", "neither {to}");
	WRONG(g.mapping.send_body = "{\"to\":\"{to}\",\"text\":{text}}", "no JSON");
	WRONG(g.mapping.send_body = "to={to}&text={text}", "no JSON");
}

static void a_template_may_hold_digits_without_quotes_and_other_braces(void **state)
{
	(void)state;
	char why[300];
	assert_true(
	        send_template_check("{\"to\":{to_digits},\"sms\":{\"t\":\"{text}\"},\"x\":{}}", true, why, sizeof why));
	assert_true(send_template_check("to={to}&text={text}&x={&y=}", false, why, sizeof why));
	struct buf out;
	buf_init(&out, 1000);
	send_template_fill("{{text}}{to}{", false, (const char *[SEND_PLACES]){[SEND_TEXT] = "a b"}, &out);
	assert_string_equal(out.data, "{a%20b}{");
	buf_free(&out);
}

static void pointers_find_what_rfc_6901_says(void **state)
{
	(void)state;
	static const char text[] =
	        "{\"foo\":[\"bar\",\"baz\"],\"\":\"0\",\"a/b\":\"1\",\"c%d\":\"2\",\"e^f\":\"3\",\"g|h\":\"4\","
	        "\"k\\\"l\":\"6\",\" \":\"7\",\"m~n\":\"8\"}";
	static const struct {
		const char *pointer, *value;
	} cases[] = {
	        {"/foo/0", "bar"},  {"/", "0"},        {"/a~1b", "1"},    {"/c%d", "2"},  {"/e^f", "3"},
	        {"/g|h", "4"},      {"/k\"l", "6"},    {"/ ", "7"},       {"/m~0n", "8"}, {"/foo/2", NULL},
	        {"/foo/-", NULL},   {"/foo/00", NULL}, {"/foo/", NULL},   {"/fo", NULL},  {"/fooo", NULL},
	        {"/foo/0/x", NULL}, {"/Foo/0", NULL},  {"/foo/+1", NULL},
	};
	struct json_fault fault;
	cJSON *tree = json_parse(text, sizeof text - 1, &fault);
	assert_ptr_equal(json_pointer_find(tree, ""), tree);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *value = cJSON_GetStringValue(json_pointer_find(tree, cases[i].pointer));
		assert_int_equal(value == NULL, cases[i].value == NULL);
		if (value != NULL)
			assert_string_equal(value, cases[i].value);
	}
	cJSON_Delete(tree);
	assert_true(json_pointer_valid("") && json_pointer_valid("/") && json_pointer_valid("/a~0~1/b"));
	assert_false(json_pointer_valid("a") || json_pointer_valid("/~") || json_pointer_valid("/a~2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(messages_are_found_where_the_mapping_says),
	        cmocka_unit_test(a_form_counts_as_an_object_of_its_fields),
	        cmocka_unit_test(without_ids_a_message_is_known_by_what_it_says),
	        cmocka_unit_test(the_signature_is_over_the_raw_body),
	        cmocka_unit_test(what_is_missing_is_named_and_the_rest_taken),
	        cmocka_unit_test(reports_speak_the_words_of_the_mapping),
	        cmocka_unit_test(what_it_is_answered_may_be_set),
	        cmocka_unit_test(every_value_is_escaped_for_where_it_stands),
	        cmocka_unit_test(an_answer_must_hold_what_send_ok_says),
	        cmocka_unit_test(nonsense_in_the_mapping_is_a_fault_with_its_setting),
	        cmocka_unit_test(a_template_may_hold_digits_without_quotes_and_other_braces),
	        cmocka_unit_test(pointers_find_what_rfc_6901_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
