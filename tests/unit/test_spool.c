/* layer: io */
/* io/spool: what it says is kept is in the file whatever happens next, what has done its work is not, and what it cannot keep it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../daemon/base/arena.h"
#include "../../daemon/io/spool.h"
#include "loop.h"

enum { MEBIBYTE = 1 << 20 };
static struct world {
	struct event_base *base;
	char folder[64], path[96], why[160];
	struct spool *spool;
	/* what came back last */
	bool back, ok;
	enum spool_end end;
	struct spool_record got;
	char key[64], doc[512];
} w;

static bool try_open(int64_t most_bytes)
{
	w.spool = spool_open(w.base, w.path, most_bytes, w.why, sizeof w.why);
	return w.spool != NULL;
}

static int make_world(void **state)
{
	(void)state;
	w = (struct world){.base = event_base_new(), .folder = "/tmp/sigap-spool-XXXXXX"};
	if (mkdtemp(w.folder) == NULL)
		return -1;
	snprintf(w.path, sizeof w.path, "%s/spool.db", w.folder);
	return try_open(16 * MEBIBYTE) ? 0 : -1;
}

static int remove_world(void **state)
{
	char wal[112];
	(void)state;
	spool_close(&w.spool);
	event_base_free(w.base);
	snprintf(wal, sizeof wal, "%s-wal", w.path);
	unlink(wal);
	unlink(w.path);
	return rmdir(w.folder);
}

static void reopen(void)
{
	spool_close(&w.spool);
	assert_true(try_open(16 * MEBIBYTE));
}

static void note(const struct spool_record *r)
{
	w.got = r != NULL ? *r : (struct spool_record){.seq = 0};
	snprintf(w.key, sizeof w.key, "%s", r != NULL ? r->external_id : "");
	snprintf(w.doc, sizeof w.doc, "%s", r != NULL ? r->doc : "");
	w.back = true;
}

static void on_put(void *ctx, enum spool_end end, const struct spool_record *known)
{
	(void)ctx;
	w.end = end;
	note(known);
}

static void on_next(void *ctx, const struct spool_record *r)
{
	(void)ctx;
	note(r);
}

static void on_went(void *ctx, bool ok)
{
	(void)ctx;
	w.ok = ok;
	w.back = true;
}

static struct spool_record record(enum spool_kind kind, const char *key, const char *doc)
{
	return (struct spool_record){.kind = kind,
	                             .gateway = "kannel",
	                             .external_id = key,
	                             .fingerprint = {1, 2, 3},
	                             .id = {{9, (uint8_t)*key}},
	                             .number = INT64_C(9007199254740993),
	                             .doc = doc,
	                             .doc_len = strlen(doc)};
}

static enum spool_end put(enum spool_kind kind, const char *key, const char *doc)
{
	const struct spool_record r = record(kind, key, doc);
	w.back = false;
	spool_put(w.spool, &r, on_put, NULL);
	LOOP_WAIT(w.base, w.back);
	return w.end;
}

static int64_t next(enum spool_kind kind, int64_t after)
{
	w.back = false;
	spool_next(w.spool, kind, after, on_next, NULL);
	LOOP_WAIT(w.base, w.back);
	return w.got.seq;
}

static bool drop(int64_t seq)
{
	w.back = false;
	spool_drop(w.spool, SPOOL_REPORT, seq, on_went, NULL);
	LOOP_WAIT(w.base, w.back);
	return w.ok;
}

/* Do the bytes of the file, or of its log, hold the text? */
static bool on_disk(const char *text)
{
	static const char *const suffixes[] = {"", "-wal"};
	static char bytes[MEBIBYTE];
	bool found = false;
	for (int i = 0; i < 2; i++) {
		char path[112];
		snprintf(path, sizeof path, "%s%s", w.path, suffixes[i]);
		FILE *f = fopen(path, "r");
		size_t len = f != NULL ? fread(bytes, 1, sizeof bytes, f) : 0;
		found |= memmem(bytes, len, text, strlen(text)) != NULL;
		if (f != NULL)
			fclose(f);
	}
	return found;
}

static void what_was_kept_comes_back_in_the_order_in_which_it_came(void **state)
{
	(void)state;
	assert_int_equal(put(SPOOL_REPORT, "a", "{\"n\":1}"), SPOOL_KEPT);
	assert_int_equal(put(SPOOL_MESSAGE, "b", "{\"n\":2}"), SPOOL_KEPT);
	assert_int_equal(put(SPOOL_REPORT, "c", "{\"n\":3}"), SPOOL_KEPT);
	reopen();
	assert_int_equal(spool_count(w.spool, SPOOL_REPORT), 2);
	assert_int_equal(spool_count(w.spool, SPOOL_MESSAGE), 1);
	int64_t first = next(SPOOL_REPORT, 0);
	assert_string_equal(w.key, "a");
	assert_string_equal(w.doc, "{\"n\":1}");
	assert_int_equal(w.got.doc_len, 7);
	assert_true(w.got.number == INT64_C(9007199254740993));
	assert_int_equal(w.got.id.b[1], 'a');
	assert_int_equal(w.got.fingerprint[2], 3);
	assert_true(next(SPOOL_REPORT, first) > first);
	assert_string_equal(w.key, "c");
	assert_int_equal(next(SPOOL_REPORT, w.got.seq), 0);
	assert_true(next(SPOOL_MESSAGE, 0) > 0);
	assert_string_equal(w.key, "b");
}

