/* sys: see sys.h. */
#include "sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "../../protocol/buf.h"

enum { SECRET_MAX_BYTES = 16384 };

void sys_notify(const char *state)
{
	sd_notify(0, state);
}

int64_t sys_watchdog_us(void)
{
	uint64_t usec = 0;
	return sd_watchdog_enabled(0, &usec) > 0 ? (int64_t)(usec / 2) : 0;
}

/* Only listening stream sockets are wanted. Non-blocking, because libevent's accept loop would hang the daemon on a blocking one. */
static bool usable_socket(int fd)
{
	if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
		return false;
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int sys_inherited_sockets(int *fds, int max)
{
	int passed = sd_listen_fds(1), n = 0;
	for (int i = 0; i < passed; i++) {
		int fd = SD_LISTEN_FDS_START + i;
		if (n < max && usable_socket(fd))
			fds[n++] = fd;
		else
			close(fd);
	}
	return n;
}

/* Reads to the end, or until more than max bytes have come (EFBIG). Returns 0 or errno. */
static int read_all(int fd, size_t max, struct buf *into)
{
	char chunk[16384];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0 && !buf_add(into, chunk, (size_t)n))
			return into->len + (size_t)n > max ? EFBIG : ENOMEM;
	}
}

char *sys_read_file(struct arena *a, const char *path, size_t max, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return NULL;
	struct buf content;
	buf_init(&content, max);
	int fault = read_all(fd, max, &content);
	close(fd);
	char *text = fault == 0 ? arena_strndup(a, content.data, content.len) : NULL;
	if (text != NULL && ret_len != NULL)
		*ret_len = content.len;
	explicit_bzero(content.data, content.cap); /* it may have been a secret */
	buf_free(&content);
	errno = fault;
	return text;
}

/* $CREDENTIALS_DIRECTORY/NAME for "credential:NAME", any other path as it is. NULL with errno. */
static const char *secret_path(struct arena *a, const char *path)
{
	static const char prefix[] = "credential:";
	if (strncmp(path, prefix, sizeof prefix - 1) != 0)
		return path;
	const char *name = path + sizeof prefix - 1, *folder = getenv("CREDENTIALS_DIRECTORY");
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
		errno = EINVAL;
		return NULL;
	}
	if (folder == NULL) {
		errno = ENOENT;
		return NULL;
	}
	return arena_printf(a, "%s/%s", folder, name);
}

char *sys_read_secret(struct arena *a, const char *path)
{
	const char *file = secret_path(a, path);
	if (file == NULL)
		return NULL;
	size_t len = 0;
	char *text = sys_read_file(a, file, SECRET_MAX_BYTES, &len);
	if (text == NULL)
		return NULL;
	size_t line = strcspn(text, "\r\n");
	if (line == 0 || memchr(text, '\0', len) != NULL) { /* an empty secret would open the door to everybody */
		errno = EINVAL;
		return NULL;
	}
	text[line] = '\0';
	return text;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);
	return n > s && strcmp(name + n - s, suffix) == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The next regular file with that suffix, or NULL at the end; hidden files (editors' leavings) are passed over. */
static char *next_file(struct arena *a, DIR *dir, const char *folder, const char *suffix)
{
	struct dirent *e;
	while ((e = readdir(dir)) != NULL) {
		struct stat st;
		if (e->d_name[0] == '.' || !has_suffix(e->d_name, suffix))
			continue;
		char *path = arena_printf(a, "%s/%s", folder, e->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			return path;
	}
	return NULL;
}

char **sys_list_files(struct arena *a, const char *folder, const char *suffix)
{
	DIR *dir = opendir(folder);
	if (dir == NULL)
		return NULL;
	size_t n = 0, room = 16;
	char **list = arena_array(a, char *, room + 1);
	char *path;
	while ((path = next_file(a, dir, folder, suffix)) != NULL) {
		if (n == room) {
			char **longer = arena_array(a, char *, room * 2 + 1);
			memcpy(longer, list, n * sizeof *list);
			list = longer;
			room *= 2;
		}
		list[n++] = path;
	}
	closedir(dir);
	qsort(list, n, sizeof *list, by_name);
	return list;
}

long sys_raise_file_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return -1;
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		limit.rlim_cur = before;
	return limit.rlim_cur == RLIM_INFINITY ? -1 : (long)limit.rlim_cur;
}
