/* breaker: see breaker.h. A zeroed struct is a closed breaker. */
#include "breaker.h"

enum {
	FAILURES_TO_OPEN = 5,
	OPEN_FIRST_S = 10,
	OPEN_MAX_S = 60,
	/* A probe whose end is never told (its notice was withdrawn) must not lock the door for ever. Longer than any call. */
	PROBE_LOST_S = 120,
};

static struct mono later(struct mono now, int seconds)
{
	return (struct mono){now.us + (int64_t)seconds * 1000000};
}

bool breaker_allows(struct breaker *b, struct mono now)
{
	if (b->open_s == 0)
		return true;
	if (now.us < b->until.us)
		return false;
	b->probing = true;
	b->until = later(now, PROBE_LOST_S);
	return true;
}

void breaker_success(struct breaker *b)
{
	*b = (struct breaker){0};
}

bool breaker_failure(struct breaker *b, struct mono now)
{
	if (b->failures < FAILURES_TO_OPEN)
		b->failures++;
	if (b->open_s == 0) {
		if (b->failures < FAILURES_TO_OPEN)
			return false;
		b->open_s = OPEN_FIRST_S;
		b->until = later(now, b->open_s);
		return true;
	}
	if (b->probing) { /* others that fail now were under way before it opened: they change nothing */
		b->probing = false;
		b->open_s = b->open_s * 2 < OPEN_MAX_S ? b->open_s * 2 : OPEN_MAX_S;
		b->until = later(now, b->open_s);
	}
	return false; /* it was open before: the escalation has been shortened already */
}

bool breaker_is_open(const struct breaker *b)
{
	return b->open_s > 0;
}

struct mono breaker_opens_at(const struct breaker *b)
{
	return b->until;
}
