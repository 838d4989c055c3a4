/* layer: io */
/* pg against a real PostgreSQL (pg_server.h). */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/log.h"
#include "../../daemon/base/metrics.h"
#include "../../daemon/io/pg.h"
#include "pg_server.h"

static int make_server_with_tables(void **state)
{
	if (make_server(state) != 0)
		return -1;
	sql("create table seen (n int)");
	sql("create table late (n int unique deferrable initially deferred)");
	sql("create table person (phone text primary key)");
	sql("create type pair as (a int, b int)");
	sql("create type item as (ord int, id uuid, no_id uuid, words text, more text, no_words text, data json,"
	    " bytes bytea, big bigint, real double precision, yes boolean, at timestamptz)");
	return 0;
}

/* -- a connection under test ----------------------------------------------------------------------------------------------------- */

enum {
	SCALARS,
	ARRAYS,
	ARRAY_SIZES,
	ROWS,
	ROWS_TWICE,
	NUMBERS,
	JSONB,
	ECHO,
	ECHO_BYTES,
	INSERT,
	INSERT_LATE,
	INSERT_PERSON,
	TO_NUMBER,
	DIVIDE,
	SLEEP,
	KILL_SELF,
	APPLICATION,
	NOTICE,
	STATEMENTS
};
static const struct pg_statement statements[STATEMENTS] = {
        [SCALARS] = {"scalars",
                     "select $1::uuid, $2::text, $3::bytea, $4::int4, $5::int8, $6::float8, $7::bool, $8::timestamptz,"
                     " concat_ws('|', $1::uuid, $2::text, $3::bytea, $4::int4, $5::int8, $6::float8, $7::bool,"
                     " $8::timestamptz at time zone 'UTC')"},
        [ARRAYS] = {"arrays",
                    "select $1::uuid[]::text, $2::text[]::text, $3::bytea[]::text, $4::int4[]::text, $5::int8[]::text,"
                    " $6::float8[]::text, $7::bool[]::text,"
                    " (select array_agg(t at time zone 'UTC' order by n)::text from unnest($8::timestamptz[]) with "
                    "ordinality u(t, n)),"
                    " $9::json[]::jsonb[]::text"},
        [ARRAY_SIZES] = {"array_sizes",
                         "select cardinality($1::uuid[]), cardinality($2::text[]), array_lower($2::text[], 1)"},
        [NUMBERS] = {"numbers",
                     "select 258::int2, -3::int2, 1.5::float4, 'infinity'::timestamptz, '-infinity'::timestamptz,"
                     " count(*) from seen where false"},
        [ROWS] = {"rows", "select string_agg(row(ord, id, no_id, words, more, no_words, data, bytes, big, real, yes,"
                          " at at time zone 'UTC')::text, ' ' order by ord), count(*), array_ndims($1::item[])"
                          " from unnest($1::item[])"},
        [ROWS_TWICE] = {"rows_twice",
                        "select cardinality($1::pair[]), $2::int4, (select sum(b) from unnest($3::pair[]))"},
        [JSONB] = {"jsonb", "select $1::json::jsonb, $1::json"},
        [ECHO] = {"echo", "select $1::int4"},
        [ECHO_BYTES] = {"echo_bytes", "select $1::bytea"},
        [INSERT] = {"insert", "insert into seen values ($1::int4)"},
        [INSERT_LATE] = {"insert_late", "insert into late values ($1::int4)"},
        [INSERT_PERSON] = {"insert_person", "insert into person values ($1::text)"},
        [TO_NUMBER] = {"to_number", "select $1::text::int4"},
        [DIVIDE] = {"divide", "select 1 / $1::int4"},
        [SLEEP] = {"sleep", "select $1::int4 from pg_sleep($2::float8)"},
        [KILL_SELF] = {"kill_self", "select pg_terminate_backend(pg_backend_pid())"},
        [APPLICATION] =
                {"application",
                 "select current_setting('application_name'), pg_backend_pid(), current_setting('client_encoding')"},
        [NOTICE] = {"notice", "select set_config('client_min_messages', 'debug5', false)"},
};

enum { NOTES = 64 };
/* What a callback saw. */
struct note {
	int tag;
	enum pg_status status;
	char sqlstate[6];
	int rows;
	int value; /* of column 0 when it is an int4 */
};
struct fixture {
	struct event_base *base;
	struct event *tick;
	struct pg *pg;
	struct pg_params *params;
	int ups, downs, notes;
	char why[256];
	struct note note[NOTES];
	bool sending; /* inside pg_send: no callback may run */
};
struct call {
	struct fixture *f;
	int tag;
};

/* For callbacks: cmocka leaves a failing test by longjmp, which must not cross the frames of the connection. Reported by until(). */
static const char *fault;
#define expect(condition)                                                                                              \
	do {                                                                                                           \
		if (!(condition) && fault == NULL)                                                                     \
			fault = #condition;                                                                            \
	} while (0)

