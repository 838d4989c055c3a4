/* http: see http.h. From evhttp's general callback to a handler, and from the handler's one reply back to evhttp. */
#include <assert.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "../base/metrics.h"
#include "http_guard.h"
#include "http_internal.h"

enum { PROBLEM_MAX_BYTES = 65536, FAULT_DETAIL_BYTES = 256 };

/* Bit 15 is what evhttp gives to a method it does not know (http-internal.h); allowed, so that the answer is ours. CONNECT stays with evhttp: 501. */
enum { METHOD_UNKNOWN = 1 << 15 };
static const struct method {
	int command;
	const char *name;
	bool has_body; /* evhttp reads one */
} methods[] = {
        {EVHTTP_REQ_POST, "POST", true},       {EVHTTP_REQ_GET, "GET", false},      {EVHTTP_REQ_HEAD, "HEAD", false},
        {EVHTTP_REQ_PUT, "PUT", true},         {EVHTTP_REQ_DELETE, "DELETE", true}, {EVHTTP_REQ_PATCH, "PATCH", true},
        {EVHTTP_REQ_OPTIONS, "OPTIONS", true}, {EVHTTP_REQ_TRACE, "TRACE", false},  {METHOD_UNKNOWN, NULL, false},
};
enum { METHODS = sizeof methods / sizeof *methods };

/* Reason phrases that libevent 2.1.12 does not know, or knows by older names (RFC 9110 section 15, RFC 6585). */
static const char *reason_phrase(int status)
{
	switch (status) {
	case 413:
		return "Content Too Large";
	case 422:
		return "Unprocessable Content";
	case 425:
		return "Too Early";
	case 429:
		return "Too Many Requests";
	default:
		return NULL;
	}
}

/* ---- requests ---- */

static const struct method *method_of(struct evhttp_request *req)
{
	int command = (int)evhttp_request_get_command(req);
	size_t i = 0;
	while (i < METHODS - 1 && methods[i].command != command)
		i++;
	return &methods[i];
}

static bool is_local_peer(struct evhttp_request *req)
{
	const struct sockaddr *peer = evhttp_connection_get_addr(evhttp_request_get_connection(req));
	return peer == NULL || peer->sa_family == AF_UNIX;
}

/* The request as it came; nothing of it is believed yet. */
static struct exchange *exchange_new(struct http *h, struct evhttp_request *req, const struct method *method)
{
	struct arena *a = arena_new();
	struct exchange *x = arena_new_of(a, struct exchange);
	struct evbuffer *input = evhttp_request_get_input_buffer(req);
	size_t body_len = evbuffer_get_length(input);
	char *body = "";
	if (body_len > 0) {
		body = arena_alloc(a, body_len + 1);
		evbuffer_remove(input, body, body_len);
	}
	x->head = method->command == EVHTTP_REQ_HEAD;
	x->r = (struct http_request){
	        .method = x->head ? "GET" : method->name,
	        .path = "",
	        .query = "",
	        .body = body,
	        .body_len = body_len,
	        .peer = is_local_peer(req) ? "" : req->remote_host,
	        .arena = a,
	        .received = mono_now(),
	};
	x->server = h;
	x->req = req;
	x->conn = http_conn_of(h, req);
	x->last = h->draining;
	LIST_INSERT_HEAD(&h->exchanges, x, all);
	http_conn_handles(x->conn, x);
	return x;
}

/* True when the request is framed in exactly one way. */
static bool pass_guard(struct exchange *x, const struct method *method)
{
	struct http_guard guard;
	const struct evkeyval *header;
	http_guard_start(&guard);
	for (header = evhttp_request_get_input_headers(x->req)->tqh_first; header != NULL;
	     header = header->next.tqe_next)
		http_guard_header(&guard, header->key, header->value);
	const char *fault = http_guard_end(&guard, x->req->major, x->req->minor, method->has_body, x->r.body_len);
	if (fault == NULL)
		fault = http_guard_target(evhttp_request_get_uri(x->req));
	if (guard.chunked || fault != NULL)
		x->last = true;
	if (fault == NULL)
		return true;
	x->req->major = x->req->minor = 1; /* ours; evhttp would give the client's back, whatever it was */
	http_reply_fault(&x->r, 400, NULL, "%s", fault);
	return false;
}

static void reply_not_allowed(struct http_request *r, const char *allow)
{
	struct problem p;
	struct buf body;
	problem_init(&p, 405, NULL, NULL);
	buf_init(&body, PROBLEM_MAX_BYTES);
	problem_render(&p, &body);
	http_reply(r, 405, "application/problem+json", body.data, body.len,
	           arena_printf(r->arena, "Allow: %s\n", allow));
	buf_free(&body);
}

