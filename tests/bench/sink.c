/* sink: an HTTP/1.1 server that answers 200 to every POST and notes when each key of the load generator (bench.h) arrived.
 * GET /summary tells in JSON; POST /reset forgets all and takes no key that was sent before. Listens on 127.0.0.1; ends with SIGTERM. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

enum { REQUEST_MAX = 256 * 1024, REQUEST_FIRST = 8 * 1024 };

struct connection {
	int fd;
	size_t got, room;
	char *in;
};

struct arrival {
	int64_t first_ns, complete_ns; /* from the due time; complete: when the last of those expected came */
	unsigned count;
};

struct sink {
	int epoll, listener;
	unsigned expected; /* webhooks per key */
	const char *marker;
	struct arrival *arrivals; /* by number */
	unsigned used;            /* numbers seen are below */
	unsigned posts, unmarked, stale;
	int64_t reset_ns, begin_ns, end_ns; /* begin: the earliest due time; end: the latest arrival */
};

static void note_arrival(struct sink *s, unsigned number, int64_t due_ns)
{
	struct arrival *a = &s->arrivals[number];
	if (number >= s->used)
		s->used = number + 1;
	s->end_ns = now_ns();
	if (s->begin_ns == 0 || due_ns < s->begin_ns)
		s->begin_ns = due_ns;
	int64_t took = s->end_ns - due_ns;
	if (a->count == 0)
		a->first_ns = took;
	if (++a->count == s->expected)
		a->complete_ns = took;
}

/* The first key of a body counts; a body may repeat it. */
static void take_body(struct sink *s, const char *body, size_t len)
{
	s->posts++;
	const size_t marker_len = strlen(s->marker), rest = 8 + 1 + 20;
	const char *at = memmem(body, len, s->marker, marker_len);
	if (!at || (size_t)(body + len - at) < marker_len + rest) {
		s->unmarked++;
		return;
	}
	unsigned number;
	int64_t due_ns;
	char key[8 + 1 + 20 + 1];
	memcpy(key, at + marker_len, rest);
	key[rest] = '\0';
	if (sscanf(key, "%8u:%20" SCNd64, &number, &due_ns) != 2 || number >= KEY_NUMBERS)
		s->unmarked++;
	else if (due_ns < s->reset_ns)
		s->stale++;
	else
		note_arrival(s, number, due_ns);
}

static int summarise(struct sink *s, char *out, size_t size)
{
	int64_t *first = calloc(s->used + 1, sizeof *first), *complete = calloc(s->used + 1, sizeof *complete);
	if (!first || !complete)
		err(1, "summary");
	size_t firsts = 0, completes = 0;
	unsigned surplus = 0;
	for (unsigned i = 0; i < s->used; i++) {
		const struct arrival *a = &s->arrivals[i];
		if (a->count > 0)
			first[firsts++] = a->first_ns;
		if (a->count >= s->expected)
			complete[completes++] = a->complete_ns;
		if (a->count > s->expected)
			surplus += a->count - s->expected;
	}
	char first_text[256], complete_text[256];
	print_latencies(first_text, sizeof first_text, first, firsts);
	print_latencies(complete_text, sizeof complete_text, complete, completes);
	free(first);
	free(complete);
	return snprintf(out, size,
	                "{\"posts\":%u,\"unmarked\":%u,\"stale\":%u,\"surplus\":%u,\"seconds\":%.3f,\"first\":%s,"
	                "\"complete\":%s}\n",
	                s->posts, s->unmarked, s->stale, surplus, (double)(s->end_ns - s->begin_ns) / 1e9, first_text,
	                complete_text);
}

static void reset(struct sink *s)
{
	memset(s->arrivals, 0, s->used * sizeof *s->arrivals);
	s->used = s->posts = s->unmarked = s->stale = 0;
	s->begin_ns = s->end_ns = 0;
	s->reset_ns = now_ns();
}

