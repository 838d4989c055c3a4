/* look: one timer for "something may be due then": the earliest of all that was asked for. */
#ifndef SIGAP_FLOW_LOOK_H
#define SIGAP_FLOW_LOOK_H
#include <event2/event.h>
#include <stdint.h>

#include "../base/clock.h"

struct look {
	struct event *timer;
	struct mono at; /* us 0: none asked for */
	void (*now)(void *ctx);
	void *ctx;
};
/* now(ctx) runs when the time has come. l stays where it is until look_close. */
void look_open(struct look *l, struct event_base *base, void (*now)(void *ctx), void *ctx);
void look_close(struct look *l);
/* Look after_ms from now at the latest; an earlier look that is asked for already stays. The same in microseconds. */
void look_within(struct look *l, int64_t after_ms);
void look_within_us(struct look *l, int64_t after_us);
#endif