static void no_fault(void)
{
	const char *what = fault;
	fault = NULL;
	if (what != NULL)
		fail_msg("in a callback: %s", what);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static void on_up(void *ctx, struct pg *pg)
{
	struct fixture *f = ctx;
	f->ups++;
	expect(pg_is_up(pg));
}

static void on_down(void *ctx, struct pg *pg, const char *why)
{
	struct fixture *f = ctx;
	f->downs++;
	expect(!pg_is_up(pg));
	expect(pg_in_flight(pg) == 0);
	snprintf(f->why, sizeof f->why, "%s", why);
}

/* Runs the loop until the condition holds; fails after 20 s. */
#define until(f, condition)                                                                                            \
	for (struct mono begin_ = mono_now(); !(condition);) {                                                         \
		if (mono_now().us - begin_.us > 20000000)                                                              \
			fail_msg("waited too long for: %s", #condition);                                               \
		event_base_loop((f)->base, EVLOOP_ONCE);                                                               \
		no_fault();                                                                                            \
	}

static void open_with(struct fixture *f, const char *where, const struct pg_statement *table, size_t n, int stall_ms)
{
	struct pg_handlers handlers = {.up = on_up, .down = on_down, .ctx = f};
	f->pg = pg_open(f->base, "test", where, table, n, stall_ms, &handlers);
}

static void open_pg(struct fixture *f, int stall_ms)
{
	open_with(f, conninfo, statements, STATEMENTS, stall_ms);
	assert_int_equal(f->ups, 0);
	until(f, f->ups == 1);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->base = event_base_new();
	f->tick = event_new(f->base, -1, EV_PERSIST, on_tick, NULL);
	event_add(f->tick, &(struct timeval){.tv_usec = 20000});
	f->params = pg_params_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pg_close(&f->pg);
	no_fault();
	pg_params_free(&f->params);
	event_free(f->tick);
	event_base_free(f->base);
	free(f);
	return 0;
}

static void take_note(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	struct fixture *f = c->f;
	expect(!f->sending);
	expect(f->notes < NOTES);
	struct note *n = &f->note[f->notes++];
	*n = (struct note){.tag = c->tag, .status = r->status, .rows = r->rows};
	memcpy(n->sqlstate, r->sqlstate, sizeof n->sqlstate);
	if (r->status == PG_OK && r->rows == 1 && pg_length(r, 0, 0) == 4)
		n->value = pg_int(r, 0, 0);
	free(c);
}

static void send_as(struct fixture *f, int tag, int statement, pg_done *done)
{
	struct call *c = malloc(sizeof *c);
	*c = (struct call){f, tag};
	f->sending = true;
	pg_send(f->pg, statement, f->params, done, c);
	f->sending = false;
	pg_params_reset(f->params);
}

static void send_int(struct fixture *f, int statement, int v)
{
	pg_param_int(f->params, v);
	send_as(f, v, statement, take_note);
}

static void send_sleep(struct fixture *f, int tag, double seconds)
{
	pg_param_int(f->params, tag);
	pg_param_double(f->params, seconds);
	send_as(f, tag, SLEEP, take_note);
}

static void send_plain(struct fixture *f, int tag, int statement)
{
	send_as(f, tag, statement, take_note);
}

static int backend_pid(struct fixture *f);

static void kill_backend(struct fixture *f)
{
	char kill_it[128];
	snprintf(kill_it, sizeof kill_it, "select pg_terminate_backend(%d, 10000)", backend_pid(f));
	sql(kill_it);
}

/* -- values ---------------------------------------------------------------------------------------------------------------------- */

static const struct uuid some_uuid = {{0x01, 0x90, 0xa0, 0xff, 0x12, 0x34, 0x7a, 0xbc, 0x8d, 0xef, 0, 1, 2, 3, 4, 5}};
#define SOME_UUID "0190a0ff-1234-7abc-8def-000102030405"
#define SOME_TIME ((struct wall){INT64_C(1726000000123456)}) /* 2024-09-10 20:26:40.123456 UTC */
#define OLD_TIME  ((struct wall){INT64_C(-1)})

static void check_scalars(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	expect(r->rows == 1);
	expect(strcmp(r->message, "") == 0);
	expect(uuid_equal(pg_uuid(r, 0, 0), some_uuid));
	expect(strcmp(pg_text(r, 0, 1), "Jalan Gajah Mada № 1 — \"rumah\"") == 0);
	expect(pg_length(r, 0, 2) == 4);
	expect(memcmp(pg_text(r, 0, 2), "\0a\xff\0", 5) == 0);
	expect(pg_int(r, 0, 3) == -123456789);
	expect(pg_bigint(r, 0, 3) == -123456789);
	expect(pg_bigint(r, 0, 4) == INT64_C(-9007199254740993));
	expect(pg_double(r, 0, 5) == -0.1);
	expect(pg_bool(r, 0, 6));
	expect(pg_time(r, 0, 7).us == SOME_TIME.us);
	for (int column = 0; column < 8; column++)
		expect(!pg_is_null(r, 0, column));
	expect(strcmp(pg_text(r, 0, 8),
	              SOME_UUID "|Jalan Gajah Mada № 1 — \"rumah\"|\\x0061ff00|-123456789|-9007199254740993|-0.1|t|"
	                        "2024-09-10 20:26:40.123456") == 0);
}

static void every_type_goes_there_and_back(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	struct pg_params *p = f->params;
	pg_param_uuid(p, some_uuid);
	pg_param_text(p, "Jalan Gajah Mada № 1 — \"rumah\"");
	pg_param_bytes(p, "\0a\xff\0", 4);
	pg_param_int(p, -123456789);
	pg_param_bigint(p, INT64_C(-9007199254740993));
	pg_param_double(p, -0.1);
	pg_param_bool(p, true);
	pg_param_time(p, SOME_TIME);
	pg_send(f->pg, SCALARS, p, check_scalars, f);
	pg_params_reset(p);
	pg_param_text(p, "written over what was sent, before it has left");
	until(f, f->notes == 1);
}

static void check_nulls(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	for (int column = 0; column < 8; column++)
		expect(pg_is_null(r, 0, column));
	expect(uuid_is_nil(pg_uuid(r, 0, 0)));
	expect(strcmp(pg_text(r, 0, 1), "") == 0);
	expect(pg_length(r, 0, 1) == 0);
	expect(pg_int(r, 0, 3) == 0);
	expect(pg_bigint(r, 0, 4) == 0);
	expect(pg_double(r, 0, 5) == 0);
	expect(!pg_bool(r, 0, 6));
	expect(pg_time(r, 0, 7).us == 0);
}

static void null_is_not_an_empty_value(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	pg_param_null(f->params);
	pg_param_text(f->params, NULL);
	for (int i = 2; i < 8; i++)
		pg_param_null(f->params);
	pg_send(f->pg, SCALARS, f->params, check_nulls, f);
	until(f, f->notes == 1);
}

static void check_empty(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	expect(!pg_is_null(r, 0, 1));
	expect(pg_length(r, 0, 1) == 0);
	expect(!pg_is_null(r, 0, 2));
	expect(pg_length(r, 0, 2) == 0);
	expect(isinf(pg_double(r, 0, 5)));
	expect(!pg_bool(r, 0, 6));
	expect(pg_time(r, 0, 7).us == OLD_TIME.us);
	expect(pg_int(r, 0, 3) == INT32_MIN);
	expect(pg_bigint(r, 0, 4) == INT64_MIN);
}

static void empty_values_and_extremes_survive(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	struct pg_params *p = f->params;
	pg_param_null(p);
	pg_param_text(p, "");
	pg_param_bytes(p, NULL, 0);
	pg_param_int(p, INT32_MIN);
	pg_param_bigint(p, INT64_MIN);
	pg_param_double(p, (double)INFINITY);
	pg_param_bool(p, false);
	pg_param_time(p, OLD_TIME);
	pg_send(f->pg, SCALARS, p, check_empty, f);
	until(f, f->notes == 1);
}

static void check_numbers(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	expect(pg_int(r, 0, 0) == 258);
	expect(pg_bigint(r, 0, 1) == -3);
	expect(pg_double(r, 0, 2) == 1.5);
	expect(pg_time(r, 0, 3).us == INT64_MAX);
	expect(pg_time(r, 0, 4).us == INT64_MIN);
	expect(pg_int(r, 0, 5) == 0);
}

static void short_numbers_and_infinite_times_are_read(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	pg_send(f->pg, NUMBERS, NULL, check_numbers, f);
	until(f, f->notes == 1);
}

static void check_jsonb(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	if (pg_is_null(r, 0, 0)) {
		expect(strcmp(pg_text(r, 0, 0), "") == 0);
		expect(pg_length(r, 0, 0) == 0);
		return;
	}
	expect(strcmp(pg_text(r, 0, 0), "{\"a\": 1}") == 0);
	expect(pg_length(r, 0, 0) == 8);
	expect(strcmp(pg_text(r, 0, 1), "{ \"a\":1}") == 0);
	expect(pg_length(r, 0, 1) == 8);
}

static void jsonb_is_read_without_its_version_byte(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	pg_param_text(f->params, "{ \"a\":1}");
	pg_send(f->pg, JSONB, f->params, check_jsonb, f);
	pg_params_reset(f->params);
	pg_param_null(f->params);
	pg_send(f->pg, JSONB, f->params, check_jsonb, f);
	until(f, f->notes == 2);
}

/* -- arrays ---------------------------------------------------------------------------------------------------------------------- */

enum { ARRAY_TYPES = PG_JSON + 1 };
struct arrays {
	struct pg_array *of[ARRAY_TYPES];
};

static void fill_arrays(struct arrays *a)
{
	pg_array_uuid(a->of[PG_UUID], some_uuid);
	pg_array_text(a->of[PG_TEXT], "koma, \"kutip\"");
	pg_array_text(a->of[PG_TEXT], "");
	pg_array_textn(a->of[PG_TEXT], "NULLifikasi", 4);
	pg_array_bytes(a->of[PG_BYTEA], "\0\xff", 2);
	pg_array_bytes(a->of[PG_BYTEA], NULL, 0);
	pg_array_int(a->of[PG_INT4], -7);
	pg_array_bigint(a->of[PG_INT8], INT64_MAX);
	pg_array_double(a->of[PG_FLOAT8], 116.5);
	pg_array_bool(a->of[PG_BOOL], true);
	pg_array_bool(a->of[PG_BOOL], false);
	pg_array_time(a->of[PG_TIMESTAMPTZ], SOME_TIME);
	pg_array_text(a->of[PG_JSON], "{\"b\":[]}");
	for (int t = 0; t < ARRAY_TYPES; t++)
		pg_array_null(a->of[t]);
	pg_array_int(a->of[PG_INT4], 8);
}

static const char *const arrays_as_text[ARRAY_TYPES] = {
        [PG_UUID] = "{" SOME_UUID ",NULL}",
        [PG_TEXT] = "{\"koma, \\\"kutip\\\"\",\"\",\"NULL\",NULL}",
        [PG_BYTEA] = "{\"\\\\x00ff\",\"\\\\x\",NULL}",
        [PG_INT4] = "{-7,NULL,8}",
        [PG_INT8] = "{9223372036854775807,NULL}",
        [PG_FLOAT8] = "{116.5,NULL}",
        [PG_BOOL] = "{t,f,NULL}",
        [PG_TIMESTAMPTZ] = "{\"2024-09-10 20:26:40.123456\",NULL}",
        [PG_JSON] = "{\"{\\\"b\\\": []}\",NULL}",
};

static void check_arrays(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	for (int t = 0; t < ARRAY_TYPES; t++)
		expect(strcmp(pg_text(r, 0, t), arrays_as_text[t]) == 0);
}

static void check_empty_arrays(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	for (int t = 0; t < ARRAY_TYPES; t++)
		expect(strcmp(pg_text(r, 0, t), t == PG_TIMESTAMPTZ ? "" : "{}") == 0);
}

static void send_arrays(struct fixture *f, const struct arrays *a, pg_done *done)
{
	pg_params_reset(f->params);
	for (int t = 0; t < ARRAY_TYPES; t++)
		pg_param_array(f->params, a->of[t]);
	pg_send(f->pg, ARRAYS, f->params, done, f);
}

static void arrays_of_every_type_keep_nulls_and_order(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	struct arrays a;
	for (int t = 0; t < ARRAY_TYPES; t++)
		a.of[t] = pg_array_new((enum pg_type)t);
	send_arrays(f, &a, check_empty_arrays);
	fill_arrays(&a);
	assert_int_equal(pg_array_count(a.of[PG_TEXT]), 4);
	send_arrays(f, &a, check_arrays);
	for (int t = 0; t < ARRAY_TYPES; t++)
		pg_array_reset(a.of[t]);
	assert_int_equal(pg_array_count(a.of[PG_TEXT]), 0);
	send_arrays(f, &a, check_empty_arrays);
	fill_arrays(&a);
	send_arrays(f, &a, check_arrays);
	for (int t = 0; t < ARRAY_TYPES; t++)
		pg_array_free(&a.of[t]);
	until(f, f->notes == 4);
}

static void check_sizes(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	expect(pg_int(r, 0, 0) == 5000);
	expect(pg_int(r, 0, 1) == 5000);
	expect(pg_int(r, 0, 2) == 1);
}

static void arrays_begin_at_one_and_may_be_long(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	struct pg_array *ids = pg_array_new(PG_UUID), *texts = pg_array_new(PG_TEXT);
	for (int i = 0; i < 5000; i++) {
		pg_array_uuid(ids, some_uuid);
		pg_array_text(texts, "terlantar");
	}
	pg_param_array(f->params, ids);
	pg_param_array(f->params, texts);
	pg_array_free(&ids);
	pg_array_free(&texts);
	pg_send(f->pg, ARRAY_SIZES, f->params, check_sizes, f);
	until(f, f->notes == 1);
}

/* -- rows ------------------------------------------------------------------------------------------------------------------------ */

static void put_item(struct pg_params *p, int ord)
{
	pg_row_begin(p, 12);
	pg_row_int(p, ord);
	pg_row_uuid(p, some_uuid);
	pg_row_uuid(p, (struct uuid){{0}});
	pg_row_text(p, "koma, \"kutip\"");
	pg_row_textn(p, "NULLifikasi", 4);
	pg_row_text(p, NULL);
	pg_row_json(p, "{\"b\":[]}");
	pg_row_bytes(p, "\0\xff", 2);
	pg_row_bigint(p, INT64_MIN);
	pg_row_double(p, 116.5);
	pg_row_bool(p, ord == 1);
	pg_row_time(p, SOME_TIME);
	pg_row_end(p);
}

static void check_items(void *ctx, const struct pg_result *r)
{
	static const char columns[] =
	        "," SOME_UUID
	        ",,\"koma, \"\"kutip\"\"\",NULL,,\"{\"\"b\"\":[]}\",\"\\\\x00ff\",-9223372036854775808,116.5,";
	char expected[1000];
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	snprintf(expected, sizeof expected,
	         "(1%st,\"2024-09-10 20:26:40.123456\") (2%sf,\"2024-09-10 20:26:40.123456\")", columns, columns);
	expect(strcmp(pg_text(r, 0, 0), expected) == 0);
	expect(pg_bigint(r, 0, 1) == 2);
	expect(pg_int(r, 0, 2) == 1);
}

static void check_no_items(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	expect(pg_bigint(r, 0, 1) == 0);
	expect(pg_is_null(r, 0, 2));
}

static void rows_carry_every_type_and_absent_values(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	pg_rows_begin(f->params);
	pg_rows_end(f->params);
	pg_send(f->pg, ROWS, f->params, check_no_items, f);
	pg_params_reset(f->params);
	pg_rows_begin(f->params);
	put_item(f->params, 1);
	put_item(f->params, 2);
	pg_rows_end(f->params);
	pg_send(f->pg, ROWS, f->params, check_items, f);
	until(f, f->notes == 2);
}

static void put_pair(struct pg_params *p, int32_t a, int32_t b)
{
	pg_row_begin(p, 2);
	pg_row_int(p, a);
	if (b >= 0)
		pg_row_int(p, b);
	else
		pg_row_null(p, PG_INT4);
	pg_row_end(p);
}

static void check_pairs(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	f->notes++;
	expect(r->status == PG_OK);
	expect(pg_int(r, 0, 0) == 5000);
	expect(pg_int(r, 0, 1) == 7);
	expect(pg_bigint(r, 0, 2) == 5);
}

static void rows_may_be_many_and_stand_between_other_parameters(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	pg_rows_begin(f->params);
	for (int i = 0; i < 5000; i++)
		put_pair(f->params, i, i);
	pg_rows_end(f->params);
	pg_param_int(f->params, 7);
	pg_rows_begin(f->params);
	put_pair(f->params, 1, 5);
	put_pair(f->params, 2, -1);
	pg_rows_end(f->params);
	pg_send(f->pg, ROWS_TWICE, f->params, check_pairs, f);
	until(f, f->notes == 1);
}

/* -- segments -------------------------------------------------------------------------------------------------------------------- */

static void a_failing_statement_leaves_its_neighbours_alone(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	send_int(f, INSERT, 11);
	send_int(f, DIVIDE, 0);
	send_int(f, INSERT, 12);
	send_int(f, ECHO, 13);
	assert_int_equal(pg_in_flight(f->pg), 4);
	until(f, f->notes == 4);
	assert_int_equal(pg_in_flight(f->pg), 0);
	assert_int_equal(f->note[0].status, PG_OK);
	assert_int_equal(f->note[1].status, PG_FAILED);
	assert_string_equal(f->note[1].sqlstate, "22012");
	assert_int_equal(f->note[2].status, PG_OK);
	assert_int_equal(f->note[3].value, 13);
	char count[16];
	assert_true(run_sql("select count(*) from seen where n in (11, 12)", count, sizeof count));
	assert_string_equal(count, "2");
	assert_int_equal(f->downs, 0);
}

static void see_it_elsewhere(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	char question[64], count[16];
	snprintf(question, sizeof question, "select count(*) from seen where n = %d", c->tag);
	expect(run_sql(question, count, sizeof count));
	expect(strcmp(count, "1") == 0);
	take_note(ctx, r);
}

static void success_means_that_others_see_the_row(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	for (int n = 100; n < 110; n++) {
		pg_param_int(f->params, n);
		send_as(f, n, INSERT, see_it_elsewhere);
	}
	until(f, f->notes == 10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(f->note[i].status, PG_OK);
}

static void an_error_at_the_commit_is_no_success(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	send_int(f, INSERT_LATE, 1);
	send_int(f, INSERT_LATE, 1);
	send_int(f, INSERT_LATE, 2);
	until(f, f->notes == 3);
	assert_int_equal(f->note[0].status, PG_OK);
	assert_int_equal(f->note[1].status, PG_FAILED);
	assert_string_equal(f->note[1].sqlstate, "23505");
	assert_int_equal(f->note[2].status, PG_OK);
}

static void check_message(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	expect(r->status == PG_FAILED);
	expect(strstr(r->message, "812") == NULL);
	expect(strchr(r->message, '\n') == NULL);
	expect((strstr(r->message, c->tag == 1 ? "person_pkey" : "invalid input syntax for type integer")) != NULL);
	take_note(ctx, r);
}

static void a_failure_tells_no_value(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	pg_param_text(f->params, "+62812000111");
	send_as(f, 0, INSERT_PERSON, take_note);
	pg_param_text(f->params, "+62812000111");
	send_as(f, 1, INSERT_PERSON, check_message);
	pg_param_text(f->params, "Pak \"Budi\" 0812");
	send_as(f, 2, TO_NUMBER, check_message);
	pg_param_text(f->params, "x\" 0812");
	send_as(f, 2, TO_NUMBER, check_message);
	until(f, f->notes == 4);
	assert_int_equal(f->note[0].status, PG_OK);
}

static void a_chatty_server_changes_nothing(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	send_plain(f, 1, NOTICE);
	for (int i = 0; i < 10; i++)
		send_int(f, ECHO, i);
	until(f, f->notes == 11);
	for (int i = 0; i < 10; i++)
		assert_int_equal(f->note[i + 1].value, i);
}

/* -- many ------------------------------------------------------------------------------------------------------------------------ */

enum { MANY = 10000 };
struct many {
	struct fixture *f;
	int next;
};
static void check_next(void *ctx, const struct pg_result *r)
{
	struct many *m = ctx;
	expect(r->status == PG_OK);
	expect(pg_int(r, 0, 0) == m->next);
	m->next++;
	expect(pg_in_flight(m->f->pg) == MANY - m->next);
}

static void ten_thousand_in_flight_are_answered_in_order(void **state)
{
	struct fixture *f = *state;
	struct many m = {f, 0};
	open_pg(f, 5000);
	for (int i = 0; i < MANY; i++) {
		pg_params_reset(f->params);
		pg_param_int(f->params, i);
		pg_send(f->pg, ECHO, f->params, check_next, &m);
	}
	assert_int_equal(pg_in_flight(f->pg), MANY);
	until(f, m.next == MANY);
	assert_int_equal(f->downs, 0);
}

enum { BIG = 1 << 20, BIGS = 40 };
static void check_big(void *ctx, const struct pg_result *r)
{
	struct fixture *f = ctx;
	expect(r->status == PG_OK);
	expect(pg_length(r, 0, 0) == BIG);
	expect(pg_text(r, 0, 0)[BIG - 1] == f->notes);
	f->notes++;
}

static void big_values_both_ways_do_not_block_each_other(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	char *big = calloc(1, BIG);
	for (int i = 0; i < BIGS; i++) {
		big[BIG - 1] = (char)i;
		pg_params_reset(f->params);
		pg_param_bytes(f->params, big, BIG);
		pg_send(f->pg, ECHO_BYTES, f->params, check_big, f);
	}
	free(big);
	until(f, f->notes == BIGS);
	assert_int_equal(f->downs, 0);
}

static void send_one_less(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	struct fixture *f = c->f;
	expect(!f->sending);
	expect(r->status == PG_OK);
	expect(pg_int(r, 0, 0) == c->tag);
	for (int i = 0; i < 2 && c->tag > 0; i++) {
		pg_param_int(f->params, c->tag - 1);
		send_as(f, c->tag - 1, ECHO, send_one_less);
	}
	f->notes++;
	free(c);
}

static void a_callback_may_send(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	pg_param_int(f->params, 9);
	send_as(f, 9, ECHO, send_one_less);
	until(f, f->notes == 1023); /* 2^10 - 1 */
	assert_int_equal(pg_in_flight(f->pg), 0);
}

/* -- losing the connection ------------------------------------------------------------------------------------------------------- */

static void keep_pid(void *ctx, const struct pg_result *r)
{
	int *pid = ctx;
	expect(r->status == PG_OK);
	expect(strcmp(pg_text(r, 0, 0), "sigapd") == 0);
	expect(strcmp(pg_text(r, 0, 2), "UTF8") == 0);
	*pid = pg_int(r, 0, 1);
}

static int backend_pid(struct fixture *f)
{
	int pid = 0;
	pg_send(f->pg, APPLICATION, NULL, keep_pid, &pid);
	until(f, pid != 0);
	return pid;
}

static void send_again_on_loss(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	struct fixture *f = c->f;
	expect(f->downs == 0); /* callbacks first, then the handler */
	if (r->status == PG_UNKNOWN)
		send_int(f, ECHO, 77);
	take_note(ctx, r);
}

static void a_killed_backend_makes_what_was_in_flight_unknown(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 10000);
	char kill_it[128];
	snprintf(kill_it, sizeof kill_it, "select pg_terminate_backend(%d)", backend_pid(f));
	send_int(f, INSERT, 500);
	until(f, f->notes == 1);
	send_sleep(f, 1, 60);
	pg_param_int(f->params, 2);
	send_as(f, 2, ECHO, send_again_on_loss);
	send_int(f, ECHO, 3);
	sql(kill_it);
	until(f, f->downs == 1);
	assert_int_equal(f->notes, 4);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(f->note[i].tag, i);
		assert_int_equal(f->note[i].status, PG_UNKNOWN);
	}
	assert_string_equal(f->why, "terminating connection due to administrator command");
	until(f, f->notes == 5); /* sent again while down */
	assert_int_equal(f->note[4].status, PG_DOWN);
	until(f, f->ups == 2);
	send_int(f, ECHO, 4);
	until(f, f->notes == 6);
	assert_int_equal(f->note[5].value, 4);
}

static void answers_before_the_loss_still_count(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 10000);
	send_int(f, INSERT, 600);
	send_plain(f, 1, KILL_SELF);
	send_int(f, INSERT, 601);
	until(f, f->downs == 1);
	assert_int_equal(f->notes, 3);
	assert_int_equal(f->note[0].status, PG_OK);
	assert_int_equal(f->note[1].status, PG_UNKNOWN);
	assert_int_equal(f->note[2].status, PG_UNKNOWN);
	until(f, f->ups == 2);
}

