/* pace: how many messages left within the last minute. Counted by the second, so that no minute, wherever it begins, holds more than is allowed. */
#ifndef SIGAP_CORE_PACE_H
#define SIGAP_CORE_PACE_H
#include "../base/clock.h"

enum { PACE_SECONDS = 61 }; /* the one under way, and the sixty before it */
struct pace {               /* zeroed: nothing was sent */
	int64_t second;     /* the last one that counts reaches to */
	int counts[PACE_SECONDS];
	int total;
};
void pace_add(struct pace *p, struct mono now);
/* ret_frees: when the oldest of them is a minute old; now when there is none. */
int pace_count(struct pace *p, struct mono now, struct mono *ret_frees);
#endif
