/* busy: see busy.h. */
#include "busy.h"

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
