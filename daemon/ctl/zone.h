/* zone: the zones of Indonesia, for people and for calendars. None of them knows daylight saving: an offset is all there is to them. */
#ifndef SIGAP_CTL_ZONE_H
#define SIGAP_CTL_ZONE_H
#include <stdbool.h>
#include <stdint.h>

#include "../base/arena.h"

enum { ZONE_WITA_S = 8 * 3600 };
/* "2026-11-21 20:00 WITA"; with seconds where there are some. */
const char *zone_format(struct arena *a, int64_t unix_us, int utc_offset_s);
/* "Asia/Makassar"; NULL for an offset that is no zone of Indonesia. */
const char *zone_name(int utc_offset_s);
/* The offset of "Asia/Makassar" and the like, of "UTC" too; false for any other name. */
bool zone_find(const char *name, int *ret_utc_offset_s);
/* Their names, for people who gave another one. */
extern const char zone_names[];
#endif
