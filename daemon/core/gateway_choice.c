/* gateway_choice: see gateway_choice.h. Each gateway is judged by itself; then the first in order that is open is taken. */
#include "gateway_choice.h"

#include <stdio.h>
#include <string.h>

enum { GATEWAYS_MOST = 32 };

/* What one gateway says to the notice. */
enum say {
	SAY_OPEN,
	SAY_BUSY,
	SAY_PASS,
	SAY_PROBING,
	SAY_CLOSED,
	SAY_RATE,
	SAY_CAP,
	SAY_REFUSED,
	SAY_COSTLY,
	SAY_UNFIT
};
static const struct {
	const char *why;
	enum {
		TAKES,  /* now */
		SLOT,   /* when an attempt under way has ended */
		MOMENT, /* from a moment on that is known */
		NEVER
	} when;
} says[] = {
        [SAY_OPEN] = {"open", TAKES},
        [SAY_BUSY] = {"all slots in use", SLOT},
        [SAY_PASS] = {"all slots in use and failing", SLOT},
        [SAY_PROBING] = {"failing, being tried", SLOT},
        [SAY_CLOSED] = {"failing or asked for patience", MOMENT},
        [SAY_RATE] = {"per_minute used up", MOMENT},
        [SAY_CAP] = {"daily cap used up", MOMENT},
        [SAY_REFUSED] = {"refused it", NEVER},
        [SAY_COSTLY] = {"costs more than its daily cap leaves", NEVER},
        [SAY_UNFIT] = {"does not reach this address", NEVER},
};

int64_t gateway_budget(int64_t daily_cap, int reserve, bool critical)
{
	return critical ? daily_cap : daily_cap * (100 - reserve) / 100;
}

const char *gateway_handle(const char *address, const char *gateway)
{
	size_t len = strlen(gateway);
	return strncmp(address, gateway, len) == 0 && address[len] == ':' ? address + len + 1 : NULL;
}

static bool fits(const struct gateway_wish *wish, const struct gateway_facts *g)
{
	bool handle = strchr(wish->address, ':') != NULL;
	return handle ? gateway_handle(wish->address, g->name) != NULL : !g->handles;
}

static enum say judge(const struct gateway_wish *wish, const struct gateway_facts *g, const struct gateway_trial *trial,
                      struct mono now)
{
	int64_t cost = (int64_t)g->price * wish->parts;
	int64_t budget = gateway_budget(g->daily_cap, g->reserve, wish->critical);
	if (!fits(wish, g))
		return SAY_UNFIT;
	if (trial->refused)
		return SAY_REFUSED;
	if (g->daily_cap > 0 && cost > budget)
		return SAY_COSTLY;
	if (g->daily_cap > 0 && cost > 0 && g->spent + cost > budget)
		return SAY_CAP;
	if (g->probing)
		return SAY_PROBING;
	if (g->closed_until.us > now.us)
		return SAY_CLOSED;
	if (g->per_minute > 0 && g->sent_in_minute >= g->per_minute)
		return SAY_RATE;
	if (g->in_flight >= g->slots)
		return g->failing ? SAY_PASS : SAY_BUSY;
	return SAY_OPEN;
}

/* Does a come before b for this notice: what is critical proves no gateway that failed; where it failed less often, the way the message came, the order of the configuration. */
static bool before(const struct gateway_wish *wish, const struct gateway_facts *g, const struct gateway_trial *trials,
                   int a, int b)
{
	if (wish->critical && g[a].unproven != g[b].unproven)
		return g[b].unproven;
	if (trials[a].failures != trials[b].failures)
		return trials[a].failures < trials[b].failures;
	bool via_a = wish->via != NULL && strcmp(wish->via, g[a].name) == 0;
	bool via_b = wish->via != NULL && strcmp(wish->via, g[b].name) == 0;
	return via_a != via_b ? via_a : a < b;
}

static void sort(const struct gateway_wish *wish, const struct gateway_facts *g, const struct gateway_trial *trials,
                 int n, int *ret)
{
	for (int i = 0; i < n; i++) {
		int at = i;
		for (; at > 0 && before(wish, g, trials, i, ret[at - 1]); at--)
			ret[at] = ret[at - 1];
		ret[at] = i;
	}
}

static void add_why(struct gateway_choice *c, const char *head, const char *name, const char *why)
{
	size_t used = strlen(c->why);
	snprintf(c->why + used, sizeof c->why - used, "%s%s%s: %s", used > 0 ? "; " : "", head, name, why);
}

/* None takes it now: the first slot, the first moment, or nothing ever. */
static void wait_for(struct gateway_choice *c, const struct gateway_facts *g, const enum say *said, const int *order,
                     int n, struct mono midnight)
{
	for (int i = 0; i < n; i++) {
		enum say say = said[order[i]];
		const struct gateway_facts *one = &g[order[i]];
		if (says[say].when == SLOT)
			c->end = GATEWAY_SLOT;
		if (says[say].when != MOMENT)
			continue;
		struct mono at = say == SAY_CAP ? midnight : say == SAY_RATE ? one->minute_frees : one->closed_until;
		if (c->at.us == 0 || at.us < c->at.us) {
			c->at = at;
			c->capped = say == SAY_CAP;
		}
		if (c->end == GATEWAY_NEVER)
			c->end = GATEWAY_LATER;
	}
	if (c->end != GATEWAY_LATER) {
		c->at.us = 0;
		c->capped = false;
	}
	for (int i = 0; i < n; i++)
		if (said[order[i]] != SAY_UNFIT)
			add_why(c, "", g[order[i]].name, says[said[order[i]]].why);
	if (c->why[0] == '\0')
		snprintf(c->why, sizeof c->why, "%s",
		         n == 0 ? "no SMS gateway is configured" : "no SMS gateway reaches this address");
}

struct gateway_choice gateway_choose(const struct gateway_wish *wish, const struct gateway_facts *g,
                                     const struct gateway_trial *trials, int n, struct mono now, struct mono midnight)
{
	struct gateway_choice c = {.end = GATEWAY_NEVER, .gateway = -1};
	enum say said[GATEWAYS_MOST];
	int order[GATEWAYS_MOST];
	if (n > GATEWAYS_MOST)
		n = GATEWAYS_MOST;
	sort(wish, g, trials, n, order);
	for (int i = 0; i < n; i++)
		said[order[i]] = judge(wish, &g[order[i]], &trials[order[i]], now);
	for (int i = 0; i < n; i++) {
		enum say say = said[order[i]];
		if (say == SAY_BUSY && !wish->critical) {
			c.end = GATEWAY_SLOT; /* it works: a slot will be free soon, and the next may cost more */
			snprintf(c.why, sizeof c.why, "%s: %s", g[order[i]].name, says[say].why);
			return c;
		}
		if (says[say].when != TAKES)
			continue;
		c.end = GATEWAY_NOW;
		c.gateway = order[i];
		for (int b = 0; b < i; b++)
			if (said[order[b]] != SAY_UNFIT)
				add_why(&c, "not ", g[order[b]].name, says[said[order[b]]].why);
		for (int b = 0; b < n; b++)
			if (b != order[i] && trials[b].failures > trials[order[i]].failures)
				add_why(&c, "not ", g[b].name, "failed before");
		for (int b = 0; b < n; b++)
			if (wish->critical && g[b].unproven && !g[order[i]].unproven && b < order[i])
				add_why(&c, "not ", g[b].name, "not proven yet");
		return c;
	}
	wait_for(&c, g, said, order, n, midnight);
	return c;
}
