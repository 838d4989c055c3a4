/* push: see push.h. libcurl's multi_socket interface on libevent.
 *
 * There are two lanes, each with its own connections: the address check runs when a connection is made and not when it is used again, so a call that may not go inside must never
 * find a connection that may. A call takes an easy handle from its lane's pool, with all lasting options set; only URL, headers and body change. */
#include "push.h"

#include <assert.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "../../protocol/buf.h"
#include "../base/clock.h"
#include "../base/log.h"
#include "event_loop.h"
#include "push_address.h"

enum {
	ANSWER_KEPT = 8192,  /* first bytes of an answer that are shown: some gateways repeat the whole message */
	ANSWER_BYTES = 8192, /* an answer longer than this is cut off */
	HEADERS = 24,        /* of one call */
	CACHED_CONNECTIONS = 256,
	CONNECTION_LIFE_S = 300,
	SPARE_CALLS = 256, /* kept for reuse, in each lane */
	SPARE_BODY_BYTES = 65536,
	GRACE_MS =
	        1000, /* after total_ms the call is ended by us: curl's own timeouts can be overrun in socket mode (curl issue 23025) */
	CALL_BYTES = 2 * 1024 * 1024,
};

struct call {
	TAILQ_ENTRY(call) all;
	struct lane *lane;
	CURL *easy;
	push_done *done;
	void *ctx;
	int64_t end_us; /* monotonic */
	struct buf body, lines;
	struct curl_slist headers[HEADERS];
	char answer[ANSWER_KEPT + 1];
	size_t answer_len, received;
	int opened;        /* sockets that the address check let through */
	bool refused;      /* an address that it did not */
	const char *fault; /* why the call was never started; static */
};
TAILQ_HEAD(calls, call);

struct lane {
	struct push *push;
	bool allow_private;
	CURLM *multi;
	struct event *timer;
	bool due; /* curl has something to do at once: a call was just started */
	struct calls spare;
	int spare_count;
};
enum { PUBLIC, PRIVATE, LANES };

struct push {
	struct event_base *base;
	struct push_options options;
	char *ca_file, *user_agent;
	struct lane lanes[LANES];
	struct calls started; /* oldest first; all calls may take the same time, so the first is due first */
	struct calls stillborn;
	int in_flight;
	struct event *deadline, *bury;
	bool closing;
};

/* One socket that curl watches. */
struct watch {
	struct lane *lane;
	struct event *event;
};

static struct timeval timeval_ms(long ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* ---- the end of a call ---- */

static void call_free(struct call *c)
{
	curl_easy_cleanup(c->easy);
	buf_free(&c->body);
	buf_free(&c->lines);
	free(c);
}

static void recycle(struct call *c)
{
	struct lane *lane = c->lane;
	if (lane->push->closing || lane->spare_count >= SPARE_CALLS || c->body.cap > SPARE_BODY_BYTES) {
		call_free(c);
		return;
	}
	TAILQ_INSERT_HEAD(&lane->spare, c, all);
	lane->spare_count++;
}

static void arm_deadline(struct push *p)
{
	struct call *first = TAILQ_FIRST(&p->started);
	if (first == NULL || event_pending(p->deadline, EV_TIMEOUT, NULL))
		return; /* armed for an earlier call: it will look again */
	int64_t left_us = first->end_us - mono_now().us;
	struct timeval tv = timeval_ms(left_us > 0 ? (long)(left_us / 1000) + 1 : 0);
	event_add(p->deadline, &tv);
}

/* The call is over: out of the list, told, and back to its lane. */
static void tell(struct calls *list, struct call *c, struct channel_answer *answer)
{
	struct push *p = c->lane->push;
	TAILQ_REMOVE(list, c, all);
	p->in_flight--;
	answer->body = c->answer;
	c->done(c->ctx, answer);
	recycle(c);
}

/* Not sent when no byte of the request was; curl counts them over all its own tries. */
static enum transport transport_of(const struct call *c, CURLcode code, long status)
{
	long sent = 0;
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && status != 0 && c->received > ANSWER_BYTES))
		return TRANSPORT_ANSWERED;
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		return TRANSPORT_REFUSED_BY_US;
	if (c->refused && c->opened == 0)
		return TRANSPORT_REFUSED_BY_US;
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	return sent == 0 ? TRANSPORT_NOT_SENT : TRANSPORT_BROKEN;
}