static void a_key_that_is_known_is_told_with_what_it_stands_for(void **state)
{
	(void)state;
	assert_int_equal(put(SPOOL_REPORT, "a", "{\"n\":1}"), SPOOL_KEPT);
	assert_int_equal(put(SPOOL_REPORT, "a", "{\"n\":2}"), SPOOL_KNOWN);
	assert_true(w.got.number == INT64_C(9007199254740993));
	assert_int_equal(w.got.fingerprint[0], 1);
	assert_int_equal(spool_count(w.spool, SPOOL_REPORT), 1);
	next(SPOOL_REPORT, 0);
	assert_string_equal(w.doc, "{\"n\":1}");
}

static void what_has_done_its_work_leaves_nothing_on_the_disk(void **state)
{
	(void)state;
	put(SPOOL_REPORT, "a", "{\"text\":\"rahasia-pelapor\"}");
	assert_true(on_disk("rahasia-pelapor"));
	assert_true(drop(next(SPOOL_REPORT, 0)));
	assert_false(on_disk("rahasia-pelapor"));
	assert_int_equal(spool_count(w.spool, SPOOL_REPORT), 0);
	reopen();
	assert_int_equal(next(SPOOL_REPORT, 0), 0);
}

static void what_nothing_can_be_made_of_is_set_aside_with_the_reason(void **state)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	(void)state;
	put(SPOOL_REPORT, "a", "broken");
	int64_t seq = next(SPOOL_REPORT, 0);
	w.back = false;
	spool_refuse(w.spool, SPOOL_REPORT, seq, "line 1", on_went, NULL);
	LOOP_WAIT(w.base, w.back);
	assert_true(w.ok);
	assert_int_equal(next(SPOOL_REPORT, 0), 0);
	assert_int_equal(spool_refused(w.spool), 1);
	spool_close(&w.spool);
	assert_int_equal(sqlite3_open(w.path, &db), SQLITE_OK);
	assert_int_equal(
	        sqlite3_prepare_v2(db, "select why || ' ' || external_id || ' ' || doc from refused", -1, &st, NULL),
	        SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(st, 0), "line 1 a broken");
	sqlite3_finalize(st);
	sqlite3_close(db);
	assert_true(try_open(16 * MEBIBYTE));
	assert_int_equal(spool_refused(w.spool), 1);
}

static void what_it_has_no_room_for_it_does_not_take(void **state)
{
	char *text = malloc(100000), key[16];
	int kept = 0;
	(void)state;
	memset(text, 'x', 99999);
	text[99999] = '\0';
	spool_close(&w.spool);
	assert_true(try_open(MEBIBYTE));
	for (int i = 0; i < 20; i++) {
		snprintf(key, sizeof key, "k%d", i);
		kept += put(SPOOL_REPORT, key, text) == SPOOL_KEPT;
	}
	assert_in_range(kept, 5, 10);
	assert_in_range(spool_fullness(w.spool), 80, 100);
	assert_true(spool_is_usable(w.spool)); /* full is not broken: there is room again */
	assert_int_equal(spool_count(w.spool, SPOOL_REPORT), kept);
	for (int i = 0; i < kept; i++)
		assert_true(drop(next(SPOOL_REPORT, 0)));
	assert_in_range(spool_fullness(w.spool), 0, 10);
	assert_int_equal(put(SPOOL_REPORT, "again", text), SPOOL_KEPT);
	free(text);
}

