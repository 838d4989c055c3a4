/* layer: protocol */
/* test_notice_body: the JSON that partners' servers receive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/notice_body.h"

static const struct notice_view reminder = {
        .kind = "dispatch.reminder",
        .notice = "0190163d-8694-739b-aea5-966c26f8ad91",
        .at_us = 1795255872000000,
        .dispatch = {.id = "0190163d-8694-739b-aea5-966c26f8ad92",
                     .role = "lead",
                     .task = "pengamanan lokasi",
                     .state = "notified",
                     .url = "https://sigap.example/d/abc",
                     .version = 2,
                     .accept_by_us = 1795256472000000},
        .incident = {.id = "0190163d-8694-739b-aea5-966c26f8ad93",
                     .type = "unclaimed_body",
                     .urgency = "critical",
                     .summary = "Jenazah tanpa keluarga di Petung",
                     .village_code = "64.09.01.1003",
                     .village_name = "Petung",
                     .place_text = "belakang \"pasar\" RT 05",
                     .number = 1042,
                     .version = 3,
                     .has_position = true,
                     .lat = -1.32,
                     .lon = 116.67},
        .late_s = 90,
};

static void a_notice_renders_as_its_golden_example(void **state)
{
	(void)state;
	char want[2000];
	FILE *f = fopen(SOURCE_DIR "/protocol/examples/webhook-dispatch-reminder.json", "r");
	assert_non_null(f);
	want[fread(want, 1, sizeof want - 1, f)] = '\0';
	fclose(f);
	struct buf b;
	buf_init(&b, 1 << 16);
	notice_body_render(&reminder, &b);
	assert_string_equal(b.data, want);
	buf_free(&b);
}

static cJSON *rendered(const struct notice_view *v)
{
	struct buf b;
	struct json_fault fault;
	buf_init(&b, 1 << 16);
	notice_body_render(v, &b);
	cJSON *tree = json_parse(b.data, b.len, &fault);
	buf_free(&b);
	assert_non_null(tree);
	return tree;
}

static void what_is_unknown_is_null_and_what_is_not_late_says_nothing(void **state)
{
	(void)state;
	struct notice_view v = reminder;
	v.late_s = 0;
	v.incident.has_position = false;
	v.incident.village_code = v.incident.village_name = v.incident.place_text = v.incident.summary = NULL;
	cJSON *tree = rendered(&v);
	const cJSON *data = json_member(tree, "data"), *incident = json_member(data, "incident"),
	            *place = json_member(incident, "place"), *dispatch = json_member(data, "dispatch");
	assert_null(json_member(data, "late_s"));
	assert_true(cJSON_IsNull(json_member(place, "village_code")));
	assert_true(cJSON_IsNull(json_member(place, "name")));
	assert_true(cJSON_IsNull(json_member(place, "text")));
	assert_true(cJSON_IsNull(json_member(place, "lat")));
	assert_true(cJSON_IsNull(json_member(place, "lon")));
	assert_true(cJSON_IsNull(json_member(incident, "summary")));
	assert_true(cJSON_IsNull(json_member(dispatch, "arrive_by")));
	cJSON_Delete(tree);
}

static void an_update_without_a_dispatch_says_so(void **state)
{
	(void)state;
	struct notice_view v = reminder;
	memset(&v.dispatch, 0, sizeof v.dispatch);
	v.kind = "incident.updated";
	cJSON *tree = rendered(&v);
	assert_true(cJSON_IsNull(json_member(json_member(tree, "data"), "dispatch")));
	assert_string_equal(json_string(tree, "type"), "incident.updated");
	cJSON_Delete(tree);
}

static void assert_late_body(int late_s_when_made, int64_t late_s, int64_t want)
{
	struct notice_view v = reminder;
	struct buf made, late;
	struct json_fault fault;
	v.late_s = late_s_when_made;
	buf_init(&made, 1 << 16);
	buf_init(&late, 1 << 16);
	notice_body_render(&v, &made);
	assert_true(notice_body_late(made.data, made.len, late_s, &late));
	cJSON *before = json_parse(made.data, made.len, &fault), *after = json_parse(late.data, late.len, &fault);
	assert_non_null(after);
	cJSON *data = cJSON_GetObjectItemCaseSensitive(after, "data");
	assert_int_equal((int64_t)json_member(data, "late_s")->valuedouble, want);
	/* and nothing else has changed */
	cJSON_DeleteItemFromObjectCaseSensitive(data, "late_s");
	cJSON_DeleteItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(before, "data"), "late_s");
	assert_true(cJSON_Compare(before, after, true));
	cJSON_Delete(before);
	cJSON_Delete(after);
	buf_free(&made);
	buf_free(&late);
}

static void a_body_that_leaves_late_says_by_how_much(void **state)
{
	(void)state;
	assert_late_body(0, 7260, 7260);
	assert_late_body(90, 7260, 7350);
	assert_late_body(2147483647, 1, 2147483648LL);
}

static void what_is_no_body_of_ours_stays_as_it_is(void **state)
{
	(void)state;
	static const char *const others[] = {"", "}", "{}", "{\"data\":1}", "plain text 12", "{\"late_s\":5}"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct buf b;
		buf_init(&b, 1 << 16);
		assert_false(notice_body_late(others[i], strlen(others[i]), 60, &b));
		assert_int_equal(b.len, strlen(others[i]));
		assert_true(b.len == 0 || memcmp(b.data, others[i], b.len) == 0);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_notice_renders_as_its_golden_example),
	        cmocka_unit_test(what_is_unknown_is_null_and_what_is_not_late_says_nothing),
	        cmocka_unit_test(an_update_without_a_dispatch_says_so),
	        cmocka_unit_test(a_body_that_leaves_late_says_by_how_much),
	        cmocka_unit_test(what_is_no_body_of_ours_stays_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
