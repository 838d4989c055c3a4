/* holes: see holes.h. */
#include "holes.h"

enum { HOLES_SHOWN = 500, REPLY_MOST = 1024 * 1024 };

void holes_put(struct json_out *j, const char *const *holes, size_t n)
{
	json_key(j, "holes");
	json_begin_array(j);
	for (size_t i = 0; i < n && i < HOLES_SHOWN; i++)
		json_put_string(j, holes[i]);
	json_end_array(j);
	json_member_int(j, "hole_count", (int64_t)n);
}

void holes_reply(struct http_request *r, const char *detail, const char *const *holes, size_t n)
{
	struct problem p;
	struct buf members, body;
	struct json_out j;
	buf_init(&members, REPLY_MOST);
	json_out_init(&j, &members);
	json_begin_object(&j);
	holes_put(&j, holes, n);
	json_end_object(&j);
	problem_init(&p, 422, "policy-holes", detail);
	members.data[members.len - 1] = '\0'; /* only what is between the braces */
	p.extension = members.data + 1;
	buf_init(&body, REPLY_MOST + 4096);
	problem_render(&p, &body);
	http_reply_buf(r, 422, "application/problem+json", &body);
	buf_free(&body);
	buf_free(&members);
}
