/* ration: how much one party may ask for: so many at once, and as many again, evenly, within each period. Several rules hold at the same time. Pure: now comes in.
 *
 * Parties are texts (addresses). Memory is bounded: of many more parties than there are places, those that have asked least lately are forgotten first. */
#ifndef SIGAP_CORE_RATION_H
#define SIGAP_CORE_RATION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/clock.h"

enum { RATION_RULES = 2 };
struct ration_rule {
	int count, period_s; /* {5, 600}: five, and one more every two minutes */
};
struct ration;
/* places: parties remembered, rounded up to a multiple of eight. rules: as many as RATION_RULES; count 0: no such rule. The arena's memory. */
struct ration *ration_make(struct arena *a, size_t places, const struct ration_rule rules[RATION_RULES]);
/* Seconds until the party may ask again, rounded up; 0: now. */
int ration_wait(const struct ration *r, const char *party, struct mono now);
/* The same, and when it is 0, that much is used up. */
int ration_take(struct ration *r, const char *party, struct mono now);
/* Who shares a ration: an IPv4 address is one party, an IPv6 address stands for its /64. ret: at least 48 bytes; any other text is itself, cut. */
enum { RATION_PARTY_TEXT = 48 };
void ration_party(const char *address, char ret[RATION_PARTY_TEXT]);
#endif
