/* pace: see pace.h. */
#include "pace.h"

static void advance(struct pace *p, struct mono now)
{
	int64_t second = now.us / 1000000;
	for (int n = 0; p->second < second && n < PACE_SECONDS; n++) {
		int *oldest = &p->counts[++p->second % PACE_SECONDS];
		p->total -= *oldest;
		*oldest = 0;
	}
	if (p->second < second) /* more than a minute has passed: all are empty */
		p->second = second;
}

void pace_add(struct pace *p, struct mono now)
{
	advance(p, now);
	p->counts[p->second % PACE_SECONDS]++;
	p->total++;
}

int pace_count(struct pace *p, struct mono now, struct mono *ret_frees)
{
	advance(p, now);
	*ret_frees = now;
	for (int64_t s = p->second - PACE_SECONDS + 1; p->total > 0 && s <= p->second; s++)
		if (s >= 0 && p->counts[s % PACE_SECONDS] > 0) {
			ret_frees->us = (s + PACE_SECONDS) * 1000000;
			break;
		}
	return p->total;
}
