/* layer: io */
/* io/push against a small scripted server on loopback, in one process and on one loop. Each wait has a deadline of ten seconds. */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/io/event_loop.h"
#include "../../daemon/io/push.h"
#include "../../daemon/io/push_address.h"
#include "loop.h"

enum { PEERS = 600 };

/* ---- the scripted server: the path says how it behaves ---- */

static struct world {
	struct event_base *base;
	struct evconnlistener *listener;
	struct push *push;
	int port;
	int connections, requests;
	char request[8192]; /* the last one */
	struct bufferevent *peers[PEERS];
	int peer_count;
	struct bufferevent *later; /* it is answered when others were served */
} w;

static void answer(struct bufferevent *bev, const char *head, size_t body_len, char fill)
{
	struct evbuffer *out = bufferevent_get_output(bev);
	evbuffer_add_printf(out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", head, body_len);
	for (size_t i = 0; i < body_len; i++)
		evbuffer_add(out, &fill, 1);
}

static void reset(struct bufferevent *bev)
{
	struct linger now = {1, 0};
	int fd = bufferevent_getfd(bev);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
	bufferevent_setfd(bev, -1);
}

static void act(struct bufferevent *bev, const char *path)
{
	if (strncmp(path, "/ok", 3) == 0)
		answer(bev, "200 OK", 2, 'k');
	else if (strncmp(path, "/busy", 5) == 0)
		answer(bev, "429 Too Many Requests\r\nRetry-After: 7", 0, 'x');
	else if (strncmp(path, "/big", 4) == 0)
		answer(bev, "200 OK", 100000, 'b');
	else if (strncmp(path, "/moved", 6) == 0)
		answer(bev, "302 Found\r\nLocation: /ok", 0, 'x');
	else if (strncmp(path, "/half", 5) == 0) {
		static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal";
		bufferevent_write(bev, half, sizeof half - 1);
	} else if (strncmp(path, "/reset", 6) == 0)
		reset(bev);
	else if (strncmp(path, "/later", 6) == 0)
		w.later = bev;
	/* "/hang": nothing */
}

/* One whole request is there: notes and answers it. */
static bool take_request(struct bufferevent *bev)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	char path[200] = "";
	if (end.pos < 0)
		return false;
	size_t head = (size_t)end.pos + 4, body = 0, available = evbuffer_get_length(in);
	evbuffer_copyout(in, w.request, sizeof w.request - 1);
	w.request[available < sizeof w.request - 1 ? available : sizeof w.request - 1] = '\0';
	const char *length = strcasestr(w.request, "content-length:");
	if (length != NULL && length < w.request + head)
		body = strtoul(length + 15, NULL, 10);
	if (available < head + body)
		return false;
	sscanf(w.request, "%*s %199s", path);
	evbuffer_drain(in, head + body);
	w.requests++;
	act(bev, path);
	return true;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	(void)arg;
	while (take_request(bev))
		;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int len, void *arg)
{
	struct bufferevent *bev = bufferevent_socket_new(w.base, fd, BEV_OPT_CLOSE_ON_FREE);
	(void)listener;
	(void)peer;
	(void)len;
	(void)arg;
	w.connections++;
	assert_true(w.peer_count < PEERS);
	w.peers[w.peer_count++] = bev;
	bufferevent_setcb(bev, on_read, NULL, NULL, NULL);
	bufferevent_priority_set(bev, EVENT_LOOP_FIRST); /* a process of its own would not wait for ours */
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void open_world(int connect_ms, int total_ms)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	struct push_options o = {.connect_ms = connect_ms, .total_ms = total_ms, .user_agent = "sigap/test"};
	w = (struct world){.base = event_loop_new()};
	w.listener = evconnlistener_new_bind(w.base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, 512, (struct sockaddr *)&a,
	                                     sizeof a);
	assert_non_null(w.listener);
	getsockname(evconnlistener_get_fd(w.listener), (struct sockaddr *)&a, &len);
	w.port = ntohs(a.sin_port);
	w.push = push_open(w.base, &o);
}

static void close_world(void)
{
	push_close(&w.push);
	assert_null(w.push);
	while (w.peer_count > 0)
		bufferevent_free(w.peers[--w.peer_count]);
	if (w.listener != NULL)
		evconnlistener_free(w.listener);
	event_base_free(w.base);
}

