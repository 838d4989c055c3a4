/* send: see send.h. */
#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/fault.h"

/* The kinds that have a way of their own, by name: "gammu" writes into its tables. The last has no name. */
static const struct {
	const char *kind;
	send_way *send;
} ways[] = {
        {NULL, NULL},
};

/* An HTTP call under way. */
struct sending {
	struct flow *flow;
	const struct channel *channel; /* static */
	struct gateway gateway;        /* its strings live as long as the configuration: to the end */
	bool by_gateway;
	send_done *done;
	void *ctx;
};

static void on_answer(void *ctx, const struct channel_answer *answer)
{
	struct sending *s = ctx;
	struct channel_answer dated = *answer;
	dated.now_s = db_clock_now(&s->flow->clock).us / 1000000;
	dated.gateway = s->by_gateway ? &s->gateway : NULL;
	struct verdict v = s->channel->judge(&dated);
	s->done(s->ctx, &v, answer->status);
	free(s);
}

static bool send_own_way(struct flow *f, const struct conf_gateway *g, const struct channel_contact *to,
                         const struct channel_notice *n, send_done *done, void *ctx)
{
	for (size_t i = 0; ways[i].kind != NULL; i++)
		if (strcmp(ways[i].kind, g->channel->name) == 0) {
			ways[i].send(f, g, to, n, done, ctx);
			return true;
		}
	return false;
}

bool send_start(struct flow *f, const struct conf_gateway *g, const struct channel_contact *to,
                const struct channel_notice *n, bool allow_private, send_done *done, void *ctx, char *why,
                size_t why_size)
{
	const struct channel *channel = g != NULL ? g->channel : &channel_webhook;
	struct http_call call;
	fault_point("deliver.sending");
	if (channel->render == NULL) {
		snprintf(why, why_size, "this kind of gateway sends nothing");
		return send_own_way(f, g, to, n, done, ctx);
	}
	http_call_init(&call);
	bool ok = channel->render(g != NULL ? &g->out : NULL, to, n, &call, why, why_size);
	if (ok) {
		struct sending *s = malloc(sizeof *s);
		if (s == NULL)
			abort();
		*s = (struct sending){.flow = f, .channel = channel, .by_gateway = g != NULL, .done = done, .ctx = ctx};
		if (g != NULL)
			s->gateway = g->out;
		push_start(f->push, &call, g != NULL ? g->allow_private : allow_private, on_answer, s);
	}
	http_call_free(&call);
	return ok;
}
