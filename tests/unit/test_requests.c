/* layer: protocol */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/event_request.h"
#include "../../protocol/report_request.h"

#define EXAMPLES SOURCE_DIR "/protocol/examples/"

/* Any of the three bodies. */
union request {
	struct report_request report;
	struct event_request event;
};
enum kind { REPORT, DISPATCH_EVENT, INCIDENT_EVENT };

static bool read_body(enum kind kind, const char *body, size_t len, union request *r, struct problem *p)
{
	char *exact = malloc(len > 0 ? len : 1); /* no NUL behind it, as in a network buffer */
	memcpy(exact, body, len);
	memset(p, 'x', sizeof *p);
	bool ok = kind == REPORT           ? report_request_read(exact, len, &r->report, p)
	          : kind == DISPATCH_EVENT ? dispatch_event_read(exact, len, &r->event, p)
	                                   : incident_event_read(exact, len, &r->event, p);
	free(exact);
	return ok;
}

static void free_request(enum kind kind, union request *r)
{
	if (kind == REPORT)
		report_request_free(&r->report);
	else
		event_request_free(&r->event);
}

static size_t read_file(const char *name, char *out, size_t size)
{
	char path[512];
	snprintf(path, sizeof path, EXAMPLES "%s", name);
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("no such example: %s", name);
	size_t len = fread(out, 1, size, f);
	fclose(f);
	return len;
}

static struct report_request report(const char *body)
{
	union request r;
	struct problem p;
	if (!read_body(REPORT, body, strlen(body), &r, &p))
		fail_msg("%s: %s %s", body, p.errors[0].pointer, p.errors[0].detail);
	return r.report;
}

static struct event_request event(enum kind kind, const char *body)
{
	union request r;
	struct problem p;
	if (!read_body(kind, body, strlen(body), &r, &p))
		fail_msg("%s: %s %s", body, p.errors[0].pointer, p.errors[0].detail);
	return r.event;
}

static struct problem problem_of(enum kind kind, const char *body)
{
	union request r;
	struct problem p;
	if (read_body(kind, body, strlen(body), &r, &p))
		fail_msg("accepted: %s", body);
	return p;
}

/* Golden bodies */

static const struct {
	const char *file;
	enum kind kind;
} good[] = {
        {"report-minimal.json", REPORT},
        {"report-full.json", REPORT},
        {"report-type-only.json", REPORT},
        {"report-nulls.json", REPORT},
        {"report-emoji.json", REPORT},
        {"event-accept.json", DISPATCH_EVENT},
        {"event-accept-at.json", DISPATCH_EVENT},
        {"event-decline.json", DISPATCH_EVENT},
        {"event-seen.json", DISPATCH_EVENT},
        {"event-triage.json", INCIDENT_EVENT},
        {"event-triage-place.json", INCIDENT_EVENT},
        {"event-dispatch.json", INCIDENT_EVENT},
        {"event-note.json", INCIDENT_EVENT},
        {"event-cancel.json", INCIDENT_EVENT},
        {"event-close.json", INCIDENT_EVENT},
        {"event-reopen.json", INCIDENT_EVENT},
        {"event-close-other.json", INCIDENT_EVENT},
        {"event-hand-over.json", INCIDENT_EVENT},
        {"event-withdraw.json", INCIDENT_EVENT},
        {"event-false-report.json", INCIDENT_EVENT},
        {"event-merge.json", INCIDENT_EVENT},
        {"event-merge-id.json", INCIDENT_EVENT},
        {"event-split.json", INCIDENT_EVENT},
        {"event-detach.json", INCIDENT_EVENT},
        {"event-detach-id.json", INCIDENT_EVENT},
        {"event-not-duplicate.json", INCIDENT_EVENT},
};

