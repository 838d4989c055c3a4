/* http_conn: connections: how many there are, what each is doing and how long it may.
 *
 * libevent 2.1 tells of a new connection only through evhttp_set_bevcb(), before it has made its own object, and its timeouts start anew with every byte. So we
 * make the bufferevent, keep a reference, and a moment later, from the loop, read evhttp's connection from the callback argument it has set; with it comes the
 * close callback. Deadlines are kept by one sweep over all connections, not by a timer each. */
#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>

#include "../base/metrics.h"
#include "http_internal.h"

/* A reply must move within each limits.request_s, and be taken at this rate on the whole: a slow line is fine, a reader that does not read is not. */
enum { WRITE_BYTES_PER_S = 1024 };
/* Above the largest request there may be this much of the next ones in memory. */
enum { READ_AHEAD_BYTES = 16384 };

static int64_t seconds(int s)
{
	return (int64_t)s * 1000000;
}

static void enter(struct http_conn *c, enum http_phase phase)
{
	c->phase = phase;
	c->since = c->server->tick;
}

/* The number of connections has changed. */
static void count_changed(struct http *h, int by)
{
	h->conn_count += by;
	metric_set(M_HTTP_CONNECTIONS, h->conn_count);
	http_listen_update(h);
	if (h->conn_count == 0) {
		event_del(h->sweep);
		if (h->draining)
			event_active(h->drained_event, EV_TIMEOUT, 0);
	} else if (!event_pending(h->sweep, EV_TIMEOUT, NULL)) {
		struct timeval tv = {.tv_sec = h->tick_us / 1000000, .tv_usec = h->tick_us % 1000000};
		event_add(h->sweep, &tv);
		h->tick = mono_now();
	}
}

static void on_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct http_conn *c = arg;
	(void)buffer;
	if (c->phase == HTTP_WAITING && info->n_added > 0)
		enter(c, HTTP_READING);
}

static void remove_conn(struct http_conn *c)
{
	struct http *h = c->server;
	evbuffer_remove_cb(bufferevent_get_input(c->bev), on_input, c);
	LIST_REMOVE(c, all);
	if (c->fd >= 0)
		h->by_fd[c->fd] = NULL;
	if (c->exchange != NULL && c->exchange->closed != NULL)
		http_stream_gone(c->exchange);
	else if (c->exchange != NULL)
		c->exchange->conn = NULL;
	free(c);
	count_changed(h, -1);
}

/* evhttp's last word on a connection, before it frees the bufferevent and closes the socket. */
static void on_close(struct evhttp_connection *evcon, void *arg)
{
	(void)evcon;
	remove_conn(arg);
}

static void remember_fd(struct http *h, struct http_conn *c)
{
	size_t index = (size_t)c->fd;
	if (index >= h->by_fd_size) {
		size_t size = index * 2 + 64;
		struct http_conn **grown = realloc(h->by_fd, size * sizeof *grown);
		if (grown == NULL)
			abort();
		memset(grown + h->by_fd_size, 0, (size - h->by_fd_size) * sizeof *grown);
		h->by_fd = grown;
		h->by_fd_size = size;
	}
	h->by_fd[index] = c;
}

static void adopt(struct http_conn *c)
{
	struct http *h = c->server;
	struct bufferevent *bev = c->bev;
	void *evcon = NULL;
	bufferevent_getcb(bev, NULL, NULL, NULL, &evcon);
	if (evcon == NULL) { /* freed before it began: bufferevent_free() clears the callbacks */
		remove_conn(c);
		bufferevent_decref(bev);
		return;
	}
	LIST_REMOVE(c, all);
	LIST_INSERT_HEAD(&h->conns, c, all);
	c->fd = bufferevent_getfd(bev);
	remember_fd(h, c);
	evhttp_connection_set_closecb(evcon, on_close, c);
	bufferevent_set_timeouts(bev, NULL, NULL);
	bufferevent_decref(bev);
}

void http_conn_adopt_fresh(struct http *h)
{
	struct http_conn *c;
	while ((c = LIST_FIRST(&h->fresh)) != NULL)
		adopt(c);
}

static void on_adopt(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	http_conn_adopt_fresh(arg);
}

/* evhttp accepts a connection and asks for its bufferevent. */
static struct bufferevent *on_accept(struct event_base *base, void *arg)
{
	struct http *h = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
	struct http_conn *c = calloc(1, sizeof *c);
	if (bev == NULL || c == NULL)
		abort();
	*c = (struct http_conn){.server = h, .bev = bev, .fd = -1};
	LIST_INSERT_HEAD(&h->fresh, c, all);
	bufferevent_incref(bev);
	bufferevent_setwatermark(bev, EV_READ, 0, h->limits.headers_bytes + h->limits.body_bytes + READ_AHEAD_BYTES);
	evbuffer_add_cb(bufferevent_get_input(bev), on_input, c);
	count_changed(h, 1);
	enter(c, HTTP_WAITING);
	event_active(h->adopt, EV_TIMEOUT, 0);
	return bev;
}

