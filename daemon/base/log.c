/* log: see log.h. One write(2) per line, so that lines of several threads or processes never mix. */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

enum { LINE_MAX_BYTES = 2048, QUOTE_MAX_BYTES = 200, QUOTE_ROOM = 512, LEVELS = LOG_ERROR_ + 1 };

static const struct {
	const char *name;
	const char *priority; /* syslog's, as journald reads it from the start of a line: sd-daemon(3) */
} levels[LEVELS] = {
        [LOG_DEBUG_] = {"debug", "<7>"},
        [LOG_INFO_] = {"info", "<6>"},
        [LOG_WARN_] = {"warn", "<4>"},
        [LOG_ERROR_] = {"error", "<3>"},
};
static _Atomic int least = LOG_INFO_;

bool log_set_level(const char *name)
{
	for (int i = 0; i < LEVELS; i++)
		if (strcasecmp(name, levels[i].name) == 0) {
			least = i;
			return true;
		}
	return false;
}

/* JOURNAL_STREAM is inherited by what runs below a service, also when standard error was redirected since:
 * systemd.exec(5) says to compare device and inode. */
static bool writes_to_journal(const char *stream)
{
	unsigned long long device, inode;
	struct stat s;
	return sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &s) == 0 &&
	       s.st_dev == device && s.st_ino == inode;
}

/* What stands before "level=": a priority for the journal, a time for everybody else. */
static size_t write_prefix(enum log_level level, char *line, size_t room)
{
	const char *stream = getenv("JOURNAL_STREAM");
	if (stream != NULL)
		return writes_to_journal(stream) ? (size_t)snprintf(line, room, "%s", levels[level].priority) : 0;
	int64_t us = wall_now().us;
	time_t seconds = us / 1000000;
	struct tm utc;
	gmtime_r(&seconds, &utc);
	size_t len = strftime(line, room, "%Y-%m-%dT%H:%M:%S", &utc);
	return len + (size_t)snprintf(line + len, room - len, ".%03dZ ", (int)(us / 1000 % 1000));
}

void log_write(enum log_level level, const char *what, const char *format, ...)
{
	if ((int)level < least)
		return;
	int saved_errno = errno;
	char line[LINE_MAX_BYTES];
	size_t len = write_prefix(level, line, sizeof line);
	size_t start = len;
	len += (size_t)snprintf(line + len, sizeof line - len, "level=%s what=%.100s ", levels[level].name, what);
	va_list ap;
	va_start(ap, format);
	int wanted = vsnprintf(line + len, sizeof line - len, format, ap);
	va_end(ap);
	if (wanted > 0)
		len += (size_t)wanted < sizeof line - len ? (size_t)wanted : sizeof line - len - 1;
	while (line[len - 1] == ' ')
		len--;
	for (size_t i = start; i < len; i++) /* a value that was not quoted must not start a line of its own */
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	line[len++] = '\n';
	while (write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
		;
	errno = saved_errno;
}

/* One byte as it may stand between quotes; returns the number of characters. */
static size_t quote_byte(unsigned char c, char ret[5])
{
	static const char named[] = "\"\"\\\\\nn\tt\rr"; /* pairs: the byte, its letter */
	for (const char *p = named; *p != '\0'; p += 2)
		if ((unsigned char)*p == c)
			return (size_t)snprintf(ret, 5, "\\%c", p[1]);
	return (size_t)snprintf(ret, 5, c < ' ' || c == 0x7f ? "\\x%02x" : "%c", c);
}

const char *log_quote(const char *text, char *ret)
{
	static const char tail[] = "...\"";
	enum { WIDEST = 4 }; /* an escape or a UTF-8 character */
	size_t limit = strnlen(text, QUOTE_MAX_BYTES), at = 0, out = 0;
	for (int i = 0; i < WIDEST - 1 && limit > 0 && ((unsigned char)text[limit] & 0xc0) == 0x80; i++)
		limit--; /* not inside a character */
	ret[out++] = '"';
	for (; at < limit; at++) {
		char piece[WIDEST + 1];
		size_t n = quote_byte((unsigned char)text[at], piece);
		bool starts = ((unsigned char)text[at] & 0xc0) != 0x80;
		if (out + (starts ? WIDEST : n) + sizeof tail > QUOTE_ROOM)
			break;
		memcpy(ret + out, piece, n);
		out += n;
	}
	strcpy(ret + out, text[at] != '\0' ? tail : "\"");
	return ret;
}
