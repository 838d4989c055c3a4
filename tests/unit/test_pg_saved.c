/* layer: io */
/* io/pg_saved: what was saved of a result is read like the result itself; what is cut short or no such thing is refused, and reads nothing beyond its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "../../daemon/io/pg_saved.h"

enum { TEXT_OID = 25, INT8_OID = 20, JSONB_OID = 3802, MOST = 4096 };

static void set(PGresult *r, int row, int column, const char *value, int len)
{
	assert_true(PQsetvalue(r, row, column, (char *)(uintptr_t)value, len));
}

/* Two rows: a text and a number and a jsonb; nulls and an empty text. */
static struct pg_result sample(void)
{
	static char name[] = "c";
	PGresAttDesc columns[] = {{.name = name, .typid = TEXT_OID, .format = 1},
	                          {.name = name, .typid = INT8_OID, .format = 1},
	                          {.name = name, .typid = JSONB_OID, .format = 1}};
	PGresult *r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	assert_true(PQsetResultAttrs(r, 3, columns));
	set(r, 0, 0, "Petung", 6);
	set(r, 0, 1, "\0\0\0\0\0\0\x03\xe9", 8);
	set(r, 0, 2, "\x01{}", 3);
	set(r, 1, 0, "", 0);
	set(r, 1, 1, NULL, -1);
	set(r, 1, 2, NULL, -1);
	return (struct pg_result){.status = PG_OK, .rows = 2, .message = "", .native = r};
}

static void save_sample(struct buf *to, int times)
{
	struct pg_result r = sample();
	buf_init(to, MOST);
	for (int i = 0; i < times; i++)
		pg_save(&r, to);
	assert_false(to->failed);
	pg_saved_free(&r);
}

static void results_are_read_back_one_after_the_other(void **state)
{
	struct buf saved;
	struct pg_result r;
	(void)state;
	save_sample(&saved, 2);
	const char *at = saved.data, *end = saved.data + saved.len;
	for (int i = 0; i < 2; i++) {
		assert_true(pg_saved_read(&at, end, &r));
		assert_int_equal(r.status, PG_OK);
		assert_int_equal(r.rows, 2);
		assert_string_equal(pg_text(&r, 0, 0), "Petung");
		assert_int_equal(pg_bigint(&r, 0, 1), 1001);
		assert_string_equal(pg_text(&r, 0, 2), "{}");
		assert_false(pg_is_null(&r, 1, 0));
		assert_int_equal(pg_length(&r, 1, 0), 0);
		assert_true(pg_is_null(&r, 1, 1) && pg_is_null(&r, 1, 2));
		pg_saved_free(&r);
	}
	assert_ptr_equal(at, end);
	assert_false(pg_saved_read(&at, end, &r));
	buf_free(&saved);
}

static void what_is_cut_short_is_refused(void **state)
{
	struct buf saved;
	struct pg_result r;
	(void)state;
	save_sample(&saved, 1);
	for (size_t len = 0; len < saved.len; len++) {
		char *cut = malloc(len + 1); /* of just this length, so that a sanitizer sees who reads on */
		assert_non_null(cut);
		memcpy(cut, saved.data, len);
		char *exact = realloc(cut, len > 0 ? len : 1);
		const char *at = exact;
		assert_false(pg_saved_read(&at, exact + len, &r));
		free(exact);
	}
	buf_free(&saved);
}

/* Every byte in turn says something else: it may be read as another result, but never beyond the end, nor for ever. */
static void what_is_damaged_does_no_harm(void **state)
{
	struct buf saved;
	struct pg_result r;
	(void)state;
	save_sample(&saved, 1);
	for (size_t i = 0; i < saved.len; i++) {
		for (int change = 1; change < 256; change += 85) {
			char *exact = malloc(saved.len);
			assert_non_null(exact);
			memcpy(exact, saved.data, saved.len);
			exact[i] = (char)(exact[i] ^ change);
			const char *at = exact;
			if (pg_saved_read(&at, exact + saved.len, &r))
				pg_saved_free(&r);
			assert_true(at >= exact && at <= exact + saved.len);
			free(exact);
		}
	}
	buf_free(&saved);
}

static void put_word(struct buf *to, uint32_t v)
{
	const unsigned char big[] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16), (unsigned char)(v >> 8),
	                             (unsigned char)v};
	buf_add(to, big, sizeof big);
}

static bool is_read(const uint32_t *words, size_t n)
{
	struct buf saved;
	struct pg_result r;
	buf_init(&saved, 1 << 16);
	for (size_t i = 0; i < n; i++)
		put_word(&saved, words[i]);
	const char *at = saved.data;
	bool ok = pg_saved_read(&at, saved.data + saved.len, &r);
	if (ok)
		pg_saved_free(&r);
	buf_free(&saved);
	return ok;
}

static void what_no_result_can_hold_is_refused(void **state)
{
	enum { MANY = 2000 }; /* PostgreSQL has at most 1600 columns */
	uint32_t many[2 + MANY] = {0, MANY};
	(void)state;
	assert_true(is_read((const uint32_t[]){1, 1, TEXT_OID, UINT32_MAX}, 4));
	assert_false(is_read((const uint32_t[]){1, 1, TEXT_OID, UINT32_MAX - 1}, 4)); /* a length below "null" */
	assert_false(is_read((const uint32_t[]){1, 0}, 2));
	assert_false(is_read((const uint32_t[]){UINT32_MAX, 1, TEXT_OID, UINT32_MAX}, 4));
	assert_false(is_read(many, 2 + MANY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(results_are_read_back_one_after_the_other),
	        cmocka_unit_test(what_is_cut_short_is_refused),
	        cmocka_unit_test(what_is_damaged_does_no_harm),
	        cmocka_unit_test(what_no_result_can_hold_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