static void an_idle_connection_that_is_lost_comes_back(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	kill_backend(f);
	until(f, f->downs == 1);
	assert_string_equal(f->why, "terminating connection due to administrator command");
	until(f, f->ups == 2);
	send_int(f, ECHO, 5);
	until(f, f->notes == 1);
	assert_int_equal(f->note[0].value, 5);
}

static void count_one(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	++*(int *)arg;
}

static void sending_on_a_dead_socket_is_no_surprise(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	kill_backend(f);
	for (int i = 0; i < 20; i++)
		send_int(f, ECHO, i); /* the loop has not run: nobody knows yet */
	assert_int_equal(f->notes, 0);
	/* libpq closed its socket: whoever gets that number next must hear from the loop */
	int pair[2], heard = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct event *other = event_new(f->base, pair[0], EV_READ, count_one, &heard);
	event_add(other, NULL);
	until(f, f->downs == 1);
	assert_int_equal(write(pair[1], "x", 1), 1);
	until(f, heard == 1);
	event_free(other);
	close(pair[0]);
	close(pair[1]);
	until(f, f->notes == 20);
	for (int i = 0; i < 20; i++)
		assert_true(f->note[i].status == PG_UNKNOWN || f->note[i].status == PG_DOWN);
	assert_int_equal(f->note[0].status, PG_UNKNOWN);
	until(f, f->ups == 2);
}

