/* lane: see lane.h. */
#include "lane.h"

#include <stdlib.h>

enum { LANE_QUEUE_MOST = 400 };

static struct uuid gateway_key(int index)
{
	return (struct uuid){.b = {[15] = (uint8_t)(index + 1)}};
}

bool lane_is_shut(const struct lanes *l, const struct contact *contact)
{
	struct uuid key = contact->channel == CHANNEL_SMS ? gateway_key(0) : contact->id;
	struct lane *lane;
	HASH_FIND(hh, l->all, &key, sizeof key, lane);
	return lane != NULL && breaker_is_open(&lane->breaker);
}

static struct lane *lane_get(struct lanes *l, struct uuid key, int slots)
{
	struct lane *lane;
	HASH_FIND(hh, l->all, &key, sizeof key, lane);
	if (lane != NULL)
		return lane;
	lane = calloc(1, sizeof *lane);
	if (lane == NULL)
		abort();
	lane->key = key;
	lane->slots = slots;
	TAILQ_INIT(&lane->queue);
	HASH_ADD(hh, l->all, key, sizeof lane->key, lane);
	return lane;
}

struct lane *lane_of_contact(struct lanes *l, struct uuid contact, int slots)
{
	return lane_get(l, contact, slots);
}

struct lane *lane_of_gateway(struct lanes *l, int index, const struct conf_gateway *g)
{
	struct lane *lane = lane_get(l, gateway_key(index), g->slots);
	lane->gateway = g;
	lane->slots = g->slots;
	return lane;
}

bool lane_has_room(const struct lane *l, struct mono now)
{
	return l->in_flight < l->slots && l->blocked_until.us <= now.us && breaker_opens_at(&l->breaker).us <= now.us;
}

bool lane_open(struct lane *l, struct mono now)
{
	return l->in_flight < l->slots && l->blocked_until.us <= now.us && breaker_allows(&l->breaker, now);
}

bool lane_full(const struct lane *l, struct mono now)
{
	return l->queued + l->reserved >= LANE_QUEUE_MOST || l->blocked_until.us > now.us ||
	       breaker_opens_at(&l->breaker).us > now.us;
}

void lanes_free(struct lanes *l)
{
	struct lane *lane, *next;
	HASH_ITER(hh, l->all, lane, next)
	{
		HASH_DEL(l->all, lane);
		free(lane);
	}
}