/* Finds the route and fills in what its handler wants to know. False: replied. */
static bool pass_router(struct exchange *x)
{
	struct http_request *r = &x->r;
	struct http_target target;
	const char *allow = NULL;
	const char *fault = http_target_read(r->arena, evhttp_request_get_uri(x->req), &target);
	if (fault != NULL) {
		http_reply_fault(r, 400, NULL, "%s", fault);
		return false;
	}
	r->path = target.path;
	r->query = target.query;
	r->query_len = target.query_len;
	r->route = http_router_find(x->server->router, r->method, &target, r->arena, r->segments, &allow);
	if (r->route != NULL)
		return true;
	if (allow != NULL)
		reply_not_allowed(r, allow);
	else
		http_reply_fault(r, 404, NULL, "there is nothing at this path");
	return false;
}

static bool pass_size(struct exchange *x)
{
	size_t most = x->r.route->body_max;
	if (x->r.body_len <= most)
		return true;
	if (most == 0)
		http_reply_fault(&x->r, 413, NULL, "this request takes no body");
	else
		http_reply_fault(&x->r, 413, NULL, "the body has %zu bytes, at most %zu are taken", x->r.body_len,
		                 most);
	return false;
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct http *h = arg;
	const struct method *method = method_of(req);
	struct exchange *x = exchange_new(h, req, method);
	if (!pass_guard(x, method))
		return;
	if (method->name == NULL) {
		x->last = true; /* a body, if any, was not read */
		http_reply_fault(&x->r, 501, NULL, "this method is not known");
		return;
	}
	if (!pass_router(x) || !pass_size(x))
		return;
	if (h->gate == NULL || h->gate(h->ctx, &x->r))
		x->r.route->handler(h->ctx, &x->r);
}

const char *http_header(const struct http_request *r, const char *name)
{
	const struct exchange *x = (const struct exchange *)r;
	return evhttp_find_header(evhttp_request_get_input_headers(x->req), name);
}

const char *http_bearer(const struct http_request *r)
{
	static const char scheme[] = "Bearer ";
	const char *value = http_header(r, "Authorization");
	if (value == NULL || strncasecmp(value, scheme, sizeof scheme - 1) != 0)
		return NULL;
	value += strspn(value + sizeof scheme - 1, " ") + sizeof scheme - 1;
	return *value == '\0' ? NULL : value;
}

/* ---- the reply ---- */

static const char *http_date(struct http *h)
{
	time_t now = (time_t)(wall_now().us / 1000000);
	if (now != h->date_second) {
		struct tm tm;
		gmtime_r(&now, &tm);
		evutil_date_rfc1123(h->date, sizeof h->date, &tm);
		h->date_second = now;
	}
	return h->date;
}

/* Adds "Name: value\n" lines. */
static void add_lines(struct evkeyvalq *output, struct arena *a, const char *lines)
{
	char *line = arena_strdup(a, lines), *next;
	for (; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		char *value = strchr(line, ':');
		assert(value != NULL);
		*value++ = '\0';
		evhttp_add_header(output, line, value + strspn(value, " "));
	}
}

/* RFC 9110 8.6: no Content-Length with 204; with 304 it would be that of the page that is not sent. */
static bool status_has_body(int status)
{
	return status >= 200 && status != 204 && status != 304;
}

