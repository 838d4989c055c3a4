/* layer: protocol */
/* test_roster_request: what is asked of the roster is read whole, or refused with the place of each fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/roster_request.h"

typedef bool reader(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem);

static bool read_exact(reader *read, const char *body, struct roster_request *r, struct problem *p)
{
	size_t len = strlen(body);
	char *exact = malloc(len > 0 ? len : 1); /* no NUL behind it, as in a network buffer */
	memcpy(exact, body, len);
	memset(p, 'x', sizeof *p);
	bool ok = read(exact, len, r, p);
	free(exact);
	return ok;
}

static struct roster_request taken(reader *read, const char *body)
{
	struct roster_request r;
	struct problem p;
	if (!read_exact(read, body, &r, &p))
		fail_msg("%s: %s %s", body, p.errors[0].pointer, p.errors[0].detail);
	return r;
}

/* The body is refused with exactly these pointers. */
static void refused(reader *read, const char *body, int status, size_t n, const char *const *pointers)
{
	struct roster_request r;
	struct problem p;
	if (read_exact(read, body, &r, &p))
		fail_msg("accepted: %s", body);
	assert_null(r.tree);
	assert_int_equal(p.status, status);
	assert_int_equal(p.error_count, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(p.errors[i].pointer, pointers[i]);
}
#define REFUSED(read, body, ...)                                                                                       \
	do {                                                                                                           \
		static const char *const pointers[] = {__VA_ARGS__};                                                   \
		refused(read, body, 422, sizeof pointers / sizeof *pointers, pointers);                                \
	} while (0)

static void an_acceptance_names_the_person_and_the_beginning(void **state)
{
	(void)state;
	struct roster_request r =
	        taken(roster_request_read_accept, "{\"person\":\"budi\",\"starts_at\":\"2026-11-22T08:00:00+08:00\"}");
	assert_string_equal(r.person, "budi");
	assert_int_equal(r.starts_us, INT64_C(1795305600000000));
	roster_request_free(&r);
	REFUSED(roster_request_read_accept, "{}", "#/person", "#/starts_at");
	REFUSED(roster_request_read_accept, "{\"person\":\"  \",\"starts_at\":\"tomorrow\"}", "#/starts_at",
	        "#/person");
	REFUSED(roster_request_read_accept, "{\"person\":\"budi\",\"starts_at\":1795305600}", "#/starts_at");
	REFUSED(roster_request_read_accept,
	        "{\"person\":\"budi\",\"starts_at\":\"2026-11-22T08:00:00Z\",\"role\":\"officer\"}", "#/role");
}

static void an_override_says_who_is_on_duty_and_who_is_not(void **state)
{
	(void)state;
#define SPAN "\"role\":\"coordinator\",\"from\":\"2026-11-22T00:00:00Z\",\"until\":\"2026-11-22T12:00:00Z\""
	struct roster_request r = taken(roster_request_read_override,
	                                "{" SPAN ",\"person\":\"sari\",\"instead_of\":\"budi\",\"reason\":\"sakit\"}");
	assert_string_equal(r.role, "coordinator");
	assert_string_equal(r.person, "sari");
	assert_string_equal(r.instead_of, "budi");
	assert_string_equal(r.reason, "sakit");
	assert_int_equal(r.until_us - r.from_us, INT64_C(43200000000));
	roster_request_free(&r);
	r = taken(roster_request_read_override, "{" SPAN ",\"instead_of\":\"budi\",\"person\":null}");
	assert_null(r.person);
	roster_request_free(&r);
	REFUSED(roster_request_read_override, "{" SPAN "}", "");
	REFUSED(roster_request_read_override, "{" SPAN ",\"person\":7}", "#/person");
	REFUSED(roster_request_read_override, "{" SPAN ",\"person\":\"budi\",\"instead_of\":\"budi\"}", "#/instead_of");
	REFUSED(roster_request_read_override, "{\"person\":\"budi\"}", "#/role", "#/from", "#/until");
	REFUSED(roster_request_read_override,
	        "{\"role\":\"boss\",\"from\":\"2026-11-22T00:00:00Z\",\"until\":\"2026-11-22T00:00:00Z\","
	        "\"person\":\"budi\"}",
	        "#/role", "#/until");
	REFUSED(roster_request_read_override,
	        "{\"role\":\"officer\",\"from\":\"2026-11-22T00:00:00Z\",\"until\":\"2027-11-24T00:00:00Z\","
	        "\"person\":\"budi\"}",
	        "#/until");
}

static void a_swap_names_both_shifts(void **state)
{
	(void)state;
	struct roster_request r =
	        taken(roster_request_read_swap, "{\"role\":\"officer\",\"person\":\"budi\",\"starts_at\":"
	                                        "\"2026-11-22T00:00:00Z\",\"with\":\"sari\",\"with_starts_at\":"
	                                        "\"2026-11-23T00:00:00Z\"}");
	assert_string_equal(r.with, "sari");
	assert_int_equal(r.with_starts_us - r.starts_us, INT64_C(86400000000));
	roster_request_free(&r);
	REFUSED(roster_request_read_swap, "{}", "#/role", "#/person", "#/starts_at", "#/with", "#/with_starts_at");
	REFUSED(roster_request_read_swap,
	        "{\"role\":\"officer\",\"person\":\"budi\",\"starts_at\":\"2026-11-22T00:00:00Z\",\"with\":\"budi\","
	        "\"with_starts_at\":\"2026-11-23T00:00:00Z\"}",
	        "#/with");
}

static void a_note_has_a_text_of_bounded_length(void **state)
{
	(void)state;
	struct roster_request r = taken(roster_request_read_note, "{\"text\":\"Kejadian 1042 menunggu ambulans.\"}");
	assert_string_equal(r.text, "Kejadian 1042 menunggu ambulans.");
	roster_request_free(&r);
	char long_one[2100] = "{\"text\":\"";
	memset(long_one + 9, 'a', 2001);
	strcpy(long_one + 9 + 2001, "\"}");
	REFUSED(roster_request_read_note, long_one, "#/text");
	REFUSED(roster_request_read_note, "{\"text\":\" \\n \"}", "#/text");
	REFUSED(roster_request_read_note, "{\"text\":\"a\\u0007b\"}", "#/text");
}

static void what_is_no_json_object_is_refused(void **state)
{
	(void)state;
	reader *const all[] = {roster_request_read_accept, roster_request_read_override, roster_request_read_swap,
	                       roster_request_read_note};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct roster_request r;
		struct problem p;
		assert_false(read_exact(all[i], "{\"text\":", &r, &p));
		assert_int_equal(p.status, 400);
		assert_false(read_exact(all[i], "[]", &r, &p));
		assert_int_equal(p.status, 422);
	}
}

