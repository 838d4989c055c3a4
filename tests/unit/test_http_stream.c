/* layer: io */
/* io/http_stream over real sockets: server and clients in one process, on one loop. */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "../../daemon/io/http_stream.h"
#include "loop.h"

/* ---- the server side ---- */

struct world {
	struct event_base *base;
	struct http *http;
	int port;
	struct http_request *stream; /* NULL: none, or gone */
	int begun, refused, closed;
	bool drained;
};
static struct world w;

static void on_closed(void *ctx)
{
	struct world *world = ctx;
	world->closed++;
	world->stream = NULL;
}

static void begin(void *ctx, struct http_request *r)
{
	struct world *world = ctx;
	if (http_stream_begin(r, "text/event-stream", "X-Accel-Buffering: no\n", on_closed, world)) {
		world->begun++;
		world->stream = r;
	} else {
		world->refused++;
	}
}

static void plain(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply(r, 200, "text/plain", "plain", 5, NULL);
}

static const struct http_route routes[] = {{"GET", "/stream", begin, 0, 0}, {"GET", "/", plain, 0, 0}};

static void open_world(int idle_s, int request_s)
{
	const struct http_limits limits = {.connections = 2,
	                                   .headers_bytes = 4096,
	                                   .body_bytes = 64 * 1024 * 1024,
	                                   .idle_s = idle_s,
	                                   .request_s = request_s};
	w = (struct world){.base = event_base_new()};
	w.http = http_open(w.base, routes, sizeof routes / sizeof *routes, &limits, NULL, &w);
	w.port = http_listen(w.http, "127.0.0.1:0");
	assert_true(w.port > 0);
}

static void close_world(void)
{
	http_close(&w.http);
	event_base_free(w.base);
}

#define WAIT(condition) LOOP_WAIT(w.base, condition)

static bool say(const char *text)
{
	return http_stream_send(w.stream, text, strlen(text));
}

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

static void ask(struct client *c, const char *request)
{
	struct sockaddr_in address = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)w.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	*c = (struct client){.bev = bufferevent_socket_new(w.base, -1, BEV_OPT_CLOSE_ON_FREE)};
	buf_init(&c->in, 32 * 1024 * 1024);
	bufferevent_setcb(c->bev, on_read, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	assert_int_equal(bufferevent_socket_connect(c->bev, (struct sockaddr *)&address, sizeof address), 0);
	bufferevent_write(c->bev, request, strlen(request));
}

static void leave(struct client *c)
{
	bufferevent_free(c->bev);
	buf_free(&c->in);
}

#define STREAM "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"

static bool has(const struct client *c, const char *text)
{
	return c->in.data != NULL && strstr(c->in.data, text) != NULL;
}

/* ---- tests ---- */

static void pieces_arrive_as_they_are_sent_and_the_end_is_said(void **state)
{
	struct client c;
	(void)state;
	open_world(60, 60);
	ask(&c, STREAM);
	WAIT(has(&c, "\r\n\r\n"));
	assert_true(has(&c, "HTTP/1.1 200 ") && has(&c, "Content-Type: text/event-stream\r\n") &&
	            has(&c, "Transfer-Encoding: chunked\r\n") && has(&c, "Cache-Control: no-store\r\n") &&
	            has(&c, "X-Accel-Buffering: no\r\n") && !has(&c, "Content-Length"));
	assert_true(say("one\n"));
	WAIT(has(&c, "\r\n\r\n4\r\none\n\r\n"));
	assert_true(say("three\n"));
	WAIT(has(&c, "one\n\r\n6\r\nthree\n\r\n"));
	assert_false(c.closed);
	http_stream_end(w.stream);
	WAIT(c.closed);
	assert_true(has(&c, "three\n\r\n0\r\n\r\n"));
	assert_int_equal(w.closed, 0);
	leave(&c);
	close_world();
}

