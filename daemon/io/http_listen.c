/* http_listen: listening sockets. Ours, not evhttp's: the backlog is deep enough for a burst, and accepting pauses at the connection cap and when the process is out
 * of files (accept() would fail in a busy loop, libevent issue 71). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http_internal.h"

enum { BACKLOG = 4096, FILES_AGAIN_MS = 100 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un unix_path;
	struct sockaddr_storage room;
};

/* ---- pausing ---- */

/* A listener's error callback gets evhttp's argument, not ours: this finds the server. */
static LIST_HEAD(, http) servers = LIST_HEAD_INITIALIZER(servers);

static void pause_all(struct http *h, bool paused)
{
	h->paused = paused;
	for (int i = 0; i < h->bound_count; i++) {
		struct evconnlistener *listener = evhttp_bound_socket_get_listener(h->bound[i]);
		if (paused)
			evconnlistener_disable(listener);
		else
			evconnlistener_enable(listener);
	}
}

void http_listen_update(struct http *h)
{
	bool paused = h->files_exhausted || h->conn_count >= h->limits.connections;
	if (paused != h->paused)
		pause_all(h, paused);
}

static void on_files_again(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	(void)fd;
	(void)what;
	h->files_exhausted = false;
	http_listen_update(h);
}

static void on_accept_error(struct evconnlistener *listener, void *evhttp)
{
	static const struct timeval wait = {.tv_usec = FILES_AGAIN_MS * 1000};
	struct http *h = LIST_FIRST(&servers);
	(void)listener;
	while (h != NULL && h->evhttp != evhttp)
		h = LIST_NEXT(h, all);
	if (h == NULL)
		return;
	http_log_accept_error(errno);
	h->files_exhausted = true;
	http_listen_update(h);
	event_add(h->files_again, &wait);
}

/* ---- sockets ---- */

static bool is_local(const union address *a)
{
	return a->any.sa_family == AF_UNIX;
}

/* A path left behind by a process that is gone would refuse the bind; one that answers belongs to somebody. */
static void remove_stale(const union address *a, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, &a->any, len) != 0 && errno == ECONNREFUSED)
		unlink(a->unix_path.sun_path);
	close(fd);
}

static bool parse_unix(const char *path, union address *ret, socklen_t *ret_len)
{
	size_t len = strlen(path);
	if (len == 0 || len >= sizeof ret->unix_path.sun_path)
		return false;
	ret->unix_path.sun_family = AF_UNIX;
	memcpy(ret->unix_path.sun_path, path, len + 1);
	*ret_len = sizeof ret->unix_path;
	return true;
}

static bool parse_port(const char *text, in_port_t *ret)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);
	*ret = htons((uint16_t)port);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && port <= UINT16_MAX;
}

/* "127.0.0.1:8080", "[::1]:0". evutil_parse_sockaddr_port() does not take port 0. */
static bool parse_internet(const char *text, union address *ret, socklen_t *ret_len)
{
	char host[INET6_ADDRSTRLEN];
	bool v6 = text[0] == '[';
	const char *from = v6 ? text + 1 : text;
	size_t len = strcspn(from, v6 ? "]" : ":");
	const char *port = from + len + (v6 && from[len] != '\0');
	if (len >= sizeof host || *port != ':')
		return false;
	memcpy(host, from, len);
	host[len] = '\0';
	if (v6) {
		ret->v6.sin6_family = AF_INET6;
		*ret_len = sizeof ret->v6;
		return inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1 && parse_port(port + 1, &ret->v6.sin6_port);
	}
	ret->v4.sin_family = AF_INET;
	*ret_len = sizeof ret->v4;
	return inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1 && parse_port(port + 1, &ret->v4.sin_port);
}

static bool parse_address(const char *text, union address *ret, socklen_t *ret_len)
{
	static const char local[] = "unix:";
	memset(ret, 0, sizeof *ret);
	if (strncmp(text, local, sizeof local - 1) == 0)
		return parse_unix(text + sizeof local - 1, ret, ret_len);
	return parse_internet(text, ret, ret_len);
}

static bool set_option(int fd, int level, int option)
{
	int on = 1;
	return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

static bool bind_and_listen(int fd, const union address *a, socklen_t len)
{
	if (is_local(a))
		remove_stale(a, len);
	else if (!set_option(fd, SOL_SOCKET, SO_REUSEADDR))
		return false;
	if (a->any.sa_family == AF_INET6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY))
		return false;
	return bind(fd, &a->any, len) == 0 && listen(fd, BACKLOG) == 0;
}

int http_listen(struct http *h, const char *address)
{
	union address a;
	socklen_t len;
	if (!parse_address(address, &a, &len)) {
		errno = EINVAL;
		return -1;
	}
	int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	int port = bind_and_listen(fd, &a, len) ? http_listen_fd(h, fd) : -1;
	if (port < 0) {
		int saved = errno;
		close(fd);
		errno = saved;
	}
	return port;
}

static int port_of(const union address *a)
{
	if (a->any.sa_family == AF_INET)
		return ntohs(a->v4.sin_port);
	if (a->any.sa_family == AF_INET6)
		return ntohs(a->v6.sin6_port);
	return 0;
}

int http_listen_fd(struct http *h, int fd)
{
	union address a = {0};
	socklen_t len = sizeof a;
	if (h->bound_count == HTTP_LISTENERS) {
		errno = ENOSPC;
		return -1;
	}
	/* accept() is called until it would block: a blocking socket would stop the whole loop */
	if (getsockname(fd, &a.any, &len) != 0 || evutil_make_socket_nonblocking(fd) != 0)
		return -1;
	if (!is_local(&a) && !set_option(fd, IPPROTO_TCP, TCP_NODELAY)) /* inherited by what it accepts */
		return -1;
	struct evhttp_bound_socket *bound = evhttp_accept_socket_with_handle(h->evhttp, fd);
	if (bound == NULL)
		return -1;
	evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound), on_accept_error);
	h->bound[h->bound_count++] = bound;
	pause_all(h, h->paused);
	return port_of(&a);
}

bool http_listen_open(struct http *h)
{
	LIST_INSERT_HEAD(&servers, h, all);
	h->files_again = evtimer_new(h->base, on_files_again, h);
	return h->files_again != NULL;
}

void http_listen_stop(struct http *h)
{
	while (h->bound_count > 0)
		evhttp_del_accept_socket(h->evhttp, h->bound[--h->bound_count]);
}

void http_listen_close(struct http *h)
{
	LIST_REMOVE(h, all);
	event_free(h->files_again);
}
