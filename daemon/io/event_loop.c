/* event_loop: see event_loop.h. */
#include "event_loop.h"

#include <stdlib.h>

enum { CALLBACKS_MOST = 32 /* between two looks: a few milliseconds of requests */ };

struct event_base *event_loop_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;
	if (config == NULL)
		abort();
	event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST | EVENT_BASE_FLAG_PRECISE_TIMER);
	event_config_set_max_dispatch_interval(config, NULL, CALLBACKS_MOST, EVENT_LOOP_FIRST + 1);
	base = event_base_new_with_config(config);
	event_config_free(config);
	if (base == NULL || event_base_priority_init(base, EVENT_LOOP_PRIORITIES) != 0)
		abort();
	return base;
}
