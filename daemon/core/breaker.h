/* breaker: stops knocking at a door that does not open: after 5 failures in a row it opens for 10 s, doubling to 60 s, then one probe. */
#ifndef SIGAP_CORE_BREAKER_H
#define SIGAP_CORE_BREAKER_H
#include <stdbool.h>

#include "../base/clock.h"
struct breaker {
	int failures;
	int open_s;
	struct mono until;
	bool probing;
};
/* May an attempt start now? A half-open breaker lets exactly one through. */
bool breaker_allows(struct breaker *b, struct mono now);
void breaker_success(struct breaker *b);
/* Returns true when this failure opened it (the moment to shorten the escalation). */
bool breaker_failure(struct breaker *b, struct mono now);
/* Is the door held for shut: open, or half open until its probe comes back? */
bool breaker_is_open(const struct breaker *b);
/* When an attempt may start at the earliest. */
struct mono breaker_opens_at(const struct breaker *b);
#endif
