/* work: what would hold the loop up (hashing passwords) is done by a few threads of their own. */
#ifndef SIGAP_IO_WORK_H
#define SIGAP_IO_WORK_H
#include <event2/event.h>
#include <stdbool.h>
#include <sys/queue.h>

/* One piece of work, embedded in its owner's, who keeps it until done. */
struct work_item {
	TAILQ_ENTRY(work_item) link; /* the module's */
	void (*run)(void *ctx);      /* in a thread: sees nothing but its ctx, and logs nothing */
	void (*done)(void *ctx,
	             bool ran); /* in the loop, exactly once; ran false: the module was closed before its turn */
	void *ctx;
};
struct work;
/* most: pieces that are waiting or under way; further ones are refused. */
struct work *work_open(struct event_base *base, int threads, int most);
/* False: too much waits already; the item is not taken. From the loop's thread only. */
bool work_add(struct work *w, struct work_item *item);
/* Waits for what is under way; every done that is still owed is called. */
void work_close(struct work **w);
#endif