static void a_single_shift_names_person_and_time(void **state)
{
	(void)state;
	struct roster_request r = taken(roster_request_read_shift,
	                                "{\"person\":\"budi\",\"from\":\"2026-11-22T08:00:00+08:00\",\"until\":"
	                                "\"2026-11-22T20:00:00+08:00\"}");
	assert_string_equal(r.person, "budi");
	assert_null(r.role);
	assert_true(r.until_us - r.from_us == INT64_C(43200000000));
	roster_request_free(&r);
	REFUSED(roster_request_read_shift, "{}", "#/person", "#/from", "#/until");
	REFUSED(roster_request_read_shift,
	        "{\"person\":\"budi\",\"from\":\"2026-11-22T08:00:00Z\",\"until\":\"2026-11-22T08:00:00Z\"}",
	        "#/until");
	REFUSED(roster_request_read_shift,
	        "{\"person\":\"budi\",\"from\":\"2026-11-22T08:00:00Z\",\"until\":\"2028-11-22T08:00:00Z\"}",
	        "#/until");
}

static void a_rotation_names_people_in_turn(void **state)
{
	(void)state;
	struct roster_request r = taken(roster_request_read_rotation,
	                                "{\"slug\":\"trc\",\"role\":\"officer\",\"people\":[\"ani\",\"budi\"],"
	                                "\"from\":\"2026-11-22T08:00:00+08:00\",\"shift_s\":43200}");
	assert_int_equal(cJSON_GetArraySize(r.people), 2);
	assert_int_equal(r.shift_s, 43200);
	assert_true(r.until_us == 0);
	roster_request_free(&r);
#define ROTATION(people, rest)                                                                                         \
	"{\"slug\":\"trc\",\"role\":\"officer\",\"people\":" people ",\"from\":\"2026-11-22T08:00:00Z\"," rest "}"
	REFUSED(roster_request_read_rotation, ROTATION("[]", "\"shift_s\":3600"), "#/people");
	REFUSED(roster_request_read_rotation, ROTATION("[1]", "\"shift_s\":3600"), "#/people");
	REFUSED(roster_request_read_rotation, ROTATION("{\"a\":\"ani\"}", "\"shift_s\":3600"), "#/people");
	REFUSED(roster_request_read_rotation, ROTATION("[\"ani\"]", "\"shift_s\":3599"), "#/shift_s");
	REFUSED(roster_request_read_rotation, ROTATION("[\"ani\"]", "\"shift_s\":2678401"), "#/shift_s");
	REFUSED(roster_request_read_rotation,
	        ROTATION("[\"ani\"]", "\"shift_s\":3600,\"until\":\"2026-11-22T07:00:00Z\""), "#/until");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_single_shift_names_person_and_time),
	        cmocka_unit_test(a_rotation_names_people_in_turn),
	        cmocka_unit_test(an_acceptance_names_the_person_and_the_beginning),
	        cmocka_unit_test(an_override_says_who_is_on_duty_and_who_is_not),
	        cmocka_unit_test(a_swap_names_both_shifts),
	        cmocka_unit_test(a_note_has_a_text_of_bounded_length),
	        cmocka_unit_test(what_is_no_json_object_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