#define WAIT(condition) LOOP_WAIT(w.base, condition)

/* ---- calls ---- */

struct result {
	int times;
	enum transport transport;
	int status;
	size_t body_len;
	char body[1100], retry_after[40], error[100];
};

static void on_done(void *ctx, const struct channel_answer *a)
{
	struct result *r = ctx;
	r->times++;
	r->transport = a->transport;
	r->status = a->status;
	r->body_len = strlen(a->body);
	snprintf(r->body, sizeof r->body, "%s", a->body);
	snprintf(r->retry_after, sizeof r->retry_after, "%s", a->retry_after == NULL ? "(none)" : a->retry_after);
	snprintf(r->error, sizeof r->error, "%s", a->error);
}

static void start_full(struct result *r, const char *method, const char *url, const char *headers, const char *body,
                       bool allow_private)
{
	struct http_call call = {.method = method};
	*r = (struct result){0};
	buf_init(&call.url, 4096);
	buf_init(&call.headers, 4096);
	buf_init(&call.body, 1 << 21);
	buf_adds(&call.url, url);
	buf_adds(&call.headers, headers);
	buf_adds(&call.body, body);
	push_start(w.push, &call, allow_private, on_done, r);
	assert_int_equal(r->times, 0); /* never inside push_start */
	/* what was given may be forgotten at once */
	memset(call.url.data, '!', call.url.len);
	if (call.body.len > 0)
		memset(call.body.data, '!', call.body.len);
	buf_free(&call.url);
	buf_free(&call.headers);
	buf_free(&call.body);
}

static void start(struct result *r, const char *path)
{
	char url[200];
	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", w.port, path);
	start_full(r, "POST", url, "Content-Type: application/json\nwebhook-id: msg_1\n", "{\"a\":1}", true);
}

static struct result call_path(const char *path)
{
	struct result r;
	start(&r, path);
	WAIT(r.times > 0);
	assert_int_equal(r.times, 1);
	return r;
}

static struct result call_url(const char *url, bool allow_private)
{
	struct result r;
	start_full(&r, "POST", url, "", "x", allow_private);
	WAIT(r.times > 0);
	assert_int_equal(r.times, 1);
	return r;
}

static void a_call_arrives_as_given_and_its_answer_comes_back(void **state)
{
	struct result r;
	(void)state;
	open_world(3000, 5000);
	r = call_path("/ok");
	assert_int_equal(r.transport, TRANSPORT_ANSWERED);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, "kk");
	assert_string_equal(r.error, "");
	assert_string_equal(r.retry_after, "(none)");
	assert_true(strncmp(w.request, "POST /ok HTTP/1.1\r\n", 19) == 0);
	assert_non_null(strstr(w.request, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(w.request, "webhook-id: msg_1\r\n"));
	assert_non_null(strstr(w.request, "User-Agent: sigap/test\r\n"));
	assert_non_null(strstr(w.request, "\r\n\r\n{\"a\":1}"));
	close_world();
}

static void a_get_after_a_post_has_no_body_and_no_old_headers(void **state)
{
	struct result r;
	char url[100];
	(void)state;
	open_world(3000, 5000);
	call_path("/ok");
	snprintf(url, sizeof url, "http://127.0.0.1:%d/ok?x=1", w.port);
	start_full(&r, "GET", url, "", "", true);
	WAIT(r.times == 1);
	assert_true(strncmp(w.request, "GET /ok?x=1 HTTP/1.1\r\n", 22) == 0);
	assert_null(strcasestr(w.request, "content-length"));
	assert_null(strcasestr(w.request, "webhook-id"));
	call_path("/ok");
	assert_non_null(strstr(w.request, "\r\n\r\n{\"a\":1}"));
	assert_int_equal(w.connections, 1);
	close_world();
}

static void a_long_body_goes_without_expecting_continue(void **state)
{
	enum { BYTES = 3 << 19 }; /* curl would expect from 1 MiB on */
	char *body = calloc(1, BYTES);
	char url[100];
	struct result r;
	(void)state;
	memset(body, 'x', BYTES - 1);
	open_world(3000, 5000);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/ok", w.port);
	start_full(&r, "POST", url, "", body, true);
	WAIT(r.times == 1);
	assert_int_equal(r.status, 200);
	assert_null(strcasestr(w.request, "expect:"));
	close_world();
	free(body);
}