static const struct {
	const char *file;
	enum kind kind;
	int status;
	const char *pointer;
} bad[] = {
        {"report-cut.json", REPORT, 400, "#/text"},
        {"report-no-comma.json", REPORT, 400, ""},
        {"report-trailing.json", REPORT, 400, ""},
        {"report-twice.json", REPORT, 400, "#/place/text"},
        {"report-lone-surrogate.json", REPORT, 400, "#/reporter/name"},
        {"report-nul.json", REPORT, 400, "#/place/text"},
        {"report-utf8.json", REPORT, 400, "#/reporter/name"},
        {"report-leading-zero.json", REPORT, 400, "#/reporter/phone"},
        {"report-array.json", REPORT, 422, ""},
        {"report-empty-object.json", REPORT, 422, ""},
        {"report-blank-text.json", REPORT, 422, ""},
        {"report-misspelt.json", REPORT, 422, "#/place/vilage_code"},
        {"report-wrong-object.json", REPORT, 422, "#/village_code"},
        {"report-type.json", REPORT, 422, "#/type"},
        {"report-urgency.json", REPORT, 422, "#/urgency"},
        {"report-code.json", REPORT, 422, "#/place/village_code"},
        {"report-code-number.json", REPORT, 422, "#/place/village_code"},
        {"report-lat-alone.json", REPORT, 422, "#/place/lon"},
        {"report-lat-range.json", REPORT, 422, "#/place/lat"},
        {"report-lon-text.json", REPORT, 422, "#/place/lon"},
        {"report-phone.json", REPORT, 422, "#/reporter/phone"},
        {"report-anonymous.json", REPORT, 422, "#/reporter/anonymous"},
        {"report-no-offset.json", REPORT, 422, "#/occurred_at"},
        {"report-old.json", REPORT, 422, "#/occurred_at"},
        {"report-control.json", REPORT, 422, "#/text"},
        {"report-control-c1.json", REPORT, 422, "#/text"},
        {"report-external-id.json", REPORT, 422, "#/external_id"},
        {"report-place-list.json", REPORT, 422, "#/place"},
        {"event-none.json", DISPATCH_EVENT, 422, "#/event"},
        {"event-unknown.json", DISPATCH_EVENT, 422, "#/event"},
        {"event-decline-silent.json", DISPATCH_EVENT, 422, "#/reason"},
        {"event-decline-blank.json", DISPATCH_EVENT, 422, "#/reason"},
        {"event-version.json", DISPATCH_EVENT, 422, "#/version"},
        {"event-eta-zero.json", DISPATCH_EVENT, 422, "#/eta"},
        {"event-eta-long.json", DISPATCH_EVENT, 422, "#/eta"},
        {"event-eta-text.json", DISPATCH_EVENT, 422, "#/eta"},
        {"event-triage-nothing.json", INCIDENT_EVENT, 422, ""},
        {"event-triage-twice.json", INCIDENT_EVENT, 422, "#/place/village_code"},
        {"event-dispatch-nobody.json", INCIDENT_EVENT, 422, "#/agency"},
        {"event-close-free.json", INCIDENT_EVENT, 422, "#/disposition"},
        {"event-close-false.json", INCIDENT_EVENT, 422, "#/disposition"},
        {"event-close-other-silent.json", INCIDENT_EVENT, 422, "#/note"},
        {"event-hand-over-nobody.json", INCIDENT_EVENT, 422, "#/to"},
        {"event-false-report-silent.json", INCIDENT_EVENT, 422, "#/evidence"},
        {"event-false-report-short.json", INCIDENT_EVENT, 422, "#/evidence"},
        {"event-merge-nowhere.json", INCIDENT_EVENT, 422, "#/into"},
        {"event-detach-nothing.json", INCIDENT_EVENT, 422, "#/report"},
        {"event-detach-zero.json", INCIDENT_EVENT, 422, "#/report"},
        {"event-not-duplicate-nobody.json", INCIDENT_EVENT, 422, "#/incident"},
        {"event-not-duplicate-into.json", INCIDENT_EVENT, 422, "#/incident"},
        {"event-merge-fraction.json", INCIDENT_EVENT, 422, "#/into"},
};

