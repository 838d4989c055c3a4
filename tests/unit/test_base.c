/* layer: base */
/* test_base: clocks, ids, log lines and metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../daemon/base/arena.h"
#include "../../daemon/base/clock.h"
#include "../../daemon/base/id.h"
#include "../../daemon/base/log.h"
#include "../../daemon/base/metrics.h"

/* ---- clock ---- */

static void database_time_runs_on_with_monotonic_time(void **state)
{
	(void)state;
	struct db_clock c = {0};
	int64_t host = wall_now().us, before_first = db_clock_now(&c).us;
	assert_in_range(before_first - host, 0, 1000000);

	db_clock_set(&c, (struct wall){.us = 1000000}); /* a database whose clock stands in 1970 */
	int64_t first = db_clock_now(&c).us;
	struct mono start = mono_now();
	while (mono_now().us - start.us < 2000)
		;
	int64_t passed = db_clock_now(&c).us - first;
	assert_in_range(first, 1000000, 2000000);
	assert_in_range(passed, 2000, 1000000);
}

/* ---- id ---- */

static void a_step_of_the_database_clock_is_told_from_time_that_passed(void **state)
{
	(void)state;
	const int64_t s = 1000000;
	const struct clock_reading none = {{0}, {0}, {0}};
	const struct clock_reading before = {{1000 * s}, {50 * s}, {51 * s}};
	const struct clock_reading after = {{1002 * s}, {52 * s}, {53 * s}};
	const struct clock_reading stalled = {{1002 * s}, {52 * s}, {142 * s}}; /* the answer lay unread for 90 s */
	const struct clock_reading ahead = {{(1002 + 3600) * s}, {52 * s}, {53 * s}};
	const struct clock_reading back = {{(1002 - 3600) * s}, {52 * s}, {53 * s}};
	assert_int_equal(clock_step_us(&none, &after), 0);
	assert_int_equal(clock_step_us(&before, &after), 0);
	assert_int_equal(clock_step_us(&before, &stalled), 0);
	assert_int_equal(clock_step_us(&before, &ahead), (3600 - 1) * s);
	assert_int_equal(clock_step_us(&before, &back), -3600 * s + s);
}

static void ids_of_one_process_are_in_order_and_version_7(void **state)
{
	(void)state;
	struct uuid last = uuid_make();
	for (int i = 0; i < 200000; i++) { /* far more than 4096 in a millisecond: the count borrows from the future */
		struct uuid next = uuid_make();
		assert_true(memcmp(last.b, next.b, 8) < 0);
		assert_int_equal(next.b[6] >> 4, 7);
		assert_int_equal(next.b[8] >> 6, 2);
		last = next;
	}
}

static int64_t milliseconds_of(struct uuid id)
{
	int64_t ms = 0;
	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.b[i];
	return ms;
}

static void an_id_carries_the_time_in_milliseconds(void **state)
{
	(void)state;
	int64_t deadline = mono_now().us + 5000000, borrowed = milliseconds_of(uuid_make());
	while (wall_now().us / 1000 <=
	       borrowed) /* ids made faster than the clock borrow from the future: until it has caught up */
		assert_true(mono_now().us < deadline);
	int64_t before = wall_now().us / 1000;
	struct uuid id = uuid_make();
	assert_in_range(milliseconds_of(id), before, wall_now().us / 1000);
}

enum { PER_THREAD = 20000, THREADS = 4 };
static void *make_many(void *ids)
{
	for (int i = 0; i < PER_THREAD; i++)
		((struct uuid *)ids)[i] = uuid_make();
	return NULL;
}

static int by_stamp(const void *a, const void *b)
{
	return memcmp(a, b, 8);
}