static void it_is_for_its_owner_alone(void **state)
{
	struct stat st;
	(void)state;
	put(SPOOL_REPORT, "a", "{}");
	assert_int_equal(stat(w.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void another_process_cannot_use_it_too(void **state)
{
	int status;
	(void)state;
	put(SPOOL_REPORT, "a", "{}");
	pid_t pid = fork();
	if (pid == 0) {
		struct event_base *base = event_base_new();
		char why[160] = "";
		struct spool *mine = spool_open(base, w.path, MEBIBYTE, why, sizeof why);
		_exit(mine == NULL && strstr(why, "another process") != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void write_file(const char *text)
{
	FILE *f = fopen(w.path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void a_file_that_is_none_of_ours_is_refused(void **state)
{
	sqlite3 *db;
	(void)state;
	spool_close(&w.spool);
	assert_int_equal(sqlite3_open(w.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "pragma user_version = 9", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_false(try_open(MEBIBYTE));
	assert_non_null(strstr(w.why, "a later version"));
	write_file("this is no database, but a long enough text to be read as the head of one: no, it is not, and "
	           "never was one at all");
	assert_false(try_open(MEBIBYTE));
	assert_non_null(strstr(w.why, "not a database"));
	unlink(w.path);
	snprintf(w.path, sizeof w.path, "%s/no/such/folder", w.folder);
	assert_false(try_open(MEBIBYTE));
	assert_non_null(strstr(w.why, "cannot be opened"));
}

static void what_is_still_owed_at_the_end_is_answered(void **state)
{
	const struct spool_record r = record(SPOOL_REPORT, "a", "{}");
	(void)state;
	w.end = SPOOL_KNOWN;
	w.back = false;
	spool_put(w.spool, &r, on_put, NULL);
	spool_close(&w.spool);
	assert_true(w.back);
	enum spool_end said = w.end;
	assert_true(try_open(MEBIBYTE));
	if (said == SPOOL_KEPT)
		assert_int_equal(spool_count(w.spool, SPOOL_REPORT), 1);
	else
		assert_int_equal(said, SPOOL_NOT);
}

/* ---- what is put aside ---- */

enum { TAKE_MOST = 8 };
static int64_t taken[TAKE_MOST];
static int taken_count;

static void on_numbers(void *ctx, const int64_t *numbers, int n)
{
	(void)ctx;
	assert_in_range(n, 0, TAKE_MOST);
	memcpy(taken, numbers, (size_t)n * sizeof *numbers);
	taken_count = n;
	w.back = true;
}

static int take_numbers(int most)
{
	w.back = false;
	spool_take_numbers(w.spool, most, on_numbers, NULL);
	LOOP_WAIT(w.base, w.back);
	return taken_count;
}

static void put_numbers(const int64_t *numbers, int n, bool instead)
{
	w.back = false;
	spool_put_numbers(w.spool, numbers, n, instead, on_went, NULL);
	LOOP_WAIT(w.base, w.back);
	assert_true(w.ok);
}

static void a_number_is_given_once_also_to_who_opens_the_file_anew(void **state)
{
	(void)state;
	put_numbers((const int64_t[]){1007, 1005, 1006}, 3, false);
	assert_int_equal(spool_highest_number(w.spool), 1007);
	reopen();
	assert_int_equal(spool_highest_number(w.spool), 1007);
	assert_int_equal(take_numbers(2), 2);
	assert_int_equal(taken[0] + taken[1], 1005 + 1006); /* the lowest */
	reopen();
	assert_int_equal(spool_numbers(w.spool), 1);
	assert_int_equal(spool_highest_number(w.spool), 1007);
	assert_int_equal(take_numbers(TAKE_MOST), 1);
	assert_int_equal(taken[0], 1007);
	assert_int_equal(take_numbers(TAKE_MOST), 0);
	assert_int_equal(spool_numbers(w.spool), 0);
}

static void numbers_of_another_database_are_thrown_away(void **state)
{
	(void)state;
	put_numbers((const int64_t[]){1005, 1006}, 2, false);
	put_numbers((const int64_t[]){20}, 1, true);
	assert_int_equal(spool_numbers(w.spool), 1);
	assert_int_equal(spool_highest_number(w.spool), 20);
	assert_int_equal(take_numbers(TAKE_MOST), 1);
	assert_int_equal(taken[0], 20);
}

static void on_loaded(void *ctx, const char *doc, size_t len)
{
	(void)ctx;
	w.ok = doc != NULL;
	w.got.doc_len = len;
	snprintf(w.doc, sizeof w.doc, "%s", doc != NULL ? doc : "");
	w.back = true;
}

static bool load(void)
{
	w.back = false;
	spool_load(w.spool, on_loaded, NULL);
	LOOP_WAIT(w.base, w.back);
	return w.ok;
}

static void the_rules_that_were_saved_last_come_back(void **state)
{
	(void)state;
	assert_false(load());
	for (int i = 0; i < 2; i++) {
		w.back = false;
		spool_save(w.spool, i == 0 ? "old" : "new\0x", i == 0 ? 3 : 5, on_went, NULL);
		LOOP_WAIT(w.base, w.back);
		assert_true(w.ok);
	}
	reopen();
	assert_true(load());
	assert_string_equal(w.doc, "new");
	assert_int_equal(w.got.doc_len, 5);
}

int main(void)
{
#define in_a_world(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)
	const struct CMUnitTest tests[] = {
	        in_a_world(what_was_kept_comes_back_in_the_order_in_which_it_came),
	        in_a_world(a_key_that_is_known_is_told_with_what_it_stands_for),
	        in_a_world(what_has_done_its_work_leaves_nothing_on_the_disk),
	        in_a_world(what_nothing_can_be_made_of_is_set_aside_with_the_reason),
	        in_a_world(what_it_has_no_room_for_it_does_not_take),
	        in_a_world(it_is_for_its_owner_alone),
	        in_a_world(another_process_cannot_use_it_too),
	        in_a_world(a_file_that_is_none_of_ours_is_refused),
	        in_a_world(what_is_still_owed_at_the_end_is_answered),
	        in_a_world(a_number_is_given_once_also_to_who_opens_the_file_anew),
	        in_a_world(numbers_of_another_database_are_thrown_away),
	        in_a_world(the_rules_that_were_saved_last_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