static const char *error_of(const struct call *c, enum transport transport, CURLcode code)
{
	if (transport == TRANSPORT_ANSWERED)
		return "";
	if (transport == TRANSPORT_REFUSED_BY_US && c->refused)
		return "address not allowed";
	return curl_easy_strerror(code); /* curl's longer words hold the address */
}

static void finish(struct call *c, CURLcode code)
{
	struct channel_answer answer = {0};
	struct curl_header *retry_after;
	long status = 0;
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (curl_easy_header(c->easy, "Retry-After", 0, CURLH_HEADER, -1, &retry_after) == CURLHE_OK)
		answer.retry_after = retry_after->value;
	answer.transport = transport_of(c, code, status);
	answer.status = answer.transport == TRANSPORT_ANSWERED ? (int)status : 0;
	answer.error = error_of(c, answer.transport, code);
	curl_multi_remove_handle(c->lane->multi, c->easy);
	tell(&c->lane->push->started, c, &answer);
}

static void finish_done(struct lane *lane)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(lane->multi, &left)) != NULL) {
		struct call *c = NULL;
		CURLcode code = message->data.result;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&c);
		finish(c, code);
	}
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct push *p = arg;
	struct call *c;
	int64_t now = mono_now().us;
	(void)fd;
	(void)what;
	while ((c = TAILQ_FIRST(&p->started)) != NULL && c->end_us <= now)
		finish(c, CURLE_OPERATION_TIMEDOUT);
	arm_deadline(p);
}

static void on_bury(evutil_socket_t fd, short what, void *arg)
{
	struct push *p = arg;
	struct call *c;
	(void)fd;
	(void)what;
	while ((c = TAILQ_FIRST(&p->stillborn)) != NULL) {
		struct channel_answer answer = {.transport = TRANSPORT_REFUSED_BY_US, .error = c->fault};
		tell(&p->stillborn, c, &answer);
	}
}

/* ---- curl's sockets and timer ---- */

static void drive(struct lane *lane, curl_socket_t fd, int what)
{
	int running;
	if (fd == CURL_SOCKET_TIMEOUT)
		lane->due = false;
	CURLMcode code = curl_multi_socket_action(lane->multi, fd, what, &running);
	if (code != CURLM_OK)
		log_error("push.multi_failed", "code=%d", (int)code);
	finish_done(lane);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	const struct watch *watch = arg;
	drive(watch->lane, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	drive(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* CURLMOPT_TIMERFUNCTION: only arms; curl must not be called from here. */
static int want_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct lane *lane = arg;
	(void)multi;
	lane->due = timeout_ms == 0;
	if (timeout_ms < 0) {
		event_del(lane->timer);
		return 0;
	}
	struct timeval tv = timeval_ms(timeout_ms);
	event_add(lane->timer, &tv);
	return 0;
}

static void unwatch(struct lane *lane, curl_socket_t fd, struct watch *watch)
{
	if (watch == NULL)
		return;
	curl_multi_assign(lane->multi, fd, NULL);
	event_free(watch->event);
	free(watch);
}

/* CURLMOPT_SOCKETFUNCTION. */
static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	struct lane *lane = arg;
	struct watch *watch = assigned;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		unwatch(lane, fd, watch);
		return 0;
	}
	short events =
	        (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
	if (watch == NULL) {
		watch = calloc(1, sizeof *watch);
		if (watch == NULL || (watch->event = event_new(lane->push->base, fd, events, on_socket, watch)) == NULL)
			abort();
		watch->lane = lane;
		curl_multi_assign(lane->multi, fd, watch);
	} else if (event_get_events(watch->event) == events) {
		return 0;
	} else {
		event_del(watch->event);
		event_assign(watch->event, lane->push->base, fd, events, on_socket, watch);
	}
	event_priority_set(watch->event, EVENT_LOOP_FIRST);
	event_add(watch->event, NULL);
	return 0;
}

/* ---- a call's callbacks ---- */

/* CURLOPT_OPENSOCKETFUNCTION: after DNS, before connect. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct call *c = arg;
	(void)purpose;
	if (!c->lane->allow_private && !push_address_is_public(&address->addr)) {
		c->refused = true;
		return CURL_SOCKET_BAD;
	}
	c->opened++;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* CURLOPT_WRITEFUNCTION: keeps the beginning, ends the transfer when there is too much. */
static size_t take_answer(char *bytes, size_t one, size_t len, void *arg)
{
	struct call *c = arg;
	size_t room = ANSWER_KEPT - c->answer_len;
	size_t kept = len < room ? len : room;
	(void)one;
	memcpy(c->answer + c->answer_len, bytes, kept);
	c->answer_len += kept;
	c->answer[c->answer_len] = '\0';
	c->received += len;
	return c->received > ANSWER_BYTES ? 0 : len;
}

/* ---- starting a call ---- */

static void set_limits(CURL *easy, const struct push_options *o)
{
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)o->total_ms);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
	                 1L); /* a timeout during a lookup must not wait for the resolver's thread */
	curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFE_S);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* one would hide the peer's address */
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
}