void http_add_headers(struct exchange *x, int status, const char *content_type, size_t len, const char *headers)
{
	struct evkeyvalq *output = evhttp_request_get_output_headers(x->req);
	char length[24];
	if (headers != NULL)
		add_lines(output, x->r.arena, headers);
	if (content_type != NULL)
		evhttp_add_header(output, "Content-Type", content_type);
	if (status_has_body(status) && len != HTTP_ENDLESS) {
		snprintf(length, sizeof length, "%zu", len);
		evhttp_add_header(output, "Content-Length", length);
	}
	if (headers == NULL || evhttp_find_header(output, "Cache-Control") == NULL)
		evhttp_add_header(output, "Cache-Control", "no-store");
	evhttp_add_header(output, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(output, "Date", http_date(x->server));
	if (x->last) {
		/* evhttp would answer an HTTP/1.0 client's keep-alive with one of its own */
		evhttp_remove_header(evhttp_request_get_input_headers(x->req), "Connection");
		evhttp_add_header(output, "Connection", "close");
	}
}

/* The server was closed before the reply: nothing of evhttp is left but the request. */
static void drop(struct exchange *x)
{
	struct arena *a = x->r.arena;
	evhttp_request_free(x->req);
	arena_free(&a);
}

void http_reply(struct http_request *r, int status, const char *content_type, const char *body, size_t len,
                const char *headers)
{
	struct exchange *x = (struct exchange *)r;
	if (x->server == NULL) {
		drop(x);
		return;
	}
	struct arena *a = r->arena;
	metric_add(M_HTTP_REQUESTS, 1);
	http_add_headers(x, status, content_type, len, headers);
	if (!x->head && status_has_body(status))
		evbuffer_add(evhttp_request_get_output_buffer(x->req), body, len);
	LIST_REMOVE(x, all);
	if (x->conn != NULL)
		http_conn_writes(x->conn, x->req, len);
	evhttp_send_reply(x->req, status, reason_phrase(status), NULL); /* without a connection it only frees */
	arena_free(&a);
}

void http_reply_buf(struct http_request *r, int status, const char *content_type, const struct buf *body)
{
	http_reply(r, status, content_type, body->data, body->len, NULL);
}

void http_reply_problem(struct http_request *r, const struct problem *p)
{
	struct buf body;
	buf_init(&body, PROBLEM_MAX_BYTES);
	problem_render(p, &body);
	http_reply_buf(r, p->status, "application/problem+json", &body);
	buf_free(&body);
}

void http_reply_fault(struct http_request *r, int status, const char *type, const char *format, ...)
{
	struct problem p;
	char detail[FAULT_DETAIL_BYTES];
	va_list ap;
	va_start(ap, format);
	vsnprintf(detail, sizeof detail, format, ap);
	va_end(ap);
	problem_init(&p, status, type, detail);
	http_reply_problem(r, &p);
}

/* ---- the server ---- */

static void on_drained(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	(void)fd;
	(void)what;
	h->drained(h->drained_ctx);
}

static void set_up_evhttp(struct http *h)
{
	int allowed = 0;
	for (size_t i = 0; i < METHODS; i++)
		allowed |= methods[i].command;
	evhttp_set_allowed_methods(h->evhttp, (ev_uint16_t)allowed);
	evhttp_set_max_headers_size(h->evhttp, (ev_ssize_t)h->limits.headers_bytes);
	evhttp_set_max_body_size(h->evhttp, (ev_ssize_t)h->limits.body_bytes);
	evhttp_set_default_content_type(h->evhttp, NULL);
	/* a body that is too long is read and forgotten before the 413, so that the client sees the answer and not a reset */
	evhttp_set_flags(h->evhttp, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_gencb(h->evhttp, on_request, h);
}

struct http *http_open(struct event_base *base, const struct http_route *routes, size_t n,
                       const struct http_limits *limits, bool (*gate)(void *ctx, struct http_request *r), void *ctx)
{
	assert(limits->connections > 0 && limits->idle_s > 0 && limits->request_s > 0);
	struct http *h = calloc(1, sizeof *h);
	if (h == NULL)
		abort();
	http_log_hook();
	signal(SIGPIPE, SIG_IGN); /* a peer that is gone is an error of write(), not the end of the process */
	h->base = base;
	h->limits = *limits;
	h->gate = gate;
	h->ctx = ctx;
	h->router = http_router_new(routes, n);
	h->evhttp = evhttp_new(base);
	h->drained_event = event_new(base, -1, 0, on_drained, h);
	if (h->evhttp == NULL || h->drained_event == NULL)
		abort();
	set_up_evhttp(h);
	if (!http_conn_open(h) || !http_listen_open(h))
		abort();
	return h;
}

void http_drain(struct http *h, void (*drained)(void *ctx), void *ctx)
{
	if (h->draining)
		return;
	struct exchange *x;
	h->draining = true;
	h->drained = drained;
	h->drained_ctx = ctx;
	http_listen_stop(h);
	LIST_FOREACH(x, &h->exchanges, all)
	{
		x->last = true;
	}
	if (h->conn_count == 0)
		event_active(h->drained_event, EV_TIMEOUT, 0);
	else
		http_conn_sweep_soon(h);
}

/* Requests whose handlers still hold them outlive the server. */
static void let_go(struct http *h)
{
	struct exchange *x;
	while ((x = LIST_FIRST(&h->exchanges)) != NULL) {
		if (x->closed != NULL) {
			http_stream_gone(x);
			continue;
		}
		LIST_REMOVE(x, all);
		x->server = NULL;
		if (x->conn == NULL)
			continue; /* evhttp has let go of it already */
		x->conn->exchange = NULL;
		x->conn = NULL;
		evhttp_request_own(x->req);
	}
}

void http_close(struct http **hp)
{
	struct http *h = *hp;
	if (h == NULL)
		return;
	http_conn_adopt_fresh(h);
	let_go(h);
	h->draining = false; /* nobody waits any more */
	http_listen_stop(h);
	evhttp_free(h->evhttp);
	http_conn_close(h);
	http_listen_close(h);
	event_free(h->drained_event);
	http_router_free(&h->router);
	free(h);
	*hp = NULL;
}

int http_connections(const struct http *h)
{
	return h->conn_count;
}
