/* store: see store.h. Connections, and the three groups of writes. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/metrics.h"
#include "store_rows.h"

enum {
	INTAKE_CONNECTIONS = 2,
	PLANS_MOST = 128,
	CHANGES_MOST = 128,
	ATTEMPTS_MOST = 400,
	ATTEMPTS_LINGER_MS = 40,
	STALL_MS = 8000,
	GRACE_MS = 2000
};
enum { CONN_INTAKE, CONN_WORK = INTAKE_CONNECTIONS, CONN_READ, CONN_LIVE, CONN_SLOW, STORE_CONNECTIONS };

/* Where people ask, the server ends what takes longer than most_ms (0: never), well before the connection would be given up: it lives on, and so does what waits behind.
 * Such a connection may be missing: reports are taken and clocks run without it, and whoever asks hears that he must ask again. */
static const struct line {
	const char *label;
	int stall_ms, most_ms;
	bool needed; /* without it the database is away */
} lines[STORE_CONNECTIONS] = {
        {"intake1", STALL_MS, 0, true},
        {"intake2", STALL_MS, 0, true},
        [CONN_WORK] = {"work", STALL_MS, 0, true},
        [CONN_READ] = {"read", STALL_MS, STORE_READ_MOST_S * 1000, false},
        [CONN_LIVE] = {"live", STALL_MS, STORE_READ_MOST_S * 1000, false},
        [CONN_SLOW] = {"slow", STORE_SLOW_MOST_S * 1000 + 5000, STORE_SLOW_MOST_S * 1000, false},
};

struct store {
	struct store_options options;
	struct store_handlers handlers;
	struct pg *conns[STORE_CONNECTIONS];
	bool told_up;
	struct event *grace;    /* since what is needed is there: the rest may come as well */
	struct mono down_since; /* when it is not up */
	struct group *reports, *attempts;
	struct group *changes,
	        *changes_of_reports; /* few changes are about reports, too: those have a heavier statement */
	struct pg_params *scratch;
};

/* ---- reports ---- */

static void reports_build(void *ctx, struct group_item *const *items, int n, struct pg_params *params)
{
	struct store *s = ctx;
	rows_of_reports((struct store_report *const *)(const void *)items, n, s->options.lease_s, s->options.owner,
	                params);
	metric_add(M_COMMITS, 1);
	metric_set(M_COMMIT_BATCH, n);
}

static bool rows_hold(const struct pg_result *r, struct uuid id, int *ret_row)
{
	for (int row = 0; row < r->rows; row++) {
		if (uuid_equal(pg_uuid(r, row, 0), id)) {
			*ret_row = row;
			return true;
		}
	}
	return false;
}

static void tell_of_commit(struct store *s, enum group_end end)
{
	if (end == GROUP_DONE)
		s->handlers.wrote(s->handlers.ctx);
}

static void reports_finish(void *ctx, struct group_item *const *items, int n, enum group_end end,
                           const struct pg_result *r)
{
	tell_of_commit(ctx, end);
	for (int i = 0, next = 0; i < n; i++) {
		struct store_report *report = (struct store_report *)(void *)items[i];
		struct wall at = {0};
		enum store_end how = end == GROUP_REFUSED ? STORE_REFUSED : STORE_UNAVAILABLE;
		if (end == GROUP_DONE) {
			/* rows come in the order of the items almost always: look at the next one first */
			int row = next;
			bool kept = (next < r->rows && uuid_equal(pg_uuid(r, next, 0), report->id)) ||
			            rows_hold(r, report->id, &row);
			if (kept) {
				at = pg_time(r, row, 1);
				next = row + 1;
			}
			how = kept ? STORE_KEPT : STORE_REPEATED;
		}
		report->done(report->ctx, report, how, at);
	}
}

/* ---- changes ---- */

/* Does it bring, move or count reports, or decide about them? */
static bool is_of_reports(const struct change *c)
{
	return c != NULL && (c->report != NULL || c->opens != 0 || c->reports != 0 || c->decision != NULL ||
	                     !uuid_is_nil(c->moves) || strcmp(c->kind, "false_report") == 0);
}

static void build_changes(struct store *s, struct group_item *const *items, int n, bool of_reports,
                          struct pg_params *params)
{
	struct change *const *changes = (struct change *const *)(const void *)items;
	struct change *const pair[] = {changes[0], changes[0]->tied}; /* tied ones come alone */
	bool tied = pair[1] != NULL;
	rows_of_changes(tied ? pair : changes, tied ? 2 : n, tied, of_reports, s->options.lease_s, s->options.owner,
	                params);
}

static void changes_build(void *ctx, struct group_item *const *items, int n, struct pg_params *params)
{
	build_changes(ctx, items, n, false, params);
}

static void changes_of_reports_build(void *ctx, struct group_item *const *items, int n, struct pg_params *params)
{
	build_changes(ctx, items, n, true, params);
}

