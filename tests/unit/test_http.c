/* layer: io */
/* io/http over real sockets: server and clients in one process, on one loop. Each wait has a deadline of ten seconds and ends as soon as its condition holds. */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/io/http.h"
#include "loop.h"

enum { HELD = 8, FULL_BODY = 1000 };

/* ---- the server side ---- */

struct world {
	struct event_base *base;
	struct http *http;
	int port;
	int handled; /* handlers called */
	struct http_request *held[HELD];
	int held_count;
	bool drained, refuse;
};
static struct world w;

static void echo(void *ctx, struct http_request *r)
{
	struct buf out;
	((struct world *)ctx)->handled++;
	buf_init(&out, 100000);
	buf_addf(&out, "%s|%s|%s|%s|%s|%s|%zu", r->method, r->path, r->segments[0] ? r->segments[0] : "-",
	         r->segments[1] ? r->segments[1] : "-", r->query, r->body, r->body_len);
	http_reply_buf(r, 200, "text/plain", &out);
	buf_free(&out);
}

static void hold(void *ctx, struct http_request *r)
{
	struct world *world = ctx;
	world->handled++;
	world->held[world->held_count++] = r;
}

static void headers(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply(r, 201, "application/json", "{}", 2, "Location: /v1/x\nCache-Control: max-age=60\n");
}

static void bearer(void *ctx, struct http_request *r)
{
	const char *token = http_bearer(r);
	(void)ctx;
	http_reply(r, 200, "text/plain", token == NULL ? "(none)" : token, token == NULL ? 6 : strlen(token), NULL);
}

static void peer(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply(r, 200, "text/plain", r->peer, strlen(r->peer), NULL);
}

static void client(void *ctx, struct http_request *r)
{
	(void)ctx;
	const char *proxies = r->query_len == 0 ? NULL : r->query[0] == 'x' ? "10.0.0.1, unix" : "::1,127.0.0.1 unix";
	const char *address = http_client(r, proxies);
	http_reply(r, 200, "text/plain", address, strlen(address), NULL);
}

static void empty(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply(r, 204, NULL, "", 0, NULL);
}

static void big(void *ctx, struct http_request *r)
{
	enum { BYTES = 16 * 1024 * 1024 };
	char *page = calloc(1, BYTES);
	((struct world *)ctx)->handled++;
	memset(page, 'x', BYTES);
	http_reply(r, 200, "text/plain", page, BYTES, NULL);
	free(page);
}

static const struct http_route routes[] = {
        {"GET", "/", echo, 0, 0},
        {"GET", "/v1/reports/{id}", echo, 0, 0},
        {"POST", "/v1/reports", echo, 0, FULL_BODY},
        {"POST", "/v1/hold", hold, 0, FULL_BODY},
        {"GET", "/v1/hold", hold, 0, 0},
        {"PUT", "/v1/a/{x}/b/{y}", echo, 0, FULL_BODY},
        {"GET", "/v1/a/{x}/b/{y}", echo, 0, 0},
        {"GET", "/headers", headers, 0, 0},
        {"GET", "/bearer", bearer, 0, 0},
        {"GET", "/peer", peer, 0, 0},
        {"GET", "/client", client, 0, 0},
        {"POST", "/empty", empty, 0, 0},
        {"GET", "/big", big, 0, 0},
};

static bool gate(void *ctx, struct http_request *r)
{
	struct world *world = ctx;
	if (!world->refuse)
		return true;
	http_reply_fault(r, 401, NULL, "who is asking?");
	return false;
}

static const struct http_limits roomy = {
        .connections = 100, .headers_bytes = 4096, .body_bytes = 4000, .idle_s = 60, .request_s = 60};

static void open_world(const struct http_limits *limits)
{
	w = (struct world){.base = event_base_new()};
	w.http = http_open(w.base, routes, sizeof routes / sizeof *routes, limits, gate, &w);
	w.port = http_listen(w.http, "127.0.0.1:0");
	assert_true(w.port > 0);
}

static void close_world(void)
{
	http_close(&w.http);
	assert_null(w.http);
	event_base_free(w.base);
}

#define WAIT(condition) LOOP_WAIT(w.base, condition)

/* ---- the client side ---- */

struct client {
	struct bufferevent *bev;
	struct buf in;
	bool closed;
};

static void on_read(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;
	char bytes[4096];
	size_t n;
	while ((n = bufferevent_read(bev, bytes, sizeof bytes)) > 0)
		buf_add(&c->in, bytes, n);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		((struct client *)arg)->closed = true;
}

