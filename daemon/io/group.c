/* group: see group.h. */
#include "group.h"

#include <stdlib.h>
#include <string.h>

#include "../base/log.h"

enum { CONNECTIONS = 4, BATCH_MOST = 512, PATIENCE_LOOK_MS = 100 };

TAILQ_HEAD(item_list, group_item);
struct flight {
	struct group *group;
	struct pg *conn;
	struct pg_params *params;
	struct group_item *items[BATCH_MOST];
	int n; /* 0: free */
};
struct group {
	struct group_work work;
	struct item_list queue;
	int waiting;
	struct flight flights[CONNECTIONS];
	int flight_count;
	struct event *soon;  /* the next statement is due */
	struct event *later; /* looks for items whose patience has ended */
	bool closing, held;
};

static void requeue(struct group *g, struct flight *f, bool alone)
{
	for (int i = f->n - 1; i >= 0; i--) {
		f->items[i]->alone |= alone;
		TAILQ_INSERT_HEAD(&g->queue, f->items[i], link);
		g->waiting++;
	}
	f->n = 0;
}

static void give_up_on(struct group *g, struct group_item *item)
{
	TAILQ_REMOVE(&g->queue, item, link);
	g->waiting--;
	g->work.finish(g->work.ctx, &item, 1, GROUP_UNAVAILABLE, NULL);
}

static void on_later(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct group *g = ctx;
	struct mono now = mono_now();
	struct group_item *item, *next;
	for (item = TAILQ_FIRST(&g->queue); item != NULL; item = next) {
		next = TAILQ_NEXT(item, link);
		if (g->work.patience_ms > 0 && item->give_up.us < now.us)
			give_up_on(g, item);
	}
	if (g->waiting > 0) {
		group_kick(g);
		evtimer_add(g->later, &(struct timeval){.tv_usec = PATIENCE_LOOK_MS * 1000});
	}
}

/* Faults of the moment, not of the items: a server that only reads (25006), conflict between transactions (40), resources (53), locks (55P03), operator (57), system (58).
 * Source: PostgreSQL 15 manual, appendix A. */
