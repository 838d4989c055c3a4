/* http_stream: see http_stream.h. Facts (libevent 2.1.12): once a reply has begun the peer's leaving is noticed at once, and the request is then detached from its
 * connection and ours to free; but where evhttp_free() ends the connection, the request is still attached and evhttp frees it. Whatever a peer sends now is read up to a
 * low mark and never looked at. */
#include "http_stream.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "../base/metrics.h"
#include "http_internal.h"

enum { READ_MOST_BYTES = 4096, SEND_BUFFER_BYTES = 128 * 1024 };

static void count(struct http *h, int by)
{
	h->stream_count += by;
	metric_set(M_HTTP_STREAMS, h->stream_count);
}

/* So little stays in the kernel that what waits shows in our own buffer; and a peer that vanished is noticed. On a Unix socket the latter does nothing. */
static void set_up_socket(int fd)
{
	int bytes = SEND_BUFFER_BYTES;
	unsigned silent_ms = HTTP_STREAM_SILENT_S * 1000u;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms, sizeof silent_ms);
}

bool http_stream_begin(struct http_request *r, const char *content_type, const char *headers, void (*closed)(void *ctx),
                       void *ctx)
{
	struct exchange *x = (struct exchange *)r;
	if (x->server == NULL || x->conn == NULL || x->head) {
		http_reply(r, 200, content_type, "", 0, headers);
		return false;
	}
	metric_add(M_HTTP_REQUESTS, 1);
	count(x->server, 1);
	x->last = true;
	x->closed = closed;
	x->closed_ctx = ctx;
	http_add_headers(x, 200, content_type, HTTP_ENDLESS, headers);
	set_up_socket(x->conn->fd);
	bufferevent_setwatermark(x->conn->bev, EV_READ, 0, READ_MOST_BYTES);
	evhttp_send_reply_start(x->req, 200, NULL);
	http_conn_streams(x->conn);
	return true;
}

bool http_stream_send(struct http_request *r, const char *data, size_t len)
{
	struct exchange *x = (struct exchange *)r;
	struct http_conn *c = x->conn;
	if (c->cut)
		return false;
	struct evbuffer *output = bufferevent_get_output(c->bev);
	size_t before = evbuffer_get_length(output);
	if (before > HTTP_STREAM_WAITING) {
		c->cut = true;
		http_conn_sweep_soon(c->server);
		return false;
	}
	struct evbuffer *piece = evbuffer_new();
	evbuffer_add(piece, data, len);
	evhttp_send_reply_chunk(x->req, piece);
	evbuffer_free(piece);
	c->sent += evbuffer_get_length(output) - before;
	return true;
}

void http_stream_end(struct http_request *r)
{
	struct exchange *x = (struct exchange *)r;
	struct arena *a = r->arena;
	count(x->server, -1);
	LIST_REMOVE(x, all);
	http_conn_writes(x->conn, x->req, evbuffer_get_length(bufferevent_get_output(x->conn->bev)));
	evhttp_send_reply_end(x->req);
	arena_free(&a);
}

void http_stream_gone(struct exchange *x)
{
	struct arena *a = x->r.arena;
	count(x->server, -1);
	LIST_REMOVE(x, all);
	x->conn->exchange = NULL;
	if (x->conn->cut)
		metric_add(M_HTTP_STREAMS_CUT, 1);
	x->closed(x->closed_ctx);
	if (evhttp_request_get_connection(x->req) == NULL)
		evhttp_request_free(x->req);
	arena_free(&a);
}
