/* busy: see busy.h. */
#include "busy.h"

#include "../io/store.h"

void busy_reply(struct http_request *r, const char *detail)
{
	struct problem p;
	struct buf body;
	problem_init(&p, 503, "unavailable", detail);
	buf_init(&body, 4096);
	problem_render(&p, &body);
	http_reply(r, 503, "application/problem+json", body.data, body.len, "Retry-After: 2\n");
	buf_free(&body);
}

void busy_reply_unanswered(struct http_request *r, const struct pg_result *result)
{
	if (store_was_too_slow(result))
		busy_reply(r,
		           arena_printf(
		                   r->arena,
		                   "the answer took the database more than %d s and was ended: ask again, or for less",
		                   STORE_READ_MOST_S));
	else
		busy_reply(r, "the database is away");
}
