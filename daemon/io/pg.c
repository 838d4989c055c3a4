/* pg: the state machine of one connection (see pg.h). Parameters are in pg_params.c and pg_rows.c, what comes
 * back in pg_result.c, the callbacks of what is in flight in pg_queue.c, the server's errors in pg_error.c.
 *
 * WAITING → CONNECTING → PREPARING → UP → BROKEN → WAITING. Whoever finds a fault only marks the connection BROKEN; settle(), at the end
 * of every handler, tears it down. So nothing is freed below somebody's feet, and pg_send, which may run no callback, can find a fault too.
 *
 * Facts of libpq that shaped this (libpq 15.20, fe-exec.c, fe-misc.c, and the manual's chapters on asynchronous and pipeline processing):
 * - a statement reports success before its Sync and may still be rolled back at it, so results are held until PGRES_PIPELINE_SYNC;
 * - PQgetResult returns NULL between statements: only counted Syncs tell the end;
 * - any call that writes or reads may close the socket. Its events go at once, before another file gets the same number;
 * - PQflush may read as well: answers can wait in memory while the socket is silent, so the writable handler reads too. */
#include "pg.h"

#include <assert.h>
#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/metrics.h"
#include "pg_error.h"
#include "pg_queue.h"
#include "pg_wire.h"

enum {
	CONNECT_MS = 5000, /* socket, authentication and preparing together */
	BACKOFF_MIN_MS = 100,
	BACKOFF_MAX_MS = 5000,
	QUOTED_BYTES = 512, /* what log_quote asks for */
	IDLE_READS_MAX =
	        8, /* NULLs in a row from a connection that should answer: leave, the socket or the timer decides */
};

enum state {
	WAITING /* for the next attempt */,
	CONNECTING,
	PREPARING,
	UP,
	BROKEN /* until settle() */
};

struct pg {
	struct event_base *base;
	char *label, *conninfo;
	const struct pg_statement *statements;
	size_t n_statements;
	int stall_ms;
	struct pg_handlers handlers;

	enum state state;
	PGconn *conn;
	struct event *step;                /* CONNECTING: waits for what PQconnectPoll asked for */
	struct event *readable, *writable; /* from PREPARING on */
	struct event *timer; /* WAITING: next attempt. CONNECTING, PREPARING: gives up. UP: the stall timer */
	struct event *soon;  /* next turn of the loop: settles, and answers what was refused */

	struct pg_queue in_flight;
	struct pg_queue refused;  /* sent while down: answered from the loop */
	PGresult *held;           /* of the oldest in flight, until its Sync */
	size_t prepared;          /* statements that have been */
	uint64_t answered;        /* Syncs ever seen: progress */
	int attempts;             /* that failed since the connection was last up */
	bool told_down;           /* this outage was reported */
	int depth;                /* of callbacks running */
	char why[PG_WHY_BYTES];   /* it broke, last */
	bool why_is_new;          /* and not the reason of the attempt before */
	char fatal[PG_WHY_BYTES]; /* what the server said before it ended the connection */
};

/* -- small parts ----------------------------------------------------------------------------------------------------------------- */

static void arm(struct event *timer, int ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	event_add(timer, &tv);
}

/* Each statement has stall_ms from when it was sent or the one before it was answered. */
static void arm_stall(struct pg *pg)
{
	if (pg->in_flight.count > 0)
		arm(pg->timer, pg->stall_ms);
	else
		event_del(pg->timer);
}

/* Remembers the server's farewell, "terminating connection due to administrator command" and the like. */
static void note_fatal(struct pg *pg, const PGresult *res)
{
	const char *severity = pg_error_field(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0)
		pg_error_message(pg->fatal, sizeof pg->fatal, pg_error_field(res, PG_DIAG_SQLSTATE),
		                 pg_error_field(res, PG_DIAG_MESSAGE_PRIMARY));
}