static void client_connect(struct client *c, const struct sockaddr *address, int len)
{
	*c = (struct client){.bev = bufferevent_socket_new(w.base, -1, BEV_OPT_CLOSE_ON_FREE)};
	buf_init(&c->in, 32 * 1024 * 1024);
	bufferevent_setcb(c->bev, on_read, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	assert_int_equal(bufferevent_socket_connect(c->bev, address, len), 0);
}

static void client_open(struct client *c)
{
	struct sockaddr_in address = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)w.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	client_connect(c, (struct sockaddr *)&address, sizeof address);
}

static void client_send(struct client *c, const char *text)
{
	bufferevent_write(c->bev, text, strlen(text));
}

static void client_close(struct client *c)
{
	bufferevent_free(c->bev);
	buf_free(&c->in);
}

static int count_of(const char *text, const char *what)
{
	int n = 0;
	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	return n;
}

static int replies(const struct client *c)
{
	return count_of(c->in.data, "\nDate: ");
}

static int status_of(const struct client *c)
{
	int status = 0;
	sscanf(c->in.data, "HTTP/1.%*c %d", &status);
	return status;
}

/* One request of len bytes on a connection of its own, to the end of the connection. */
static void ask_bytes(struct client *c, const char *request, size_t len)
{
	client_open(c);
	bufferevent_write(c->bev, request, len);
	WAIT(c->closed);
}

static void ask(struct client *c, const char *request)
{
	ask_bytes(c, request, strlen(request));
}

#define END "Host: x\r\nConnection: close\r\n\r\n"

static void assert_answer(const char *request, int status, const char *contains)
{
	struct client c;
	ask(&c, request);
	if (status_of(&c) != status || strstr(c.in.data, contains) == NULL)
		fail_msg("%s\n->\n%s\nwanted %d with %s", request, c.in.data, status, contains);
	client_close(&c);
}

/* ---- routing ---- */

static void a_handler_sees_decoded_segments_and_the_raw_query(void **state)
{
	(void)state;
	open_world(&roomy);
	assert_answer("GET / HTTP/1.1\r\n" END, 200, "\r\n\r\nGET|/|-|-|||0");
	assert_answer("GET /v1/reports/a%2Fb%20c?x=%41&y HTTP/1.1\r\n" END, 200,
	              "\r\n\r\nGET|/v1/reports/a/b c|a/b c|-|x=%41&y||0");
	assert_answer("PUT /v1/a/1/b/%C3%A9 HTTP/1.1\r\nContent-Length: 3\r\n" END "abc", 200,
	              "\r\n\r\nPUT|/v1/a/1/b/\xC3\xA9|1|\xC3\xA9||abc|3");
	assert_answer("POST /v1/%72eports HTTP/1.1\r\nContent-Length: 0\r\n" END, 200, "POST|/v1/reports|-|-|||0");
	assert_answer("POST /v1/reports HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END
	              "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
	              200, "|abc|3");
	close_world();
}

static void an_unknown_path_is_404_and_a_known_one_405_with_allow(void **state)
{
	static const char *const nowhere[] = {
	        "/v1",        "/v1/",        "/v1/reports/", "/v1/reports/1/2", "/v1//reports", "/1/2/3/4/5/6/7/8/9/10",
	        "/v1/report", "/v1/reportsx"};
	char request[200];
	(void)state;
	open_world(&roomy);
	for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
		snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" END, nowhere[i]);
		assert_answer(request, 404, "application/problem+json");
	}
	assert_answer("DELETE /v1/a/1/b/2 HTTP/1.1\r\n" END, 405, "Allow: PUT, GET, HEAD\r\n");
	assert_answer("GET /v1/reports HTTP/1.1\r\n" END, 405, "Allow: POST\r\n");
	assert_answer("OPTIONS /v1/reports HTTP/1.1\r\n" END, 405, "application/problem+json");
	assert_answer("BREW /v1/reports HTTP/1.1\r\n" END, 501, "application/problem+json");
	assert_int_equal(w.handled, 0);
	close_world();
}