static void changes_finish(void *ctx, struct group_item *const *items, int n, enum group_end end,
                           const struct pg_result *r)
{
	tell_of_commit(ctx, end);
	int row_of[CHANGES_MOST]; /* the row that tells of change i, -1: it had no effect */
	for (int i = 0; i < n; i++)
		row_of[i] = -1;
	for (int row = 0; end == GROUP_DONE && row < r->rows; row++)
		row_of[pg_bigint(r, row, 0) - 1] = row;
	for (int i = 0; i < n; i++) {
		struct change *c = (struct change *)(void *)items[i];
		if (end != GROUP_DONE)
			c->done(c->ctx, c, end == GROUP_REFUSED ? STORE_REFUSED : STORE_UNAVAILABLE, 0,
			        (struct wall){0});
		else if (row_of[i] < 0)
			c->done(c->ctx, c, STORE_CONFLICT, 0, (struct wall){0});
		else
			c->done(c->ctx, c, STORE_KEPT, pg_int(r, row_of[i], 1), pg_time(r, row_of[i], 2));
	}
}

/* ---- attempts ---- */

static void attempts_build(void *ctx, struct group_item *const *items, int n, struct pg_params *params)
{
	struct store *s = ctx;
	rows_of_attempts((struct store_attempt *const *)(const void *)items, n, s->options.lease_s, s->options.owner,
	                 params);
}

static void attempts_finish(void *ctx, struct group_item *const *items, int n, enum group_end end,
                            const struct pg_result *r)
{
	(void)ctx;
	for (int row = 0; end == GROUP_DONE && row < r->rows; row++) {
		struct store_attempt *a = (struct store_attempt *)(void *)items[pg_int(r, row, 0) - 1];
		a->day = pg_int(r, row, 1);
		a->day_cost = pg_bigint(r, row, 2);
		a->undelivered = pg_bool(r, row, 3);
	}
	for (int i = 0; i < n; i++) {
		struct store_attempt *a = (struct store_attempt *)(void *)items[i];
		a->done(a->ctx, a,
		        end == GROUP_DONE      ? STORE_KEPT
		        : end == GROUP_REFUSED ? STORE_REFUSED
		                               : STORE_UNAVAILABLE);
	}
}

/* ---- connections ---- */

static void on_limited(void *ctx, const struct pg_result *r)
{
	const struct line *line = ctx;
	if (r->status == PG_FAILED)
		log_warn("store.unlimited", "label=%s sqlstate=%s", line->label, r->sqlstate);
}

static void limit_statements(struct pg *pg, const struct line *line)
{
	struct pg_params *p = pg_params_new();
	pg_param_int(p, line->most_ms);
	pg_send(pg, SQL_LIMIT_STATEMENTS, p, on_limited, (void *)(uintptr_t)line);
	pg_params_free(&p);
}

/* Asked of the connections: one that fails before it was ever there goes down without having come up, so that counting would lose one. */
static bool are_up(const struct store *s, bool all)
{
	for (int i = 0; i < STORE_CONNECTIONS; i++)
		if ((all || lines[i].needed) && !pg_is_up(s->conns[i]))
			return false;
	return true;
}

static void tell_up(struct store *s)
{
	event_del(s->grace);
	s->told_up = true;
	metric_set(M_DB_UP, 1);
	s->handlers.up(s->handlers.ctx);
}

static void on_grace(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct store *s = ctx;
	if (!s->told_up && are_up(s, false))
		tell_up(s);
}

/* Connections come one after the other: what is needed waits a little for the rest, so that whoever asks first finds it. */
static void look_whether_up(struct store *s)
{
	if (s->told_up || !are_up(s, false))
		return;
	if (are_up(s, true))
		tell_up(s);
	else if (!evtimer_pending(s->grace, NULL))
		evtimer_add(s->grace, &(struct timeval){.tv_sec = GRACE_MS / 1000});
}

static void on_up(void *ctx, struct pg *pg)
{
	struct store *s = ctx;
	for (int i = 0; i < STORE_CONNECTIONS; i++)
		if (pg == s->conns[i] && lines[i].most_ms > 0)
			limit_statements(pg, &lines[i]);
	group_kick(s->reports);
	group_kick(s->changes);
	group_kick(s->changes_of_reports);
	group_kick(s->attempts);
	look_whether_up(s);
}

static void on_down(void *ctx, struct pg *pg, const char *why)
{
	(void)pg;
	struct store *s = ctx;
	if (are_up(s, false))
		return;
	event_del(s->grace);
	if (s->told_up) {
		s->told_up = false;
		s->down_since = mono_now();
		metric_set(M_DB_UP, 0);
		s->handlers.down(s->handlers.ctx, why);
	}
}

