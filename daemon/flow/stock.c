/* stock: see stock.h. */
#include "stock.h"

#include <stdlib.h>

#include "../base/log.h"
#include "spooled.h"

enum {
	NUMBERS = 256, /* put aside: reports of a bad day */
	TAKE_MOST = 32,
	TICK_S = 30
};

struct stock {
	struct flow *flow;
	struct event *tick;
	bool filling;
};

/* ---- numbers ---- */

static void fill(struct stock *s, int least);

static void on_put(void *ctx, bool ok)
{
	struct stock *s = ctx;
	s->filling = false;
	if (ok) /* else the next look sees what is missing */
		fill(s, 0);
}

/* What is put aside is older than any number that is taken now; else this is another database, or an earlier state of it, and what is there would be given twice. */
static void on_numbers(void *ctx, const struct pg_result *r)
{
	struct stock *s = ctx;
	struct spool *spool = spooled_file(s->flow);
	int64_t numbers[NUMBERS];
	bool instead = false;
	int n = 0;
	if (r->status == PG_OK && spool != NULL)
		for (; n < r->rows && n < NUMBERS; n++) {
			numbers[n] = pg_bigint(r, n, 0);
			instead |= numbers[n] <= spool_highest_number(spool);
		}
	if (n == 0 || (spool_numbers(spool) >= NUMBERS && !instead)) {
		s->filling = false;
		return;
	}
	if (instead)
		log_warn("stock.numbers_dropped", "why=\"the database gives numbers that were given before\"");
	spool_put_numbers(spool, numbers, n, instead, on_put, s);
}

static void fill(struct stock *s, int least)
{
	const struct flow *f = s->flow;
	const struct spool *spool = spooled_file(f);
	if (s->filling || spool == NULL || !f->ready)
		return;
	int missing = NUMBERS - spool_numbers(spool), n = missing > NUMBERS / 2 ? missing : least;
	if (n == 0)
		return;
	struct pg_params *p = store_params(f->store);
	pg_param_int(p, n);
	s->filling = true;
	store_query(f->store, SQL_TAKE_NUMBERS, p, on_numbers, s);
}

/* One at least is asked for: by it an earlier state of the database is known. */
void stock_fill(struct flow *f)
{
	fill(f->stock, 1);
}

bool stock_numbers(struct flow *f, int n, void (*got)(void *ctx, const int64_t *numbers, int count), void *ctx)
{
	struct spool *spool = spooled_file(f);
	if (spool == NULL || spool_numbers(spool) == 0)
		return false;
	spool_take_numbers(spool, n < TAKE_MOST ? n : TAKE_MOST, got, ctx);
	return true;
}

/* ---- rules ---- */

bool stock_keeps_rules(const struct flow *f)
{
	return spooled_file(f) != NULL;
}

static void on_saved(void *ctx, bool ok)
{
	(void)ctx;
	if (!ok)
		log_error("stock.rules_not_kept",
		          "why=\"a daemon that begins without the database will do so with older rules\"");
}

void stock_put_rules(struct flow *f, const void *saved, size_t len)
{
	struct spool *spool = spooled_file(f);
	if (spool != NULL)
		spool_save(spool, saved, len, on_saved, NULL);
}

void stock_rules(struct flow *f, void (*done)(void *ctx, const char *saved, size_t len), void *ctx)
{
	struct spool *spool = spooled_file(f);
	if (spool == NULL)
		done(ctx, NULL, 0);
	else
		spool_load(spool, done, ctx);
}

/* ---- life ---- */

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	fill(ctx, 0);
}

struct stock *stock_open(struct flow *f)
{
	struct stock *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->flow = f;
	s->tick = event_new(f->base, -1, EV_PERSIST, on_tick, s);
	event_add(s->tick, &(struct timeval){.tv_sec = TICK_S});
	return s;
}

void stock_close(struct stock **s)
{
	if (*s == NULL)
		return;
	event_free((*s)->tick);
	free(*s);
	*s = NULL;
}
