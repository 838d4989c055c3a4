/* http_internal: what the parts of the http module share. Nobody else includes it.
 *
 * http.c         open, close, requests and their one reply
 * http_stream.c  replies that go on
 * http_conn.c    connections: their number, phases and deadlines
 * http_listen.c  sockets, pausing at the cap and when files run out
 * http_log.c     libevent's own messages
 * http_client.c  who is behind a proxy */
#ifndef SIGAP_IO_HTTP_INTERNAL_H
#define SIGAP_IO_HTTP_INTERNAL_H
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/queue.h>
#include <time.h>

#include "http.h"
#include "http_route.h"

enum { HTTP_LISTENERS = 8 };

/* A request from the general callback to its reply. */
struct exchange {
	struct http_request r; /* first: handlers hold its address */
	LIST_ENTRY(exchange) all;
	struct http *server;    /* NULL: closed before the reply */
	struct http_conn *conn; /* NULL: the peer has gone */
	struct evhttp_request *req;
	bool head;                 /* the reply goes without its body */
	bool last;                 /* the connection closes after the reply */
	void (*closed)(void *ctx); /* of a stream: not NULL from its beginning on */
	void *closed_ctx;
};

/* A connection as libevent shows it to us: it knows its phase and since when. */
enum http_phase {
	HTTP_WAITING, /* for the first byte of a request */
	HTTP_READING,
	HTTP_HANDLING,
	HTTP_WRITING,
	HTTP_STREAMING
};
struct http_conn {
	LIST_ENTRY(http_conn) all;
	struct http *server;
	struct bufferevent *bev;
	struct exchange *exchange; /* while HTTP_HANDLING, HTTP_STREAMING */
	enum http_phase phase;
	struct mono since;
	size_t left; /* of the reply, at the last sweep; of a stream: what has left */
	size_t sent; /* of a stream: all that was handed over to leave */
	bool cut;    /* to be closed at the next sweep */
	struct mono write_until;
	int fd; /* -1: not adopted yet */
};
LIST_HEAD(http_conns, http_conn);

struct http {
	LIST_ENTRY(http) all; /* http_listen.c */
	struct event_base *base;
	struct evhttp *evhttp;
	struct http_router *router;
	struct http_limits limits;
	bool (*gate)(void *ctx, struct http_request *r);
	void *ctx;
	LIST_HEAD(, exchange) exchanges;

	struct http_conns conns, fresh;
	int conn_count, stream_count;
	struct http_conn **by_fd;
	size_t by_fd_size;
	struct event *adopt, *sweep;
	int64_t tick_us;  /* between two sweeps */
	struct mono tick; /* the last sweep or request: near enough for deadlines */

	struct evhttp_bound_socket *bound[HTTP_LISTENERS];
	int bound_count;
	bool paused; /* no listener accepts */
	bool files_exhausted;
	struct event *files_again;

	bool draining;
	void (*drained)(void *ctx);
	void *drained_ctx;
	struct event *drained_event;

	time_t date_second; /* of the text below */
	char date[40];
};

/* http.c: the reply's head; len HTTP_ENDLESS: not known. */
#define HTTP_ENDLESS SIZE_MAX
void http_add_headers(struct exchange *x, int status, const char *content_type, size_t len, const char *headers);

/* http_stream.c: the connection of a stream has ended, or its server ends. */
void http_stream_gone(struct exchange *x);

/* http_conn.c */
bool http_conn_open(struct http *h);
/* After evhttp_free(): connections are gone by then. */
void http_conn_close(struct http *h);
struct http_conn *http_conn_of(struct http *h, struct evhttp_request *req);
void http_conn_handles(struct http_conn *c, struct exchange *x);
/* The reply of len bytes was handed to evhttp; also sets the request's completion callback. */
void http_conn_writes(struct http_conn *c, struct evhttp_request *req, size_t len);
/* A reply has begun that goes on. */
void http_conn_streams(struct http_conn *c);
/* Takes in connections that libevent has just accepted. */
void http_conn_adopt_fresh(struct http *h);
/* Closes what is overdue, and idle connections while draining, from the loop. */
void http_conn_sweep_soon(struct http *h);

/* http_listen.c */
bool http_listen_open(struct http *h);
/* Closes the listening sockets; evhttp must still be alive. May be called twice. */
void http_listen_stop(struct http *h);
void http_listen_close(struct http *h);
/* Accepts or stops accepting, as the number of connections and of open files asks for. */
void http_listen_update(struct http *h);

/* http_log.c: libevent's messages go to our log, as accept()'s failures do, at most a few each ten seconds. */
void http_log_hook(void);
void http_log_accept_error(int error);
#endif
