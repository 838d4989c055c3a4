/* http_stream: replies that go on: a head now, then piece after piece until somebody has enough. Between begin and its end the request stays valid, headers and arena too.
 *
 * A stream does not count as a request that takes too long, but its connection counts like any other, and it is the last of its connection. Who does not take what he was
 * sent is cut: when more than HTTP_STREAM_WAITING bytes have not left as the next piece comes, or when nothing has left for limits.request_s, or when nobody has confirmed
 * what was sent for HTTP_STREAM_SILENT_S (the machine at the other end is gone). */
#ifndef SIGAP_IO_HTTP_STREAM_H
#define SIGAP_IO_HTTP_STREAM_H
#include "http.h"

enum { HTTP_STREAM_WAITING = 256 * 1024, HTTP_STREAM_SILENT_S = 30 };

/* The head leaves: 200, content_type, headers as in http_reply. closed runs once, when the peer has gone or was cut, or the server is closed under it: the request is gone when it
 * returns. It runs from the loop, never from inside a call of this module, except http_close. False: there is nothing to stream to (HEAD, a peer that has left already): the request has ended. */
bool http_stream_begin(struct http_request *r, const char *content_type, const char *headers, void (*closed)(void *ctx),
                       void *ctx);
/* One piece of any size, copied. False: the consumer is too slow and is cut, closed follows; more pieces are ignored. */
bool http_stream_send(struct http_request *r, const char *data, size_t len);
/* Ends in order: what was sent leaves still, the request is gone at once, closed is not called. */
void http_stream_end(struct http_request *r);
#endif
