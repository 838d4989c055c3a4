/* pg_queue: see pg_queue.h. */
#include "pg_queue.h"

#include <assert.h>
#include <stdlib.h>

#include "../base/log.h"

void *pg_must(void *p)
{
	if (p == NULL) {
		log_error("pg.exhausted", "what=memory");
		abort();
	}
	return p;
}

static void grow(struct pg_queue *q)
{
	size_t cap = q->cap > 0 ? q->cap * 2 : 64;
	struct pg_waiting *ring = pg_must(calloc(cap, sizeof *ring));
	for (size_t i = 0; i < q->count; i++)
		ring[i] = q->ring[(q->head + i) % q->cap];
	free(q->ring);
	q->ring = ring;
	q->cap = cap;
	q->head = 0;
}

void pg_queue_push(struct pg_queue *q, struct pg_waiting w)
{
	if (q->count == q->cap)
		grow(q);
	q->ring[(q->head + q->count++) % q->cap] = w;
}

struct pg_waiting pg_queue_pop(struct pg_queue *q)
{
	assert(q->count > 0);
	struct pg_waiting w = q->ring[q->head];
	q->head = (q->head + 1) % q->cap;
	q->count--;
	return w;
}
