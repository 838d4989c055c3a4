/* rfc3339: times as text. */
#ifndef SIGAP_PROTOCOL_RFC3339_H
#define SIGAP_PROTOCOL_RFC3339_H
#include <stdbool.h>
#include <stdint.h>
enum { RFC3339_MAX = 32 };
/* RFC 3339 date-time -> Unix microseconds. Offset required ("Z" or "+08:00"). False when malformed or not a real date (leap seconds count as :59). */
bool rfc3339_parse(const char *text, int64_t *ret_us);
/* The same for what gateways make of it: a space for the T, "+0000" or "+00" for the offset, or none: then it is UTC. */
bool rfc3339_parse_loose(const char *text, int64_t *ret_us);
/* Unix microseconds -> "2026-11-21T10:11:12.123Z". */
void rfc3339_format(int64_t unix_us, char ret[RFC3339_MAX]);
/* The same moment as local clock time "18:11" at a fixed offset in seconds (WITA: 28800; Indonesia has no daylight saving). */
void clock_format(int64_t unix_us, int offset_s, char ret[6]);
/* And as date "21-11-2026". */
void date_format(int64_t unix_us, int offset_s, char ret[11]);
/* "2026-11-21" -> the beginning of that day at the offset, in Unix microseconds. False when malformed or not a real date. */
bool date_parse(const char *text, int offset_s, int64_t *ret_us);
/* The beginning of the day, at the offset, that a moment lies in. */
int64_t date_begin(int64_t unix_us, int offset_s);
#endif
