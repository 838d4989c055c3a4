/* zone: see zone.h. */
#include "zone.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/rfc3339.h"

static const struct {
	const char *name, *label;
	int utc_offset_s;
} zones[] = {
        {"Asia/Makassar", "WITA", ZONE_WITA_S},
        {"Asia/Jakarta", "WIB", 7 * 3600},
        {"Asia/Jayapura", "WIT", 9 * 3600},
        {"Asia/Pontianak", "WIB", 7 * 3600},
        {"UTC", "UTC", 0},
        {"Etc/UTC", "UTC", 0},
};
enum { ZONES = sizeof zones / sizeof *zones };
const char zone_names[] = "Asia/Makassar, Asia/Jakarta, Asia/Pontianak, Asia/Jayapura";

const char *zone_format(struct arena *a, int64_t unix_us, int utc_offset_s)
{
	char text[RFC3339_MAX];
	rfc3339_format(unix_us + (int64_t)utc_offset_s * 1000000, text);
	int len = strncmp(text + 16, ":00.000", 7) == 0 ? 5 : 8; /* 20:00 or 20:00:30 */
	for (size_t i = 0; i < ZONES; i++)
		if (zones[i].utc_offset_s == utc_offset_s)
			return arena_printf(a, "%.10s %.*s %s", text, len, text + 11, zones[i].label);
	int minutes = abs(utc_offset_s) / 60;
	return arena_printf(a, "%.10s %.*s %c%02d:%02d", text, len, text + 11, utc_offset_s < 0 ? '-' : '+',
	                    minutes / 60, minutes % 60);
}

const char *zone_name(int utc_offset_s)
{
	for (size_t i = 0; i < ZONES; i++)
		if (zones[i].utc_offset_s == utc_offset_s)
			return zones[i].name;
	return NULL;
}

bool zone_find(const char *name, int *ret_utc_offset_s)
{
	for (size_t i = 0; i < ZONES; i++)
		if (strcmp(zones[i].name, name) == 0) {
			*ret_utc_offset_s = zones[i].utc_offset_s;
			return true;
		}
	return false;
}