static void connections_are_used_again(void **state)
{
	(void)state;
	open_world(3000, 5000);
	for (int i = 0; i < 20; i++)
		assert_int_equal(call_path("/ok").status, 200);
	assert_int_equal(w.requests, 20);
	assert_int_equal(w.connections, 1);
	close_world();
}

static void many_calls_at_once_each_end_once(void **state)
{
	static struct result results[500];
	int done = 0;
	(void)state;
	open_world(8000, 9000);
	for (int i = 0; i < 500; i++)
		start(&results[i], "/ok");
	assert_int_equal(push_in_flight(w.push), 500);
	WAIT(push_in_flight(w.push) == 0);
	for (int i = 0; i < 500; i++)
		done += results[i].times == 1 && results[i].status == 200;
	assert_int_equal(done, 500);
	close_world();
}

enum { CROWD = 2000 };

/* Many that always want to be served: with them the loop comes to no end of its own. */
static struct crowd {
	struct event *events[CROWD];
	int served, most; /* the loop is left when so many were */
} crowd;

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	static const struct timeval at_once = {0, 0};
	(void)fd;
	(void)what;
	if (++crowd.served >= crowd.most)
		event_base_loopbreak(w.base);
	if (w.later != NULL) {
		answer(w.later, "200 OK", 0, 'x');
		w.later = NULL;
	}
	event_add(*(struct event **)ctx, &at_once);
}

static void serve_crowd(int most)
{
	crowd.served = 0;
	crowd.most = most;
	event_base_dispatch(w.base);
}

static void what_leaves_goes_before_what_comes_in(void **state)
{
	struct result call;
	(void)state;
	open_world(3000, 5000);
	call_path("/ok"); /* the connection stands */
	for (int i = 0; i < CROWD; i++) {
		crowd.events[i] = evtimer_new(w.base, on_turn, &crowd.events[i]);
		on_turn(-1, 0, &crowd.events[i]);
	}
	serve_crowd(3 * CROWD);
	for (int i = 0; i < 5; i++) {
		start(&call, "/later");
		serve_crowd(CROWD / 4); /* not even a quarter of all who wait is served before */
		assert_int_equal(call.times, 1);
		assert_int_equal(call.status, 200);
	}
	for (int i = 0; i < CROWD; i++)
		event_free(crowd.events[i]);
	close_world();
}

static void retry_after_is_handed_on_and_not_kept(void **state)
{
	struct result r;
	(void)state;
	open_world(3000, 5000);
	r = call_path("/busy");
	assert_int_equal(r.status, 429);
	assert_string_equal(r.retry_after, "7");
	assert_string_equal(call_path("/ok").retry_after, "(none)");
	close_world();
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
	(void)state;
	open_world(3000, 5000);
	assert_int_equal(call_path("/moved").status, 302);
	assert_int_equal(w.requests, 1);
	close_world();
}

static void of_a_long_answer_only_the_beginning_is_kept(void **state)
{
	struct result r;
	(void)state;
	open_world(3000, 5000);
	r = call_path("/big");
	assert_int_equal(r.transport, TRANSPORT_ANSWERED);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body_len, 8192);
	assert_int_equal(call_path("/ok").body_len, 2);
	close_world();
}

/* ---- what was sent and what was not ---- */

static void nothing_listening_means_not_sent(void **state)
{
	struct result r;
	(void)state;
	open_world(3000, 5000);
	evconnlistener_free(w.listener);
	w.listener = NULL;
	r = call_path("/ok");
	assert_int_equal(r.transport, TRANSPORT_NOT_SENT);
	assert_int_equal(r.status, 0);
	assert_true(r.error[0] != '\0');
	assert_null(strstr(r.error, "127.0.0.1"));
	close_world();
}

static void a_name_that_does_not_resolve_means_not_sent(void **state)
{
	(void)state;
	open_world(3000, 5000);
	assert_int_equal(call_url("http://nowhere.invalid/", true).transport, TRANSPORT_NOT_SENT);
	close_world();
}

