/* layer: io */
/* io/spool_doc: what is committed later is to the byte what would have been committed at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/io/pg_wire.h"
#include "../../daemon/io/spool_doc.h"
#include "../../daemon/io/store_rows.h"

enum { DOC_MOST = 1024 * 1024 };
static const struct uuid owner = {{3}};

static struct uuid id(uint8_t n)
{
	return (struct uuid){{0xaa, n}};
}

/* Every field has a value of its own. */
static void fill_plan(struct plan *p)
{
	static const struct agency police = {.slug = "polsek-penajam"};
	static const struct contact contact = {.id = {{0xcc, 1}}};
	*p = (struct plan){
	        .incident = id(1),
	        .number = INT64_C(9007199254740993), /* a double would make it …992 */
	        .state = "triaged",
	        .type = TYPE_SHACKLED_PATIENT,
	        .urgency = URGENCY_CRITICAL,
	        .region = "64.09.01.1003",
	        .summary = "Pasien pasung, \"kritis\"",
	        .dispatches = {{.id = id(2),
	                        .agency = &police,
	                        .role = "lead",
	                        .task = "evakuasi",
	                        .for_dispatch = id(3),
	                        .accept_s = 60,
	                        .arrive_s = 61,
	                        .complete_s = 62,
	                        .ladders = "{\"accept\":[]}",
	                        .why = "rule 1"}},
	        .dispatch_count = 1,
	        .notices = {{.id = id(4),
	                     .kind = NOTICE_CREATED,
	                     .channel = CHANNEL_WEBHOOK,
	                     .contact = &contact,
	                     .about = id(2),
	                     .address = "https://polsek.example/in",
	                     .dispatch = 0,
	                     .body = "{\"a\":\"\\u00e9\"}",
	                     .body_len = 14},
	                    {.id = id(5),
	                     .kind = NOTICE_RECEIPT,
	                     .priority = 2,
	                     .channel = CHANNEL_SMS,
	                     .address = "+6281200000001",
	                     .via = "kannel",
	                     .dispatch = -1,
	                     .body = "Terima kasih\nSigap",
	                     .body_len = 18}},
	        .notice_count = 2,
	        .deadlines = {{.subject = id(2), .clock = CLOCK_ACCEPT, .step = 1, .after_s = 60},
	                      {.subject = id(1), .clock = CLOCK_TRIAGE, .after_s = 300}},
	        .deadline_count = 2,
	};
}

static void fill(struct plan *p, struct store_report *r, bool *leased)
{
	fill_plan(p);
	leased[0] = true;
	leased[1] = false;
	*r = (struct store_report){
	        .id = id(6),
	        .gateway = "kannel",
	        .external_id = "abc-1",
	        .fingerprint = {7, 8, 9},
	        .content_type = "text/plain",
	        .raw = "text=a\0\xff",
	        .raw_len = 8,
	        .source = "sms:kannel",
	        .text = "ada org dirantai \xf0\x9f\x98\x80",
	        .place_text = "Labangka RT 4",
	        .phone = "+6281200000001",
	        .name = "Budi",
	        .type = TYPE_FOLLOWUP,
	        .urgency = URGENCY_HIGH,
	        .has_position = true,
	        .lat = -1.2345678901234567,
	        .lon = 116.7,
	        .anonymous = true,
	        .has_occurred_at = true,
	        .occurred_at = {INT64_C(1763860800123456)},
	        .received = {INT64_C(1763860801123456)},
	        .triage = "{\"type\":\"shackled_patient\",\"confidence\":0.90}",
	        .opened = "{\"dispatches\":[1]}",
	        .relation = "opens",
	        .asks = "place",
	        .answers = id(7),
	        .plan = p,
	        .leased = leased,
	};
}

static struct store_report *through(struct arena *a, const struct store_report *r)
{
	struct buf doc;
	const char *why = NULL;
	buf_init(&doc, DOC_MOST);
	spool_doc_write(r, &doc);
	assert_false(doc.failed);
	struct store_report *read = spool_doc_read(a, doc.data, doc.len, &why);
	buf_free(&doc);
	assert_null(why);
	assert_non_null(read);
	return read;
}

static void assert_same_rows(struct store_report *one, struct store_report *other)
{
	struct pg_params *p = pg_params_new(), *q = pg_params_new();
	rows_of_reports(&one, 1, 30, owner, p);
	rows_of_reports(&other, 1, 30, owner, q);
	assert_int_equal(p->count, q->count);
	assert_int_equal(p->values.len, q->values.len);
	assert_memory_equal(p->values.data, q->values.data, p->values.len);
	pg_params_free(&p);
	pg_params_free(&q);
}

static void a_report_comes_back_as_the_same_rows(void **state)
{
	struct arena *a = arena_new();
	struct plan plan;
	struct store_report r;
	bool leased[2];
	(void)state;
	fill(&plan, &r, leased);
	struct store_report *read = through(a, &r);
	assert_same_rows(&r, read);
	assert_string_equal(read->relation, "opens");
	arena_free(&a);
}

static void what_is_not_there_stays_away(void **state)
{
	struct arena *a = arena_new();
	struct plan plan = {.state = "", .type = TYPE_NOT_A_REPORT};
	struct store_report r = {.id = id(1),
	                         .gateway = "http:x",
	                         .external_id = "1",
	                         .source = "token:x",
	                         .raw = "",
	                         .triage = "{}",
	                         .plan = &plan,
	                         .leased = NULL};
	(void)state;
	struct store_report *read = through(a, &r);
	assert_same_rows(&r, read);
	assert_null(read->text);
	assert_null(read->opened);
	arena_free(&a);
}

/* The document with the first `from` replaced by `to`. */
static const char *why_not(struct arena *a, const char *from, const char *to)
{
	struct plan plan;
	struct store_report r;
	bool leased[2];
	struct buf doc, broken;
	const char *why = NULL;
	fill(&plan, &r, leased);
	buf_init(&doc, DOC_MOST);
	buf_init(&broken, DOC_MOST);
	spool_doc_write(&r, &doc);
	const char *at = strstr(doc.data, from);
	assert_non_null(at);
	buf_add(&broken, doc.data, (size_t)(at - doc.data));
	buf_adds(&broken, to);
	buf_adds(&broken, at + strlen(from));
	assert_null(spool_doc_read(a, broken.data, broken.len, &why));
	buf_free(&doc);
	buf_free(&broken);
	assert_non_null(why);
	return why;
}

static void a_document_that_is_none_is_refused_with_the_reason(void **state)
{
	struct arena *a = arena_new();
	(void)state;
	assert_non_null(strstr(why_not(a, "{", ""), "line 1"));
	assert_string_equal(why_not(a, "\"version\":1", "\"version\":2"), "version: is not one that is known here");
	assert_string_equal(why_not(a, "\"shackled_patient\"", "\"dragon\""), "type: is no known word");
	assert_string_equal(why_not(a, "\"9007199254740993\"", "\"9x\""), "number: is no whole number");
	assert_string_equal(why_not(a, "\"agency\":\"polsek-penajam\"", "\"agency\":5"), "agency: is no text");
	assert_string_equal(why_not(a, "\"after_s\":60", "\"later\":60"), "after_s: is missing");
	assert_string_equal(why_not(a, "\"raw\":\"", "\"raw\":\"%"), "raw: is no base64");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_report_comes_back_as_the_same_rows),
	        cmocka_unit_test(what_is_not_there_stays_away),
	        cmocka_unit_test(a_document_that_is_none_is_refused_with_the_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