static void without_a_server_statements_are_down_until_it_is_back(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	stop_server();
	until(f, f->downs == 1);
	assert_false(pg_is_up(f->pg));
	send_int(f, INSERT, 700);
	send_int(f, ECHO, 2);
	assert_int_equal(f->notes, 0); /* never from inside pg_send */
	assert_int_equal(pg_in_flight(f->pg), 0);
	until(f, f->notes == 2);
	assert_int_equal(f->note[0].tag, 700);
	assert_int_equal(f->note[0].status, PG_DOWN);
	assert_int_equal(f->note[1].status, PG_DOWN);
	struct mono begin = mono_now();
	until(f, mono_now().us - begin.us > 1000000); /* several attempts fail */
	assert_int_equal(f->downs, 1);
	start_server();
	until(f, f->ups == 2);
	assert_int_equal(f->downs, 1);
	send_int(f, ECHO, 3);
	until(f, f->notes == 3);
	assert_int_equal(f->note[2].value, 3);
	char count[16];
	assert_true(run_sql("select count(*) from seen where n = 700", count, sizeof count));
	assert_string_equal(count, "0");
}

static void a_first_attempt_that_fails_is_reported_once(void **state)
{
	struct fixture *f = *state;
	open_with(f, "host=/nonexistent user=nobody", statements, STATEMENTS, 1000);
	assert_int_equal(f->downs, 0);
	send_int(f, ECHO, 1);
	assert_int_equal(f->notes, 0);
	until(f, f->downs == 1 && f->notes == 1);
	assert_int_equal(f->note[0].status, PG_DOWN);
	assert_non_null(strstr(f->why, "/nonexistent"));
	struct mono begin = mono_now();
	until(f, mono_now().us - begin.us > 500000);
	assert_int_equal(f->downs, 1);
	assert_int_equal(f->ups, 0);
}