/* Notices may quote rows: only their kind is logged. */
static void on_notice(void *arg, const PGresult *res)
{
	struct pg *pg = arg;
	note_fatal(pg, res);
	log_debug("pg.notice", "label=%s severity=%s sqlstate=%s", pg->label,
	          pg_error_field(res, PG_DIAG_SEVERITY_NONLOCALIZED), pg_error_field(res, PG_DIAG_SQLSTATE));
}

static void free_event(struct event **e)
{
	if (*e != NULL)
		event_free(*e);
	*e = NULL;
}

/* -- the end of a connection ----------------------------------------------------------------------------------------------------- */

static void mark_broken(struct pg *pg, const char *why)
{
	if (pg->state == BROKEN)
		return;
	char line[PG_WHY_BYTES];
	pg_error_line(line, sizeof line, why);
	pg->why_is_new = strcmp(line, pg->why) != 0;
	memcpy(pg->why, line, sizeof line);
	pg->state = BROKEN;
	free_event(&pg->step);
	free_event(&pg->readable);
	free_event(&pg->writable);
	arm(pg->soon, 0);
}

/* libpq's own words are safe only before a statement was sent: later they may quote one. */
static void mark_lost(struct pg *pg)
{
	bool early = pg->state == CONNECTING || pg->state == PREPARING;
	mark_broken(pg, early ? PQerrorMessage(pg->conn) : "connection lost");
}

static void call(struct pg *pg, struct pg_waiting w, const struct pg_result *r)
{
	pg->depth++;
	w.done(w.ctx, r);
	pg->depth--;
}

static void answer_all(struct pg *pg, struct pg_queue *q, size_t n, enum pg_status status, const char *message)
{
	struct pg_result r = {.status = status, .message = message};
	while (n-- > 0)
		call(pg, pg_queue_pop(q), &r);
}

static void drop_connection(struct pg *pg)
{
	free_event(&pg->step);
	free_event(&pg->readable);
	free_event(&pg->writable);
	PQclear(pg->held);
	pg->held = NULL;
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->state = WAITING;
}

/* Equal jitter: half of the delay for sure, so that a server that comes back is not met by everybody in the same moment. */
static int reconnect_ms(int attempts)
{
	int delay = attempts > 6 ? BACKOFF_MAX_MS : BACKOFF_MIN_MS << attempts;
	if (delay > BACKOFF_MAX_MS)
		delay = BACKOFF_MAX_MS;
	return delay / 2 + (int)randombytes_uniform((uint32_t)(delay / 2 + 1));
}

static void report_down(struct pg *pg, const char *why, size_t unknown)
{
	char quoted[QUOTED_BYTES];
	if (!pg->told_down || pg->why_is_new)
		log_warn("pg.down", "label=%s why=%s unknown=%zu", pg->label, log_quote(why, quoted), unknown);
	if (pg->told_down)
		return;
	pg->told_down = true;
	pg->depth++;
	if (pg->handlers.down != NULL)
		pg->handlers.down(pg->handlers.ctx, pg, why);
	pg->depth--;
}

/* -- answers --------------------------------------------------------------------------------------------------------------------- */

static void answer_oldest(struct pg *pg)
{
	PGresult *res = pg->held;
	pg->held = NULL;
	pg->answered++;
	struct pg_waiting w = pg_queue_pop(&pg->in_flight);
	char message[PG_WHY_BYTES];
	struct pg_result r = pg_error_verdict(res, message);
	if (r.status != PG_OK) {
		metric_add(M_DB_ERRORS, 1);
		log_debug("pg.failed", "label=%s statement=%s sqlstate=%s", pg->label, pg->statements[w.statement].name,
		          r.sqlstate);
	}
	call(pg, w, &r);
	PQclear(res);
}

/* Keeps what the callback will get. An error stands, whatever else the segment says: a commit can fail after success was reported. */
static void hold(struct pg *pg, PGresult *res)
{
	if (PQresultStatus(res) == PGRES_FATAL_ERROR)
		note_fatal(pg, res);
	if (pg->held == NULL || PQresultStatus(res) == PGRES_FATAL_ERROR) {
		PQclear(pg->held);
		pg->held = res;
	} else {
		PQclear(res);
	}
}

