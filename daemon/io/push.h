/* push: outgoing HTTP calls on the event loop (libcurl multi). Knows nothing of notices. HTTP/1.1 keep-alive, no redirects, no proxy, addresses checked after DNS. */
#ifndef SIGAP_IO_PUSH_H
#define SIGAP_IO_PUSH_H
#include <event2/event.h>
#include <stdbool.h>

#include "../../protocol/channel/channel.h"

struct push;
struct push_options {
	int connect_ms, total_ms;
	const char *ca_file; /* NULL: system's */
	const char *user_agent;
};
struct push *push_open(struct event_base *base, const struct push_options *o);
/* Ends; calls in flight get their callback with TRANSPORT_BROKEN, from here. These callbacks must not start new calls. */
void push_close(struct push **p);
int push_in_flight(const struct push *p);
/* What answer points to is gone after the callback. */
typedef void push_done(void *ctx, const struct channel_answer *answer);
/* Starts one call (GET or POST). call is copied before the return. allow_private: loopback, private, link-local and similar addresses may be reached; otherwise they end with
 * TRANSPORT_REFUSED_BY_US. Plain http is accepted only with allow_private. What can never be sent (a malformed URL, a
 * scheme that is not allowed, a line break within a header) ends so, too. done runs exactly once, from the loop, never inside push_start. A call always ends within total_ms plus one second. */
void push_start(struct push *p, const struct http_call *call, bool allow_private, push_done *done, void *ctx);
/* Sends what was started at once instead of in the loop's next turn. May run callbacks of calls that ended. */
void push_go(struct push *p);
#endif