static void a_statement_that_does_not_prepare_keeps_it_down_until_it_does(void **state)
{
	struct fixture *f = *state;
	static const struct pg_statement table[] = {
	        {"fine", "select 1"},
	        {"early", "select n from made_later"},
	        {"also_fine", "select 2"},
	};
	open_with(f, conninfo, table, 3, 1000);
	until(f, f->downs == 1);
	assert_int_equal(f->ups, 0);
	assert_string_equal(f->why, "statement early: relation \"made_later\" does not exist");
	send_plain(f, 1, 0);
	until(f, f->notes == 1);
	assert_int_equal(f->note[0].status, PG_DOWN);
	sql("create table made_later (n int)");
	until(f, f->ups == 1);
	send_plain(f, 2, 1);
	until(f, f->notes == 2);
	assert_int_equal(f->note[1].status, PG_OK);
	assert_int_equal(f->note[1].rows, 0);
	sql("drop table made_later");
}

/* -- bounded waits --------------------------------------------------------------------------------------------------------------- */

static void a_stall_breaks_the_connection(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 300);
	struct mono begin = mono_now();
	send_sleep(f, 1, 60);
	send_int(f, INSERT, 2);
	until(f, f->notes == 2);
	int64_t waited_ms = (mono_now().us - begin.us) / 1000;
	assert_in_range(waited_ms, 290, 3000);
	assert_int_equal(f->note[0].status, PG_UNKNOWN);
	assert_int_equal(f->note[1].status, PG_UNKNOWN);
	assert_int_equal(f->downs, 1);
	assert_string_equal(f->why, "no answer in time");
	until(f, f->ups == 2);
	sql("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> "
	    "pg_backend_pid()");
}