static void answer(struct connection *c, const char *body, size_t len)
{
	char head[160];
	int n = snprintf(head, sizeof head,
	                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", len);
	if (send(c->fd, head, (size_t)n, MSG_NOSIGNAL | (len ? MSG_MORE : 0)) < 0 ||
	    (len && send(c->fd, body, len, MSG_NOSIGNAL) < 0))
		shutdown(c->fd, SHUT_RDWR);
}

static void handle(struct sink *s, struct connection *c, const char *body, size_t len)
{
	char text[1024];
	if (strncmp(c->in, "GET /summary ", 13) == 0) {
		answer(c, text, (size_t)summarise(s, text, sizeof text));
	} else if (strncmp(c->in, "POST /reset ", 12) == 0) {
		reset(s);
		answer(c, "", 0);
	} else {
		take_body(s, body, len);
		answer(c, "", 0);
	}
}

/* Handles one request when all of it is there. False when more must come. Chunked bodies are not read (no peer here sends them). */
static bool take_request(struct sink *s, struct connection *c)
{
	c->in[c->got] = '\0';
	char *end = strstr(c->in, "\r\n\r\n");
	if (!end)
		return false;
	size_t body = 0, head = (size_t)(end + 4 - c->in);
	const char *length = strcasestr(c->in, "\r\nContent-Length:");
	if (length && length < end)
		body = strtoul(length + 17, NULL, 10);
	if (body > REQUEST_MAX || c->got < head + body)
		return false;
	handle(s, c, c->in + head, body);
	memmove(c->in, c->in + head + body, c->got - head - body);
	c->got -= head + body;
	return true;
}

static void end_connection(struct connection *c)
{
	close(c->fd);
	free(c->in);
	free(c);
}

static bool make_room(struct connection *c)
{
	if (c->got + 1 < c->room)
		return true;
	if (c->room >= 2 * REQUEST_MAX)
		return false;
	char *bigger = realloc(c->in, c->room * 2);
	if (!bigger)
		return false;
	c->in = bigger;
	c->room *= 2;
	return true;
}

static void readable(struct sink *s, struct connection *c)
{
	ssize_t n = make_room(c) ? recv(c->fd, c->in + c->got, c->room - 1 - c->got, MSG_DONTWAIT) : 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_connection(c);
		return;
	}
	c->got += (size_t)n;
	while (c->got > 0 && take_request(s, c))
		;
}

static void accept_connection(struct sink *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct connection *c = calloc(1, sizeof *c);
	if (!c || !(c->in = malloc(REQUEST_FIRST)))
		err(1, "connection");
	c->fd = fd;
	c->room = REQUEST_FIRST;
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		err(1, "epoll_ctl");
}

static void listen_on(struct sink *s, unsigned port)
{
	struct sockaddr_in at = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int on = 1;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	if (s->epoll < 0 || bind(s->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(s->listener, 1024) != 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &event) != 0)
		err(1, "port %u", port);
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
	        {"port", required_argument, NULL, 'p'},
	        {"expect", required_argument, NULL, 'e'},
	        {"marker", required_argument, NULL, 'm'},
	        {NULL, 0, NULL, 0},
	};
	static struct sink s = {.expected = 1, .marker = KEY_MARKER};
	unsigned port = 0;
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		if (c == 'p')
			port = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'e')
			s.expected = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'm')
			s.marker = optarg;
		else
			return 2;
	}
	if (port == 0 || s.expected == 0) {
		fprintf(stderr, "usage: bench_sink --port N [--expect WEBHOOKS_PER_KEY] [--marker TEXT]\n");
		return 2;
	}
	s.arrivals = calloc(KEY_NUMBERS, sizeof *s.arrivals); /* touched only as far as numbers go */
	if (!s.arrivals)
		err(1, "arrivals");
	listen_on(&s, port);
	for (;;) {
		struct epoll_event events[256];
		int n = epoll_wait(s.epoll, events, 256, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				readable(&s, events[i].data.ptr);
			else
				accept_connection(&s);
		}
	}
}
