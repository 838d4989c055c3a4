/* layer: protocol */
/* test_infobip: Infobip's calls as they are documented (protocol/examples/infobip-*.txt), and the call that sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

static const struct gateway gateway = {.name = "infobip",
                                       .send_url = "https://xyz123.api.infobip.com",
                                       .password = "0123-KEY",
                                       .from = "DINSOS",
                                       .status_url = "https://sigap.example/v1/gateways/infobip/status?token=t0ken"};

static enum inbound_end receive_at(enum door door, const struct gateway *gw, const char *name, struct inbound *ret)
{
	struct golden g;
	char why[200] = "";
	golden_read(name, &g);
	inbound_init(ret);
	enum inbound_end end = golden_call(&channel_infobip, gw, door, &g, ret, why, sizeof why);
	assert_int_equal(end == INBOUND_TAKEN, why[0] == '\0');
	golden_free(&g);
	return end;
}

static enum inbound_end receive(const struct gateway *gw, const char *name, struct inbound *ret)
{
	return receive_at(DOOR_INBOUND, gw, name, ret);
}

static enum inbound_end receive_json(const char *json, struct inbound *ret)
{
	struct golden g;
	struct buf text;
	char why[200];
	buf_init(&text, 1 << 20);
	buf_addf(&text, "POST /in HTTP/1.1\nContent-Type: application/json\n\n%s", json);
	golden_set(&g, text.data, text.len);
	inbound_init(ret);
	enum inbound_end end = golden_call(&channel_infobip, &gateway, DOOR_INBOUND, &g, ret, why, sizeof why);
	golden_free(&g);
	buf_free(&text);
	return end;
}

static void the_password_of_the_notification_profile_is_asked_for_where_one_is_configured(void **state)
{
	(void)state;
	struct inbound all;
	struct gateway guarded = gateway;
	guarded.secret = "h00k";
	assert_int_equal(receive(&guarded, "infobip-inbound", &all), INBOUND_TAKEN);
	inbound_free(&all);
	assert_int_equal(receive(&guarded, "infobip-status", &all), INBOUND_FORGED); /* without the header */
	assert_int_equal(all.message_count + all.report_count, 0);
	inbound_free(&all);
	guarded.secret = "h00j";
	assert_int_equal(receive(&guarded, "infobip-inbound", &all), INBOUND_FORGED);
	assert_int_equal(all.message_count, 0);
	inbound_free(&all);
	guarded.secret = "h00k";
	guarded.option = "other";
	assert_int_equal(receive(&guarded, "infobip-inbound", &all), INBOUND_FORGED);
	inbound_free(&all);
	assert_int_equal(receive(&gateway, "infobip-inbound", &all), INBOUND_TAKEN);
	inbound_free(&all);
}

static void reports_need_no_password_but_bring_no_message_without_it(void **state)
{
	(void)state;
	struct inbound all;
	struct gateway guarded = gateway;
	guarded.secret = "h00k";
	assert_int_equal(receive_at(DOOR_STATUS, &guarded, "infobip-status", &all), INBOUND_TAKEN);
	assert_int_equal(all.report_count, 3);
	inbound_free(&all);
	assert_int_equal(receive_at(DOOR_STATUS, &guarded, "infobip-inbound-several", &all), INBOUND_UNREADABLE);
	assert_int_equal(all.message_count, 0);
	inbound_free(&all);
	assert_int_equal(receive_at(DOOR_STATUS, &guarded, "infobip-inbound", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 1);
	inbound_free(&all);
	guarded.secret = "h00j";
	assert_int_equal(receive_at(DOOR_STATUS, &guarded, "infobip-inbound", &all), INBOUND_FORGED);
	inbound_free(&all);
}

static void a_message_is_read_with_its_time_and_its_whole_text(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive(&gateway, "infobip-inbound", &all), INBOUND_TAKEN);
	assert_int_equal(all.message_count, 1);
	const struct inbound_message *m = &all.messages[0];
	assert_string_equal(m->external_id, "817790313235066447");
	assert_string_equal(m->from, "+628111000001");
	assert_string_equal(m->to, "6221555000");
	assert_string_equal(m->text.data, "FLOOD RT 05"); /* cleanText is without the keyword */
	assert_true(m->has_reported_at);
	assert_int_equal(m->reported_at_us, 1795255872220000);
	assert_int_equal(m->part_total, 0);
	inbound_free(&all);
}

static void what_is_wrong_with_one_result_takes_nothing_from_the_others(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive(&gateway, "infobip-inbound-several", &all),
	                 INBOUND_UNREADABLE); /* the last has no id */
	assert_int_equal(all.message_count, 4);
	static const struct {
		const char *id, *from, *text;
		bool repaired;
	} want[] = {
	        {"817790313235066448", "+628111000001", "ada mayat di RT 05 Petung", false},
	        {"m-2", "+628111000002", "tolong \xEF\xBF\xBD", true},
	        {"m-3", "TELKOMSEL", "orang terlantar\ndi masjid", false},
	        {"", "+628111000004", "tanpa id", false},
	};
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(all.messages[i].external_id, want[i].id);
		assert_string_equal(all.messages[i].from, want[i].from);
		assert_string_equal(all.messages[i].text.data, want[i].text);
		assert_int_equal(all.messages[i].repaired, want[i].repaired);
	}
	assert_int_equal(all.messages[0].reported_at_us, 1795255872000000); /* +0800 */
	inbound_free(&all);
}

