/* load: an HTTP/1.1 keep-alive load generator for this machine. Closed loop (--count over --connections) or open loop (--rate for --seconds).
 * Each POST carries a key with its number and due time (bench.h) wherever the body says @KEY@, and as Idempotency-Key. Latency counts from the due
 * time, so that a request that had to wait for a free connection is not flattered. Prints one line of JSON. Sends to loopback only. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bench.h"

enum { CONNECTIONS_MAX = 1024, KEY_PLACES = 4, REQUEST_MAX = 64 * 1024, ANSWER_HEAD_MAX = 16 * 1024, STATUS_MAX = 600 };

struct options {
	const char *address, *path, *body;
	char headers[4096];
	unsigned port, connections, count;
	double rate, seconds, timeout_s;
};

struct connection {
	int fd;
	bool busy, in_body;
	int status;
	int64_t due_ns;
	size_t got, body_left;
	char in[ANSWER_HEAD_MAX];
};

struct load {
	struct options options;
	struct connection *connections;
	struct connection *idle[CONNECTIONS_MAX];
	unsigned idle_count;
	int epoll, timer;
	char request[REQUEST_MAX]; /* rewritten in place: only the keys differ */
	size_t request_len;
	size_t key_at[KEY_PLACES];
	unsigned key_count;
	int64_t start_ns, end_ns;
	unsigned sent, answered, errors;
	unsigned statuses[STATUS_MAX];
	int64_t *latencies;
};

static void add(struct load *l, const char *text, size_t len)
{
	if (l->request_len + len > REQUEST_MAX)
		errx(2, "the request is too long");
	memcpy(l->request + l->request_len, text, len);
	l->request_len += len;
}

static void add_key(struct load *l)
{
	if (l->key_count == KEY_PLACES)
		errx(2, "the body has too many @KEY@");
	l->key_at[l->key_count++] = l->request_len;
	add(l, KEY_MARKER "00000000:00000000000000000000", KEY_LEN);
}

static void build_request(struct load *l)
{
	const struct options *o = &l->options;
	static const char word[] = "@KEY@";
	const size_t word_len = sizeof word - 1;
	size_t places = 0;
	for (const char *p = o->body; (p = strstr(p, word)); p += word_len)
		places++;
	char head[8192];
	int len =
	        snprintf(head, sizeof head,
	                 "POST %s HTTP/1.1\r\nHost: %s:%u\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
	                 "%sIdempotency-Key: ",
	                 o->path, o->address, o->port, strlen(o->body) + places * (KEY_LEN - word_len), o->headers);
	if (len < 0 || (size_t)len >= sizeof head)
		errx(2, "the headers are too long");
	add(l, head, (size_t)len);
	add_key(l);
	add(l, "\r\n\r\n", 4);
	const char *p = o->body, *next;
	for (; (next = strstr(p, word)); p = next + word_len) {
		add(l, p, (size_t)(next - p));
		add_key(l);
	}
	add(l, p, strlen(p));
}

static void connect_to_server(struct load *l, struct connection *c)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->options.port)};
	inet_pton(AF_INET, l->options.address, &to.sin_addr);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
		err(1, "%s:%u", l->options.address, l->options.port);
	int on = 1;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
		err(1, "epoll_ctl");
	c->busy = c->in_body = false;
	c->got = 0;
	l->idle[l->idle_count++] = c;
}

static bool open_loop(const struct load *l)
{
	return l->options.rate > 0;
}

static int64_t due_time(const struct load *l, unsigned number)
{
	return l->start_ns + (int64_t)((double)number * 1e9 / l->options.rate);
}