static void an_old_client_gets_the_pieces_bare(void **state)
{
	struct client c;
	(void)state;
	open_world(60, 60);
	ask(&c, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	WAIT(w.begun == 1);
	say("one\n");
	WAIT(has(&c, "\r\n\r\none\n"));
	http_stream_end(w.stream);
	WAIT(c.closed);
	assert_false(has(&c, "chunked"));
	leave(&c);
	close_world();
}

static void a_peer_that_leaves_is_told_of_once(void **state)
{
	struct client c;
	struct linger reset = {1, 0};
	(void)state;
	open_world(60, 60);
	for (int i = 0; i < 3; i++) {
		ask(&c, STREAM);
		WAIT(has(&c, "\r\n\r\n"));
		if (i == 1)
			setsockopt(bufferevent_getfd(c.bev), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		leave(&c);
		if (i == 2)
			say("into the void"); /* before its leaving is noticed */
		WAIT(w.closed == i + 1);
	}
	WAIT(http_connections(w.http) == 0);
	close_world();
}

static void nothing_is_streamed_to_who_asks_for_the_head(void **state)
{
	struct client c;
	(void)state;
	open_world(60, 60);
	ask(&c, "HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(has(&c, "\r\n\r\n"));
	assert_true(w.refused == 1 && w.begun == 0 && has(&c, "Content-Type: text/event-stream\r\n"));
	leave(&c);
	close_world();
}

static void a_consumer_that_takes_nothing_is_cut_from_the_loop(void **state)
{
	struct client c;
	char *piece = malloc(100000);
	int sent = 0;
	(void)state;
	memset(piece, 'x', 100000);
	open_world(60, 60);
	ask(&c, STREAM);
	WAIT(has(&c, "\r\n\r\n"));
	bufferevent_disable(c.bev, EV_READ);
	while (http_stream_send(w.stream, piece, 100000)) {
		assert_true(++sent < 400);
		event_base_loop(w.base, EVLOOP_NONBLOCK);
	}
	assert_true(sent >= HTTP_STREAM_WAITING / 100000);
	assert_int_equal(w.closed, 0); /* not from inside the call */
	assert_false(say("more"));
	WAIT(w.closed == 1);
	WAIT(http_connections(w.http) == 0);
	leave(&c);
	free(piece);
	close_world();
}

static void a_piece_larger_than_what_may_wait_reaches_who_reads(void **state)
{
	struct client c;
	size_t len = (size_t)8 * HTTP_STREAM_WAITING;
	char *piece = malloc(len);
	(void)state;
	memset(piece, 'x', len);
	open_world(60, 60);
	ask(&c, STREAM);
	WAIT(has(&c, "\r\n\r\n"));
	assert_true(http_stream_send(w.stream, piece, len));
	WAIT(c.in.len > len);
	assert_true(say("more"));
	WAIT(has(&c, "4\r\nmore\r\n"));
	leave(&c);
	free(piece);
	WAIT(w.closed == 1);
	close_world();
}

static void a_quiet_stream_outlives_the_time_of_a_request(void **state)
{
	struct client c, idle;
	(void)state;
	open_world(1, 1);
	ask(&c, STREAM);
	WAIT(w.begun == 1);
	for (int i = 0; i < 2; i++) { /* others have their time and end of it */
		ask(&idle, i == 0 ? "GET / HTTP/1.1\r\nHost: x\r\n\r\n" : "GET / HT");
		WAIT(idle.closed);
		leave(&idle);
	}
	assert_true(say("still there"));
	WAIT(has(&c, "still there"));
	assert_int_equal(w.closed, 0);
	leave(&c);
	WAIT(w.closed == 1);
	close_world();
}

static void a_stream_from_which_nothing_leaves_is_cut(void **state)
{
	struct client c;
	char *piece = calloc(1, (size_t)16 * 1024 * 1024);
	(void)state;
	open_world(1, 1);
	ask(&c, STREAM);
	WAIT(has(&c, "\r\n\r\n"));
	bufferevent_disable(c.bev, EV_READ);
	assert_true(http_stream_send(w.stream, piece, (size_t)16 * 1024 * 1024));
	WAIT(w.closed == 1);
	leave(&c);
	free(piece);
	close_world();
}

static void what_a_peer_sends_meanwhile_is_not_kept(void **state)
{
	enum { MANY = 48 * 1024 * 1024 };
	struct client c;
	char *noise = calloc(1, MANY);
	(void)state;
	open_world(60, 60);
	ask(&c, STREAM);
	WAIT(has(&c, "\r\n\r\n"));
	bufferevent_write(c.bev, noise, MANY);
	for (int i = 0; i < 4000; i++) {
		size_t had = c.in.len;
		assert_true(say("tick\n"));
		WAIT(c.in.len > had);
	}
	assert_true(evbuffer_get_length(bufferevent_get_output(c.bev)) > MANY / 2); /* still with the peer */
	leave(&c);
	free(noise);
	while (w.closed == 0) { /* its leaving shows only when something is sent to it */
		say("tick\n");
		event_base_loop(w.base, EVLOOP_ONCE);
	}
	close_world();
}

static void a_stream_counts_as_a_connection(void **state)
{
	struct client one, two, three;
	(void)state;
	open_world(60, 60);
	ask(&one, STREAM);
	ask(&two, STREAM);
	WAIT(w.begun == 2);
	ask(&three, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	say("two");
	WAIT(has(&one, "two") || has(&two, "two"));
	assert_false(has(&three, "HTTP/1.1"));
	leave(&one);
	WAIT(has(&three, "plain"));
	leave(&two);
	leave(&three);
	WAIT(w.closed == 2);
	close_world();
}

static void a_server_that_closes_takes_its_streams_along(void **state)
{
	struct client c;
	(void)state;
	open_world(60, 60);
	ask(&c, STREAM);
	WAIT(has(&c, "\r\n\r\n"));
	say("last");
	http_close(&w.http);
	assert_int_equal(w.closed, 1);
	WAIT(c.closed);
	leave(&c);
	event_base_free(w.base);
}

static void on_drained(void *ctx)
{
	((struct world *)ctx)->drained = true;
}

static void draining_waits_for_streams_to_be_ended(void **state)
{
	struct client c;
	(void)state;
	open_world(60, 60);
	ask(&c, STREAM);
	WAIT(has(&c, "\r\n\r\n"));
	http_drain(w.http, on_drained, &w);
	say("bye");
	WAIT(has(&c, "bye"));
	assert_false(w.drained);
	http_stream_end(w.stream);
	WAIT(w.drained && c.closed);
	leave(&c);
	close_world();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pieces_arrive_as_they_are_sent_and_the_end_is_said),
	        cmocka_unit_test(an_old_client_gets_the_pieces_bare),
	        cmocka_unit_test(a_peer_that_leaves_is_told_of_once),
	        cmocka_unit_test(nothing_is_streamed_to_who_asks_for_the_head),
	        cmocka_unit_test(a_consumer_that_takes_nothing_is_cut_from_the_loop),
	        cmocka_unit_test(a_piece_larger_than_what_may_wait_reaches_who_reads),
	        cmocka_unit_test(a_quiet_stream_outlives_the_time_of_a_request),
	        cmocka_unit_test(a_stream_from_which_nothing_leaves_is_cut),
	        cmocka_unit_test(what_a_peer_sends_meanwhile_is_not_kept),
	        cmocka_unit_test(a_stream_counts_as_a_connection),
	        cmocka_unit_test(a_server_that_closes_takes_its_streams_along),
	        cmocka_unit_test(draining_waits_for_streams_to_be_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