static void what_is_not_understood_is_unreadable(void **state)
{
	(void)state;
	static const char *const calls[] = {
	        "",
	        "{",
	        "[]",
	        "{}",
	        "{\"results\":{}}",
	        "{\"results\":[7]}",
	        "{\"results\":[{\"messageId\":\"1\",\"from\":\"628111000001\"}]}",
	        "{\"results\":[{\"messageId\":\"1\",\"text\":\"a\"}]}",
	        "{\"results\":[{\"messageId\":\"1\",\"status\":{\"groupName\":\"LOST\"}}]}",
	        "{\"results\":[{\"status\":{\"groupName\":\"DELIVERED\"}}]}",
	};
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		struct inbound all;
		assert_int_equal(receive_json(calls[i], &all), INBOUND_UNREADABLE);
		assert_int_equal(all.report_count, 0);
		inbound_free(&all);
	}
	struct inbound all;
	assert_int_equal(receive_json("{\"results\":[],\"messageCount\":0}", &all), INBOUND_TAKEN);
	inbound_free(&all);
	/* a good one after it changes nothing */
	assert_int_equal(receive_json("{\"results\":[{\"messageId\":\"1\",\"text\":\"a\"},"
	                              "{\"messageId\":\"2\",\"from\":\"628111000001\",\"text\":\"b\"}]}",
	                              &all),
	                 INBOUND_UNREADABLE);
	assert_int_equal(all.message_count, 2);
	inbound_free(&all);
}

static void more_results_than_a_call_may_hold_are_not_lost_silently(void **state)
{
	(void)state;
	struct buf json;
	struct inbound all;
	buf_init(&json, 1 << 20);
	buf_adds(&json, "{\"results\":[");
	for (int i = 0; i <= INBOUND_MOST; i++)
		buf_addf(&json, "%s{\"messageId\":\"%d\",\"from\":\"628111000001\",\"text\":\"a\"}", i > 0 ? "," : "",
		         i);
	buf_adds(&json, "]}");
	assert_int_equal(receive_json(json.data, &all), INBOUND_UNREADABLE);
	assert_int_equal(all.message_count, INBOUND_MOST);
	inbound_free(&all);
	buf_free(&json);
}

static void delivery_reports_name_our_own_id(void **state)
{
	(void)state;
	struct inbound all;
	assert_int_equal(receive(&gateway, "infobip-status", &all), INBOUND_TAKEN);
	assert_int_equal(all.report_count, 3);
	assert_int_equal(all.message_count, 0);
	static const struct {
		enum delivery_state state;
		const char *detail;
	} want[] = {
	        {DELIVERY_DELIVERED, "DELIVERED_TO_HANDSET"},
	        {DELIVERY_FAILED, "UNDELIVERABLE_NOT_DELIVERED, EC_ABSENT_SUBSCRIBER"},
	        {DELIVERY_SENT, "DELIVERED_TO_OPERATOR"},
	};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(all.reports[i].state, want[i].state);
		assert_string_equal(all.reports[i].detail, want[i].detail);
	}
	assert_string_equal(all.reports[0].ref, GOLDEN_NOTICE);
	assert_string_equal(all.reports[0].gateway_ref, GOLDEN_NOTICE);
	inbound_free(&all);
}

static void every_group_and_the_names_that_differ_from_theirs_are_known(void **state)
{
	(void)state;
	static const struct {
		const char *group, *name;
		enum delivery_state state;
	} cases[] = {
	        {"PENDING", "PENDING_ACCEPTED", DELIVERY_QUEUED},
	        {"PENDING", "PENDING_ENROUTE", DELIVERY_SENT},
	        {"PENDING", "PENDING_WAITING_DELIVERY", DELIVERY_SENT},
	        {"ACCEPTED", "MESSAGE_ACCEPTED", DELIVERY_QUEUED},
	        {"DELIVERED", "DELIVERED_TO_HANDSET", DELIVERY_DELIVERED},
	        {"UNDELIVERABLE", "UNDELIVERABLE_REJECTED_OPERATOR", DELIVERY_FAILED},
	        {"EXPIRED", "EXPIRED_EXPIRED", DELIVERY_FAILED},
	        {"EXPIRED", "EXPIRED_DLR_UNKNOWN", DELIVERY_SENT},
	        {"REJECTED", "REJECTED_NETWORK", DELIVERY_FAILED},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char json[300];
		snprintf(json, sizeof json,
		         "{\"results\":[{\"messageId\":\"m\",\"status\":{\"groupName\":\"%s\",\"name\":\"%s\"}}]}",
		         cases[i].group, cases[i].name);
		assert_int_equal(receive_json(json, &all), INBOUND_TAKEN);
		assert_int_equal(all.reports[0].state, cases[i].state);
		inbound_free(&all);
	}
}