static void every_good_example_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		static char body[REPORT_BODY_MAX];
		union request r;
		struct problem p;
		size_t len = read_file(good[i].file, body, sizeof body);
		if (!read_body(good[i].kind, body, len, &r, &p))
			fail_msg("%s: %s %s", good[i].file, p.errors[0].pointer, p.errors[0].detail);
		free_request(good[i].kind, &r);
	}
}

static void every_bad_example_is_refused_with_its_pointer_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		static char body[REPORT_BODY_MAX];
		char name[100];
		union request r;
		struct problem p;
		snprintf(name, sizeof name, "bad/%s", bad[i].file);
		size_t len = read_file(name, body, sizeof body);
		if (read_body(bad[i].kind, body, len, &r, &p))
			fail_msg("accepted: %s", name);
		if (p.status != bad[i].status || strcmp(p.errors[0].pointer, bad[i].pointer) != 0 || p.error_count != 1)
			fail_msg("%s: %d %s (%s), %zu faults", name, p.status, p.errors[0].pointer, p.errors[0].detail,
			         p.error_count);
		const char *type = p.status == 400         ? "malformed-json"
		                   : bad[i].kind == REPORT ? "invalid-report"
		                                           : "invalid-event";
		assert_string_equal(p.type, type);
		assert_null(r.event.tree);
	}
}

static bool in_table(const char *name, bool is_bad)
{
	for (size_t i = 0; is_bad && i < sizeof bad / sizeof *bad; i++)
		if (strcmp(bad[i].file, name) == 0)
			return true;
	for (size_t i = 0; !is_bad && i < sizeof good / sizeof *good; i++)
		if (strcmp(good[i].file, name) == 0)
			return true;
	return false;
}

static void no_example_is_left_out_of_the_tables(void **state)
{
	(void)state;
	for (int is_bad = 0; is_bad < 2; is_bad++) {
		DIR *folder = opendir(is_bad ? EXAMPLES "bad" : EXAMPLES);
		assert_non_null(folder);
		for (struct dirent *e; (e = readdir(folder)) != NULL;)
			if (strncmp(e->d_name, "report-", 7) == 0 || strncmp(e->d_name, "event-", 6) == 0)
				if (!in_table(e->d_name, is_bad))
					fail_msg("%s is in no table", e->d_name);
		closedir(folder);
	}
}

/* Reports */

static void every_member_of_a_report_arrives(void **state)
{
	(void)state;
	static char body[REPORT_BODY_MAX];
	union request u;
	struct problem p;
	size_t len = read_file("report-full.json", body, sizeof body);
	assert_true(read_body(REPORT, body, len, &u, &p));
	struct report_request r = u.report;
	assert_string_equal(r.text,
	                    "Seorang perempuan dirantai di belakang rumah, RT 05 Nenang.\nKeluarga minta tolong.");
	assert_string_equal(r.type, "shackled_patient");
	assert_string_equal(r.urgency, "high");
	assert_string_equal(r.village_code, "64.09.01.1010");
	assert_string_equal(r.place_text, "belakang warung, RT 05");
	assert_true(r.has_position && r.lat == -1.2601 && r.lon == 116.7012);
	assert_string_equal(r.phone, "+6281234567890");
	assert_string_equal(r.reporter_name, "Ibu Sari");
	assert_false(r.anonymous);
	assert_true(r.has_occurred_at);
	assert_int_equal(r.occurred_at_us, 1795255872000000);
	assert_string_equal(r.external_id, "lapor-2026-00017");
	report_request_free(&r);
}

static void null_and_blank_count_as_absent_and_texts_are_not_trimmed(void **state)
{
	(void)state;
	struct report_request r =
	        report("{\"text\":\" x \",\"type\":null,\"place\":{\"text\":\"\\u00a0 \",\"lat\":null,\"lon\":null},"
	               "\"reporter\":{\"phone\":\"\",\"name\":\" \",\"anonymous\":true}}");
	assert_string_equal(r.text, " x ");
	assert_null(r.type);
	assert_null(r.place_text);
	assert_null(r.reporter_name);
	assert_string_equal(r.phone, "");
	assert_true(r.anonymous);
	assert_false(r.has_position);
	assert_true(r.lat == 0 && r.lon == 0);
	report_request_free(&r);
}

