/* layer: flow */
/* io/store on a real PostgreSQL with the daemon's own schema: what is recorded twice, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/io/store.h"
#include "../../daemon/schema/schema.h"
#include "loop.h"
#include "pg_server.h"

static struct world {
	struct event_base *base;
	struct store *store;
	bool up;
	struct store_attempt attempts[2];
	int read_ended, attempt_ended, attempt_kept, asked, not_done; /* how often */
} w;

static void on_up(void *ctx)
{
	(void)ctx;
	w.up = true;
}

static void on_down(void *ctx, const char *why)
{
	(void)ctx;
	(void)why;
}

static void on_wrote(void *ctx)
{
	(void)ctx;
}

static int open_world(void **state)
{
	static const struct store_handlers handlers = {on_up, on_down, on_wrote, NULL};
	if (make_server(state) != 0)
		return -1;
	for (const struct migration *m = migrations; m->sql != NULL; m++)
		sql(m->sql);
	w.base = event_base_new();
	w.store = store_open(w.base, &(struct store_options){conninfo, uuid_make(), 30, 1000}, &handlers);
	LOOP_WAIT(w.base, w.up);
	return 0;
}

static int close_world(void **state)
{
	store_close(&w.store);
	event_base_free(w.base);
	return remove_server(state);
}

static void on_kept(void *ctx, struct store_attempt *a, enum store_end end)
{
	(void)ctx, (void)a;
	assert_int_equal(end, STORE_KEPT);
	w.attempt_kept++;
}

static void record(struct store_attempt *a)
{
	int before = w.attempt_kept;
	store_attempt(w.store, a);
	LOOP_WAIT(w.base, w.attempt_kept > before);
}

/* Whoever did not hear that the statement was committed sends it again. */
static void an_attempt_that_is_recorded_twice_costs_once(void **state)
{
	(void)state;
	char counted[64];
	struct store_attempt first = {.notice = uuid_make(),
	                              .number = 1,
	                              .outcome = "ok",
	                              .gateway = "kannel",
	                              .parts = 2,
	                              .cost = 700,
	                              .next_ms = NEXT_NONE,
	                              .done = on_kept};
	struct store_attempt second = first;
	second.number = 2;
	record(&first);
	assert_true(first.day > 0);
	assert_int_equal(first.day_cost, 700);
	record(&first);
	assert_true(run_sql("select parts || ' ' || cost from gateway_day", counted, sizeof counted));
	assert_string_equal(counted, "2 700");
	assert_true(run_sql("select count(*) from attempt", counted, sizeof counted));
	assert_string_equal(counted, "1");
	record(&second);
	assert_int_equal(second.day_cost, 1400);
}

static void ask(void (*send)(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done,
                             void *ctx),
                pg_done *done)
{
	struct pg_params *p = store_params(w.store);
	w.asked++;
	pg_param_text(p, "active");
	send(w.store, SQL_READ_ALARMS, p, done, NULL);
}

/* Over a connection that has ended, or that ends next. */
static void on_not_done(void *ctx, const struct pg_result *r)
{
	(void)ctx;
	w.not_done += r->status == PG_DOWN || r->status == PG_UNKNOWN;
}

static void on_not_done_ask_again(void *ctx, const struct pg_result *r)
{
	on_not_done(ctx, r);
	ask(store_query, on_not_done);
}

static void ask_everywhere(void)
{
	ask(store_query, on_not_done_ask_again);
	ask(store_read, on_not_done_ask_again);
	ask(store_live, on_not_done_ask_again);
	ask(store_slow, on_not_done_ask_again);
}

static void on_attempt(void *ctx, struct store_attempt *a, enum store_end end)
{
	(void)ctx;
	(void)a;
	w.attempt_ended += end == STORE_UNAVAILABLE;
	ask_everywhere();
}

/* What was refused may leave an attempt behind. */
static void on_not_done_attempt(void *ctx, const struct pg_result *r)
{
	on_not_done(ctx, r);
	store_attempt(w.store, &w.attempts[1]);
}

static void on_read(void *ctx, const struct pg_result *r)
{
	(void)ctx;
	w.read_ended += r->status == PG_UNKNOWN;
	ask(store_query, on_not_done_attempt);
	ask_everywhere();
}

static void what_is_owed_when_it_closes_ends_once_and_may_ask_again(void **state)
{
	for (int i = 0; i < 2; i++)
		w.attempts[i] = (struct store_attempt){
		        .notice = uuid_make(), .outcome = "ok", .next_ms = -1, .done = on_attempt};
	(void)state;
	PGconn *locker = PQconnectdb(conninfo);
	PQclear(PQexec(locker, "begin; lock table alarm"));
	ask(store_read, on_read); /* waits for the lock */
	store_attempt(w.store, &w.attempts[0]);
	store_close(&w.store);
	assert_null(w.store);
	assert_int_equal(w.read_ended, 1);
	assert_int_equal(w.attempt_ended, 2);
	assert_int_equal(w.asked, 2 + 3 * 8);
	assert_int_equal(w.not_done, 1 + 3 * 8);
	PQfinish(locker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_attempt_that_is_recorded_twice_costs_once),
	        cmocka_unit_test(what_is_owed_when_it_closes_ends_once_and_may_ask_again),
	};
	return cmocka_run_group_tests(tests, open_world, close_world);
}