static void a_failed_tls_handshake_means_not_sent(void **state)
{
	char url[100];
	struct result r;
	(void)state;
	open_world(3000, 1500);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", w.port);
	start_full(&r, "POST", url, "", "x", true);
	WAIT(w.peer_count == 1);
	bufferevent_write(w.peers[0], "not TLS at all\r\n", 16);
	WAIT(r.times == 1);
	assert_int_equal(r.transport, TRANSPORT_NOT_SENT);
	/* and a handshake that never ends */
	start_full(&r, "POST", url, "", "x", true);
	WAIT(r.times == 1);
	assert_int_equal(r.transport, TRANSPORT_NOT_SENT);
	close_world();
}

static void a_reset_after_the_request_means_broken(void **state)
{
	(void)state;
	open_world(3000, 5000);
	assert_int_equal(call_path("/reset").transport, TRANSPORT_BROKEN);
	close_world();
}

static void silence_means_broken_after_the_time_is_up(void **state)
{
	struct result r;
	(void)state;
	open_world(200, 300);
	r = call_path("/hang");
	assert_int_equal(r.transport, TRANSPORT_BROKEN);
	assert_int_equal(r.status, 0);
	r = call_path("/half");
	assert_int_equal(r.transport, TRANSPORT_BROKEN);
	assert_int_equal(r.status, 0);
	close_world();
}

static void closing_ends_calls_in_flight_as_broken(void **state)
{
	struct result running, refused;
	(void)state;
	open_world(3000, 5000);
	start(&running, "/hang");
	WAIT(w.requests == 1);
	start_full(&refused, "POST", "http://x/", "no colon\n", "", true);
	assert_int_equal(push_in_flight(w.push), 2);
	push_close(&w.push);
	assert_int_equal(running.times, 1);
	assert_int_equal(running.transport, TRANSPORT_BROKEN);
	assert_int_equal(refused.times, 1);
	close_world();
}

/* ---- what we refuse ---- */

static void every_spelling_of_an_inner_address_is_refused(void **state)
{
	static const char *const hosts[] = {
	        "127.0.0.1", "localhost",   "2130706433",       "0x7f.1",          "017700000001",
	        "0.0.0.0",   "[::1]",       "10.0.0.1",         "169.254.169.254", "[::ffff:127.0.0.1]",
	        "[fd00::1]", "192.168.1.1", "[64:ff9b::7f00:1]"};
	char url[120];
	(void)state;
	open_world(3000, 5000);
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		snprintf(url, sizeof url, "https://%s:%d/ok", hosts[i], w.port);
		struct result r = call_url(url, false);
		if (r.transport != TRANSPORT_REFUSED_BY_US)
			fail_msg("%s: transport %d, %s", url, r.transport, r.error);
	}
	assert_int_equal(w.connections, 0);
	close_world();
}

static void a_public_call_is_refused_even_where_a_private_connection_stands(void **state)
{
	char url[100];
	struct result r;
	(void)state;
	open_world(3000, 5000);
	assert_int_equal(call_path("/ok").status, 200);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/ok", w.port);
	r = call_url(url, false);
	assert_int_equal(r.transport, TRANSPORT_REFUSED_BY_US);
	assert_string_not_equal(r.error, "address not allowed"); /* but plain http is not, whatever the address */
	snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", w.port);
	r = call_url(url, false);
	assert_int_equal(r.transport, TRANSPORT_REFUSED_BY_US);
	assert_string_equal(r.error, "address not allowed");
	assert_int_equal(w.requests, 1);
	close_world();
}

static void what_can_never_be_sent_is_refused(void **state)
{
	static const char *const urls[] = {
	        "", "nonsense://x/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://127.0.0.1:99999/"};
	static const char *const headers[] = {"no colon\n", "a: b\r\n", "a: b\rx: y\n"};
	struct result r;
	(void)state;
	open_world(3000, 5000);
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
		if (call_url(urls[i], true).transport != TRANSPORT_REFUSED_BY_US)
			fail_msg("%s", urls[i]);
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		start_full(&r, "POST", "http://127.0.0.1/", headers[i], "", true);
		WAIT(r.times == 1);
		assert_int_equal(r.transport, TRANSPORT_REFUSED_BY_US);
	}
	close_world();
}