static void a_blank_text_with_a_type_is_a_report(void **state)
{
	(void)state;
	struct report_request r = report("{\"text\":\" \",\"type\":\"unclaimed_body\"}");
	assert_null(r.text);
	assert_string_equal(r.type, "unclaimed_body");
	report_request_free(&r);
}

static void every_type_and_urgency_is_accepted(void **state)
{
	(void)state;
	for (const char *const *type = report_types; *type != NULL; type++) {
		char body[100];
		snprintf(body, sizeof body, "{\"type\":\"%s\"}", *type);
		struct report_request r = report(body);
		assert_string_equal(r.type, *type);
		report_request_free(&r);
	}
}

/* A body whose text is n times character. */
static char *body_of(const char *character, int n)
{
	char *body = malloc(strlen(character) * (size_t)n + 40), *at = body + sprintf(body, "{\"text\":\"");
	for (int i = 0; i < n; i++)
		at += sprintf(at, "%s", character);
	sprintf(at, "\"}");
	return body;
}

static void text_is_measured_in_characters(void **state)
{
	(void)state;
	static const char *const characters[] = {"a", "\xC3\xA9", "\xF0\x9F\x98\x80", "\\u00e9"};
	for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
		char *body = body_of(characters[i], REPORT_TEXT_MAX);
		struct report_request r = report(body);
		report_request_free(&r);
		free(body);
		body = body_of(characters[i], REPORT_TEXT_MAX + 1);
		struct problem p = problem_of(REPORT, body);
		assert_string_equal(p.errors[0].pointer, "#/text");
		assert_string_equal(p.errors[0].detail, "has 4001 characters; at most 4000 are allowed");
		free(body);
	}
}

static void control_characters_are_refused_except_line_breaks_and_tabs(void **state)
{
	(void)state;
	for (unsigned c = 1; c <= 0xA0; c++) {
		char body[100];
		union request r;
		struct problem p;
		snprintf(body, sizeof body, "{\"text\":\"a\\u%04x\"}", c);
		bool allowed = c == '\n' || c == '\r' || c == '\t' || (c >= 0x20 && c < 0x7F) || c == 0xA0;
		bool ok = read_body(REPORT, body, strlen(body), &r, &p);
		if (ok != allowed)
			fail_msg("U+%04X", c);
		if (ok)
			report_request_free(&r.report);
	}
	static const char *const fields[] = {
	        "{\"type\":\"followup\",\"external_id\":\"\\u0007\"}",
	        "{\"type\":\"followup\",\"place\":{\"text\":\"\\u0007\"}}",
	        "{\"type\":\"followup\",\"reporter\":{\"name\":\"\\u0007\"}}",
	        "{\"type\":\"followup\",\"reporter\":{\"phone\":\"081234567890\\u0007\"}}"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		assert_non_null(strstr(problem_of(REPORT, fields[i]).errors[0].detail, "U+0007"));
}

static void region_codes_of_every_level_are_accepted_and_no_others(void **state)
{
	(void)state;
	static const char *const codes[] = {"64", "64.09", "64.09.01", "64.09.01.1003"};
	static const char *const none[] = {
	        "", "6", "64.", "64.9", "64.09.01.", "64.09.01.100", "64.09.01.10033", "64-09", "xx", "64.09.01 "};
	char body[100];
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		snprintf(body, sizeof body, "{\"text\":\"a\",\"place\":{\"village_code\":\"%s\"}}", codes[i]);
		struct report_request r = report(body);
		assert_string_equal(r.village_code, codes[i]);
		report_request_free(&r);
	}
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		snprintf(body, sizeof body, "{\"text\":\"a\",\"place\":{\"village_code\":\"%s\"}}", none[i]);
		assert_string_equal(problem_of(REPORT, body).errors[0].pointer, "#/place/village_code");
	}
}

