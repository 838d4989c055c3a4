/* pg: one asynchronous PostgreSQL connection on the event loop: pipeline mode, prepared statements, reconnect.
 *
 * Every pg_send is one statement followed by Sync: one transaction. Its callback runs on the Sync, never before: success means committed.
 * A connection lost in flight reports PG_UNKNOWN: the statement may or may not have been committed. */
#ifndef SIGAP_IO_PG_H
#define SIGAP_IO_PG_H
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/clock.h"
#include "../base/id.h"

/* A named statement, prepared on every connection that is opened with its table. */
struct pg_statement {
	const char *name;
	const char *sql;
};

/* Parameters, always binary. Filled in order $1, $2, …; memory of values is copied. Reusable after pg_params_reset, which keeps the memory.
 * The types are those that the statement's SQL says, so it must cast to the type given here: $1::uuid, $2::text[], $3::timestamptz. Text also
 * feeds json and enums. A jsonb has another binary form: pass text or PG_JSON and write $4::json::jsonb, $5::json[]::jsonb[].
 * At most 256 parameters and 256 MiB a statement: beyond that the process ends with a log line, as callers bound their batches. */
struct pg_params;
struct pg_params *pg_params_new(void);
void pg_params_free(struct pg_params **p);
void pg_params_reset(struct pg_params *p);
void pg_param_null(struct pg_params *p);
void pg_param_uuid(struct pg_params *p, struct uuid v);
void pg_param_text(struct pg_params *p, const char *v);              /* NULL: SQL null. Valid UTF-8 required (assert) */
void pg_param_bytes(struct pg_params *p, const void *v, size_t len); /* bytea; never null */
void pg_param_int(struct pg_params *p, int32_t v);                   /* int4 */
void pg_param_bigint(struct pg_params *p, int64_t v);                /* int8 */
void pg_param_double(struct pg_params *p, double v);                 /* float8 */
void pg_param_bool(struct pg_params *p, bool v);
void pg_param_time(struct pg_params *p, struct wall v); /* timestamptz; INT64_MAX is infinity */
/* Arrays: begin with the element type, add elements of that type, end. Adding NULL/absent: pg_array_null. */
enum pg_type { PG_UUID, PG_TEXT, PG_BYTEA, PG_INT4, PG_INT8, PG_FLOAT8, PG_BOOL, PG_TIMESTAMPTZ, PG_JSON };
/* Several arrays can be filled side by side: each has its own handle. Appended to the parameters in the order of pg_array_param. */
struct pg_array;
struct pg_array *pg_array_new(enum pg_type element);
void pg_array_free(struct pg_array **a);
void pg_array_reset(struct pg_array *a);
void pg_array_uuid(struct pg_array *a, struct uuid v);
void pg_array_text(struct pg_array *a, const char *v); /* NULL: null element; also for PG_JSON */
void pg_array_textn(struct pg_array *a, const char *v, size_t len);
void pg_array_bytes(struct pg_array *a, const void *v, size_t len);
void pg_array_int(struct pg_array *a, int32_t v);
void pg_array_bigint(struct pg_array *a, int64_t v);
void pg_array_double(struct pg_array *a, double v);
void pg_array_bool(struct pg_array *a, bool v);
void pg_array_time(struct pg_array *a, struct wall v);
void pg_array_null(struct pg_array *a);
int pg_array_count(const struct pg_array *a);
void pg_param_array(struct pg_params *p, const struct pg_array *a); /* copies */
/* Rows of a composite type, for a parameter written $1::NAME[]: for many columns cheaper by far than an array of each. Begun; then each row with the number of its
 * columns, and these in their order and of the type's own types; ended before the next parameter. Absent values: NULL, the nil uuid, or pg_row_null. */
