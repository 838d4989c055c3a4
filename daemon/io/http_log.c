/* http_log: libevent's own messages in our log, with a limit on their number: a failing accept() alone would write megabytes a second. */
#include <event2/event.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "http_internal.h"

enum { LINES_PER_PERIOD = 10 };
static const int64_t period_us = 10 * 1000000;

/* libevent has one log callback per process, without a context: this is its state. */
static struct {
	struct mono since;
	int lines;
	int64_t suppressed;
} limit;

/* True when another line may be written; tells what was left out when a new period begins. */
static bool may_write(void)
{
	struct mono now = mono_now();
	if (limit.since.us == 0 || now.us - limit.since.us >= period_us) {
		if (limit.suppressed > 0)
			log_warn("libevent.suppressed", "lines=%lld", (long long)limit.suppressed);
		limit.since = now;
		limit.lines = 0;
		limit.suppressed = 0;
	}
	if (limit.lines++ < LINES_PER_PERIOD)
		return true;
	limit.suppressed++;
	return false;
}

static void on_message(int severity, const char *message)
{
	static const enum log_level levels[] = {
	        [EVENT_LOG_DEBUG] = LOG_DEBUG_,
	        [EVENT_LOG_MSG] = LOG_INFO_,
	        [EVENT_LOG_WARN] = LOG_WARN_,
	        [EVENT_LOG_ERR] = LOG_ERROR_,
	};
	char quoted[512];
	if (severity == EVENT_LOG_ERR || may_write())
		log_write(severity >= 0 && severity <= EVENT_LOG_ERR ? levels[severity] : LOG_ERROR_,
		          "libevent.message", "text=%s", log_quote(message, quoted));
}

void http_log_accept_error(int error)
{
	char quoted[512];
	if (may_write())
		log_error("http.accept_failed", "reason=%s", log_quote(strerror(error), quoted));
}

/* libevent ends the process after this returns; the service manager starts it again. */
static void on_fatal(int code)
{
	log_error("libevent.fatal", "code=%d", code);
}

void http_log_hook(void)
{
	event_set_log_callback(on_message);
	event_set_fatal_callback(on_fatal);
}
