/* numbers: see numbers.h. */
#include "numbers.h"

#include <stdlib.h>

#include "../base/log.h"
#include "stock.h"

enum { BLOCK_LEAST = 32, BLOCK_MOST = 4096, POOL = 2 * BLOCK_MOST };

struct waiter {
	void (*got)(void *ctx, int64_t number);
	void *ctx;
	struct waiter *next;
};
struct numbers {
	struct flow *flow;
	int64_t pool[POOL]; /* a ring */
	unsigned first, count;
	int block;
	bool asked;
	struct mono asked_at;
	struct waiter *waiting, **last;
};

struct numbers *numbers_open(struct flow *f)
{
	struct numbers *n = calloc(1, sizeof *n);
	if (n == NULL)
		abort();
	n->flow = f;
	n->block = BLOCK_LEAST;
	n->last = &n->waiting;
	return n;
}

static void push(struct numbers *n, int64_t number)
{
	if (n->count < POOL)
		n->pool[(n->first + n->count++) % POOL] = number;
}

static int64_t pop(struct numbers *n)
{
	int64_t number = n->pool[n->first];
	n->first = (n->first + 1) % POOL;
	n->count--;
	return number;
}

/* Serves who waits; with no numbers to be had, tells them so. */
static void serve(struct numbers *n, bool failed)
{
	while (n->waiting != NULL && (n->count > 0 || failed)) {
		struct waiter *w = n->waiting;
		n->waiting = w->next;
		if (n->waiting == NULL)
			n->last = &n->waiting;
		w->got(w->ctx, n->count > 0 ? pop(n) : 0);
		free(w);
	}
}

static void ask(struct numbers *n);

/* The database gave none. */
static void on_stock(void *ctx, const int64_t *numbers, int count)
{
	struct numbers *n = ctx;
	n->asked = false;
	for (int i = 0; i < count; i++)
		push(n, numbers[i]);
	serve(n, count == 0);
	if (n->waiting != NULL)
		ask(n);
}

static void on_block(void *ctx, const struct pg_result *r)
{
	struct numbers *n = ctx;
	if (r->status != PG_OK && stock_numbers(n->flow, n->block, on_stock, n))
		return;
	n->asked = false;
	for (int i = 0; r->status == PG_OK && i < r->rows; i++)
		push(n, pg_bigint(r, i, 0));
	serve(n, r->status != PG_OK);
	if (r->status == PG_OK && n->waiting != NULL)
		ask(n);
}

static void ask(struct numbers *n)
{
	if (n->asked)
		return;
	struct mono now = mono_now();
	int64_t since_us = now.us - n->asked_at.us;
	if (since_us < 500000 && n->block < BLOCK_MOST)
		n->block *= 2;
	else if (since_us > 5000000 && n->block > BLOCK_LEAST)
		n->block /= 2;
	n->asked = true;
	n->asked_at = now;
	struct pg_params *p = store_params(n->flow->store);
	pg_param_int(p, n->block);
	store_query(n->flow->store, SQL_TAKE_NUMBERS, p, on_block, n);
}

/* It may be an earlier state of it, which gives again what was taken before. */
void numbers_start(struct numbers *n)
{
	n->count = 0;
	ask(n);
}

void numbers_take(struct numbers *n, void (*got)(void *ctx, int64_t number), void *ctx)
{
	if (n->count > 0 && n->waiting == NULL) {
		int64_t number = pop(n);
		if (n->count < (unsigned)n->block / 2)
			ask(n);
		got(ctx, number);
		return;
	}
	struct waiter *w = malloc(sizeof *w);
	if (w == NULL)
		abort();
	*w = (struct waiter){.got = got, .ctx = ctx};
	*n->last = w;
	n->last = &w->next;
	ask(n);
}

void numbers_close(struct numbers **n)
{
	if (*n == NULL)
		return;
	(*n)->count = 0;
	serve(*n, true);
	free(*n);
	*n = NULL;
}