static void a_notice_renders_as_the_golden_call(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	assert_true(golden_render(&channel_infobip, &gateway, "+628123456789",
	                          "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042.", &call, why,
	                          sizeof why));
	assert_true(golden_is(&call, "infobip-send"));
	http_call_free(&call);
	struct gateway bare = gateway;
	bare.status_url = bare.from = NULL;
	static const char *const urls[] = {"http://127.0.0.1:1/", "http://127.0.0.1:1",
	                                   "http://127.0.0.1:1/sms/3/messages"};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		bare.send_url = urls[i];
		assert_true(
		        golden_render(&channel_infobip, &bare, "08123456789", "tolong \"🚨\"", &call, why, sizeof why));
		assert_string_equal(call.url.data, "http://127.0.0.1:1/sms/3/messages");
		assert_string_equal(
		        call.body.data,
		        "{\"messages\":[{\"destinations\":[{\"to\":\"628123456789\",\"messageId\":\"" GOLDEN_NOTICE
		        "\"}],\"content\":{\"text\":\"tolong \\\"🚨\\\"\"}}]}");
		http_call_free(&call);
	}
	bare.password = NULL;
	assert_false(golden_render(&channel_infobip, &bare, "08123456789", "a", &call, why, sizeof why));
	http_call_free(&call);
	assert_false(golden_render(&channel_infobip, &gateway, "TELKOMSEL", "a", &call, why, sizeof why));
	http_call_free(&call);
}

static void answers_are_judged_by_the_group_of_their_status(void **state)
{
	(void)state;
#define ANSWER(group, name)                                                                                            \
	"{\"bulkId\":\"b\",\"messages\":[{\"messageId\":\"" GOLDEN_NOTICE "\",\"status\":{\"groupId\":" group          \
	",\"groupName\":\"X\",\"id\":1,\"name\":\"" name "\",\"description\":\"628123456789\"}}]}"
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {200, ANSWER("1", "PENDING_ACCEPTED"), OUTCOME_OK, "HTTP 200", GOLDEN_NOTICE},
	        {200, ANSWER("3", "DELIVERED_TO_HANDSET"), OUTCOME_OK, "HTTP 200", GOLDEN_NOTICE},
	        {200, ANSWER("2", "UNDELIVERABLE_REJECTED_OPERATOR"), OUTCOME_PERMANENT, "UNDELIVERABLE_REJECTED",
	         GOLDEN_NOTICE},
	        {200, ANSWER("4", "EXPIRED_EXPIRED"), OUTCOME_PERMANENT, "EXPIRED", GOLDEN_NOTICE},
	        {200, ANSWER("5", "REJECTED_PREFIX_MISSING"), OUTCOME_PERMANENT, "REJECTED_PREFIX_MISSING",
	         GOLDEN_NOTICE},
	        {200, ANSWER("9", "NEW"), OUTCOME_UNKNOWN, "NEW", GOLDEN_NOTICE},
	        {200, "{\"messages\":[]}", OUTCOME_UNKNOWN, "send_url", ""},
	        {200, "<html>", OUTCOME_UNKNOWN, "send_url", ""},
	        {401, "{\"requestError\":{\"serviceException\":{\"messageId\":\"UNAUTHORIZED\",\"text\":\"x\"}}}",
	         OUTCOME_PERMANENT, "API key", ""},
	        {400,
	         "{\"requestError\":{\"serviceException\":{\"messageId\":\"BAD_REQUEST\",\"text\":\"628123456789\"}}}",
	         OUTCOME_PERMANENT, "error BAD_REQUEST", ""},
	        {400, "{\"errorCode\":\"E400\",\"description\":\"628123456789\"}", OUTCOME_PERMANENT, "error E400", ""},
	        {429, "{\"requestError\":{\"serviceException\":{\"messageId\":\"TOO_MANY_REQUESTS\"}}}", OUTCOME_RETRY,
	         "TOO_MANY_REQUESTS", ""},
	        {500, "", OUTCOME_RETRY, "HTTP 500", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {.status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = channel_infobip.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
		assert_null(strstr(v.detail, "6281"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_password_of_the_notification_profile_is_asked_for_where_one_is_configured),
	        cmocka_unit_test(reports_need_no_password_but_bring_no_message_without_it),
	        cmocka_unit_test(a_message_is_read_with_its_time_and_its_whole_text),
	        cmocka_unit_test(what_is_wrong_with_one_result_takes_nothing_from_the_others),
	        cmocka_unit_test(what_is_not_understood_is_unreadable),
	        cmocka_unit_test(more_results_than_a_call_may_hold_are_not_lost_silently),
	        cmocka_unit_test(delivery_reports_name_our_own_id),
	        cmocka_unit_test(every_group_and_the_names_that_differ_from_theirs_are_known),
	        cmocka_unit_test(a_notice_renders_as_the_golden_call),
	        cmocka_unit_test(answers_are_judged_by_the_group_of_their_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
