/* event_loop: the daemon's one loop. What leaves has the right of way: a partner is told before the next request is read. Who queues behind requests waits for all that came
 * with him in one turn of the loop, and a notice takes several turns: in a burst that was the greater part of its way. */
#ifndef SIGAP_IO_EVENT_LOOP_H
#define SIGAP_IO_EVENT_LOOP_H
#include <event2/event.h>

/* For event_priority_set. Everything else has libevent's default: the middle, 1. What comes first must come to an end without the rest, or nothing else would ever run:
 * calls do, for new ones follow only from what is in memory. */
enum { EVENT_LOOP_FIRST = 0, EVENT_LOOP_PRIORITIES = 2 };
/* A loop that looks for what comes first between a few callbacks of all others. The caller's. */
struct event_base *event_loop_new(void);
#endif
