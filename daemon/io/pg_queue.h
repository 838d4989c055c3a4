/* pg_queue: who waits for an answer, in the order of the statements. For pg.c. */
#ifndef SIGAP_IO_PG_QUEUE_H
#define SIGAP_IO_PG_QUEUE_H
#include "pg.h"

struct pg_waiting {
	pg_done *done;
	void *ctx;
	int statement;
};

/* Grows by doubling; bounded by what the callers have outstanding. Zeroed it is empty; ring is freed by the owner. */
struct pg_queue {
	struct pg_waiting *ring;
	size_t cap, head, count;
};
void pg_queue_push(struct pg_queue *q, struct pg_waiting w);
/* Not from an empty queue. */
struct pg_waiting pg_queue_pop(struct pg_queue *q);

/* p, or the end of the process with a log line when it is NULL. */
void *pg_must(void *p);
#endif
