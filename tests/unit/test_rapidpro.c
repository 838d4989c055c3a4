/* layer: protocol */
/* test_rapidpro: calls of RapidPro's external channel (protocol/examples/rapidpro-*.txt), and the call to its receive address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

#define CHANNEL "f1d2c3b4-0000-4000-8000-000000000001"

static const struct gateway gateway = {.name = "rapidpro", .send_url = "https://rapidpro.example/", .account = CHANNEL};

static enum inbound_end read_one(const struct gateway *by, struct golden *g, struct inbound *all, char *why,
                                 size_t why_size)
{
	inbound_init(all);
	enum inbound_end end = golden_call(&channel_rapidpro, by, DOOR_INBOUND, g, all, why, why_size);
	golden_free(g);
	return end;
}

static enum inbound_end receive(const char *name, struct inbound *all)
{
	struct golden g;
	char why[200] = "";
	golden_read(name, &g);
	return read_one(&gateway, &g, all, why, sizeof why);
}

static enum inbound_end receive_form(const char *form, struct inbound *all, char *why, size_t why_size)
{
	struct golden g;
	struct buf text;
	buf_init(&text, 1 << 20);
	buf_addf(&text, "POST /i HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\n%s", form);
	golden_set(&g, text.data, text.len);
	buf_free(&text);
	return read_one(&gateway, &g, all, why, why_size);
}

static void the_contact_is_read_wherever_the_template_puts_him(void **state)
{
	(void)state;
	static const struct {
		const char *name, *from, *to, *text;
	} cases[] = {
	        {"rapidpro-inbound-form", "+628111000001", "2345", "ada mayat di RT 05 Petung 🚨"},
	        {"rapidpro-inbound-json", "+628111000002", "2345", "orang gila \"dipasung\""},
	        {"rapidpro-inbound-sender", "+628111000003", "2345", "tolong"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		assert_int_equal(receive(cases[i].name, &all), INBOUND_TAKEN);
		assert_int_equal(all.message_count, 1);
		assert_string_equal(all.messages[0].from, cases[i].from);
		assert_string_equal(all.messages[0].to, cases[i].to);
		assert_string_equal(all.messages[0].text.data, cases[i].text);
		assert_int_equal(all.messages[0].has_reported_at, i == 2);
		inbound_free(&all);
	}
	static const struct {
		const char *form, *from;
	} forms[] = {
	        {"id=1&text=a&to_no_plus=628111000001", "+628111000001"},
	        {"id=1&text=a&from=628111000001", "+628111000001"},
	        {"id=1&text=a&from=%2B628111", "+628111"},
	        {"id=1&text=a&to=08111&from=2345", "08111"},
	        {"id=1&text=a&to=&from=08111", "08111"},
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct inbound all;
		char why[200];
		assert_int_equal(receive_form(forms[i].form, &all, why, sizeof why), INBOUND_TAKEN);
		assert_string_equal(all.messages[0].from, forms[i].from);
		inbound_free(&all);
	}
}

static void pieces_of_one_text_are_two_messages_and_a_repetition_is_one(void **state)
{
	(void)state;
	struct inbound one, again, two;
	receive("rapidpro-inbound-piece-1", &one);
	receive("rapidpro-inbound-piece-1", &again);
	receive("rapidpro-inbound-piece-2", &two);
	assert_string_equal(one.messages[0].external_id, again.messages[0].external_id);
	assert_string_not_equal(one.messages[0].external_id, two.messages[0].external_id);
	assert_int_equal(strncmp(one.messages[0].external_id, "1203/", 5), 0);
	inbound_free(&one);
	inbound_free(&again);
	inbound_free(&two);
}

static void what_the_template_lacks_is_named_and_the_text_kept(void **state)
{
	(void)state;
	static const struct {
		const char *form, *why;
	} cases[] = {
	        {"text=tolong&to=%2B62811", "id={{id}}"},
	        {"id=1&text=tolong", "to={{to}}"},
	        {"id=1&to=%2B62811", "text={{text}}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound all;
		char why[200] = "";
		assert_int_equal(receive_form(cases[i].form, &all, why, sizeof why), INBOUND_UNREADABLE);
		assert_non_null(strstr(why, cases[i].why));
		assert_string_equal(all.messages[0].text.data, i < 2 ? "tolong" : "");
		inbound_free(&all);
	}
	struct golden g;
	struct inbound all;
	char why[200] = "";
	static const char xml[] = "POST /i HTTP/1.1\nContent-Type: text/xml; charset=utf-8\n\n<message/>";
	golden_set(&g, xml, sizeof xml - 1);
	assert_int_equal(read_one(&gateway, &g, &all, why, sizeof why), INBOUND_UNREADABLE);
	assert_non_null(strstr(why, "XML"));
	inbound_free(&all);
}

static void the_authorization_header_is_asked_for_when_there_is_a_secret(void **state)
{
	(void)state;
	static const struct {
		const char *name, *secret;
		enum inbound_end end;
	} cases[] = {
	        {"rapidpro-inbound-json", "Token s3cret", INBOUND_TAKEN},
	        {"rapidpro-inbound-json", "s3cret", INBOUND_TAKEN},
	        {"rapidpro-inbound-json", "S3cret", INBOUND_FORGED},
	        {"rapidpro-inbound-form", "s3cret", INBOUND_FORGED},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gateway by = gateway;
		struct golden g;
		struct inbound all;
		char why[200] = "";
		by.secret = cases[i].secret;
		golden_read(cases[i].name, &g);
		assert_int_equal(read_one(&by, &g, &all, why, sizeof why), cases[i].end);
		assert_int_equal(all.message_count, cases[i].end == INBOUND_TAKEN);
		inbound_free(&all);
	}
}

static void broken_bytes_are_repaired(void **state)
{
	(void)state;
	struct inbound all;
	char why[200];
	assert_int_equal(receive_form("id=1&to=1&text=a%FFb", &all, why, sizeof why), INBOUND_TAKEN);
	assert_string_equal(all.messages[0].text.data, "a\xef\xbf\xbd"
	                                               "b");
	assert_true(all.messages[0].repaired);
	inbound_free(&all);
}

static void an_answer_goes_to_receive_as_if_the_contact_wrote_it(void **state)
{
	(void)state;
	struct http_call call;
	char why[200];
	static const char text[] = "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042 / TOLAK 1042.";
	assert_true(golden_render(&channel_rapidpro, &gateway, "+628123456789", text, &call, why, sizeof why));
	assert_true(golden_is(&call, "rapidpro-send"));
	http_call_free(&call);
	assert_false(golden_render(&channel_rapidpro, &gateway, "2345", text, &call, why, sizeof why));
	http_call_free(&call);
}

static void couriers_answers_are_understood(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail, *ref;
	} cases[] = {
	        {200, "{\"message\":\"Message Accepted\",\"data\":[{\"type\":\"msg\",\"msg_uuid\":\"u-1\"}]}",
	         OUTCOME_OK, "HTTP 200", "u-1"},
	        {200, "{\"message\":\"Events Handled\",\"data\":[{\"type\":\"msg\",\"uuid\":\"u-2\"}]}", OUTCOME_OK,
	         "HTTP 200", "u-2"},
	        {200, "<html>", OUTCOME_UNKNOWN, "send_url", ""},
	        {400, "{\"message\":\"Error\",\"data\":[{\"type\":\"error\",\"error\":\"channel not found\"}]}",
	         OUTCOME_PERMANENT, "HTTP 400: channel not found", ""},
	        {200, "{\"message\":\"Error\",\"data\":[{\"type\":\"error\",\"error\":\"no +628111\"}]}",
	         OUTCOME_PERMANENT, "HTTP 200: no ...", ""},
	        {502, "", OUTCOME_RETRY, "HTTP 502", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct channel_answer a = {.status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = channel_rapidpro.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
		assert_string_equal(v.gateway_ref, cases[i].ref);
	}
}

static void the_account_is_a_channels_uuid(void **state)
{
	(void)state;
	struct gateway g = gateway;
	char why[200];
	assert_true(channel_rapidpro.check(&g, why, sizeof why));
	g.account = "sigap";
	assert_false(channel_rapidpro.check(&g, why, sizeof why));
	assert_string_equal(channel_rapidpro.accepted[DOOR_INBOUND].body, "Accepted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_contact_is_read_wherever_the_template_puts_him),
	        cmocka_unit_test(pieces_of_one_text_are_two_messages_and_a_repetition_is_one),
	        cmocka_unit_test(what_the_template_lacks_is_named_and_the_text_kept),
	        cmocka_unit_test(the_authorization_header_is_asked_for_when_there_is_a_secret),
	        cmocka_unit_test(broken_bytes_are_repaired),
	        cmocka_unit_test(an_answer_goes_to_receive_as_if_the_contact_wrote_it),
	        cmocka_unit_test(couriers_answers_are_understood),
	        cmocka_unit_test(the_account_is_a_channels_uuid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
