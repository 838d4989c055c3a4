/* http_route: from a request target to a route. Pure. A path is split at its written slashes first and decoded then, so that %2F never makes a new segment. */
#ifndef SIGAP_IO_HTTP_ROUTE_H
#define SIGAP_IO_HTTP_ROUTE_H
#include "http.h"

enum { HTTP_PATH_SEGMENTS = 8 };
struct http_target {
	const char *path; /* decoded as a whole */
	const char *query;
	size_t query_len;
	struct http_path_segment {
		const char *text; /* decoded */
		size_t len;
	} segments[HTTP_PATH_SEGMENTS];
	size_t segment_count; /* more than HTTP_PATH_SEGMENTS: too many to match any route; only so many are kept */
};
/* Reads a target that passed http_guard_target(). Returns the fault (static words) or NULL: bad %-encoding, control characters, invalid UTF-8, "." and "..". */
const char *http_target_read(struct arena *a, const char *uri, struct http_target *ret);

struct http_router;
/* routes must outlive the router. Two routes may share a path with different methods; the first in the table that fits wins. */
struct http_router *http_router_new(const struct http_route *routes, size_t n);
void http_router_free(struct http_router **r);
/* The route, with what its {…} matched; or NULL with *ret_allow the methods of that path as "GET, HEAD", or NULL when nothing has that path. Whoever asks turns HEAD into GET first. */
const struct http_route *http_router_find(const struct http_router *r, const char *method, const struct http_target *t,
                                          struct arena *a, const char *ret_segments[HTTP_SEGMENTS],
                                          const char **ret_allow);
#endif
