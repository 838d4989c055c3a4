/* http_guard: is this request framed in exactly one way? What a proxy and we could read differently is refused before anything looks at it.
 * Pure: texts in, a fault out. */
#ifndef SIGAP_IO_HTTP_GUARD_H
#define SIGAP_IO_HTTP_GUARD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_guard {
	const char *fault;      /* the first one, static English words; NULL: none */
	int64_t content_length; /* -1: no such header */
	int hosts;
	bool chunked; /* read to its end, but its connection must not carry another request: chunk sizes are parsed leniently below us */
};
void http_guard_start(struct http_guard *g);
/* One header line after the other, as parsed. */
void http_guard_header(struct http_guard *g, const char *name, const char *value);
/* After the last header. may_have_body: of the method. Returns the fault or NULL. */
const char *http_guard_end(struct http_guard *g, int major, int minor, bool may_have_body, size_t body_len);
/* A request target in origin form ("/path?query"), printable ASCII, no authority, no fragment. Returns the fault or NULL. */
const char *http_guard_target(const char *uri);
#endif