static void set_tls(CURL *easy, const struct push *p)
{
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (p->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, p->ca_file);
}

/* A handle with everything that stays the same from call to call. */
static struct call *call_new(struct lane *lane)
{
	struct call *c = calloc(1, sizeof *c);
	if (c == NULL || (c->easy = curl_easy_init()) == NULL)
		abort();
	c->lane = lane;
	buf_init(&c->body, CALL_BYTES);
	buf_init(&c->lines, CALL_BYTES);
	set_limits(c->easy, &lane->push->options);
	set_tls(c->easy, lane->push);
	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, lane->allow_private ? "http,https" : "https");
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT, lane->push->user_agent);
	curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	return c;
}

static struct call *call_take(struct lane *lane)
{
	struct call *c = TAILQ_FIRST(&lane->spare);
	if (c == NULL)
		return call_new(lane);
	TAILQ_REMOVE(&lane->spare, c, all);
	lane->spare_count--;
	buf_reset(&c->body);
	buf_reset(&c->lines);
	c->answer[0] = '\0';
	c->answer_len = c->received = 0;
	c->opened = 0;
	c->refused = false;
	return c;
}

/* "Name: value\n" lines as curl's list, without an allocation per header. False when they do not fit or would break the request. */
static bool set_headers(struct call *c, const struct buf *headers)
{
	static char no_expect[] = "Expect:";
	size_t n = 0;
	buf_add(&c->lines, headers->data, headers->len);
	if (c->lines.failed || strlen(c->lines.data) != c->lines.len || strchr(c->lines.data, '\r') != NULL)
		return false;
	for (char *line = c->lines.data, *end; *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end == '\n')
			*end++ = '\0';
		if (n == HEADERS - 1 || strchr(line, ':') == NULL)
			return false;
		c->headers[n] = (struct curl_slist){line, &c->headers[n + 1]};
		n++;
	}
	c->headers[n] = (struct curl_slist){no_expect, NULL};
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	return true;
}

static bool set_body(struct call *c, const struct http_call *call)
{
	if (strcmp(call->method, "GET") == 0) {
		curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L);
		return true;
	}
	assert(strcmp(call->method, "POST") == 0);
	buf_add(&c->body, call->body.data, call->body.len);
	curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->body.data);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.len);
	return !c->body.failed;
}

/* Why the call cannot be started, or NULL. */
static const char *prepare(struct call *c, const struct http_call *call)
{
	if (call->url.failed || call->headers.failed || call->body.failed)
		return "the call is incomplete";
	if (curl_easy_setopt(c->easy, CURLOPT_URL, call->url.data) != CURLE_OK)
		return "the URL is not acceptable";
	if (!set_headers(c, &call->headers))
		return "the headers are not acceptable";
	if (!set_body(c, call))
		return "the body is too large";
	return NULL;
}

