/* stream: GET /v1/stream, the live stream (Server-Sent Events): what happens to the incidents of the reader's area, each time with the incident's row of the board.
 *
 * What happened is looked up in the database, for all listeners in one query: several times a second while anybody listens, and at once after a commit of this daemon. So it
 * does not matter which daemon wrote it. Times of events are not in the order of their commits: every look reaches back some seconds, and what was sent is remembered. */
#ifndef SIGAP_FLOW_STREAM_H
#define SIGAP_FLOW_STREAM_H
#include "../flow/flow.h"
struct stream;
struct stream *stream_open(struct flow *f);
void stream_close(struct stream **s);
/* Ends every stream in order; clients come again, to another daemon or to this one when it is back. New ones are refused. */
void stream_drain(struct stream *s);
/* This daemon has committed something: looks at once, if anybody listens. */
void stream_wake(struct stream *s);
void stream_get(void *ctx, struct http_request *r); /* GET /v1/stream */
#endif