static void a_path_with_bad_escapes_is_400(void **state)
{
	static const char *const bad[] = {"/v1/reports/%",        "/v1/reports/%4",     "/v1/reports/%zz",
	                                  "/v1/reports/%00",      "/v1/reports/%0a",    "/v1/reports/%ff",
	                                  "/v1/reports/..",       "/v1/reports/%2e%2E", "/v1/./reports",
	                                  "/v1/reports/a b",      "//evil/v1",          "http://evil/v1/reports/1",
	                                  "/v1/reports/\xC3\xA9", "/v1/reports/1#f",    "*",
	                                  "v1/reports/1"};
	char request[200];
	(void)state;
	open_world(&roomy);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" END, bad[i]);
		assert_answer(request, 400, "HTTP/1.1 400");
	}
	assert_int_equal(w.handled, 0);
	close_world();
}

static void a_head_request_gets_the_headers_of_get_alone(void **state)
{
	struct client c;
	(void)state;
	open_world(&roomy);
	ask(&c, "HEAD /v1/reports/7 HTTP/1.1\r\n" END);
	assert_int_equal(status_of(&c), 200);
	assert_non_null(strstr(c.in.data, "Content-Length: 25\r\n")); /* of GET|/v1/reports/7|7|-|||0 */
	assert_string_equal(c.in.data + c.in.len - 4, "\r\n\r\n");
	client_close(&c);
	close_world();
}

static void every_reply_has_our_headers_once(void **state)
{
	static const char *const wanted[] = {"Content-Type: text/plain\r\n", "Content-Length: 13\r\n",
	                                     "Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n",
	                                     "Date: "};
	struct client c;
	(void)state;
	open_world(&roomy);
	ask(&c, "GET / HTTP/1.1\r\n" END);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		assert_int_equal(count_of(c.in.data, wanted[i]), 1);
	client_close(&c);
	ask(&c, "GET /headers HTTP/1.1\r\n" END);
	assert_int_equal(status_of(&c), 201);
	assert_non_null(strstr(c.in.data, "Location: /v1/x\r\n"));
	assert_non_null(strstr(c.in.data, "Cache-Control: max-age=60\r\n"));
	assert_null(strstr(c.in.data, "no-store"));
	client_close(&c);
	ask(&c, "POST /empty HTTP/1.1\r\n" END);
	assert_int_equal(status_of(&c), 204);
	assert_null(strstr(c.in.data, "Content-Length"));
	client_close(&c);
	close_world();
}

static void a_bearer_token_is_read_and_nothing_else(void **state)
{
	(void)state;
	open_world(&roomy);
	assert_answer("GET /bearer HTTP/1.1\r\nAuthorization: Bearer sgp_1\r\n" END, 200, "\r\n\r\nsgp_1");
	assert_answer("GET /bearer HTTP/1.1\r\nauthorization: bearer  sgp_2\r\n" END, 200, "\r\n\r\nsgp_2");
	assert_answer("GET /bearer HTTP/1.1\r\nAuthorization: Basic c2dw\r\n" END, 200, "(none)");
	assert_answer("GET /bearer HTTP/1.1\r\nAuthorization: Bearer \r\n" END, 200, "(none)");
	assert_answer("GET /bearer HTTP/1.1\r\n" END, 200, "(none)");
	close_world();
}

/* Only what a proxy of ours wrote says who asks: the last address of the last line. */
static void who_asks_is_the_peer_or_whom_a_trusted_proxy_names(void **state)
{
#define FROM "X-Forwarded-For: "
	(void)state;
	open_world(&roomy);
	assert_answer("GET /client HTTP/1.1\r\n" FROM "192.0.2.1\r\n" END, 200, "\r\n\r\n127.0.0.1");
	assert_answer("GET /client?x HTTP/1.1\r\n" FROM "192.0.2.1\r\n" END, 200, "\r\n\r\n127.0.0.1");
	assert_answer("GET /client?1 HTTP/1.1\r\n" END, 200, "\r\n\r\n127.0.0.1");
	assert_answer("GET /client?1 HTTP/1.1\r\n" FROM "192.0.2.1\r\n" END, 200, "\r\n\r\n192.0.2.1");
	assert_answer("GET /client?1 HTTP/1.1\r\n" FROM "10.9.9.9, 192.0.2.2 \r\n" END, 200, "\r\n\r\n192.0.2.2");
	assert_answer("GET /client?1 HTTP/1.1\r\n" FROM "10.9.9.9\r\nx-forwarded-for: 2001:db8::3\r\n" END, 200,
	              "\r\n\r\n2001:db8::3");
	assert_answer("GET /client?1 HTTP/1.1\r\n" FROM "::ffff:192.0.2.4\r\n" END, 200, "\r\n\r\n192.0.2.4");
	assert_answer("GET /client?1 HTTP/1.1\r\n" FROM "192.0.2.1, unknown\r\n" END, 200, "\r\n\r\n127.0.0.1");
	assert_answer("GET /client?1 HTTP/1.1\r\n" FROM "192.0.2.1:80\r\n" END, 200, "\r\n\r\n127.0.0.1");
	assert_answer("GET /client?1 HTTP/1.1\r\n" FROM "\r\n" END, 200, "\r\n\r\n127.0.0.1");
	close_world();
}