void pg_rows_begin(struct pg_params *p);
void pg_rows_end(struct pg_params *p);
void pg_row_begin(struct pg_params *p, int columns);
void pg_row_end(struct pg_params *p);                 /* every column must have been given (assert) */
void pg_row_uuid(struct pg_params *p, struct uuid v); /* nil: null */
void pg_row_text(struct pg_params *p, const char *v); /* NULL: null */
void pg_row_textn(struct pg_params *p, const char *v, size_t len);
void pg_row_json(struct pg_params *p, const char *v); /* NULL: null */
void pg_row_bytes(struct pg_params *p, const void *v, size_t len);
void pg_row_int(struct pg_params *p, int32_t v);
void pg_row_bigint(struct pg_params *p, int64_t v);
void pg_row_double(struct pg_params *p, double v);
void pg_row_bool(struct pg_params *p, bool v);
void pg_row_time(struct pg_params *p, struct wall v);
void pg_row_null(struct pg_params *p, enum pg_type type);

enum pg_status {
	PG_OK,
	PG_FAILED /* rolled back: see sqlstate */,
	PG_UNKNOWN /* connection lost: perhaps committed */,
	PG_DOWN /* never sent */
};
/* Rows in binary form; valid only inside the callback. Only PG_OK has rows: the readers below assert it, and that the column's type fits.
 * Other types (numeric, date, arrays) have no reader: cast them in the SQL. */
struct pg_result {
	enum pg_status status;
	char sqlstate[6];
	const char *message; /* the server's first line, without values that it quotes; "" for PG_OK */
	int rows;
	const void *native; /* PGresult */
};
bool pg_is_null(const struct pg_result *r, int row, int column);
const char *pg_text(const struct pg_result *r, int row,
                    int column); /* text, json, jsonb, bytes: NUL terminated; "" for null */
size_t pg_length(const struct pg_result *r, int row, int column);
int32_t pg_int(const struct pg_result *r, int row, int column);    /* int2, int4; 0 for null */
int64_t pg_bigint(const struct pg_result *r, int row, int column); /* int2, int4, int8; 0 for null */
double pg_double(const struct pg_result *r, int row, int column);  /* float4, float8 */
bool pg_bool(const struct pg_result *r, int row, int column);
struct uuid pg_uuid(const struct pg_result *r, int row, int column);
struct wall pg_time(const struct pg_result *r, int row, int column); /* us = 0 for null */

struct pg;
typedef void pg_done(void *ctx, const struct pg_result *r);
struct pg_handlers {
	void (*up)(void *ctx, struct pg *pg); /* connected and all statements prepared; again after each reconnect */
	void (*down)(void *ctx, struct pg *pg, const char *why); /* once per outage; also if the first attempt fails */
	void *ctx;
};
/* Opens and keeps open: reconnects with 0.1 → 5 s backoff and jitter. conninfo is copied. statements must outlive pg. label names it in logs.
 * Every wait is bounded: connect 5 s; an answer that takes more than stall_ms breaks the connection (counted from the answer before it, or
 * from its own sending when it was alone). The one exception: libpq looks a host name up with a blocking call, so conninfo names a folder
 * of a Unix socket, or an address (hostaddr=). A statement that cannot be prepared keeps the connection down, and says which.
 * On loss: first what is in flight gets PG_UNKNOWN, in order, then down is called. handlers is copied and may be NULL, as may each of its members. */
struct pg *pg_open(struct event_base *base, const char *label, const char *conninfo,
                   const struct pg_statement *statements, size_t n, int stall_ms, const struct pg_handlers *handlers);
/* Ends: callbacks of what is in flight run with PG_UNKNOWN, what they send with PG_DOWN; down is not called. Sets *pg to NULL.
 * Not from inside a callback of this connection. */
void pg_close(struct pg **pg);
/* The same in steps, for connections whose callbacks send over one another: pg_end each, so that what is in flight ends; then pg_refuse each until none has
 * anything to refuse; then pg_close. */
void pg_end(struct pg *pg);
/* Answers what was sent since pg_end with PG_DOWN; true when there was anything. */
bool pg_refuse(struct pg *pg);
bool pg_is_up(const struct pg *pg);
/* Statements sent and not yet answered. */
int pg_in_flight(const struct pg *pg);
/* Sends statement (an index into the table given to pg_open) with params, which may be reset as soon as the call returns (NULL: none). done
 * runs exactly once, from the loop, never from inside pg_send; with PG_DOWN when the connection is not up. May be called from any callback. */
void pg_send(struct pg *pg, int statement, const struct pg_params *params, pg_done *done, void *ctx);
#endif
