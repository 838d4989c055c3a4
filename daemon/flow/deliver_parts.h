/* deliver_parts: what deliver.c (queues and webhooks), deliver_outbox.c (what is claimed) and deliver_sms.c (the line of SMS) share. */
#ifndef SIGAP_FLOW_DELIVER_PARTS_H
#define SIGAP_FLOW_DELIVER_PARTS_H
#include "deliver.h"
#include "lane.h"
#include "look.h"
#include "sms_way.h"

enum { DELIVER_SHUT_MS = 50 };       /* between a breaker that opens and the climb of whom it cuts off */
enum { DELIVER_MEMORY_MOST = 4000 }; /* notices in this daemon's hands */

struct deliver {
	struct flow *flow;
	struct lanes lanes;
	struct gates gates;
	struct spend *spend;
	int in_memory, reserved, in_flight;
	struct look look;
	struct look shut; /* dispatches that nothing reaches any more are due to climb */
	bool claiming, draining;
	bool claim_again;        /* a look fell due while a claim was under way */
	bool turned_away;        /* there was no room in memory: notices were left in the outbox */
	int claim_most;          /* that the claim under way asked for */
	struct mono claim_asked; /* when the claim under way was: what it brings was sure then */
};

/* An attempt on its way: the call, then its record. */
struct shot {
	struct deliver *deliver;
	struct job *job;
	struct gate *gate; /* that it leaves through; NULL: a webhook */
	int64_t cost;      /* that is not settled yet */
	char why[160];     /* this gateway and not another */
	struct store_attempt attempt;
	bool dead;
};

/* ---- deliver.c ---- */
struct shot *deliver_shot_new(struct deliver *d, struct job *j);
/* Ends an attempt on record. next_ms: as in struct store_attempt. outcome NULL: none was made, the notice goes back for a while. The job is the caller's to drop. */
void deliver_record(struct deliver *d, struct shot *s, const char *outcome, int status, int next_ms);
void deliver_drop(struct deliver *d, struct job *j);
void deliver_end_unsent(struct deliver *d, struct job *j, const char *outcome, const char *why, int next_ms);
/* A send_done for a shot. */
void deliver_on_sent(void *ctx, const struct verdict *v, int status);
/* What the verdict means for a notice that has one way only: milliseconds until the next attempt, -1 finished, -2 given up. */
int deliver_next(const struct job *j, const struct verdict *v);
bool deliver_is_too_old(const struct job *j);
void deliver_log_unsendable(const struct job *j, const char *gateway, const char *why);
void deliver_recheck(struct deliver *d, struct lane *lane);
/* Its lease would end under way: dropped, to be claimed again. */
bool deliver_drop_stale(struct deliver *d, struct lane *lane, struct job *j, struct mono now);

/* NULL: a webhook whose contact has been retired. */
struct lane *deliver_lane(struct deliver *d, enum channel_kind channel, const struct contact *contact);
/* It waits in that lane from now, and leaves when it may. */
void deliver_queue(struct deliver *d, struct lane *lane, struct job *j);
/* Notices that may still be taken. None: once half of the memory is free again, the outbox is looked at. */
int deliver_room(struct deliver *d);

/* ---- deliver_outbox.c ---- */
/* Asks for what is due, unless that has been asked already: then once more after the answer. */
void deliver_claim(struct deliver *d);

/* ---- deliver_sms.c ---- */
void deliver_pump_line(struct deliver *d);
/* An attempt through a gateway came back; returns as deliver_next. */
int deliver_sms_end(struct deliver *d, struct shot *s, const struct verdict *v);
bool deliver_is_critical(enum notice_kind kind, enum urgency urgency);
/* Does an SMS that is made now leave soon, as far as this daemon knows? */
bool deliver_sms_leaves_soon(struct deliver *d, const struct plan *p, const struct plan_notice *m);
#endif
