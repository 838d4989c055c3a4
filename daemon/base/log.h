/* log: structured lines on standard error, "level=info what=deliver.retry notice=… status=500". journald adds the time; a terminal gets one.
 * Never pass texts of citizens, names, phone numbers, tokens or secrets. */
#ifndef SIGAP_BASE_LOG_H
#define SIGAP_BASE_LOG_H
#include <stdbool.h>
enum log_level { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };
/* what: "stage.event", static; format: "key=value key=value" pairs. Values with spaces must be quoted by the caller with %s of log_quote. */
void log_write(enum log_level level, const char *what, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define log_debug(...) log_write(LOG_DEBUG_, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO_, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN_, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR_, __VA_ARGS__)
/* The least level that is written; default info. False for an unknown name. */
bool log_set_level(const char *name);
/* text as "..." with quotes, backslashes and control characters escaped, cut at 200 bytes; uses and returns ret (at least 512 bytes). */
const char *log_quote(const char *text, char *ret);
#endif