static void the_gate_stands_before_every_handler(void **state)
{
	(void)state;
	open_world(&roomy);
	w.refuse = true;
	assert_answer("GET / HTTP/1.1\r\n" END, 401, "who is asking?");
	assert_int_equal(w.handled, 0);
	close_world();
}

/* ---- the guard ---- */

#define SMUGGLED "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

static void an_ambiguous_request_is_400_and_what_follows_is_never_seen(void **state)
{
	static const char *const requests[] = {
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 26\r\n\r\n",
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc",
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: "
	        "chunked\r\n\r\n0\r\n\r\n",
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
	        "POST /v1/reports HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: "
	        "chunked\r\n\r\n0\r\n\r\n",
	        "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n",
	        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
	        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	        "TRACE / HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n",
	        "BREW / HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n",
	        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
	        "GET / HTTP/1.1\r\n\r\n",
	        "GET / HTTP/1.1\r\nHost: x y\r\n\r\n",
	        "GET / HTTP/1.1\r\nHost: x\r\n: nameless\r\n\r\n",
	        "GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
	        "GET / HTTP/1.1\r\nHost: x\r\nX: a\x01z\r\n\r\n",
	        "GET / HTTP/1.2\r\nHost: x\r\n\r\n",
	        "GET / HTTP/0.9\r\nHost: x\r\n\r\n",
	        "GET //evil/ HTTP/1.1\r\nHost: x\r\n\r\n",
	        "GET http://evil/ HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n",
	};
	char request[400];
	struct client c;
	(void)state;
	open_world(&roomy);
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		snprintf(request, sizeof request, "%s" SMUGGLED, requests[i]);
		ask(&c, request);
		if (strncmp(c.in.data, "HTTP/1.1 400 ", 13) != 0 || replies(&c) != 1 || w.handled != 0)
			fail_msg("%s\n->\n%s\nhandled %d", request, c.in.data, w.handled);
		client_close(&c);
	}
	close_world();
}

static void a_chunked_request_is_the_last_of_its_connection(void **state)
{
	struct client c;
	(void)state;
	open_world(&roomy);
	ask(&c, "POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
	        "chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n" SMUGGLED);
	assert_int_equal(replies(&c), 1);
	assert_non_null(strstr(c.in.data, "Connection: close\r\n"));
	assert_int_equal(w.handled, 1);
	client_close(&c);
	close_world();
}

/* ---- limits ---- */

static void too_large_a_body_is_413(void **state)
{
	char request[6000];
	(void)state;
	open_world(&roomy);
	int head = snprintf(request, sizeof request, "POST /v1/reports HTTP/1.1\r\nContent-Length: %d\r\n" END,
	                    FULL_BODY + 1);
	memset(request + head, 'x', FULL_BODY + 1);
	request[head + FULL_BODY + 1] = '\0';
	assert_answer(request, 413, "application/problem+json");
	assert_answer("POST /empty HTTP/1.1\r\nContent-Length: 1\r\n" END "x", 413, "no body");
	/* beyond what is ever buffered: evhttp's own answer, while the client still sends */
	head = snprintf(request, sizeof request, "POST /v1/reports HTTP/1.1\r\nContent-Length: 5000\r\n" END);
	memset(request + head, 'x', 5000);
	request[head + 5000] = '\0';
	assert_answer(request, 413, "Content-Type: text/html");
	assert_int_equal(w.handled, 0);
	request[head + 10] = '\0';
	memcpy(request, "POST /v1/reports HTTP/1.1\r\nContent-Length: 0010", 47);
	assert_answer(request, 200, "xxxxxxxxxx|10");
	close_world();
}