static const struct {
	const char *text;
	bool is_public;
} address_cases[] = {
        {"8.8.8.8", true},
        {"1.1.1.1", true},
        {"9.255.255.255", true},
        {"10.0.0.0", false},
        {"10.255.255.255", false},
        {"11.0.0.0", true},
        {"0.1.2.3", false},
        {"100.63.255.255", true},
        {"100.64.0.0", false},
        {"100.127.255.255", false},
        {"100.128.0.0", true},
        {"127.255.255.254", false},
        {"169.253.255.255", true},
        {"169.254.169.254", false},
        {"172.15.255.255", true},
        {"172.16.0.0", false},
        {"172.31.255.255", false},
        {"172.32.0.0", true},
        {"192.0.0.192", false},
        {"192.0.2.1", false},
        {"192.167.255.255", true},
        {"192.168.0.1", false},
        {"198.17.255.255", true},
        {"198.18.0.1", false},
        {"198.19.255.255", false},
        {"198.51.100.1", false},
        {"203.0.113.9", false},
        {"223.255.255.255", true},
        {"224.0.0.1", false},
        {"240.0.0.1", false},
        {"255.255.255.255", false},
        {"::", false},
        {"::1", false},
        {"::127.0.0.1", false},
        {"::ffff:127.0.0.1", false},
        {"::ffff:10.1.2.3", false},
        {"::ffff:8.8.8.8", true},
        {"64:ff9b::8.8.8.8", true},
        {"64:ff9b::10.0.0.1", false},
        {"64:ff9b::169.254.169.254", false},
        {"64:ff9b:1::8.8.8.8", false},
        {"100::1", false},
        {"fc00::1", false},
        {"fd12:3456::1", false},
        {"fe80::1", false},
        {"fec0::1", false},
        {"ff02::1", false},
        {"2001:db8::1", false},
        {"2001::1", false},
        {"2001:1ff::1", false},
        {"2001:200::1", true},
        {"2002:7f00:1::", false},
        {"3fff::1", false},
        {"2606:4700:4700::1111", true},
        {"4000::1", false},
};

static void only_global_addresses_are_public(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof address_cases / sizeof *address_cases; i++) {
		struct sockaddr_storage room = {0};
		struct sockaddr_in *v4 = (struct sockaddr_in *)&room;
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&room;
		if (inet_pton(AF_INET, address_cases[i].text, &v4->sin_addr) == 1)
			room.ss_family = AF_INET;
		else if (inet_pton(AF_INET6, address_cases[i].text, &v6->sin6_addr) == 1)
			room.ss_family = AF_INET6;
		assert_true(room.ss_family != 0);
		if (push_address_is_public((struct sockaddr *)&room) != address_cases[i].is_public)
			fail_msg("%s should be %s", address_cases[i].text,
			         address_cases[i].is_public ? "public" : "refused");
	}
	struct sockaddr other = {.sa_family = AF_UNIX};
	assert_false(push_address_is_public(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_call_arrives_as_given_and_its_answer_comes_back),
	        cmocka_unit_test(a_get_after_a_post_has_no_body_and_no_old_headers),
	        cmocka_unit_test(a_long_body_goes_without_expecting_continue),
	        cmocka_unit_test(connections_are_used_again),
	        cmocka_unit_test(many_calls_at_once_each_end_once),
	        cmocka_unit_test(what_leaves_goes_before_what_comes_in),
	        cmocka_unit_test(retry_after_is_handed_on_and_not_kept),
	        cmocka_unit_test(a_redirect_is_an_answer_and_not_followed),
	        cmocka_unit_test(of_a_long_answer_only_the_beginning_is_kept),
	        cmocka_unit_test(nothing_listening_means_not_sent),
	        cmocka_unit_test(a_name_that_does_not_resolve_means_not_sent),
	        cmocka_unit_test(a_failed_tls_handshake_means_not_sent),
	        cmocka_unit_test(a_reset_after_the_request_means_broken),
	        cmocka_unit_test(silence_means_broken_after_the_time_is_up),
	        cmocka_unit_test(closing_ends_calls_in_flight_as_broken),
	        cmocka_unit_test(every_spelling_of_an_inner_address_is_refused),
	        cmocka_unit_test(a_public_call_is_refused_even_where_a_private_connection_stands),
	        cmocka_unit_test(what_can_never_be_sent_is_refused),
	        cmocka_unit_test(only_global_addresses_are_public),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