static void steady_answers_are_no_stall(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 600);
	for (int i = 0; i < 5; i++)
		send_sleep(f, i, 0.25);
	until(f, f->notes == 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(f->note[i].value, i);
	struct mono begin = mono_now();
	until(f, mono_now().us - begin.us > 800000); /* idle is no stall either */
	assert_int_equal(f->downs, 0);
}

static void a_loop_that_stood_still_reads_before_it_gives_up(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 300);
	send_int(f, ECHO, 1);
	usleep(500000); /* the loop's own fault: the answer is there */
	until(f, f->notes == 1);
	assert_int_equal(f->note[0].status, PG_OK);
	assert_int_equal(f->downs, 0);
}

/* A listener in the place of a server. ret_where: a conninfo that leads to it. */
static int listen_as_server(int port, struct sockaddr_un *ret_address, char *ret_where, size_t size)
{
	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(ret_address->sun_path, sizeof ret_address->sun_path, "%s/.s.PGSQL.%d", folder, port);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)ret_address, sizeof *ret_address), 0);
	assert_int_equal(listen(fd, 5), 0);
	snprintf(ret_where, size, "%s port=%d", conninfo, port);
	return fd;
}

static void a_server_that_never_answers_is_given_up_after_five_seconds(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un address;
	char where[200];
	int silent = listen_as_server(6001, &address, where, sizeof where);
	struct mono begin = mono_now();
	open_with(f, where, statements, STATEMENTS, 1000);
	until(f, f->downs == 1);
	assert_in_range((mono_now().us - begin.us) / 1000, 4900, 8000);
	assert_string_equal(f->why, "no connection in time");
	close(silent);
	unlink(address.sun_path);
}

