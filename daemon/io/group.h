/* group: group commit that clocks itself. While one statement is in flight, items gather; the next carries all of them. Light load: one commit's
 * latency. Heavy load: one flush for hundreds. A failing item is found by sending its batch again one by one, so it harms no other. */
#ifndef SIGAP_IO_GROUP_H
#define SIGAP_IO_GROUP_H
#include <event2/event.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "../base/clock.h"
#include "pg.h"

enum group_end {
	GROUP_DONE,        /* committed; whether this item took effect is in the rows */
	GROUP_REFUSED,     /* the database refused this very item: log it, do not try again */
	GROUP_UNAVAILABLE, /* no database before the item's patience ended; the outcome may be unknown */
};
struct group_item {
	TAILQ_ENTRY(group_item) link;
	struct mono give_up;
	bool alone; /* its batch failed, or it wants a statement of its own: sent by itself */
};
struct group_work {
	const char *label;
	int statement;
	int most;        /* items in one statement */
	int linger_ms;   /* how long the first item waits for others; 0: only to the end of this turn of the loop */
	int patience_ms; /* how long an item may wait for a database that is away; 0: for ever */
	/* Fills params for items[n]. */
	void (*build)(void *ctx, struct group_item *const *items, int n, struct pg_params *params);
	/* Ends items[n]; r is NULL unless end is GROUP_DONE. */
	void (*finish)(void *ctx, struct group_item *const *items, int n, enum group_end end,
	               const struct pg_result *r);
	void *ctx;
};
struct group;
/* conns[n]: connections to use; n at most 4. They may be down at first. work is copied. */
struct group *group_open(struct event_base *base, struct pg *const *conns, int n, const struct group_work *work);
/* Ends; waiting items get GROUP_UNAVAILABLE. Call after pg_end and before pg_close of its connections: what was in flight comes back here first. */
void group_close(struct group **g);
/* Queues; sent when it has lingered and a connection is free. */
void group_add(struct group *g, struct group_item *item);
/* While it is held, nothing is sent; let go, all that waited is. */
void group_hold(struct group *g, bool held);
bool group_is_held(const struct group *g);
/* What has not been sent waits no longer: GROUP_UNAVAILABLE, from the loop. */
void group_give_up(struct group *g);
/* The same, with a statement of its own. */
void group_add_alone(struct group *g, struct group_item *item);
/* A connection came up: goes on. */
void group_kick(struct group *g);
int group_waiting(const struct group *g);
#endif
