/* send: one notice to one gateway or webhook, over HTTP or in the kind's own way; what comes of it is a verdict. Knows neither queues nor retries. */
#ifndef SIGAP_FLOW_SEND_H
#define SIGAP_FLOW_SEND_H
#include "flow.h"

/* Runs exactly once, from the loop, never inside the call that began it. status: that of HTTP, 0 without. v is gone after the callback. */
typedef void send_done(void *ctx, const struct verdict *v, int status);
/* How a kind of gateway that is not called by HTTP (channel->render == NULL) takes a notice: a table of one function each in send.c. to->address is a telephone, or
 * the gateway's own handle without its name; to and n are gone after the return. Whatever is wrong ends with done: OUTCOME_PERMANENT, with
 * gateway_fault unless it is the text's or the number's fault, for what can never be sent this way. */
typedef void send_way(struct flow *f, const struct conf_gateway *g, const struct channel_contact *to,
                      const struct channel_notice *n, send_done *done, void *ctx);

/* Sends. g NULL: by webhook, where private addresses may be reached with allow_private. to and n are copied. False with the reason in why when it can never be sent
 * this way: done does not run then. */
bool send_start(struct flow *f, const struct conf_gateway *g, const struct channel_contact *to,
                const struct channel_notice *n, bool allow_private, send_done *done, void *ctx, char *why,
                size_t why_size);
#endif