/* Takes ownership of res. False when nothing sensible can follow. */
static bool take_answer(struct pg *pg, PGresult *res)
{
	switch (PQresultStatus(res)) {
	case PGRES_PIPELINE_SYNC:
		PQclear(res);
		answer_oldest(pg);
		return true;
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
	case PGRES_FATAL_ERROR:
		hold(pg, res);
		return true;
	case PGRES_PIPELINE_ABORTED: /* follows an error, which is held */
		PQclear(res);
		return true;
	default: /* COPY and the like have no place in a pipeline */
		PQclear(res);
		mark_broken(pg, "the server's answer does not fit a pipeline");
		return false;
	}
}

static void become_up(struct pg *pg)
{
	event_del(pg->timer);
	pg->state = UP;
	pg->attempts = 0;
	pg->told_down = false;
	pg->why[0] = '\0';
	log_info("pg.up", "label=%s server_version=%d statements=%zu", pg->label, PQserverVersion(pg->conn),
	         pg->n_statements);
	pg->depth++;
	if (pg->handlers.up != NULL)
		pg->handlers.up(pg->handlers.ctx, pg);
	pg->depth--;
}

static void refuse_statement(struct pg *pg, const PGresult *res)
{
	const char *name = pg->prepared < pg->n_statements ? pg->statements[pg->prepared].name : "";
	char message[PG_WHY_BYTES], why[PG_WHY_BYTES], quoted[QUOTED_BYTES];
	note_fatal(pg, res);
	if (pg->fatal[0] != '\0') { /* the server leaves; nothing is wrong with the statement */
		mark_lost(pg);
		return;
	}
	pg_error_line(message, sizeof message, pg_error_field(res, PG_DIAG_MESSAGE_PRIMARY));
	snprintf(why, sizeof why, "statement %s: %.200s", name, message);
	mark_broken(pg, why);
	metric_add(M_DB_ERRORS, 1);
	if (pg->why_is_new)
		log_error("pg.prepare", "label=%s statement=%s sqlstate=%s why=%s", pg->label, name,
		          pg_error_field(res, PG_DIAG_SQLSTATE), log_quote(message, quoted));
}

/* Takes ownership of res. False when nothing sensible can follow. */
static bool take_prepared(struct pg *pg, PGresult *res)
{
	bool go_on = true;
	switch (PQresultStatus(res)) {
	case PGRES_COMMAND_OK:
		pg->prepared++;
		break;
	case PGRES_PIPELINE_SYNC:
		become_up(pg);
		break;
	default:
		refuse_statement(pg, res);
		go_on = false;
	}
	PQclear(res);
	return go_on;
}

/* Handles all that has arrived, without waiting. */
static void read_answers(struct pg *pg)
{
	int idle = 0;
	while (idle < IDLE_READS_MAX && !PQisBusy(pg->conn)) {
		PGresult *res = PQgetResult(pg->conn);
		bool expected = pg->state == PREPARING || pg->in_flight.count > 0;
		if (!expected) { /* the NULL after the last Sync; anything else can only be the end of the connection */
			PQclear(res);
			return;
		}
		if (res == NULL) {
			idle++;
			continue;
		}
		idle = 0;
		if (!(pg->state == PREPARING ? take_prepared : take_answer)(pg, res))
			return;
	}
}

/* Tears a broken connection down. After it saw the end, libpq no longer hands out Syncs that it read before: their statements are unknown. */
static void settle(struct pg *pg)
{
	if (pg->state != BROKEN)
		return;
	drop_connection(pg);
	arm(pg->timer, reconnect_ms(pg->attempts++));
	const char *why = pg->fatal[0] != '\0' ? pg->fatal : pg->why;
	size_t unknown = pg->in_flight.count;
	metric_add(M_DB_ERRORS, (int64_t)unknown);
	answer_all(pg, &pg->in_flight, unknown, PG_UNKNOWN, why);
	report_down(pg, why, unknown);
}

