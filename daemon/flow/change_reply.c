/* change_reply: see change_reply.h. */
#include "change_reply.h"

#include "../io/http.h"
#include "rules.h"

struct waiting {
	struct http_request *request;
	int status;
	const char *body;
	size_t len;
};

static void on_rules(void *ctx, const char *why)
{
	struct waiting *w = ctx;
	(void)why;
	http_reply(w->request, w->status, "application/json", w->body, w->len, NULL);
}

void change_reply(struct flow *f, struct http_request *r, int status, const struct buf *body)
{
	struct waiting *w = arena_new_of(r->arena, struct waiting);
	*w = (struct waiting){r, status, arena_strndup(r->arena, body->data, body->len), body->len};
	rules_current(f, on_rules, w);
}
