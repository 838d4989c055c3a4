/* lane: what waits here to leave: one lane for each contact with a webhook, with its slots and its breaker, and one line for all SMS, whose gateway is chosen when one leaves. */
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
	int priority;
	struct uuid about;   /* the dispatch whose answer makes it void; nil: none */
	struct mono taken;   /* when it came into our hands, leased */
	struct mono sure;    /* when the database last said that it is ours and may leave */
	struct mono started; /* the attempt under way */
	struct mono again;   /* not before; of what is tried again without the database (deliver_away.c) */
	bool follows;        /* and an earlier attempt of it waits to be recorded */
	bool spooled;        /* it is in nobody's database yet: nobody else can have it */
	int64_t age_us;      /* of the notice when it was taken */
	char *address;       /* in the same allocation, like body */
	char *body;
	size_t body_len;
	/* SMS only */
	char *via;     /* the gateway to try first, or NULL */
	char *tried;   /* "GATEWAY=OUTCOME ...": earlier attempts; "" for none */
	bool critical; /* may use the reserve */
	bool claimed;  /* from the outbox: what is said here of its urgency is the database's word */
	int parts;
};
TAILQ_HEAD(job_list, job);
struct lane {
	UT_hash_handle hh;
	struct uuid key; /* contact id */
	bool sms;        /* the line of all SMS: no slots, breaker and patience of its own */
	int slots, in_flight, queued, reserved;
	struct breaker breaker;
	struct mono blocked_until; /* the partner asked for patience (Retry-After) */
	bool checking;             /* the database is asked about what waits */
	bool turned_away;          /* its queue was full: notices of its were left in the outbox */
	struct job_list queue;
};
struct lanes {
	struct lane *all; /* of contacts */
	struct lane line; /* of SMS */
};

void lanes_init(struct lanes *l);
void lanes_free(struct lanes *l);
/* The lane of a contact, made when it is new. */
struct lane *lane_of_contact(struct lanes *l, struct uuid contact, int slots);
struct lane *lane_of_sms(struct lanes *l);
/* Is the breaker of that contact's webhook open? No when nothing ever went there. */
bool lane_is_shut(const struct lanes *l, const struct contact *contact);
/* Is there a slot, and nothing that keeps the door shut? Takes no probe. */
bool lane_has_room(const struct lane *l, struct mono now);
/* May the next one start now? Asking a half-open breaker takes its one probe. */
bool lane_open(struct lane *l, struct mono now);
/* Is there no point in claiming more for it now? A full queue remembers that it was asked. */
bool lane_full(struct lane *l, struct mono now);
/* Was the queue full, and is half of it free now? Said once: then its notices are worth a claim. */
bool lane_wants(struct lane *l);
/* Does every lane, or the line, in turn. */
struct lane *lane_next(const struct lanes *l, struct lane *before);

struct job_text { /* copied; NULL: none */
	const char *address, *via, *tried, *body;
	size_t body_len;
};
/* Made in our hands now; rules are held. */
struct job *job_new(struct rules *r, const struct contact *contact, const struct job_text *text);
/* The next attempt of the same notice, in our hands as long as it has been. trial: what came of the one before, "GATEWAY=OUTCOME" of an SMS, else "". */
struct job *job_again(const struct job *j, const char *trial);
void job_delete(struct job *j);
/* In the line the more urgent go first. */
void lane_add(struct lane *l, struct job *j);
struct job *lane_take(struct lane *l, struct job *j);
#endif