static void note_progress(struct http_conn *c)
{
	size_t left = evbuffer_get_length(bufferevent_get_output(c->bev));
	bool all_left = c->phase == HTTP_STREAMING && left == 0;
	if (c->phase == HTTP_STREAMING)
		left = c->sent - left; /* more may have come meanwhile: what counts is what has gone */
	if ((c->phase != HTTP_WRITING && c->phase != HTTP_STREAMING) || (left == c->left && !all_left))
		return;
	c->left = left;
	c->since = c->server->tick;
}

static bool is_overdue(const struct http_conn *c)
{
	const struct http *h = c->server;
	int64_t age_us = h->tick.us - c->since.us - h->tick_us;
	switch (c->phase) {
	case HTTP_WAITING:
		return h->draining || age_us > seconds(h->limits.idle_s);
	case HTTP_READING:
		return age_us > seconds(h->limits.request_s);
	case HTTP_WRITING:
		return age_us > seconds(h->limits.request_s) || h->tick.us > c->write_until.us;
	case HTTP_STREAMING:
		return c->cut || age_us > seconds(h->limits.request_s);
	case HTTP_HANDLING:
		return false; /* libevent must not touch a request that a handler holds */
	}
	return false;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	(void)fd;
	(void)what;
	http_conn_adopt_fresh(h);
	h->tick = mono_now();
	struct http_conn *next;
	for (struct http_conn *c = LIST_FIRST(&h->conns); c != NULL; c = next) {
		next = LIST_NEXT(c, all);
		note_progress(c);
		if (c->phase == HTTP_STREAMING && is_overdue(c))
			c->cut = true;
		/* As if libevent's own timer had fired: freeing an incoming connection ourselves ends in a double free (libevent issue 997). */
		if (is_overdue(c))
			bufferevent_trigger_event(c->bev, BEV_EVENT_TIMEOUT | BEV_EVENT_READING, 0);
	}
}

void http_conn_sweep_soon(struct http *h)
{
	event_active(h->sweep, EV_TIMEOUT, 0);
}

struct http_conn *http_conn_of(struct http *h, struct evhttp_request *req)
{
	http_conn_adopt_fresh(h);
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(req));
	struct http_conn *c = h->by_fd[bufferevent_getfd(bev)];
	assert(c != NULL && c->bev == bev);
	return c;
}

void http_conn_handles(struct http_conn *c, struct exchange *x)
{
	c->server->tick = x->r.received;
	c->exchange = x;
	enter(c, HTTP_HANDLING);
}

/* The reply has left. evhttp goes on to the next request, or closes. */
static void on_written(struct evhttp_request *req, void *arg)
{
	struct http_conn *c = arg;
	(void)req;
	enter(c, evbuffer_get_length(bufferevent_get_input(c->bev)) > 0 ? HTTP_READING : HTTP_WAITING);
	if (c->server->draining)
		http_conn_sweep_soon(c->server);
}

void http_conn_writes(struct http_conn *c, struct evhttp_request *req, size_t len)
{
	struct http *h = c->server;
	c->exchange = NULL;
	h->tick = mono_now();
	c->write_until.us = h->tick.us + seconds(h->limits.request_s) + (int64_t)(len / WRITE_BYTES_PER_S) * 1000000;
	enter(c, HTTP_WRITING);
	evhttp_request_set_on_complete_cb(req, on_written, c);
}

void http_conn_streams(struct http_conn *c)
{
	c->server->tick = mono_now();
	c->sent = evbuffer_get_length(bufferevent_get_output(c->bev));
	c->left = 0;
	enter(c, HTTP_STREAMING);
}

bool http_conn_open(struct http *h)
{
	int shortest = h->limits.idle_s < h->limits.request_s ? h->limits.idle_s : h->limits.request_s;
	h->tick_us = seconds(shortest) / 8;
	if (h->tick_us > seconds(1))
		h->tick_us = seconds(1);
	h->tick = mono_now();
	h->adopt = event_new(h->base, -1, 0, on_adopt, h);
	h->sweep = event_new(h->base, -1, EV_PERSIST, on_sweep, h);
	evhttp_set_bevcb(h->evhttp, on_accept, h);
	return h->adopt != NULL && h->sweep != NULL;
}

void http_conn_close(struct http *h)
{
	assert(h->conn_count == 0);
	event_free(h->adopt);
	event_free(h->sweep);
	free(h->by_fd);
}