static void positions_at_the_edge_of_the_world_are_accepted(void **state)
{
	(void)state;
	struct report_request r = report("{\"text\":\"a\",\"place\":{\"lat\":-90,\"lon\":180}}");
	assert_true(r.has_position && r.lat == -90 && r.lon == 180);
	report_request_free(&r);
	assert_string_equal(
	        problem_of(REPORT, "{\"text\":\"a\",\"place\":{\"lat\":0,\"lon\":180.01}}").errors[0].pointer,
	        "#/place/lon");
	r = report("{\"text\":\"a\",\"place\":{\"lat\":90,\"lon\":-180}}");
	assert_true(r.has_position && r.lat == 90 && r.lon == -180);
	report_request_free(&r);
	assert_string_equal(
	        problem_of(REPORT, "{\"text\":\"a\",\"place\":{\"lat\":0,\"lon\":-180.01}}").errors[0].pointer,
	        "#/place/lon");
	struct problem p = problem_of(REPORT, "{\"text\":\"a\",\"place\":{\"lon\":1}}");
	assert_string_equal(p.errors[0].pointer, "#/place/lat");
}

static void unknown_member_names_the_nearest_known_one(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	        {"{\"text\":\"a\",\"place\":{\"vilage_code\":\"64\"}}", "unknown member; did you mean village_code?"},
	        {"{\"text\":\"a\",\"place\":{\"villageCode\":\"64\"}}", "unknown member; did you mean village_code?"},
	        {"{\"text\":\"a\",\"TYPE\":\"followup\"}", "unknown member; did you mean type?"},
	        {"{\"text\":\"a\",\"village_code\":\"64\"}", "unknown member; did you mean village_code in place?"},
	        {"{\"text\":\"a\",\"place\":{\"urgency\":\"high\"}}",
	         "unknown member; did you mean urgency in the body itself?"},
	        {"{\"text\":\"a\",\"place\":{\"phone\":\"high\"}}", "unknown member; did you mean phone in reporter?"},
	        {"{\"text\":\"a\",\"place\":{\"x\":null}}", "unknown member; known here: village_code, text, lat, lon"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(problem_of(REPORT, cases[i][0]).errors[0].detail, cases[i][1]);
}

static void wrong_words_are_answered_with_the_allowed_ones(void **state)
{
	(void)state;
	struct problem p = problem_of(REPORT, "{\"type\":\"Abandoned_person\",\"urgency\":1}");
	assert_string_equal(p.errors[0].detail,
	                    "must be one of: abandoned_person, unclaimed_body, shackled_patient, other_social, "
	                    "not_a_report, status_query, followup");
	assert_string_equal(p.errors[1].detail, "must be one of: critical, high, normal");
	p = problem_of(DISPATCH_EVENT, "{}");
	assert_string_equal(p.errors[0].detail, "must be one of: seen, accept, decline, en_route, on_scene, complete");
}

static void all_faults_are_told_at_once(void **state)
{
	(void)state;
	struct problem p = problem_of(
	        REPORT, "{\"text\":7,\"typ\":\"x\",\"place\":{\"lat\":\"1\",\"village_code\":\"x\"},\"reporter\":[],"
	                "\"occurred_at\":\"today\",\"external_id\":\" \"}");
	static const char *const pointers[] = {"#/text",     "#/typ",         "#/place/lat",   "#/place/village_code",
	                                       "#/reporter", "#/occurred_at", "#/external_id", "#/place/lon"};
	assert_int_equal(p.error_count, sizeof pointers / sizeof *pointers);
	for (size_t i = 0; i < p.error_count; i++)
		assert_string_equal(p.errors[i].pointer, pointers[i]);
}

static void every_json_value_in_every_place_is_answered(void **state)
{
	(void)state;
	static const char *const places[] = {
	        "%s",
	        "{\"text\":%s}",
	        "{\"type\":%s}",
	        "{\"urgency\":%s}",
	        "{\"place\":%s}",
	        "{\"place\":{\"village_code\":%s}}",
	        "{\"place\":{\"text\":%s}}",
	        "{\"place\":{\"lat\":%s}}",
	        "{\"reporter\":%s}",
	        "{\"reporter\":{\"phone\":%s}}",
	        "{\"reporter\":{\"name\":%s}}",
	        "{\"reporter\":{\"anonymous\":%s}}",
	        "{\"occurred_at\":%s}",
	        "{\"external_id\":%s}",
	        "{\"event\":%s}",
	        "{\"event\":\"accept\",\"eta\":%s}",
	        "{\"event\":\"accept\",\"version\":%s}",
	        "{\"event\":\"note\",\"note\":%s}",
	};
	static const char *const values[] = {"null",  "true", "1",  "-1e300", "\"\"",
	                                     "\"x\"", "[]",   "{}", "[1]",    "{\"x\":1}"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		for (size_t v = 0; v < sizeof values / sizeof *values; v++)
			for (enum kind kind = REPORT; kind <= INCIDENT_EVENT; kind++) {
				char body[100];
				union request r;
				struct problem p;
				snprintf(body, sizeof body, places[i], values[v]);
				if (read_body(kind, body, strlen(body), &r, &p))
					free_request(kind, &r);
				else
					assert_true(p.status == 422 && p.error_count > 0);
			}
}

/* Events */

static void eta_is_minutes_or_a_time(void **state)
{
	(void)state;
	struct event_request r =
	        event(DISPATCH_EVENT, "{\"event\":\"accept\",\"version\":3,\"eta\":1440,\"note\":\"dua petugas\"}");
	assert_string_equal(r.event, "accept");
	assert_int_equal(r.version, 3);
	assert_string_equal(r.note, "dua petugas");
	assert_true(r.has_eta);
	assert_int_equal(r.eta_minutes, 1440);
	event_request_free(&r);
	r = event(DISPATCH_EVENT, "{\"event\":\"en_route\",\"eta\":\"2026-11-21T18:11:12+08:00\"}");
	assert_true(r.has_eta);
	assert_int_equal(r.eta_minutes, -1);
	assert_int_equal(r.eta_us, 1795255872000000);
	assert_int_equal(r.version, 0);
	event_request_free(&r);
	r = event(DISPATCH_EVENT, "{\"event\":\"seen\",\"eta\":null}");
	assert_false(r.has_eta);
	assert_int_equal(r.eta_minutes, -1);
	event_request_free(&r);
	static const char *const none[] = {"1.5", "-1", "true", "\"10:00\"", "\"1999-12-31T23:59:59Z\"", "1e300", "[]"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		char body[100];
		snprintf(body, sizeof body, "{\"event\":\"accept\",\"eta\":%s}", none[i]);
		assert_string_equal(problem_of(DISPATCH_EVENT, body).errors[0].pointer, "#/eta");
	}
}

static void triage_takes_its_place_flat_or_as_in_a_report(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	        "{\"event\":\"triage\",\"village_code\":\"64.09.01.1003\",\"place_text\":\"pasar\",\"type\":"
	        "\"followup\",\"urgency\":\"high\"}",
	        "{\"event\":\"triage\",\"place\":{\"village_code\":\"64.09.01.1003\",\"text\":\"pasar\"},\"type\":"
	        "\"followup\",\"urgency\":\"high\"}",
	};
	for (int i = 0; i < 2; i++) {
		struct event_request r = event(INCIDENT_EVENT, bodies[i]);
		assert_string_equal(r.village_code, "64.09.01.1003");
		assert_string_equal(r.place_text, "pasar");
		assert_string_equal(r.type, "followup");
		assert_string_equal(r.urgency, "high");
		event_request_free(&r);
	}
}

static void every_event_asks_for_what_it_needs(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	        {"triage", ""},           {"dispatch", "#/agency"},       {"note", "#/note"},
	        {"cancel", "#/reason"},   {"close", "#/disposition"},     {"reopen", "#/reason"},
	        {"withdraw", "#/reason"}, {"false_report", "#/evidence"}, {"hand_over", "#/to"},
	        {"merge", "#/into"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char body[100];
		snprintf(body, sizeof body, "{\"event\":\"%s\"}", cases[i][0]);
		struct problem p = problem_of(INCIDENT_EVENT, body);
		assert_int_equal(p.error_count, 1);
		assert_string_equal(p.errors[0].pointer, cases[i][1]);
	}
	struct problem p = problem_of(INCIDENT_EVENT, "{\"event\":\"close\",\"disposition\":5}");
	assert_int_equal(p.error_count, 1);
	p = problem_of(INCIDENT_EVENT, "{\"event\":\"triage\",\"place\":{\"village_code\":5}}");
	assert_int_equal(p.error_count, 1);
	assert_string_equal(problem_of(INCIDENT_EVENT, "{\"event\":\"accept\"}").errors[0].pointer, "#/event");
	assert_string_equal(problem_of(DISPATCH_EVENT, "{\"event\":\"close\"}").errors[0].pointer, "#/event");
}

static void an_incident_is_named_by_number_or_id(void **state)
{
	(void)state;
	static const char *const numbers[] = {"1042", "\"1042\""};
	for (int i = 0; i < 2; i++) {
		char body[100];
		snprintf(body, sizeof body, "{\"event\":\"merge\",\"into\":%s}", numbers[i]);
		struct event_request r = event(INCIDENT_EVENT, body);
		assert_int_equal(r.into_number, 1042);
		assert_null(r.into);
		event_request_free(&r);
	}
	struct event_request r =
	        event(INCIDENT_EVENT, "{\"event\":\"merge\",\"into\":\"018f4c2e-7b1a-7c3d-9e4f-0a1b2c3d4e5f\"}");
	assert_int_equal(r.into_number, 0);
	assert_string_equal(r.into, "018f4c2e-7b1a-7c3d-9e4f-0a1b2c3d4e5f");
	event_request_free(&r);
}

static void reasons_and_notes_are_bounded(void **state)
{
	(void)state;
	static const struct {
		const char *format;
		int max;
	} cases[] = {{"{\"event\":\"decline\",\"reason\":\"%0*d\"}", 500},
	             {"{\"event\":\"decline\",\"reason\":\"x\",\"note\":\"%0*d\"}", 2000}};
	for (int i = 0; i < 2; i++) {
		char body[2100];
		snprintf(body, sizeof body, cases[i].format, cases[i].max, 0);
		struct event_request r = event(DISPATCH_EVENT, body);
		event_request_free(&r);
		snprintf(body, sizeof body, cases[i].format, cases[i].max + 1, 0);
		problem_of(DISPATCH_EVENT, body);
	}
}

/* Problem documents */

static void problem_is_rendered_as_rfc_9457_says(void **state)
{
	(void)state;
	struct problem p = problem_of(REPORT, "{\"text\":\"a\",\"place\":{\"\xC3\xA9 ~/%\\\"\":1}}");
	assert_string_equal(p.errors[0].pointer, "#/place/%C3%A9%20~0~1%25%22");
	p.extension = "\"current\":{\"state\":\"open\"}";
	struct buf b;
	struct json_fault fault;
	buf_init(&b, 10000);
	problem_render(&p, &b);
	cJSON *tree = json_parse(b.data, b.len, &fault);
	assert_non_null(tree);
	assert_string_equal(json_string(tree, "type"), "https://sigap.example/problems/invalid-report");
	assert_string_equal(json_string(tree, "title"), "The report has faults");
	assert_true(json_member(tree, "status")->valuedouble == 422);
	assert_string_equal(json_string(json_member(tree, "current"), "state"), "open");
	assert_string_equal(json_string(json_member(tree, "errors")->child, "pointer"), "#/place/%C3%A9%20~0~1%25%22");
	cJSON_Delete(tree);
	buf_reset(&b);
	problem_init(&p, 404, NULL, NULL);
	problem_render(&p, &b);
	assert_string_equal(b.data, "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404}");
	buf_free(&b);
}

static void faults_beyond_the_bound_are_counted(void **state)
{
	(void)state;
	char body[2000] = "{", *at = body + 1;
	for (int i = 0; i < PROBLEM_MAX_ERRORS + 3; i++)
		at += sprintf(at, "%s\"unknown%d\":1", i > 0 ? "," : "", i);
	sprintf(at, ",\"text\":\"a\"}");
	struct problem p = problem_of(REPORT, body);
	assert_int_equal(p.error_count, PROBLEM_MAX_ERRORS + 3);
	struct buf b;
	buf_init(&b, 20000);
	problem_render(&p, &b);
	assert_non_null(strstr(b.data, "\"errors_left_out\":3"));
	buf_free(&b);
}

static void malformed_json_says_line_and_column(void **state)
{
	(void)state;
	struct problem p = problem_of(REPORT, "{\n  \"text\": x}");
	assert_int_equal(p.status, 400);
	assert_memory_equal(p.detail, "line 2, column 11: expected a value", 35);
	assert_string_equal(p.errors[0].pointer, "#/text");
}

static void long_texts_are_cut_between_characters(void **state)
{
	(void)state;
	char body[700] = "{\"text\":\"a\",\"abc", *at = body + strlen(body);
	for (int i = 0; i < 150; i++)
		at += sprintf(at, "\xF0\x9F\x98\x80");
	sprintf(at, "\":1}");
	struct problem p = problem_of(REPORT, body);
	assert_int_equal(strlen(p.errors[0].pointer), 5 + 20 * 12);
	problem_init(&p, 500, NULL, body);
	assert_true(utf8_valid(p.detail, strlen(p.detail)));
	problem_error(&p, "#/x", "%s", body);
	assert_true(utf8_valid(p.errors[0].detail, strlen(p.errors[0].detail)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_good_example_is_accepted),
	        cmocka_unit_test(every_bad_example_is_refused_with_its_pointer_alone),
	        cmocka_unit_test(no_example_is_left_out_of_the_tables),
	        cmocka_unit_test(every_member_of_a_report_arrives),
	        cmocka_unit_test(null_and_blank_count_as_absent_and_texts_are_not_trimmed),
	        cmocka_unit_test(a_blank_text_with_a_type_is_a_report),
	        cmocka_unit_test(every_type_and_urgency_is_accepted),
	        cmocka_unit_test(text_is_measured_in_characters),
	        cmocka_unit_test(control_characters_are_refused_except_line_breaks_and_tabs),
	        cmocka_unit_test(region_codes_of_every_level_are_accepted_and_no_others),
	        cmocka_unit_test(positions_at_the_edge_of_the_world_are_accepted),
	        cmocka_unit_test(unknown_member_names_the_nearest_known_one),
	        cmocka_unit_test(wrong_words_are_answered_with_the_allowed_ones),
	        cmocka_unit_test(all_faults_are_told_at_once),
	        cmocka_unit_test(every_json_value_in_every_place_is_answered),
	        cmocka_unit_test(eta_is_minutes_or_a_time),
	        cmocka_unit_test(triage_takes_its_place_flat_or_as_in_a_report),
	        cmocka_unit_test(every_event_asks_for_what_it_needs),
	        cmocka_unit_test(an_incident_is_named_by_number_or_id),
	        cmocka_unit_test(reasons_and_notes_are_bounded),
	        cmocka_unit_test(problem_is_rendered_as_rfc_9457_says),
	        cmocka_unit_test(faults_beyond_the_bound_are_counted),
	        cmocka_unit_test(malformed_json_says_line_and_column),
	        cmocka_unit_test(long_texts_are_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