static bool is_passing(const char *sqlstate)
{
	static const char *const beginnings[] = {"25006", "40", "53", "55P03", "57", "58"};
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (strncmp(sqlstate, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static void try_again_later(struct group *g, struct flight *f)
{
	requeue(g, f, false); /* ids make a second commit harmless */
	if (!g->closing)
		evtimer_add(g->later, &(struct timeval){.tv_usec = PATIENCE_LOOK_MS * 1000});
}

static void on_done(void *ctx, const struct pg_result *r)
{
	struct flight *f = ctx;
	struct group *g = f->group;
	struct group_item *items[BATCH_MOST];
	int n = f->n;
	memcpy(items, f->items, (size_t)n * sizeof *items);
	switch (r->status) {
	case PG_OK:
		f->n = 0;
		g->work.finish(g->work.ctx, items, n, GROUP_DONE, r);
		break;
	case PG_FAILED:
		log_warn("store.batch_failed", "work=%s items=%d sqlstate=%s", g->work.label, n, r->sqlstate);
		if (is_passing(r->sqlstate)) {
			try_again_later(g, f);
			return;
		}
		if (n == 1) {
			char quoted[512];
			log_error("store.item_refused", "work=%s sqlstate=%s message=%s", g->work.label, r->sqlstate,
			          log_quote(r->message, quoted));
			f->n = 0;
			g->work.finish(g->work.ctx, items, 1, GROUP_REFUSED, NULL);
		} else {
			requeue(g, f, true);
		}
		break;
	case PG_UNKNOWN:
	case PG_DOWN:
		try_again_later(g, f);
		return;
	}
	group_kick(g);
}

int group_waiting(const struct group *g)
{
	int n = g->waiting;
	for (int i = 0; i < g->flight_count; i++)
		n += g->flights[i].n;
	return n;
}

/* How many the next statement carries: everybody's even share over the connections. Clients that wait for their answer come back together, so uneven
 * batches would stay uneven, and the database would stand still while the small one is served. A few go together: they cost less than a second statement. */
static int share(const struct group *g)
{
	enum { SPLIT_FROM = 8 };
	int all = group_waiting(g);
	if (g->flight_count < 2 || all < SPLIT_FROM)
		return g->work.most;
	int even = (all + g->flight_count - 1) / g->flight_count;
	return even < g->work.most ? even : g->work.most;
}

static void send_batch(struct group *g, struct flight *f)
{
	struct group_item *item;
	const int most = share(g);
	while (f->n < most && (item = TAILQ_FIRST(&g->queue)) != NULL) {
		if (item->alone && f->n > 0)
			break;
		TAILQ_REMOVE(&g->queue, item, link);
		g->waiting--;
		f->items[f->n++] = item;
		if (item->alone)
			break;
	}
	pg_params_reset(f->params);
	g->work.build(g->work.ctx, f->items, f->n, f->params);
	pg_send(f->conn, g->work.statement, f->params, on_done, f);
}

static void on_soon(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct group *g = ctx;
	for (int i = 0; i < g->flight_count && g->waiting > 0 && !g->held; i++)
		if (g->flights[i].n == 0 && pg_is_up(g->flights[i].conn))
			send_batch(g, &g->flights[i]);
}

void group_kick(struct group *g)
{
	if (g->waiting == 0 || g->held)
		return;
	if (g->work.linger_ms == 0 || g->waiting >= g->work.most)
		event_active(g->soon, EV_TIMEOUT, 0);
	else if (!evtimer_pending(g->soon, NULL))
		evtimer_add(g->soon, &(struct timeval){.tv_usec = g->work.linger_ms * 1000});
}

static void add(struct group *g, struct group_item *item, bool alone)
{
	item->alone = alone;
	item->give_up = (struct mono){mono_now().us + (int64_t)g->work.patience_ms * 1000};
	TAILQ_INSERT_TAIL(&g->queue, item, link);
	if (++g->waiting == 1 || g->waiting == g->work.most) {
		group_kick(g);
		if (!evtimer_pending(g->later, NULL))
			evtimer_add(g->later, &(struct timeval){.tv_usec = PATIENCE_LOOK_MS * 1000});
	}
}

void group_add(struct group *g, struct group_item *item)
{
	add(g, item, false);
}

void group_hold(struct group *g, bool held)
{
	g->held = held;
	group_kick(g);
}

void group_give_up(struct group *g)
{
	struct group_item *item;
	TAILQ_FOREACH(item, &g->queue, link)
	item->give_up.us = 0;
	if (g->work.patience_ms > 0 && g->waiting > 0)
		evtimer_add(g->later, &(struct timeval){0});
}

bool group_is_held(const struct group *g)
{
	return g->held;
}

void group_add_alone(struct group *g, struct group_item *item)
{
	add(g, item, true);
}

struct group *group_open(struct event_base *base, struct pg *const *conns, int n, const struct group_work *work)
{
	struct group *g = calloc(1, sizeof *g);
	if (g == NULL)
		abort();
	g->work = *work;
	if (g->work.most > BATCH_MOST)
		g->work.most = BATCH_MOST;
	TAILQ_INIT(&g->queue);
	for (int i = 0; i < n && i < CONNECTIONS; i++)
		g->flights[g->flight_count++] =
		        (struct flight){.group = g, .conn = conns[i], .params = pg_params_new()};
	g->soon = event_new(base, -1, 0, on_soon, g);
	g->later = evtimer_new(base, on_later, g);
	return g;
}

void group_close(struct group **group)
{
	struct group *g = *group;
	if (g == NULL)
		return;
	g->closing = true;
	while (!TAILQ_EMPTY(&g->queue))
		give_up_on(g, TAILQ_FIRST(&g->queue));
	for (int i = 0; i < g->flight_count; i++)
		pg_params_free(&g->flights[i].params);
	event_free(g->soon);
	event_free(g->later);
	free(g);
	*group = NULL;
}
