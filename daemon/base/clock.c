/* clock: see clock.h. */
#include "clock.h"

#include <time.h>

static int64_t now_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t); /* fails only for a clock that does not exist */
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct mono mono_now(void)
{
	return (struct mono){.us = now_us(CLOCK_BOOTTIME)};
}

struct wall wall_now(void)
{
	return (struct wall){.us = now_us(CLOCK_REALTIME)};
}

void db_clock_set(struct db_clock *c, struct wall database_now)
{
	*c = (struct db_clock){.at = database_now, .seen = mono_now()};
}

struct wall db_clock_now(const struct db_clock *c)
{
	if (c->seen.us == 0)
		return wall_now();
	return (struct wall){.us = c->at.us + (mono_now().us - c->seen.us)};
}

int64_t clock_ms_until(struct wall due, struct wall now)
{
	int64_t us = due.us - now.us;
	return us <= 0 ? 0 : (us + 999) / 1000;
}

int64_t clock_step_us(const struct clock_reading *before, const struct clock_reading *now)
{
	if (before->answered.us == 0)
		return 0;
	int64_t moved = now->at.us - before->at.us;
	int64_t least = now->asked.us - before->answered.us, most = now->answered.us - before->asked.us;
	return moved < least ? moved - least : moved > most ? moved - most : 0;
}
