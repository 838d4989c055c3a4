/* layer: protocol */
/* test_policy_request: a policy's text arrives as it was written, or the place of each fault is named; a dry run is a report, or one beside a draft. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/policy_request.h"

typedef bool reader(const char *body, size_t len, struct policy_request *ret, struct problem *ret_problem);

static void refused(reader *read, const char *body, const char *pointer)
{
	struct policy_request r;
	struct problem p;
	if (read(body, strlen(body), &r, &p))
		fail_msg("accepted: %s", body);
	assert_null(r.tree);
	assert_null(r.rendered);
	assert_int_equal(p.status, 422);
	assert_int_equal(p.error_count, 1);
	assert_string_equal(p.errors[0].pointer, pointer);
}

static void a_text_is_taken_as_it_was_written(void **state)
{
	static const char body[] = "{\"text\":\"{\\n\\t// catatan\\r\\n}\",\"base_version\":7,\"force\":true}";
	struct policy_request r;
	struct problem p;
	(void)state;
	assert_true(policy_request_read_put(body, strlen(body), &r, &p));
	assert_string_equal(r.text, "{\n\t// catatan\r\n}");
	assert_int_equal(r.base_version, 7);
	assert_true(r.force);
	policy_request_free(&r);
	assert_null(r.tree);
}

static void what_is_missing_or_of_another_shape_is_named(void **state)
{
	(void)state;
	refused(policy_request_read_check, "{}", "#/text");
	refused(policy_request_read_check, "{\"text\":\" \\n\"}", "#/text");
	refused(policy_request_read_check, "{\"text\":1}", "#/text");
	refused(policy_request_read_check, "{\"text\":\"{}\",\"force\":true}", "#/force");
	refused(policy_request_read_put, "{\"text\":\"{}\"}", "#/base_version");
	refused(policy_request_read_put, "{\"text\":\"{}\",\"base_version\":-1}", "#/base_version");
	refused(policy_request_read_put, "{\"text\":\"{}\",\"base_version\":1.5}", "#/base_version");
	refused(policy_request_read_dry_run, "{\"report\":null}", "#/report");
	refused(policy_request_read_dry_run, "{\"report\":[]}", "#/report");
	refused(policy_request_read_dry_run, "{\"report\":{},\"policy\":{}}", "#/policy");
	refused(policy_request_read_dry_run, "{\"report\":{},\"extra\":1}", "#/extra");
}

static void a_text_beyond_the_bound_is_refused_by_its_bytes(void **state)
{
	size_t len = POLICY_TEXT_MAX + 32;
	char *body = malloc(len);
	struct policy_request r;
	struct problem p;
	(void)state;
	for (int over = 0; over < 2; over++) {
		size_t n = POLICY_TEXT_MAX + (size_t)over;
		memcpy(body, "{\"text\":\"", 9);
		memset(body + 9, 'x', n);
		memcpy(body + 9 + n, "\"}", 3);
		assert_int_equal(policy_request_read_check(body, strlen(body), &r, &p), over == 0);
		policy_request_free(&r);
	}
	free(body);
}

static void a_dry_run_is_a_report_or_one_beside_a_draft(void **state)
{
	static const char plain[] = "{\"type\":\"unclaimed_body\"}";
	static const char nested[] = "{\"report\":{\"type\":\"unclaimed_body\"},\"policy\":\"{}\"}";
	static const char broken[] = "{\"report\":";
	struct policy_request r;
	struct problem p;
	(void)state;
	assert_true(policy_request_read_dry_run(plain, strlen(plain), &r, &p));
	assert_ptr_equal(r.report, plain);
	assert_null(r.text);
	policy_request_free(&r);
	assert_true(policy_request_read_dry_run(nested, strlen(nested), &r, &p));
	assert_string_equal(r.report, plain);
	assert_int_equal(r.report_len, strlen(plain));
	assert_string_equal(r.text, "{}");
	policy_request_free(&r);
	/* what is no JSON is the report reader's affair */
	assert_true(policy_request_read_dry_run(broken, strlen(broken), &r, &p));
	assert_ptr_equal(r.report, broken);
	policy_request_free(&r);
}

static void faults_of_a_report_inside_another_document_point_into_it(void **state)
{
	static const char nested[] = "{\"report\":{\"type\":\"x\"}}";
	struct policy_request r;
	struct problem p;
	(void)state;
	assert_true(policy_request_read_dry_run(nested, strlen(nested), &r, &p));
	problem_init(&p, 422, "invalid-report", NULL);
	problem_error(&p, "#/place/lat", "x");
	problem_error(&p, "", "x");
	policy_request_nest(&r, &p);
	assert_string_equal(p.errors[0].pointer, "#/report/place/lat");
	assert_string_equal(p.errors[1].pointer, "#/report");
	policy_request_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_text_is_taken_as_it_was_written),
	        cmocka_unit_test(what_is_missing_or_of_another_shape_is_named),
	        cmocka_unit_test(a_text_beyond_the_bound_is_refused_by_its_bytes),
	        cmocka_unit_test(a_dry_run_is_a_report_or_one_beside_a_draft),
	        cmocka_unit_test(faults_of_a_report_inside_another_document_point_into_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
