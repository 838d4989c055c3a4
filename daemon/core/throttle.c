/* throttle: see throttle.h. */
#include "throttle.h"

#include <stdbool.h>
#include <stddef.h>

enum { SECOND_US = 1000000, DOUBLINGS_MOST = 10 };
static const int64_t forgotten_us = (int64_t)THROTTLE_WAIT_MOST_S * SECOND_US;

static struct throttle_entry *set_of(const struct throttle *t, uint64_t key)
{
	return (struct throttle_entry *)(uintptr_t)t->entries[key % THROTTLE_SETS];
}

static struct throttle_entry *find(const struct throttle *t, uint64_t key)
{
	struct throttle_entry *set = set_of(t, key);
	for (int i = 0; i < THROTTLE_WAYS; i++)
		if (set[i].key == key && key != 0)
			return &set[i];
	return NULL;
}

static bool is_over(const struct throttle_entry *e, struct mono now)
{
	return e->key == 0 || e->failures == 0 || now.us - e->last.us >= forgotten_us;
}

/* A new key takes a place that is free or forgotten, else that of the fewest failures. */
static struct throttle_entry *place_for(struct throttle *t, uint64_t key, struct mono now)
{
	struct throttle_entry *set = set_of(t, key), *best = &set[0];
	for (int i = 0; i < THROTTLE_WAYS && !is_over(best, now); i++)
		if (is_over(&set[i], now) || set[i].failures < best->failures)
			best = &set[i];
	*best = (struct throttle_entry){.key = key};
	return best;
}

int throttle_wait_s(const struct throttle *t, uint64_t key, int free, struct mono now)
{
	const struct throttle_entry *e = find(t, key);
	if (e == NULL || e->failures <= free || is_over(e, now))
		return 0;
	int doublings = e->failures - free - 1;
	int64_t wait = doublings >= DOUBLINGS_MOST ? THROTTLE_WAIT_MOST_S : 1 << doublings;
	int64_t left = e->last.us + wait * SECOND_US - now.us;
	return left <= 0 ? 0 : (int)((left + SECOND_US - 1) / SECOND_US);
}

void throttle_count(struct throttle *t, uint64_t key, struct mono now)
{
	struct throttle_entry *e = find(t, key);
	if (key == 0)
		return;
	if (e == NULL)
		e = place_for(t, key, now);
	if (now.us - e->last.us >= forgotten_us)
		e->failures = 0;
	e->failures++;
	e->last = now;
}

void throttle_undo(struct throttle *t, uint64_t key)
{
	struct throttle_entry *e = find(t, key);
	if (e != NULL && e->failures > 0)
		e->failures--;
}

void throttle_clear(struct throttle *t, uint64_t key)
{
	struct throttle_entry *e = find(t, key);
	if (e != NULL)
		*e = (struct throttle_entry){.key = 0};
}