struct store *store_open(struct event_base *base, const struct store_options *o, const struct store_handlers *handlers)
{
	struct store *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->options = *o;
	s->down_since = mono_now();
	s->handlers = *handlers;
	s->scratch = pg_params_new();
	s->grace = evtimer_new(base, on_grace, s);
	const struct pg_handlers on = {.up = on_up, .down = on_down, .ctx = s};
	for (int i = 0; i < STORE_CONNECTIONS; i++)
		s->conns[i] = pg_open(base, lines[i].label, o->conninfo, sql_statements, SQL_STATEMENTS,
		                      lines[i].stall_ms, &on);
	s->reports = group_open(base, s->conns, INTAKE_CONNECTIONS,
	                        &(struct group_work){"reports", SQL_COMMIT_PLANS, PLANS_MOST, 0, o->patience_ms,
	                                             reports_build, reports_finish, s});
	s->changes = group_open(base, &s->conns[CONN_WORK], 1,
	                        &(struct group_work){"changes", SQL_APPLY_CHANGES, CHANGES_MOST, 0, o->patience_ms,
	                                             changes_build, changes_finish, s});
	s->changes_of_reports =
	        group_open(base, &s->conns[CONN_WORK], 1,
	                   &(struct group_work){"changes_of_reports", SQL_APPLY_CHANGES_OF_REPORTS, CHANGES_MOST, 0,
	                                        o->patience_ms, changes_of_reports_build, changes_finish, s});
	s->attempts = group_open(base, &s->conns[CONN_WORK], 1,
	                         &(struct group_work){"attempts", SQL_FINISH_ATTEMPTS, ATTEMPTS_MOST,
	                                              ATTEMPTS_LINGER_MS, 0, attempts_build, attempts_finish, s});
	return s;
}

/* The end of one statement may be the start of another, on any connection. */
static void refuse_all(struct store *s)
{
	bool any;
	do {
		any = false;
		for (int i = 0; i < STORE_CONNECTIONS; i++)
			any |= pg_refuse(s->conns[i]);
	} while (any);
}

void store_close(struct store **store)
{
	struct store *s = *store;
	if (s == NULL)
		return;
	for (int i = 0; i < STORE_CONNECTIONS; i++)
		pg_end(s->conns[i]); /* what is in flight goes back to its group … */
	refuse_all(s);
	group_close(&s->reports); /* … and ends there */
	group_close(&s->changes);
	group_close(&s->changes_of_reports);
	group_close(&s->attempts);
	refuse_all(s);
	for (int i = 0; i < STORE_CONNECTIONS; i++)
		pg_close(&s->conns[i]);
	event_free(s->grace);
	pg_params_free(&s->scratch);
	free(s);
	*store = NULL;
}

bool store_is_up(const struct store *s)
{
	return s->told_up;
}

int64_t store_away_ms(const struct store *s)
{
	return s->told_up ? 0 : (mono_now().us - s->down_since.us) / 1000;
}

int store_waiting(const struct store *s)
{
	return group_waiting(s->reports) + group_waiting(s->changes) + group_waiting(s->changes_of_reports) +
	       group_waiting(s->attempts);
}

void store_report(struct store *s, struct store_report *r)
{
	group_add(s->reports, &r->item);
}

void store_give_up_reports(struct store *s)
{
	group_give_up(s->reports);
}

void store_change(struct store *s, struct change *c)
{
	struct group *g = is_of_reports(c) || is_of_reports(c->tied) ? s->changes_of_reports : s->changes;
	if (c->tied != NULL)
		group_add_alone(g, &c->item);
	else
		group_add(g, &c->item);
}

void store_attempt(struct store *s, struct store_attempt *a)
{
	if (a->follows)
		group_add_alone(s->attempts, &a->item);
	else
		group_add(s->attempts, &a->item);
}

void store_hold_attempts(struct store *s, bool held)
{
	group_hold(s->attempts, held);
}

bool store_takes_attempts(const struct store *s)
{
	return store_is_up(s) && !group_is_held(s->attempts);
}

void store_query(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx)
{
	pg_send(s->conns[CONN_WORK], (int)statement, params, done, ctx);
}

void store_read(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx)
{
	pg_send(s->conns[CONN_READ], (int)statement, params, done, ctx);
}

void store_live(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx)
{
	pg_send(s->conns[CONN_LIVE], (int)statement, params, done, ctx);
}

void store_slow(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx)
{
	pg_send(s->conns[CONN_SLOW], (int)statement, params, done, ctx);
}

int store_slow_waiting(const struct store *s)
{
	return pg_in_flight(s->conns[CONN_SLOW]);
}

bool store_was_too_slow(const struct pg_result *r)
{
	return r->status == PG_FAILED && strcmp(r->sqlstate, "57014") == 0; /* query_canceled */
}

struct pg_params *store_params(struct store *s)
{
	pg_params_reset(s->scratch);
	return s->scratch;
}