struct rude {
	int listener, visits;
};
static void hang_up(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct rude *r = arg;
	close(accept(fd, NULL, NULL));
	r->visits++;
}

/* 50-100, 100-200, 200-400, 400-800, 800-1600 ms lie between the attempts: in 2.5 s there are five to seven. */
static void attempts_become_rarer(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un address;
	char where[200];
	struct rude rude = {0};
	rude.listener = listen_as_server(6002, &address, where, sizeof where);
	struct event *visit = event_new(f->base, rude.listener, EV_READ | EV_PERSIST, hang_up, &rude);
	event_add(visit, NULL);
	struct mono begin = mono_now();
	open_with(f, where, statements, STATEMENTS, 1000);
	until(f, mono_now().us - begin.us > 2500000);
	assert_in_range(rude.visits, 5, 7);
	assert_int_equal(f->downs, 1);
	event_free(visit);
	close(rude.listener);
	unlink(address.sun_path);
}

/* -- closing --------------------------------------------------------------------------------------------------------------------- */

static void send_again_once(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	if (c->tag < 100) {
		pg_param_int(c->f->params, 1);
		send_as(c->f, c->tag + 100, ECHO, send_again_once);
	}
	take_note(ctx, r);
}

static void closing_answers_everything_once(void **state)
{
	struct fixture *f = *state;
	open_pg(f, 5000);
	send_sleep(f, 0, 60);
	for (int i = 1; i < 20; i++) {
		pg_param_int(f->params, i);
		send_as(f, i, ECHO, i % 2 ? send_again_once : take_note);
	}
	pg_close(&f->pg);
	assert_null(f->pg);
	assert_int_equal(f->notes, 30);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(f->note[i].tag, i);
		assert_int_equal(f->note[i].status, PG_UNKNOWN);
	}
	for (int i = 20; i < 30; i++) {
		assert_int_equal(f->note[i].tag, 100 + 2 * (i - 20) + 1);
		assert_int_equal(f->note[i].status, PG_DOWN);
	}
	event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(f->notes, 30);
	assert_int_equal(f->downs, 0);
	sql("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> "
	    "pg_backend_pid()");
}

