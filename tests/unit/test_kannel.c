/* layer: protocol */
/* test_kannel: requests as Kannel 1.4.5 sends them (protocol/examples/kannel-*.txt), and the sendsms call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kannel_call.h"

/* ---- golden requests ---- */

struct request {
	char bytes[4000];
	const char *query, *body;
	size_t query_len, body_len;
	char value[200]; /* of the header asked for last */
};

static void read_request(const char *name, struct request *ret)
{
	char path[300];
	snprintf(path, sizeof path, SOURCE_DIR "/protocol/examples/kannel-%s.txt", name);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t len = fread(ret->bytes, 1, sizeof ret->bytes - 1, f);
	fclose(f);
	ret->bytes[len] = '\0';
	ret->query = strchr(ret->bytes, '?') + 1;
	ret->query_len = strcspn(ret->query, " \n");
	const char *blank = strstr(ret->bytes, "\n\n");
	ret->body = blank != NULL ? blank + 2 : "";
	ret->body_len = strlen(ret->body);
}

static const char *header(void *ctx, const char *name)
{
	struct request *r = ctx;
	size_t len = strlen(name);
	for (const char *line = strchr(r->bytes, '\n'); line != NULL && line < r->body; line = strchr(line + 1, '\n'))
		if (strncasecmp(line + 1, name, len) == 0 && strncmp(line + 1 + len, ": ", 2) == 0) {
			const char *value = line + len + 3;
			snprintf(r->value, sizeof r->value, "%.*s", (int)strcspn(value, "\n"), value);
			return r->value;
		}
	return NULL;
}

static bool receive(const char *name, struct inbound_message *m)
{
	struct request r;
	char why[200] = "", type[200] = "";
	read_request(name, &r);
	const char *content_type = header(&r, "Content-Type");
	if (content_type != NULL)
		snprintf(type, sizeof type, "%s", content_type);
	inbound_message_init(m);
	return kannel_read_inbound(r.query, r.query_len, r.body, r.body_len, content_type != NULL ? type : NULL, header,
	                           &r, m, why, sizeof why);
}

static void every_golden_message_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *name, *id, *from, *text;
		bool repaired, part;
	} cases[] = {
	        {"inbound-gsm", "3431092a-161f-475f-a3dc-925fb3a13c81", "+628111", "ada mayat di RT 05 Petung", false,
	         false},
	        {"inbound-ucs2", "ucs2-1", "+628111", "tolong 🚨", false, false},
	        {"inbound-hex", "hex-1", "+628111", "tolong 🚨", false, false},
	        {"inbound-cut-emoji", "cut-1", "+628111", "ta\xef\xbf\xbd", true, true},
	        {"inbound-windows-1252", "w-1", "TELKOMSEL", "café “ada” €", false, false},
	        {"inbound-part16", "part-2", "+628111", "bagian kedua", false, true},
	        {"inbound-post", "332b0308-72a4-4094-81f6-04013da87f2f", "+628111",
	         "ada orang terlantar di masjid, sudah tua", false, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct inbound_message m;
		assert_true(receive(cases[i].name, &m));
		assert_string_equal(m.external_id, cases[i].id);
		assert_string_equal(m.from, cases[i].from);
		assert_string_equal(m.to, "2345");
		assert_string_equal(m.smsc, "FAKE");
		assert_string_equal(m.text.data, cases[i].text);
		assert_int_equal(m.repaired, cases[i].repaired);
		assert_int_equal(m.part_total > 1, cases[i].part);
		assert_true(m.has_reported_at);
		assert_in_range(m.reported_at_us, 1795303832000000, 1795303836000000);
		inbound_message_free(&m);
	}
}

/* ---- decoding ---- */

static bool read_query(const char *query, struct inbound_message *m, char *why, size_t why_size)
{
	inbound_message_init(m);
	return kannel_read_inbound(query, strlen(query), "", 0, NULL, NULL, NULL, m, why, why_size);
}