static void a_client_that_sends_far_too_much_still_sees_the_413(void **state)
{
	enum { BYTES = 16 * 1024 * 1024 };
	char head[100], *body = calloc(1, BYTES);
	struct client c;
	(void)state;
	open_world(&roomy);
	client_open(&c);
	snprintf(head, sizeof head, "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", BYTES);
	client_send(&c, head);
	bufferevent_write(c.bev, body, BYTES);
	WAIT(c.closed);
	assert_int_equal(status_of(&c), 413);
	assert_int_equal(evbuffer_get_length(bufferevent_get_output(c.bev)), 0); /* no reset while sending */
	assert_int_equal(w.handled, 0);
	client_close(&c);
	close_world();
	free(body);
}

static void too_many_header_bytes_are_400(void **state)
{
	char request[6000];
	(void)state;
	open_world(&roomy);
	int head = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nX: ");
	memset(request + head, 'x', 4100);
	snprintf(request + head + 4100, 100, "\r\n" END);
	assert_answer(request, 400, "400");
	assert_int_equal(w.handled, 0);
	close_world();
}

static void on_drip(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	client_send(arg, "x");
}

static void a_request_that_drips_in_is_cut_at_its_deadline(void **state)
{
	static const struct http_limits limits = {
	        .connections = 9, .headers_bytes = 4096, .body_bytes = 4096, .idle_s = 60, .request_s = 1};
	static const struct timeval often = {0, 20000};
	struct client c;
	(void)state;
	open_world(&limits);
	client_open(&c);
	client_send(&c, "GET / HTTP/1.1\r\nHost: x\r\nX: ");
	struct event *drip = event_new(w.base, -1, EV_PERSIST, on_drip, &c);
	event_add(drip, &often);
	WAIT(c.closed);
	assert_int_equal(http_connections(w.http), 0);
	event_free(drip);
	client_close(&c);
	close_world();
}

