/* look: see look.h. */
#include "look.h"

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct look *l = ctx;
	l->at.us = 0;
	l->now(l->ctx);
}

void look_open(struct look *l, struct event_base *base, void (*now)(void *ctx), void *ctx)
{
	*l = (struct look){.timer = evtimer_new(base, on_timer, l), .now = now, .ctx = ctx};
}

void look_close(struct look *l)
{
	event_free(l->timer);
}

void look_within(struct look *l, int64_t after_ms)
{
	look_within_us(l, after_ms * 1000);
}

void look_within_us(struct look *l, int64_t after_us)
{
	struct mono at = {mono_now().us + after_us};
	if (l->at.us != 0 && l->at.us <= at.us)
		return;
	l->at = at;
	struct timeval wait = {after_us / 1000000, after_us % 1000000};
	evtimer_add(l->timer, &wait);
}