static void text_is_decoded_by_its_charset_and_repaired_where_broken(void **state)
{
	(void)state;
	static const struct {
		const char *query, *text;
		bool repaired;
	} cases[] = {
	        {"text=%D0%B0%F0%9F%9A%A8&charset=UTF-8", "а🚨", false},
	        {"text=a%FFb%C3&charset=utf-8",
	         "a\xef\xbf\xbd"
	         "b\xef\xbf\xbd",
	         true},
	        {"text=a%00b&charset=UTF-8",
	         "a\xef\xbf\xbd"
	         "b",
	         true},
	        {"text=%DE%A8%00a&coding=2",
	         "\xef\xbf\xbd"
	         "a",
	         true},
	        {"text=%D8%3D%00a&coding=2",
	         "\xef\xbf\xbd"
	         "a",
	         true},
	        {"text=%D8%3D%D8%3D%DE%A8&coding=2",
	         "\xef\xbf\xbd"
	         "🚨",
	         true},
	        {"text=%00a%00&coding=2", "a\xef\xbf\xbd", true},
	        {"text=%00%00%00a&coding=2",
	         "\xef\xbf\xbd"
	         "a",
	         true},
	        {"text=%00t%00a&coding=2&charset=UTF-8", "ta", false},
	        {"text=a%00%3D%D8%A8%DE&coding=2&charset=UTF-16LE", "a🚨", false},
	        {"text=caf%E9&charset=ISO-8859-1", "café", false},
	        {"text=%81&charset=WINDOWS-1252", "\xef\xbf\xbd", true},
	        {"text=caf%C3%A9&coding=1&charset=8-BIT", "café", false},
	        {"text=caf%E9&coding=1&charset=8-BIT", "café", false},
	        {"text=abc", "abc", false},
	        {"text=", "", false},
	        {"hex=", "", false},
	        {"hex=&text=abc", "abc", false},
	        {"hex=xyz&text=abc", "abc", false},
	        {"hex=616&text=abc", "abc", false},
	        {"hex=636166C3a9&charset=UTF-8&text=abc", "café", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct inbound_message m;
		char query[300], why[200];
		snprintf(query, sizeof query, "id=1&from=2&%s", cases[i].query);
		assert_true(read_query(query, &m, why, sizeof why));
		assert_string_equal(m.text.data, cases[i].text);
		assert_int_equal(m.repaired, cases[i].repaired);
		inbound_message_free(&m);
	}
}

static void a_part_of_a_longer_message_is_known_by_its_header(void **state)
{
	(void)state;
	static const struct {
		const char *udh;
		bool part;
	} cases[] = {
	        {"", false},
	        {"%05%00%03%07%02%01", true},
	        {"%05%00%03%07%01%01", false},
	        {"%06%08%04%12%34%02%02", true},
	        {"%06%05%04%15%8A%00%00", false},               /* application ports */
	        {"%0B%05%04%15%8A%00%00%00%03%07%02%01", true}, /* ports, then part */
	        {"050003070201", true},                         /* as the user guide says */
	        {"%2505%2500%2503%2507%2502%2501", true},       /* as in the POST header */
	        {"%05%00", false},
	        {"%FF%00%03%07", false},
	        {"%05%00%FF%07%02%01", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct inbound_message m;
		char query[300], why[200];
		snprintf(query, sizeof query, "id=1&from=2&text=a&udh=%s", cases[i].udh);
		assert_true(read_query(query, &m, why, sizeof why));
		assert_int_equal(m.part_total > 1, cases[i].part);
		inbound_message_free(&m);
	}
}

static void what_cannot_be_a_message_is_refused_with_the_cure(void **state)
{
	(void)state;
	static const struct {
		const char *query, *why;
	} cases[] = {
	        {"from=1&text=a", "id=%I"}, {"id=&from=1&text=a", "id=%I"}, {"id=1&text=a", "from=%p"},
	        {"id=1&from=2", "no text"}, {"id=1&from=2&hex=6", "hex"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct inbound_message m;
		char why[200] = "";
		assert_false(read_query(cases[i].query, &m, why, sizeof why));
		assert_non_null(strstr(why, cases[i].why));
		inbound_message_free(&m);
	}
}

static void a_strange_time_is_left_out(void **state)
{
	(void)state;
	static const char *const times[] = {"", "-5", "abc", "999999999999", "12.5"};
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct inbound_message m;
		char query[300], why[200];
		snprintf(query, sizeof query, "id=1&from=2&text=a&ts=%s", times[i]);
		assert_true(read_query(query, &m, why, sizeof why));
		assert_false(m.has_reported_at);
		inbound_message_free(&m);
	}
}

static void a_binary_post_without_charset_is_read_as_it_looks(void **state)
{
	(void)state;
	struct inbound_message m;
	char why[200];
	static const char query[] = "id=1&from=2";
	inbound_message_init(&m);
	assert_true(kannel_read_inbound(query, strlen(query), "caf\xe9", 4, "application/octet-stream", NULL, NULL, &m,
	                                why, sizeof why));
	assert_string_equal(m.text.data, "café");
	inbound_message_free(&m);
	inbound_message_init(&m);
	assert_true(kannel_read_inbound(query, strlen(query), "\0a", 2, "text/plain; charset=\"UTF-16BE\"", NULL, NULL,
	                                &m, why, sizeof why));
	assert_string_equal(m.text.data, "a");
	inbound_message_free(&m);
}

/* ---- delivery reports ---- */

static void delivery_reports_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum delivery_state state;
		const char *detail;
	} cases[] = {
	        {"status-delivered", DELIVERY_DELIVERED, ""},
	        {"status-sent", DELIVERY_SENT, "ACK/"},
	        {"status-failed", DELIVERY_FAILED, "NACK/11/Invalid destination?"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct request r;
		struct delivery_report d;
		char why[200];
		read_request(cases[i].name, &r);
		assert_true(kannel_read_status(r.query, r.query_len, &d, why, sizeof why));
		assert_string_equal(d.ref, "0190163d-8694-739b-aea5-966c26f8ad91");
		assert_int_equal(d.state, cases[i].state);
		assert_string_equal(d.detail, cases[i].detail);
	}
}

static void a_report_without_ref_or_with_another_type_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {
	        "type=1",
	        "ref=&type=1",
	        "ref=a",
	        "ref=a&type=3",
	        "ref=a&type=32",
	        "ref=a&type=",
	        "ref=0123456789012345678901234567890123456789012345678901234567890123&type=1"};
	struct delivery_report d;
	char why[200];
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(kannel_read_status(wrong[i], strlen(wrong[i]), &d, why, sizeof why));
	assert_true(kannel_read_status("ref=a&type=4", 12, &d, why, sizeof why));
	assert_int_equal(d.state, DELIVERY_QUEUED);
	assert_true(kannel_read_status("ref=a&type=2", 12, &d, why, sizeof why));
	assert_int_equal(d.state, DELIVERY_FAILED);
}

