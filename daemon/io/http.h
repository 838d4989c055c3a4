/* http: the only module that knows evhttp. Guards against request smuggling, bounds sizes and connections, routes by a table, replies exactly once.
 *
 * Facts: libevent 2.1.12 accepts differing Content-Length headers, spaces before the colon, bodies on GET/HEAD; all are refused here with 400 and
 * Connection: close before a handler runs. It reads chunk sizes leniently, too: a chunked request is always the last of its connection.
 * What evhttp itself cannot read (broken request line or header, headers over headers_bytes, a body over body_bytes) it answers with a small HTML page,
 * 400 or 413, and closes. So let body_bytes be larger than the largest body_max: what lies between gets a proper problem document. */
#ifndef SIGAP_IO_HTTP_H
#define SIGAP_IO_HTTP_H
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../protocol/buf.h"
#include "../../protocol/problem.h"
#include "../base/arena.h"
#include "../base/clock.h"

enum { HTTP_SEGMENTS = 4 };
/* One request, from arrival to its one reply. Alive until http_reply* is called, also when the peer has gone. */
struct http_request {
	const char *method;                  /* "GET" (also for HEAD, whose reply is stripped), "POST", "PUT" */
	const char *path;                    /* decoded */
	const char *segments[HTTP_SEGMENTS]; /* what the {…} of the route matched, decoded; NULL beyond */
	const char *query;
	size_t query_len; /* raw, "" when absent */
	const char *body;
	size_t body_len;     /* NUL terminated, "" when absent */
	const char *peer;    /* numeric address, "" on a Unix socket */
	struct arena *arena; /* lives as long as the request */
	struct mono received;
	const struct http_route *route;
	void *user; /* the handler's own; e.g. who is asking */
};
typedef void http_handler(void *ctx, struct http_request *r);
struct http_route {
	const char *method; /* "GET", "POST", "PUT" */
	const char *path;   /* "/v1/dispatches/{id}/events": {…} matches one segment */
	http_handler *handler;
	unsigned access; /* the owner's bits, handed to the gate; not interpreted here */
	size_t body_max; /* bytes; larger: 413. 0: no body allowed */
};
struct http_limits {
	int connections;      /* further ones wait in the backlog */
	size_t headers_bytes; /* request line and headers */
	size_t body_bytes;    /* never buffered beyond this */
	int idle_s;           /* between two requests */
	int request_s;        /* for a request to arrive whole, and between two parts of a reply taken */
};

struct http;
/* gate runs before every handler: returns true to go on, or replies itself and returns false. ctx goes to gate and handlers. */
struct http *http_open(struct event_base *base, const struct http_route *routes, size_t n,
                       const struct http_limits *limits, bool (*gate)(void *ctx, struct http_request *r), void *ctx);
/* "127.0.0.1:8080", "[::1]:0", "unix:/path", or an inherited socket with http_listen_fd. Returns the port (0 for Unix) or -1 with errno. */
int http_listen(struct http *h, const char *address);
int http_listen_fd(struct http *h, int fd);
/* Closes the listening sockets and idle connections; requests in flight finish and close theirs. drained runs once, from the loop, when no connection is left. */
void http_drain(struct http *h, void (*drained)(void *ctx), void *ctx);
/* Cuts what is left. A request whose handler has not replied yet stays valid; its late reply goes nowhere, and must still be made. */
void http_close(struct http **h);
int http_connections(const struct http *h);

/* A request header, or NULL. */
const char *http_header(const struct http_request *r, const char *name);
/* The raw header "Authorization: Bearer x" -> "x", or NULL. */
const char *http_bearer(const struct http_request *r);
/* Who asks, as a numeric address: the peer, or, when it is one of proxies ("127.0.0.1, ::1, unix"; NULL: none), the last address of X-Forwarded-For, which that proxy
 * wrote. "" for a peer on a Unix socket. Lives as long as the request. */
const char *http_client(const struct http_request *r, const char *proxies);
/* Is it this host's own, "127.0.0.1", "::1" or "" (a Unix socket)? Then it may be a proxy that is not named, and stand for everybody. */
bool http_client_is_local(const char *address);
/* Exactly one of these ends the request, from the loop's thread. headers: "Name: value\n" lines, may be NULL. Body is copied.
 * Added to every reply: Content-Length, Date, X-Content-Type-Options: nosniff and, unless headers name their own, Cache-Control: no-store. */
void http_reply(struct http_request *r, int status, const char *content_type, const char *body, size_t len,
                const char *headers);
void http_reply_buf(struct http_request *r, int status, const char *content_type, const struct buf *body);
void http_reply_problem(struct http_request *r, const struct problem *p);
/* A problem without errors list in one call. type may be NULL. */
void http_reply_fault(struct http_request *r, int status, const char *type, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
#endif