static void ids_of_several_threads_never_share_a_stamp(void **state)
{
	(void)state;
	struct uuid *ids = calloc(PER_THREAD * THREADS, sizeof *ids);
	pthread_t threads[THREADS];
	for (int t = 0; t < THREADS; t++)
		pthread_create(&threads[t], NULL, make_many, ids + t * PER_THREAD);
	for (int t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	qsort(ids, PER_THREAD * THREADS, sizeof *ids, by_stamp);
	for (int i = 1; i < PER_THREAD * THREADS; i++)
		assert_true(memcmp(ids[i - 1].b, ids[i].b, 8) < 0);
	free(ids);
}

static void the_random_part_does_not_repeat(void **state)
{
	(void)state;
	enum { MANY = 1000 };
	struct uuid ids[MANY];
	for (int i = 0; i < MANY; i++) {
		ids[i] = uuid_make();
		for (int j = 0; j < i; j++)
			assert_memory_not_equal(ids[j].b + 8, ids[i].b + 8, 8);
	}
}

static void uuid_text_reads_back_and_nothing_else_is_read(void **state)
{
	(void)state;
	static const char *const wrong[] = {"",
	                                    "0190163d-8694-739b-aea5-966c26f8ad9",
	                                    "0190163d-8694-739b-aea5-966c26f8ad911",
	                                    "0190163d-8694-739b-aea5-966c26f8ad9g",
	                                    "0190163d.8694-739b-aea5-966c26f8ad91",
	                                    "0190163d8694739baea5966c26f8ad91----",
	                                    "{190163d-8694-739b-aea5-966c26f8ad9}",
	                                    "0190163d-8694-739b-aea5-966c26f8a 91"};
	struct uuid id, back;
	char text[UUID_TEXT];
	assert_true(uuid_parse("0190163D-8694-739b-aea5-966c26f8AD91", &id));
	uuid_format(id, text);
	assert_string_equal(text, "0190163d-8694-739b-aea5-966c26f8ad91");
	assert_true(uuid_parse(text, &back) && uuid_equal(id, back));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(uuid_parse(wrong[i], &back));
	assert_false(uuid_is_nil(id));
	assert_true(uuid_is_nil((struct uuid){.b = {0}}));
	id.b[15] ^= 1;
	assert_false(uuid_equal(id, back));
}

static void sha256_is_the_standard_one(void **state)
{
	(void)state; /* FIPS 180-4, example "abc" */
	static const uint8_t want[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	                                 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	                                 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	uint8_t got[32];
	sha256("abc", 3, got);
	assert_memory_equal(got, want, 32);
}

static void random_text_has_digits_and_letters_only(void **state)
{
	(void)state;
	char a[4001], b[41], c[41];
	bool seen[128] = {false};
	int different = 0;
	random_text(a, 4000);
	random_text(b, 40);
	random_text(c, 40);
	assert_int_equal(strlen(a), 4000);
	assert_string_not_equal(b, c);
	for (const char *p = a; *p != '\0'; p++) {
		assert_true((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'));
		different += !seen[(int)*p];
		seen[(int)*p] = true;
	}
	assert_int_equal(different, 62);
}

static void a_link_opens_only_its_own_dispatch(void **state)
{
	(void)state;
	uint8_t key[32], other_key[32];
	memset(key, 7, sizeof key);
	memset(other_key, 8, sizeof other_key);
	struct uuid id = uuid_make(), back;
	char token[LINK_TOKEN_TEXT], bent[LINK_TOKEN_TEXT + 1];
	link_token_make(key, id, token);
	assert_int_equal(strlen(token), 32);
	assert_true(link_token_read(key, token, &back) && uuid_equal(id, back));
	assert_false(link_token_read(other_key, token, &back));
	for (int i = 0; i < 32; i++) { /* every character counts */
		strcpy(bent, token);
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		assert_false(link_token_read(key, bent, &back));
	}
	strcpy(bent, token);
	strcat(bent, "A");
	assert_false(link_token_read(key, bent, &back));
	bent[31] = '\0';
	assert_false(link_token_read(key, bent, &back));
	bent[30] = '=';
	bent[31] = '=';
	assert_false(link_token_read(key, bent, &back));
	assert_false(link_token_read(key, "", &back));
}

static void a_receipt_names_one_report_and_cannot_be_made_up(void **state)
{
	(void)state;
	uint8_t key[32] = {7}, other_key[32] = {8};
	char receipt[RECEIPT_TEXT], small[RECEIPT_TEXT], bent[RECEIPT_TEXT + 1];
	int64_t back = 0;
	receipt_make(key, 1042, receipt);
	assert_int_equal(strlen(receipt), 10);
	assert_true(receipt_read(key, receipt, &back) && back == 1042);
	for (size_t i = 0; i <= strlen(receipt); i++)
		small[i] = (char)(receipt[i] >= 'A' && receipt[i] <= 'Z' ? receipt[i] + 32
		                  : receipt[i] == '0' && i > 4           ? 'o'
		                  : receipt[i] == '1' && i > 4           ? 'l'
		                                                         : receipt[i]);
	assert_true(receipt_read(key, small, &back) && back == 1042);
	assert_false(receipt_read(other_key, receipt, &back));
	for (size_t i = 0; i < strlen(receipt); i++) {
		strcpy(bent, receipt);
		bent[i] = bent[i] == 'Z' ? 'Y' : bent[i] == '9' ? '8' : (char)(bent[i] + 1);
		assert_false(receipt_read(key, bent, &back));
	}
	static const char *const none[] = {
	        "", "-", "1042", "1042-", "-K7QX2", "01042-K7QX2", "99999999999999999999-K7QX2", "1042-K7QX22"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(receipt_read(key, none[i], &back));
	receipt_make(key, INT64_MAX / 10, receipt);
	assert_true(receipt_read(key, receipt, &back) && back == INT64_MAX / 10);
}

/* ---- log ---- */

struct line {
	char text[8192];
};

/* Runs write in a child whose standard error is a pipe, and returns what arrived in the first read. */
static struct line logged(const char *journal_stream, bool journal_is_the_pipe, void (*write_lines)(void))
{
	struct line got = {""};
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		char own[64];
		struct stat s;
		dup2(ends[1], STDERR_FILENO);
		fstat(STDERR_FILENO, &s);
		snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)s.st_dev, (unsigned long long)s.st_ino);
		unsetenv("JOURNAL_STREAM");
		if (journal_stream != NULL || journal_is_the_pipe)
			setenv("JOURNAL_STREAM", journal_is_the_pipe ? own : journal_stream, 1);
		write_lines();
		_exit(0);
	}
	close(ends[1]);
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	ssize_t n = read(ends[0], got.text, sizeof got.text - 1);
	got.text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	return got;
}

static void write_one(void)
{
	log_info("deliver.retry", "notice=%d status=%d", 7, 500);
}

static void write_quiet(void)
{
	log_debug("a.b", "x=1");
	if (!log_set_level("warn") || log_set_level("loud"))
		_exit(1);
	log_info("a.b", "x=2");
	errno = 77;
	log_warn("a.b", "x=3");
	close(STDERR_FILENO);
	log_warn("a.b", "x=4"); /* a failing write is nobody's business */
	if (errno != 77)
		_exit(2);
}

static void write_bent(void)
{
	char much[6000];
	memset(much, 'x', sizeof much - 1);
	much[sizeof much - 1] = '\0';
	log_error("a.b", "v=one\nlevel=error what=forged");
	log_error("a.b", "v=%s", much);
	log_error("a.b", "%s", "");
}

static void a_line_has_a_time_unless_journald_adds_it(void **state)
{
	(void)state;
	struct line plain = logged(NULL, false, write_one), elsewhere = logged("8:1", false, write_one),
	            journal = logged(NULL, true, write_one);
	assert_int_equal(plain.text[4], '-');
	assert_memory_equal(plain.text + 23, "Z ", 2);
	assert_string_equal(plain.text + 25, "level=info what=deliver.retry notice=7 status=500\n");
	assert_string_equal(elsewhere.text, "level=info what=deliver.retry notice=7 status=500\n");
	assert_string_equal(journal.text, "<6>level=info what=deliver.retry notice=7 status=500\n");
}

static void lines_below_the_level_are_not_written(void **state)
{
	(void)state;
	struct line got = logged("0:0", false, write_quiet);
	assert_string_equal(got.text, "level=warn what=a.b x=3\n");
}

static void a_value_cannot_forge_or_break_a_line(void **state)
{
	(void)state;
	struct line got = logged("0:0", false, write_bent);
	int lines = 0;
	for (const char *p = got.text; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 3);
	assert_non_null(strstr(got.text, "v=one level=error what=forged\n"));
	assert_non_null(strstr(got.text, "xxx\n"));
	assert_non_null(strstr(got.text, "level=error what=a.b\n"));
}

static void quoting_escapes_and_cuts_at_a_character(void **state)
{
	(void)state;
	char room[512], text[1000];
	assert_string_equal(log_quote("a \"b\" \\ \n\t\x01\x7f \xc3\xa9", room),
	                    "\"a \\\"b\\\" \\\\ \\n\\t\\x01\\x7f \xc3\xa9\"");
	assert_string_equal(log_quote("", room), "\"\"");
	memset(text, 'x', 199); /* a two-byte character across the limit of 200 */
	strcpy(text + 199, "\xc3\xa9tail");
	log_quote(text, room);
	assert_int_equal(strlen(room), 1 + 199 + 4);
	assert_string_equal(room + 199, "x...\"");
	memset(text, 1, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	log_quote(text, room);
	assert_in_range(strlen(room), 400, 511);
	assert_string_equal(room + strlen(room) - 8, "\\x01...\"");
	memset(text, 0x80, sizeof text - 1);
	memset(text, 1, 130);
	log_quote(text, room);
	assert_in_range(strlen(room), 400, 511);
}

/* ---- metrics ---- */

static double sample(const char *text, const char *name)
{
	const char *at = text;
	while ((at = strstr(at, name)) != NULL && (at[strlen(name)] != ' ' || at[-1] != '\n'))
		at++;
	assert_non_null(at);
	return strtod(at + strlen(name), NULL);
}

static void metrics_count_and_buckets_add_up(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1 << 20);
	metric_add(M_REPORTS_HTTP, 2);
	metric_add(M_REPORTS_HTTP, 3000000000);
	metric_set(M_OUTBOX_OPEN, 1234567);
	metric_observe(M_REPORT_SECONDS, 0.0005);
	metric_observe(M_REPORT_SECONDS, 0.003);
	metric_observe(M_REPORT_SECONDS, -1);
	metric_observe(M_REPORT_SECONDS, 1e6);
	metrics_render(&b);
	assert_false(b.failed);
	assert_float_equal(sample(b.data, "sigap_reports_total{source=\"http\"}"), 3000000002.0, 0);
	assert_float_equal(sample(b.data, "sigap_reports_total{source=\"sms\"}"), 0, 0);
	assert_float_equal(sample(b.data, "sigap_outbox_waiting"), 1234567, 0);
	assert_float_equal(sample(b.data, "sigap_report_commit_seconds_bucket{le=\"0.0005\"}"), 2, 0);
	assert_float_equal(sample(b.data, "sigap_report_commit_seconds_bucket{le=\"0.0025\"}"), 2, 0);
	assert_float_equal(sample(b.data, "sigap_report_commit_seconds_bucket{le=\"0.005\"}"), 3, 0);
	assert_float_equal(sample(b.data, "sigap_report_commit_seconds_bucket{le=\"3600\"}"), 3, 0);
	assert_float_equal(sample(b.data, "sigap_report_commit_seconds_bucket{le=\"+Inf\"}"), 4, 0);
	assert_float_equal(sample(b.data, "sigap_report_commit_seconds_count"), 4, 0);
	assert_float_equal(sample(b.data, "sigap_report_commit_seconds_sum"), 1000000.0035, 1e-6);
	buf_free(&b);
}

static void prometheus_reads_the_metrics_without_complaint(void **state)
{
	(void)state;
	if (system("command -v promtool >/dev/null 2>&1") != 0)
		skip();
	struct buf b;
	buf_init(&b, 1 << 20);
	metrics_render(&b);
	FILE *tool = popen("promtool check metrics >/dev/null", "w");
	assert_non_null(tool);
	assert_int_equal(fwrite(b.data, 1, b.len, tool), b.len);
	assert_int_equal(pclose(tool), 0); /* 3 for a lint remark, 1 for a text it cannot read */
	buf_free(&b);
}

/* ---- arena ---- */

static void an_arena_gives_zeroed_aligned_memory_of_any_size(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	for (size_t size = 0; size < 20000; size = size * 2 + 1) {
		unsigned char *p = arena_alloc(a, size);
		assert_int_equal((uintptr_t)p % sizeof(long double), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	assert_string_equal(arena_printf(a, "%s-%d", "a", 5), "a-5");
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	assert_null(arena_strdup(a, NULL));
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(database_time_runs_on_with_monotonic_time),
	        cmocka_unit_test(a_step_of_the_database_clock_is_told_from_time_that_passed),
	        cmocka_unit_test(ids_of_one_process_are_in_order_and_version_7),
	        cmocka_unit_test(an_id_carries_the_time_in_milliseconds),
	        cmocka_unit_test(ids_of_several_threads_never_share_a_stamp),
	        cmocka_unit_test(the_random_part_does_not_repeat),
	        cmocka_unit_test(uuid_text_reads_back_and_nothing_else_is_read),
	        cmocka_unit_test(sha256_is_the_standard_one),
	        cmocka_unit_test(random_text_has_digits_and_letters_only),
	        cmocka_unit_test(a_link_opens_only_its_own_dispatch),
	        cmocka_unit_test(a_receipt_names_one_report_and_cannot_be_made_up),
	        cmocka_unit_test(a_line_has_a_time_unless_journald_adds_it),
	        cmocka_unit_test(lines_below_the_level_are_not_written),
	        cmocka_unit_test(a_value_cannot_forge_or_break_a_line),
	        cmocka_unit_test(quoting_escapes_and_cuts_at_a_character),
	        cmocka_unit_test(metrics_count_and_buckets_add_up),
	        cmocka_unit_test(prometheus_reads_the_metrics_without_complaint),
	        cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_of_any_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