void push_start(struct push *p, const struct http_call *call, bool allow_private, push_done *done, void *ctx)
{
	assert(!p->closing);
	struct call *c = call_take(&p->lanes[allow_private ? PRIVATE : PUBLIC]);
	c->done = done;
	c->ctx = ctx;
	c->end_us = mono_now().us + (int64_t)(p->options.total_ms + GRACE_MS) * 1000;
	p->in_flight++;
	c->fault = prepare(c, call);
	if (c->fault == NULL && curl_multi_add_handle(c->lane->multi, c->easy) != CURLM_OK)
		abort(); /* out of memory, or a mistake of ours */
	if (c->fault != NULL) {
		TAILQ_INSERT_TAIL(&p->stillborn, c, all);
		event_active(p->bury, EV_TIMEOUT, 0);
		return;
	}
	TAILQ_INSERT_TAIL(&p->started, c, all);
	arm_deadline(p);
}

void push_go(struct push *p)
{
	for (int i = 0; i < LANES; i++)
		if (p->lanes[i].due)
			drive(&p->lanes[i], CURL_SOCKET_TIMEOUT, 0);
}

/* ---- opening and closing ---- */

static void lane_open(struct lane *lane, struct push *p, bool allow_private)
{
	*lane = (struct lane){.push = p, .allow_private = allow_private};
	TAILQ_INIT(&lane->spare);
	lane->timer = evtimer_new(p->base, on_timer, lane);
	lane->multi = curl_multi_init();
	if (lane->timer == NULL || lane->multi == NULL)
		abort();
	event_priority_set(lane->timer, EVENT_LOOP_FIRST);
	curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, lane);
	curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, lane);
	curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, (long)CACHED_CONNECTIONS);
	curl_multi_setopt(lane->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
}

static void lane_close(struct lane *lane)
{
	struct call *c;
	while ((c = TAILQ_FIRST(&lane->spare)) != NULL) {
		TAILQ_REMOVE(&lane->spare, c, all);
		call_free(c);
	}
	curl_multi_cleanup(lane->multi);
	event_free(lane->timer);
}

static char *copy_of(const char *text)
{
	char *copy = text == NULL ? NULL : strdup(text);
	if (text != NULL && copy == NULL)
		abort();
	return copy;
}

struct push *push_open(struct event_base *base, const struct push_options *o)
{
	assert(o->connect_ms > 0 && o->total_ms > 0);
	struct push *p = calloc(1, sizeof *p);
	if (p == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	signal(SIGPIPE, SIG_IGN); /* CURLOPT_NOSIGNAL leaves it to us */
	p->base = base;
	p->options = *o;
	p->ca_file = copy_of(o->ca_file);
	p->user_agent = copy_of(o->user_agent);
	TAILQ_INIT(&p->started);
	TAILQ_INIT(&p->stillborn);
	p->deadline = evtimer_new(base, on_deadline, p);
	p->bury = event_new(base, -1, 0, on_bury, p);
	if (p->deadline == NULL || p->bury == NULL)
		abort();
	lane_open(&p->lanes[PUBLIC], p, false);
	lane_open(&p->lanes[PRIVATE], p, true);
	return p;
}

/* The world has not answered: whether the call arrived is unknown. */
static void abandon(struct calls *list)
{
	struct call *c;
	while ((c = TAILQ_FIRST(list)) != NULL) {
		struct channel_answer answer = {.transport = TRANSPORT_BROKEN, .error = "shutting down"};
		curl_multi_remove_handle(c->lane->multi, c->easy);
		tell(list, c, &answer);
	}
}

void push_close(struct push **pp)
{
	struct push *p = *pp;
	if (p == NULL)
		return;
	p->closing = true;
	abandon(&p->started);
	abandon(&p->stillborn);
	lane_close(&p->lanes[PUBLIC]);
	lane_close(&p->lanes[PRIVATE]);
	event_free(p->deadline);
	event_free(p->bury);
	free(p->ca_file);
	free(p->user_agent);
	curl_global_cleanup();
	free(p);
	*pp = NULL;
}

int push_in_flight(const struct push *p)
{
	return p->in_flight;
}