static void an_idle_connection_is_closed_and_a_held_request_is_not(void **state)
{
	static const struct http_limits limits = {
	        .connections = 9, .headers_bytes = 4096, .body_bytes = 4096, .idle_s = 1, .request_s = 1};
	struct client silent, served, held;
	(void)state;
	open_world(&limits);
	client_open(&held);
	client_send(&held, "GET /v1/hold HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(w.held_count == 1);
	client_open(&silent);
	client_open(&served);
	client_send(&served, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(silent.closed && served.closed);
	assert_int_equal(replies(&served), 1);
	assert_false(held.closed);
	http_reply(w.held[0], 200, "text/plain", "late", 4, NULL);
	WAIT(replies(&held) == 1);
	client_close(&silent);
	client_close(&served);
	client_close(&held);
	close_world();
}

static void a_reader_that_never_reads_is_cut(void **state)
{
	static const struct http_limits limits = {
	        .connections = 9, .headers_bytes = 4096, .body_bytes = 4096, .idle_s = 1, .request_s = 1};
	struct client c;
	(void)state;
	open_world(&limits);
	client_open(&c);
	bufferevent_disable(c.bev, EV_READ);
	client_send(&c, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(w.handled == 1);
	WAIT(http_connections(w.http) == 0);
	client_close(&c);
	close_world();
}

static void a_large_reply_arrives_whole(void **state)
{
	struct client c;
	(void)state;
	open_world(&roomy);
	ask(&c, "GET /big HTTP/1.1\r\n" END);
	assert_non_null(strstr(c.in.data, "Content-Length: 16777216\r\n"));
	assert_true(c.in.len > 16777216);
	client_close(&c);
	close_world();
}

static void connections_over_the_cap_wait_until_one_leaves(void **state)
{
	struct http_limits limits = roomy;
	struct client first, second, third;
	(void)state;
	limits.connections = 2;
	open_world(&limits);
	client_open(&first);
	client_open(&second);
	WAIT(http_connections(w.http) == 2);
	client_open(&third);
	client_send(&third, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	client_send(&second, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(replies(&second) == 1);
	assert_int_equal(http_connections(w.http), 2);
	assert_int_equal(replies(&third), 0);
	client_close(&first);
	WAIT(replies(&third) == 1);
	client_close(&second);
	client_close(&third);
	WAIT(http_connections(w.http) == 0);
	close_world();
}

/* Uses up file descriptors until none is left; returns how many. */
static int take_all_files(int *fds, int max)
{
	int n = 0;
	while (n < max && (fds[n] = dup(0)) >= 0)
		n++;
	return n;
}

static void running_out_of_files_neither_spins_nor_ends_the_service(void **state)
{
	struct rlimit before, low = {64, 64};
	struct rusage from, to;
	struct client c;
	int fds[64];
	static const struct timeval while_out = {0, 350000};
	bool waited = false;
	(void)state;
	getrlimit(RLIMIT_NOFILE, &before);
	low.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &low);
	open_world(&roomy);
	client_open(&c);
	client_send(&c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	int n = take_all_files(fds, 64);
	getrusage(RUSAGE_SELF, &from);
	struct event *timer = evtimer_new(w.base, loop_set_flag, &waited);
	event_add(timer, &while_out);
	WAIT(waited);
	event_free(timer);
	getrusage(RUSAGE_SELF, &to);
	int64_t busy_us =
	        (to.ru_utime.tv_sec - from.ru_utime.tv_sec + to.ru_stime.tv_sec - from.ru_stime.tv_sec) * 1000000L +
	        (to.ru_utime.tv_usec - from.ru_utime.tv_usec + to.ru_stime.tv_usec - from.ru_stime.tv_usec);
	assert_true(busy_us < 150000);
	assert_int_equal(replies(&c), 0);
	while (n > 0)
		close(fds[--n]);
	WAIT(replies(&c) == 1);
	setrlimit(RLIMIT_NOFILE, &before);
	client_close(&c);
	close_world();
}

/* ---- life ---- */

static void pipelined_requests_are_answered_in_order(void **state)
{
	struct client c;
	(void)state;
	open_world(&roomy);
	client_open(&c);
	client_send(&c, "GET /v1/hold HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/reports/2 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(w.held_count == 1);
	assert_int_equal(w.handled, 1);
	http_reply(w.held[0], 200, "text/plain", "one", 3, NULL);
	WAIT(replies(&c) == 2);
	assert_true(strstr(c.in.data, "one") < strstr(c.in.data, "reports/2"));
	client_close(&c);
	close_world();
}

static void a_reply_to_a_peer_that_has_gone_is_harmless(void **state)
{
	struct client c;
	struct linger reset = {1, 0};
	(void)state;
	open_world(&roomy);
	for (int i = 0; i < 2; i++) {
		client_open(&c);
		client_send(&c, "POST /v1/hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
		WAIT(w.held_count == i + 1);
		if (i == 1)
			setsockopt(bufferevent_getfd(c.bev), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		client_close(&c);
	}
	for (int i = 0; i < 2; i++) {
		assert_string_equal(w.held[i]->body, "abc");
		http_reply(w.held[i], 200, "text/plain", "late", 4, NULL);
	}
	WAIT(http_connections(w.http) == 0);
	close_world();
}

static void a_reply_after_the_server_was_closed_is_harmless(void **state)
{
	struct client c;
	(void)state;
	open_world(&roomy);
	client_open(&c);
	client_send(&c, "POST /v1/hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
	WAIT(w.held_count == 1);
	http_close(&w.http);
	WAIT(c.closed);
	assert_string_equal(w.held[0]->body, "abc");
	http_reply_fault(w.held[0], 503, NULL, "too late");
	client_close(&c);
	event_base_free(w.base);
}

static void on_drained(void *ctx)
{
	((struct world *)ctx)->drained = true;
}

static void draining_finishes_what_is_in_flight_and_closes_what_is_idle(void **state)
{
	struct client held, idle, late;
	(void)state;
	open_world(&roomy);
	client_open(&held);
	client_open(&idle);
	client_send(&held, "GET /v1/hold HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	client_send(&idle, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(w.held_count == 1 && replies(&idle) == 1);
	http_drain(w.http, on_drained, &w);
	assert_false(w.drained);
	WAIT(idle.closed);
	client_open(&late);
	WAIT(late.closed); /* refused */
	assert_false(w.drained);
	http_reply(w.held[0], 200, "text/plain", "late", 4, NULL);
	WAIT(w.drained);
	WAIT(held.closed);
	assert_non_null(strstr(held.in.data, "Connection: close\r\n"));
	assert_null(strstr(held.in.data, "keep-alive"));
	client_close(&held);
	client_close(&idle);
	client_close(&late);
	close_world();
	open_world(&roomy);
	http_drain(w.http, on_drained, &w); /* nothing in flight */
	WAIT(w.drained);
	close_world();
}

static void a_keep_alive_client_of_http_1_0_is_served_twice(void **state)
{
	struct client c;
	(void)state;
	open_world(&roomy);
	client_open(&c);
	client_send(&c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
	WAIT(c.closed);
	assert_int_equal(count_of(c.in.data, "HTTP/1.0 200 OK"), 2);
	client_close(&c);
	close_world();
}

/* ---- sockets ---- */

static void an_inherited_blocking_socket_is_served(void **state)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
	assert_int_equal(listen(fd, 5), 0);
	w = (struct world){.base = event_base_new()};
	w.http = http_open(w.base, routes, sizeof routes / sizeof *routes, &roomy, NULL, &w);
	w.port = http_listen_fd(w.http, fd);
	assert_true(w.port > 0);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_answer("GET /peer HTTP/1.1\r\n" END, 200, "\r\n\r\n127.0.0.1");
	close_world();
}

static void a_unix_socket_has_no_peer_and_replaces_a_stale_one(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[] = "/tmp/sigap-http-XXXXXX", text[120];
	struct client c;
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/s", folder);
	snprintf(text, sizeof text, "unix:%s", address.sun_path);
	open_world(&roomy);
	assert_int_equal(http_listen(w.http, text), 0);
	assert_int_equal(http_listen(w.http, text), -1); /* somebody answers there */
	assert_int_equal(errno, EADDRINUSE);
	close_world();
	open_world(&roomy);
	assert_int_equal(http_listen(w.http, text), 0); /* left behind */
	client_connect(&c, (struct sockaddr *)&address, sizeof address);
	client_send(&c, "GET /peer HTTP/1.1\r\n" END);
	WAIT(c.closed);
	assert_non_null(strstr(c.in.data, "Content-Length: 0\r\n"));
	client_close(&c);
	close_world();
	unlink(address.sun_path);
	rmdir(folder);
}

static void a_bad_address_is_refused_with_errno(void **state)
{
	(void)state;
	open_world(&roomy);
	assert_int_equal(http_listen(w.http, "nonsense"), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(http_listen(w.http, "unix:"), -1);
	assert_int_equal(http_listen(w.http, "192.0.2.1:0"), -1);
	assert_int_equal(errno, EADDRNOTAVAIL);
	assert_true(http_listen(w.http, "[::1]:0") > 0 || errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT);
	close_world();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_handler_sees_decoded_segments_and_the_raw_query),
	        cmocka_unit_test(an_unknown_path_is_404_and_a_known_one_405_with_allow),
	        cmocka_unit_test(a_path_with_bad_escapes_is_400),
	        cmocka_unit_test(a_head_request_gets_the_headers_of_get_alone),
	        cmocka_unit_test(every_reply_has_our_headers_once),
	        cmocka_unit_test(a_bearer_token_is_read_and_nothing_else),
	        cmocka_unit_test(who_asks_is_the_peer_or_whom_a_trusted_proxy_names),
	        cmocka_unit_test(the_gate_stands_before_every_handler),
	        cmocka_unit_test(an_ambiguous_request_is_400_and_what_follows_is_never_seen),
	        cmocka_unit_test(a_chunked_request_is_the_last_of_its_connection),
	        cmocka_unit_test(too_large_a_body_is_413),
	        cmocka_unit_test(a_client_that_sends_far_too_much_still_sees_the_413),
	        cmocka_unit_test(too_many_header_bytes_are_400),
	        cmocka_unit_test(a_request_that_drips_in_is_cut_at_its_deadline),
	        cmocka_unit_test(an_idle_connection_is_closed_and_a_held_request_is_not),
	        cmocka_unit_test(a_reader_that_never_reads_is_cut),
	        cmocka_unit_test(a_large_reply_arrives_whole),
	        cmocka_unit_test(connections_over_the_cap_wait_until_one_leaves),
	        cmocka_unit_test(running_out_of_files_neither_spins_nor_ends_the_service),
	        cmocka_unit_test(pipelined_requests_are_answered_in_order),
	        cmocka_unit_test(a_reply_to_a_peer_that_has_gone_is_harmless),
	        cmocka_unit_test(a_reply_after_the_server_was_closed_is_harmless),
	        cmocka_unit_test(draining_finishes_what_is_in_flight_and_closes_what_is_idle),
	        cmocka_unit_test(a_keep_alive_client_of_http_1_0_is_served_twice),
	        cmocka_unit_test(an_inherited_blocking_socket_is_served),
	        cmocka_unit_test(a_unix_socket_has_no_peer_and_replaces_a_stale_one),
	        cmocka_unit_test(a_bad_address_is_refused_with_errno),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