static void send_over_the_first(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	struct fixture *f = c->f;
	pg_param_int(f->params, 1);
	send_as(f, c->tag + 1, ECHO, take_note); /* f->pg, which has ended */
	take_note(ctx, r);
}

static void connections_that_end_together_may_send_over_one_another(void **state)
{
	struct fixture *f = *state;
	struct pg *first, *second;
	open_pg(f, 5000);
	first = f->pg;
	second = pg_open(f->base, "second", conninfo, statements, STATEMENTS, 5000, NULL);
	until(f, pg_is_up(second));
	f->pg = second;
	pg_param_int(f->params, 7);
	pg_param_double(f->params, 60);
	send_as(f, 7, SLEEP, send_over_the_first);
	f->pg = first;
	pg_end(first);
	assert_false(pg_refuse(first));
	pg_end(second);
	assert_int_equal(f->notes, 1);
	assert_int_equal(f->note[0].tag, 7);
	assert_int_equal(f->note[0].status, PG_UNKNOWN);
	assert_true(pg_refuse(first));
	assert_int_equal(f->notes, 2);
	assert_int_equal(f->note[1].tag, 8);
	assert_int_equal(f->note[1].status, PG_DOWN);
	assert_false(pg_refuse(first));
	assert_false(pg_refuse(second));
	pg_close(&second);
	pg_close(&f->pg);
	assert_int_equal(f->notes, 2);
	sql("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> "
	    "pg_backend_pid()");
}

static void closing_is_clean_in_every_state(void **state)
{
	struct fixture *f = *state;
	for (int turns = 0; turns < 12; turns++) {
		f->notes = 0;
		open_with(f, conninfo, statements, STATEMENTS, 1000);
		send_int(f, ECHO, 1);
		for (int i = 0; i < turns; i++)
			event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		pg_close(&f->pg);
		assert_int_equal(f->notes, 1);
	}
}

static void failures_are_counted(void **state)
{
	struct fixture *f = *state;
	struct buf before, after;
	buf_init(&before, 1 << 20);
	buf_init(&after, 1 << 20);
	open_pg(f, 5000);
	metrics_render(&before);
	send_int(f, DIVIDE, 0);
	send_int(f, DIVIDE, 1);
	until(f, f->notes == 2);
	metrics_render(&after);
	static const char name[] = "\nsigap_database_errors_total ";
	const char *a = strstr(before.data, name), *b = strstr(after.data, name);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(strtol(b + strlen(name), NULL, 10) - strtol(a + strlen(name), NULL, 10), 1);
	buf_free(&before);
	buf_free(&after);
}

#define against_server(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        against_server(every_type_goes_there_and_back),
	        against_server(null_is_not_an_empty_value),
	        against_server(empty_values_and_extremes_survive),
	        against_server(short_numbers_and_infinite_times_are_read),
	        against_server(jsonb_is_read_without_its_version_byte),
	        against_server(arrays_of_every_type_keep_nulls_and_order),
	        against_server(arrays_begin_at_one_and_may_be_long),
	        against_server(rows_carry_every_type_and_absent_values),
	        against_server(rows_may_be_many_and_stand_between_other_parameters),
	        against_server(a_failing_statement_leaves_its_neighbours_alone),
	        against_server(success_means_that_others_see_the_row),
	        against_server(an_error_at_the_commit_is_no_success),
	        against_server(a_failure_tells_no_value),
	        against_server(a_chatty_server_changes_nothing),
	        against_server(ten_thousand_in_flight_are_answered_in_order),
	        against_server(big_values_both_ways_do_not_block_each_other),
	        against_server(a_callback_may_send),
	        against_server(a_killed_backend_makes_what_was_in_flight_unknown),
	        against_server(answers_before_the_loss_still_count),
	        against_server(an_idle_connection_that_is_lost_comes_back),
	        against_server(sending_on_a_dead_socket_is_no_surprise),
	        against_server(without_a_server_statements_are_down_until_it_is_back),
	        against_server(a_first_attempt_that_fails_is_reported_once),
	        against_server(a_statement_that_does_not_prepare_keeps_it_down_until_it_does),
	        against_server(a_stall_breaks_the_connection),
	        against_server(steady_answers_are_no_stall),
	        against_server(a_loop_that_stood_still_reads_before_it_gives_up),
	        against_server(a_server_that_never_answers_is_given_up_after_five_seconds),
	        against_server(attempts_become_rarer),
	        against_server(closing_answers_everything_once),
	        against_server(connections_that_end_together_may_send_over_one_another),
	        against_server(closing_is_clean_in_every_state),
	        against_server(failures_are_counted),
	};
	return cmocka_run_group_tests(tests, make_server_with_tables, remove_server);
}
