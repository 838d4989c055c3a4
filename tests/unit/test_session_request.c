/* layer: protocol */
/* test_session_request: what somebody who logs in says is read whole, or refused with the place of each fault and without a word of what he said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/session_request.h"

typedef bool reader(const char *body, size_t len, struct session_request *ret, struct problem *ret_problem);

static void refused(reader *read, const char *body, const char *pointer)
{
	struct session_request r;
	struct problem p;
	struct buf out;
	if (read(body, strlen(body), &r, &p))
		fail_msg("accepted: %s", body);
	assert_null(r.tree);
	assert_int_equal(p.status, 422);
	assert_int_equal(p.error_count, 1);
	assert_string_equal(p.errors[0].pointer, pointer);
	buf_init(&out, 4096);
	problem_render(&p, &out);
	assert_null(strstr(out.data, "rahasia"));
	buf_free(&out);
}

static void a_log_in_names_user_and_password(void **state)
{
	static const char body[] = "{\"user\":\"ani\",\"password\":\"rahasia sekali 1\",\"code\":\"492039\"}";
	struct session_request r;
	struct problem p;
	(void)state;
	assert_true(session_request_read(body, strlen(body), &r, &p));
	assert_string_equal(r.user, "ani");
	assert_string_equal(r.password, "rahasia sekali 1");
	assert_string_equal(r.code, "492039");
	session_request_free(&r);
	assert_null(r.password);
	refused(session_request_read, "{\"user\":\"ani\"}", "#/password");
	refused(session_request_read, "{\"user\":\" \",\"password\":\"rahasia\"}", "#/user");
	refused(session_request_read, "{\"user\":\"ani\",\"password\":{\"rahasia\":1}}", "#/password");
	refused(session_request_read, "{\"user\":\"ani\",\"password\":\"rahasia\",\"kode\":\"rahasia\"}", "#/kode");
	refused(session_request_read,
	        "{\"user\":\"ani\",\"password\":\"rahasia\",\"code\":\"rahasia-rahasia-rahasia\"}", "#/code");
}

static void another_password_names_both(void **state)
{
	static const char body[] = "{\"old\":\"rahasia lama 1\",\"new\":\"rahasia baru 2\"}";
	struct session_request r;
	struct problem p;
	(void)state;
	assert_true(session_request_read_password(body, strlen(body), &r, &p));
	assert_string_equal(r.old_password, "rahasia lama 1");
	assert_string_equal(r.new_password, "rahasia baru 2");
	session_request_free(&r);
	refused(session_request_read_password, "{\"old\":\"rahasia\"}", "#/new");
	refused(session_request_read_password, "{\"new\":\"rahasia\"}", "#/old");
}

static void one_time_codes_are_begun_confirmed_or_removed(void **state)
{
	static const char *const good[] = {"{}", "{\"code\":\"492039\"}", "{\"remove\":true,\"password\":\"rahasia\"}",
	                                   "{\"remove\":false}"};
	struct session_request r;
	struct problem p;
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(session_request_read_totp(good[i], strlen(good[i]), &r, &p));
		assert_int_equal(r.remove, i == 2);
		session_request_free(&r);
	}
	refused(session_request_read_totp, "{\"remove\":true}", "#/password");
	refused(session_request_read_totp, "{\"password\":\"rahasia\"}", "#/password");
	refused(session_request_read_totp, "{\"remove\":true,\"password\":\"rahasia\",\"code\":\"1\"}", "#/code");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_log_in_names_user_and_password),
	        cmocka_unit_test(another_password_names_both),
	        cmocka_unit_test(one_time_codes_are_begun_confirmed_or_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