/* One small request is under way per connection, so the socket's buffer always has room for all of it. */
static void send_request(struct load *l, struct connection *c, int64_t due_ns)
{
	char key[KEY_LEN + 1];
	snprintf(key, sizeof key, KEY_MARKER "%08u:%020" PRId64, l->sent % KEY_NUMBERS, due_ns);
	for (unsigned i = 0; i < l->key_count; i++)
		memcpy(l->request + l->key_at[i], key, KEY_LEN);
	c->busy = true;
	c->due_ns = due_ns;
	l->sent++;
	if (send(c->fd, l->request, l->request_len, MSG_NOSIGNAL) != (ssize_t)l->request_len)
		shutdown(c->fd, SHUT_RDWR); /* the end of the stream is then read, and counted as an error */
}

/* Sends what is due on what is free, and sets the timer for what is not due yet. */
static void send_due(struct load *l)
{
	while (l->sent < l->options.count && l->idle_count > 0) {
		int64_t now = now_ns(), due = open_loop(l) ? due_time(l, l->sent) : now;
		if (due > now) {
			struct itimerspec at = {.it_value = {due / 1000000000, due % 1000000000}};
			timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &at, NULL);
			return;
		}
		send_request(l, l->idle[--l->idle_count], due);
	}
}

static void request_done(struct load *l, struct connection *c)
{
	l->latencies[l->answered++] = now_ns() - c->due_ns;
	l->statuses[c->status]++;
	c->busy = c->in_body = false;
	c->got = 0;
	l->idle[l->idle_count++] = c;
}

static void drop_from_idle(struct load *l, const struct connection *c)
{
	for (unsigned i = 0; i < l->idle_count; i++) {
		if (l->idle[i] == c) {
			l->idle[i] = l->idle[--l->idle_count];
			return;
		}
	}
}

static void connection_lost(struct load *l, struct connection *c)
{
	if (c->busy)
		l->errors++;
	else
		drop_from_idle(l, c);
	close(c->fd);
	connect_to_server(l, c);
}

/* Takes the answer's head apart when all of it is there: 1; 0 when more must come; -1 when it is nothing that this program reads. */
static int read_head(struct connection *c)
{
	c->in[c->got] = '\0';
	const char *end = strstr(c->in, "\r\n\r\n");
	if (!end)
		return c->got + 1 < sizeof c->in ? 0 : -1;
	if (sscanf(c->in, "HTTP/1.%*1d %3d", &c->status) != 1 || c->status < 200 || c->status >= STATUS_MAX)
		return -1;
	size_t body = 0, have = c->got - (size_t)(end + 4 - c->in);
	const char *length = strcasestr(c->in, "\r\nContent-Length:");
	if (length && length < end)
		body = strtoul(length + 17, NULL, 10);
	else if (c->status != 204)
		return -1;
	if (have > body)
		return -1;
	c->body_left = body - have;
	return 1;
}

static void connection_readable(struct load *l, struct connection *c)
{
	static char scrap[64 * 1024];
	ssize_t n = c->in_body ? read(c->fd, scrap, c->body_left < sizeof scrap ? c->body_left : sizeof scrap)
	                       : read(c->fd, c->in + c->got, sizeof c->in - 1 - c->got);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || !c->busy) {
		connection_lost(l, c);
		return;
	}
	if (c->in_body) {
		c->body_left -= (size_t)n;
	} else {
		c->got += (size_t)n;
		int head = read_head(c);
		if (head < 0)
			connection_lost(l, c);
		if (head <= 0)
			return;
		c->in_body = true;
	}
	if (c->body_left == 0)
		request_done(l, c);
}

static void run(struct load *l)
{
	int64_t deadline = l->start_ns + (int64_t)(l->options.timeout_s * 1e9);
	struct epoll_event events[256];
	send_due(l);
	while (l->answered + l->errors < l->options.count && now_ns() < deadline) {
		int n = epoll_wait(l->epoll, events, 256, 100);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr) {
				connection_readable(l, events[i].data.ptr);
			} else {
				uint64_t ticks;
				if (read(l->timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
					err(1, "timerfd");
			}
		}
		send_due(l);
	}
	l->end_ns = now_ns();
}