/* False when the connection is gone. */
static bool flush(struct pg *pg)
{
	int left = PQflush(pg->conn);
	if (left < 0 || PQstatus(pg->conn) == CONNECTION_BAD)
		return false;
	if (left > 0)
		event_add(pg->writable, NULL);
	else
		event_del(pg->writable);
	return true;
}

/* Reads, writes and handles what can be. */
static void exchange(struct pg *pg)
{
	uint64_t before = pg->answered;
	if (PQconsumeInput(pg->conn) == 0 || !flush(pg)) {
		mark_lost(pg);
		return;
	}
	read_answers(pg);
	if (PQstatus(pg->conn) == CONNECTION_BAD)
		mark_lost(pg);
	if (pg->state == UP && pg->answered != before)
		arm_stall(pg);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct pg *pg = arg;
	exchange(pg);
	settle(pg);
}

/* -- the beginning of a connection ----------------------------------------------------------------------------------------------- */

/* All statements in one segment: one round trip. */
static bool send_statements(struct pg *pg)
{
	if (PQsetnonblocking(pg->conn, 1) != 0 || PQenterPipelineMode(pg->conn) != 1)
		return false;
	for (size_t i = 0; i < pg->n_statements; i++) {
		const struct pg_statement *s = &pg->statements[i];
		if (PQsendPrepare(pg->conn, s->name, s->sql, 0, NULL) != 1)
			return false;
	}
	return PQpipelineSync(pg->conn) == 1;
}

static void begin_preparing(struct pg *pg)
{
	pg->state = PREPARING;
	pg->prepared = 0;
	int fd = PQsocket(pg->conn);
	pg->readable = pg_must(event_new(pg->base, fd, EV_READ | EV_PERSIST, on_socket, pg));
	pg->writable = pg_must(event_new(pg->base, fd, EV_WRITE | EV_PERSIST, on_socket, pg));
	event_add(pg->readable, NULL);
	if (!send_statements(pg) || !flush(pg))
		mark_lost(pg);
}

static void on_step(evutil_socket_t fd, short what, void *arg);

/* A new event each time: the socket may be another one after every step. */
static void await_step(struct pg *pg, short what)
{
	pg->step = pg_must(event_new(pg->base, PQsocket(pg->conn), what, on_step, pg));
	event_add(pg->step, NULL);
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct pg *pg = arg;
	free_event(&pg->step);
	switch (PQconnectPoll(pg->conn)) {
	case PGRES_POLLING_READING:
		await_step(pg, EV_READ);
		break;
	case PGRES_POLLING_WRITING:
		await_step(pg, EV_WRITE);
		break;
	case PGRES_POLLING_OK:
		begin_preparing(pg);
		break;
	default:
		mark_lost(pg);
	}
	settle(pg);
}

/* What stands before the conninfo is a default that it may change; what stands behind it holds always. The keepalives find a server that
 * vanished without a word while nothing is in flight. */
static const char *const option_names[] = {
        "application_name", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout", "dbname",          "client_encoding",     NULL,
};

static void begin_connecting(struct pg *pg)
{
	const char *const values[] = {"sigapd", "10", "3", "3", "5000", pg->conninfo, "UTF8", NULL};
	pg->fatal[0] = '\0';
	pg->conn = pg_must(PQconnectStartParams(option_names, values, 1));
	pg->state = CONNECTING;
	if (PQstatus(pg->conn) == CONNECTION_BAD) {
		mark_lost(pg);
		return;
	}
	PQsetNoticeReceiver(pg->conn, on_notice, pg);
	arm(pg->timer, CONNECT_MS);
	await_step(pg, EV_WRITE);
}

/* -- timers ---------------------------------------------------------------------------------------------------------------------- */

