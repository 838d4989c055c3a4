/* lane: everything on its way to one contact (or through one SMS gateway): its slots, its breaker, its queue. */
#ifndef SIGAP_FLOW_LANE_H
#define SIGAP_FLOW_LANE_H
#include <sys/queue.h>
#include <uthash.h>

#include "../base/clock.h"
#include "../base/id.h"
#include "../core/breaker.h"
#include "../core/plan.h"
#include "rules.h"

struct lane;
/* One notice in this daemon's hands. */
struct job {
	TAILQ_ENTRY(job) link;
	struct lane *lane;
	struct rules *rules;           /* held: the contact points into it */
	const struct contact *contact; /* NULL: by phone only */
	struct uuid notice;
	int attempt; /* number of the attempt that is due */
	enum notice_kind kind;
	struct uuid about;   /* the dispatch whose answer makes it void; nil: none */
	struct mono taken;   /* when it came into our hands, leased */
	struct mono started; /* the attempt under way */
	int64_t age_us;      /* of the notice when it was taken */
	char *address;       /* in the same allocation, like body */
	char *body;
	size_t body_len;
};
TAILQ_HEAD(job_list, job);
struct lane {
	UT_hash_handle hh;
	struct uuid key;                    /* contact id; nil with another last byte for each gateway */
	const struct conf_gateway *gateway; /* NULL: webhook */
	int slots, in_flight, queued, reserved;
	struct breaker breaker;
	struct mono failing_since; /* of a gateway: no attempt has succeeded since; us 0: the last one did */
	struct mono blocked_until; /* the partner asked for patience (Retry-After) */
	struct job_list queue;
};
struct lanes {
	struct lane *all;
};

/* The lane of a contact, made when it is new. */
struct lane *lane_of_contact(struct lanes *l, struct uuid contact, int slots);
struct lane *lane_of_gateway(struct lanes *l, int index, const struct conf_gateway *g);
/* May the next one start now? Asking a half-open breaker takes its one probe. */
bool lane_open(struct lane *l, struct mono now);
/* Is there no point in claiming more for it now? */
bool lane_full(const struct lane *l, struct mono now);
void lanes_free(struct lanes *l);
#endif