static void print_result(struct load *l)
{
	double seconds = (double)(l->end_ns - l->start_ns) / 1e9;
	char latency[256];
	print_latencies(latency, sizeof latency, l->latencies, l->answered);
	printf("{\"sent\":%u,\"answered\":%u,\"errors\":%u,\"seconds\":%.3f,\"per_s\":%.1f,\"latency\":%s,\"status\":{",
	       l->sent, l->answered, l->sent - l->answered, seconds, l->answered / seconds, latency);
	const char *comma = "";
	for (int i = 0; i < STATUS_MAX; i++) {
		if (l->statuses[i]) {
			printf("%s\"%d\":%u", comma, i, l->statuses[i]);
			comma = ",";
		}
	}
	printf("}}\n");
}

static void usage(void)
{
	fprintf(stderr,
	        "usage: bench_load --port N --path /P --body JSON [--address 127.0.0.1] [--header 'Name: value']...\n"
	        "       [--connections N] (--count N | --rate PER_S --seconds S) [--timeout S]\n");
	exit(2);
}

static void add_header(struct options *o, const char *line)
{
	size_t len = strlen(o->headers);
	int n = snprintf(o->headers + len, sizeof o->headers - len, "%s\r\n", line);
	if (n < 0 || (size_t)n >= sizeof o->headers - len)
		errx(2, "the headers are too long");
}

static void read_options(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
	        {"address", required_argument, NULL, 'a'},
	        {"port", required_argument, NULL, 'p'},
	        {"path", required_argument, NULL, 'u'},
	        {"body", required_argument, NULL, 'b'},
	        {"header", required_argument, NULL, 'h'},
	        {"connections", required_argument, NULL, 'c'},
	        {"count", required_argument, NULL, 'n'},
	        {"rate", required_argument, NULL, 'r'},
	        {"seconds", required_argument, NULL, 's'},
	        {"timeout", required_argument, NULL, 't'},
	        {NULL, 0, NULL, 0},
	};
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 'a':
			o->address = optarg;
			break;
		case 'p':
			o->port = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'u':
			o->path = optarg;
			break;
		case 'b':
			o->body = optarg;
			break;
		case 'h':
			add_header(o, optarg);
			break;
		case 'c':
			o->connections = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'n':
			o->count = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			o->rate = strtod(optarg, NULL);
			break;
		case 's':
			o->seconds = strtod(optarg, NULL);
			break;
		case 't':
			o->timeout_s = strtod(optarg, NULL);
			break;
		default:
			usage();
		}
	}
	if (o->rate > 0)
		o->count = (unsigned)(o->rate * o->seconds);
	if (!o->path || !o->body || o->port == 0 || o->count == 0 || o->count > KEY_NUMBERS || o->connections == 0 ||
	    o->connections > CONNECTIONS_MAX)
		usage();
	if (strncmp(o->address, "127.", 4) != 0)
		errx(2, "%s is not this machine", o->address);
}

int main(int argc, char **argv)
{
	static struct load l = {.options = {.address = "127.0.0.1", .connections = 1, .timeout_s = 60}};
	read_options(&l.options, argc, argv);
	build_request(&l);
	l.latencies = calloc(l.options.count, sizeof *l.latencies);
	l.connections = calloc(l.options.connections, sizeof *l.connections);
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	l.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	struct epoll_event timer = {.events = EPOLLIN, .data.ptr = NULL};
	if (!l.latencies || !l.connections || l.epoll < 0 || l.timer < 0 ||
	    epoll_ctl(l.epoll, EPOLL_CTL_ADD, l.timer, &timer) != 0)
		err(1, "start");
	for (unsigned i = 0; i < l.options.connections; i++)
		connect_to_server(&l, &l.connections[i]);
	l.start_ns = now_ns();
	run(&l);
	print_result(&l);
	free(l.latencies);
	free(l.connections);
	return l.answered == l.options.count ? 0 : 1;
}