/* The loop may have stood still itself: what has arrived meanwhile counts before the connection is given up. */
static void check_stall(struct pg *pg)
{
	uint64_t before = pg->answered;
	exchange(pg);
	if (pg->state == UP && pg->answered == before)
		mark_broken(pg, "no answer in time");
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct pg *pg = arg;
	switch (pg->state) {
	case WAITING:
		begin_connecting(pg);
		break;
	case CONNECTING:
	case PREPARING:
		mark_broken(pg, "no connection in time");
		break;
	case UP:
		check_stall(pg);
		break;
	case BROKEN:
		break;
	}
	settle(pg);
}

/* Statements that callbacks refuse to give up and send again are answered in the next turn, so that the loop stays alive. */
static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct pg *pg = arg;
	settle(pg);
	answer_all(pg, &pg->refused, pg->refused.count, PG_DOWN, "not connected");
}

/* -- pg.h ------------------------------------------------------------------------------------------------------------------------ */

struct pg *pg_open(struct event_base *base, const char *label, const char *conninfo,
                   const struct pg_statement *statements, size_t n, int stall_ms, const struct pg_handlers *handlers)
{
	assert(stall_ms > 0);
	struct pg *pg = pg_must(calloc(1, sizeof *pg));
	pg->base = base;
	pg->label = pg_must(strdup(label));
	pg->conninfo = pg_must(strdup(conninfo));
	pg->statements = statements;
	pg->n_statements = n;
	pg->stall_ms = stall_ms;
	if (handlers != NULL)
		pg->handlers = *handlers;
	pg->timer = pg_must(event_new(base, -1, 0, on_timer, pg));
	pg->soon = pg_must(event_new(base, -1, 0, on_soon, pg));
	arm(pg->timer, 0);
	return pg;
}

void pg_end(struct pg *pg)
{
	assert(pg->depth == 0);
	drop_connection(pg);
	answer_all(pg, &pg->in_flight, pg->in_flight.count, PG_UNKNOWN, "closed");
}

bool pg_refuse(struct pg *pg)
{
	bool any = pg->refused.count > 0;
	answer_all(pg, &pg->refused, pg->refused.count, PG_DOWN, "closed");
	return any;
}

void pg_close(struct pg **ret_pg)
{
	struct pg *pg = *ret_pg;
	if (pg == NULL)
		return;
	pg_end(pg);
	while (pg_refuse(pg))
		;
	free_event(&pg->timer);
	free_event(&pg->soon);
	free(pg->in_flight.ring);
	free(pg->refused.ring);
	sodium_memzero(pg->conninfo, strlen(pg->conninfo)); /* may hold a password */
	free(pg->conninfo);
	free(pg->label);
	free(pg);
	*ret_pg = NULL;
}

bool pg_is_up(const struct pg *pg)
{
	return pg->state == UP;
}

int pg_in_flight(const struct pg *pg)
{
	return (int)pg->in_flight.count;
}

/* One statement and its Sync. The values are libpq's after this. */
static bool send_segment(struct pg *pg, int statement, const struct pg_params *params)
{
	static const struct pg_params none;
	const struct pg_params *p = params != NULL ? params : &none;
	const char *values[PG_PARAMS_MAX];
	int binary[PG_PARAMS_MAX];
	for (int i = 0; i < p->count; i++) {
		values[i] = p->lengths[i] < 0 ? NULL : p->values.data + p->offsets[i];
		binary[i] = 1;
	}
	return PQsendQueryPrepared(pg->conn, pg->statements[statement].name, p->count, values, p->lengths, binary, 1) ==
	               1 &&
	       PQpipelineSync(pg->conn) == 1 && flush(pg);
}

void pg_send(struct pg *pg, int statement, const struct pg_params *params, pg_done *done, void *ctx)
{
	assert(statement >= 0 && (size_t)statement < pg->n_statements && done != NULL);
	struct pg_waiting w = {done, ctx, statement};
	if (pg->state != UP) {
		pg_queue_push(&pg->refused, w);
		arm(pg->soon, 0);
		return;
	}
	pg_queue_push(&pg->in_flight, w);
	if (!send_segment(pg, statement, params))
		mark_lost(pg);
	else if (pg->in_flight.count == 1)
		arm_stall(pg);
}