/* ---- sendsms ---- */

static const struct gateway gateway = {.name = "kannel",
                                       .send_url = "http://127.0.0.1:13013/cgi-bin/sendsms",
                                       .username = "sigap",
                                       .password = "p&ss word",
                                       .from = "DINSOS",
                                       .smsc = "FAKE",
                                       .status_url = "https://sigap.example/v1/gateways/kannel/status?token=a%2Fb"};
static const struct channel_contact phone = {.address = "+628123456789"};

static bool render(const struct gateway *g, const char *to, const char *text, struct http_call *call, char *why,
                   size_t why_size)
{
	struct channel_contact contact = {.address = to};
	struct channel_notice notice = {
	        .id = "0190163d-8694-739b-aea5-966c26f8ad91", .body = text, .body_len = strlen(text)};
	http_call_init(call);
	return channel_kannel.render(g, &contact, &notice, call, why, why_size);
}

static void a_notice_renders_as_the_golden_sendsms_call(void **state)
{
	(void)state;
	struct request want;
	struct http_call call;
	char why[200];
	read_request("sendsms", &want);
	assert_true(render(&gateway, phone.address,
	                   "[DINSOS PPU] 1042 orang terlantar, Petung. Balas TERIMA 1042 / TOLAK 1042.", &call, why,
	                   sizeof why));
	assert_string_equal(call.method, "GET");
	assert_string_equal(call.url.data, want.bytes + strlen("GET "));
	assert_int_equal(call.headers.len + call.body.len, 0);
	http_call_free(&call);
}

