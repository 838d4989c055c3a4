/* loop: waiting in tests on an event loop: for a condition, never for a time. */
#ifndef SIGAP_TESTS_LOOP_H
#define SIGAP_TESTS_LOOP_H
#include <event2/event.h>
#include <stdbool.h>

enum { LOOP_DEADLINE_S = 10 };

/* An event's callback: sets the flag that it was given. */
static inline void loop_set_flag(evutil_socket_t fd, short what, void *flag)
{
	(void)fd;
	(void)what;
	*(bool *)flag = true;
}

/* Runs the loop until the condition holds; the test fails after LOOP_DEADLINE_S. */
#define LOOP_WAIT(base, condition)                                                                                     \
	do {                                                                                                           \
		static const struct timeval deadline_ = {LOOP_DEADLINE_S, 0};                                          \
		bool over_ = false;                                                                                    \
		struct event *timer_ = evtimer_new((base), loop_set_flag, &over_);                                     \
		event_add(timer_, &deadline_);                                                                         \
		while (!(condition) && !over_)                                                                         \
			event_base_loop((base), EVLOOP_ONCE);                                                          \
		event_free(timer_);                                                                                    \
		assert_true(condition);                                                                                \
	} while (0)
#endif
