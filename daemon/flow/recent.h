/* recent: the incidents of the last 72 hours in memory, with what their reports say boiled down (core/duplicate.h), so that a report finds what it repeats without asking the
 * database. Own ones count at once, also while their commit is under way; those of other daemons are followed, at most once a second while they bring any. */
#ifndef SIGAP_FLOW_RECENT_H
#define SIGAP_FLOW_RECENT_H
#include <sys/queue.h>

#include "../core/duplicate.h"
#include "flow.h"

struct attach;
struct recent;
struct recent *recent_open(struct flow *f);
void recent_close(struct recent **r);
/* Reads what the last 72 hours brought; ready(ctx) once, also when the database goes away meanwhile. Again later: at once. */
void recent_load(struct recent *r, void (*ready)(void *ctx), void *ctx);
/* Another daemon works too, and newest is the last report of all: reads what is not known yet. */
void recent_follow(struct recent *r, struct uuid newest);

/* What a report says, boiled down under the rules in force. */
void recent_read(struct recent *r, const struct store_report *report, const struct triage *t,
                 struct duplicate_facts *ret);

struct recent_match {
	enum duplicate_answer answer;
	struct uuid incident;
	bool in_flight; /* its own commit is under way */
	struct duplicate_verdict verdict;
};
/* The incident that the report most likely repeats. may_attach: false for what is only ever suggested. */
void recent_find(struct recent *r, const struct duplicate_facts *fresh, bool may_attach, struct recent_match *ret);
/* The verdict's reasons as a JSON array, in the arena. */
const char *recent_reasons(struct arena *a, const struct duplicate_verdict *v);

/* An incident is about to be opened by a report that says this; recent_settled tells what became of it. */
void recent_begin(struct recent *r, struct uuid incident, const struct duplicate_facts *facts);
/* available: false when the database is away. at: the commit's time. Whoever waits for it goes on. */
void recent_settled(struct recent *r, struct uuid incident, bool kept, bool available, struct wall at);
struct recent_waiter {
	STAILQ_ENTRY(recent_waiter) next;
	void (*go)(void *ctx, bool available); /* once */
	void *ctx;
};
/* Waits for the commit of an incident that is in flight. */
void recent_wait(struct recent *r, struct uuid incident, struct recent_waiter *w);

/* The report is part of the incident now. */
void recent_attached(struct recent *r, const struct attach *a);
/* The report was taken out of one incident and has opened another: what is like it from now on is like that one. */
void recent_detached(struct recent *r, struct uuid out_of, struct uuid opened, const struct store_report *report,
                     const struct triage *t);
/* The incident has ended: nothing is attached to it any more. */
void recent_ended(struct recent *r, struct uuid incident);

/* The report's new incident may be the same event as that of the match: a person decides. Written soon, never waited for. */
void recent_suggest(struct recent *r, struct uuid incident, struct uuid report, const struct recent_match *m);
#endif