static void coding_follows_the_text_and_optional_fields_stay_out(void **state)
{
	(void)state;
	struct gateway bare = {.send_url = "http://h/s?x=1", .username = "u", .password = "p"};
	struct http_call call;
	char why[200];
	assert_true(render(&bare, "08123", "tolong 🚨", &call, why, sizeof why));
	assert_string_equal(
	        call.url.data,
	        "http://h/s?x=1&username=u&password=p&to=08123&text=tolong%20%F0%9F%9A%A8&charset=UTF-8&coding=2");
	http_call_free(&call);
	bare.status_url = "http://h/status";
	assert_true(render(&bare, "08123", "a", &call, why, sizeof why));
	assert_non_null(strstr(call.url.data, "&coding=0&dlr-mask=31&dlr-url=http%3A%2F%2Fh%2Fstatus%3Fref%3D0190"));
	http_call_free(&call);
}

static void what_kannel_would_cut_or_misread_is_refused(void **state)
{
	(void)state;
	char three[460], why[200];
	struct http_call call;
	memset(three, 'a', 459);
	three[459] = '\0';
	assert_true(render(&gateway, phone.address, three, &call, why, sizeof why));
	http_call_free(&call);
	static const char *const addresses[] = {"", "+62812 +62813", "62812x", "+", "+12345678901234567", "0812&to=1"};
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		assert_false(render(&gateway, addresses[i], "a", &call, why, sizeof why));
		http_call_free(&call);
	}
	three[0] = '['; /* two septets: 460 */
	assert_false(render(&gateway, phone.address, three, &call, why, sizeof why));
	assert_non_null(strstr(why, "three parts"));
	http_call_free(&call);
	assert_false(render(&gateway, phone.address, "", &call, why, sizeof why));
	http_call_free(&call);
	assert_false(render(&gateway, phone.address, "a\xff", &call, why, sizeof why));
	http_call_free(&call);
	assert_false(render(NULL, phone.address, "a", &call, why, sizeof why));
	http_call_free(&call);
}

static void only_kannels_own_words_are_an_acceptance(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		enum outcome outcome;
		const char *detail;
	} cases[] = {
	        {202, "0: Accepted for delivery", OUTCOME_OK, "HTTP 202"},
	        {202, "3: Queued for later delivery", OUTCOME_OK, "HTTP 202"},
	        {200, "0: Accepted for delivery", OUTCOME_OK, "HTTP 200"},
	        {202, "", OUTCOME_UNKNOWN, "send_url"},
	        {200, "<html>Welcome to nginx", OUTCOME_UNKNOWN, "send_url"},
	        {204, "0: Accepted for delivery", OUTCOME_UNKNOWN, "send_url"},
	        {403, "Authorization failed for sendsms", OUTCOME_PERMANENT, "refused the log-in"},
	        {400, "Number 628123 is denied\n", OUTCOME_PERMANENT, "HTTP 400: Number ###### is denied?"},
	        {404, "x", OUTCOME_PERMANENT, "HTTP 404"},
	        {503, "Temporal failure, try again later.", OUTCOME_RETRY, "HTTP 503"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct channel_answer a = {.status = cases[i].status, .body = cases[i].body, .error = ""};
		struct verdict v = channel_kannel.judge(&a);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_non_null(strstr(v.detail, cases[i].detail));
	}
	struct channel_answer broken = {.transport = TRANSPORT_BROKEN, .error = ""};
	assert_int_equal(channel_kannel.judge(&broken).outcome, OUTCOME_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_golden_message_is_read),
	        cmocka_unit_test(text_is_decoded_by_its_charset_and_repaired_where_broken),
	        cmocka_unit_test(a_part_of_a_longer_message_is_known_by_its_header),
	        cmocka_unit_test(what_cannot_be_a_message_is_refused_with_the_cure),
	        cmocka_unit_test(a_strange_time_is_left_out),
	        cmocka_unit_test(a_binary_post_without_charset_is_read_as_it_looks),
	        cmocka_unit_test(delivery_reports_are_read),
	        cmocka_unit_test(a_report_without_ref_or_with_another_type_is_refused),
	        cmocka_unit_test(a_notice_renders_as_the_golden_sendsms_call),
	        cmocka_unit_test(coding_follows_the_text_and_optional_fields_stay_out),
	        cmocka_unit_test(what_kannel_would_cut_or_misread_is_refused),
	        cmocka_unit_test(only_kannels_own_words_are_an_acceptance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
