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
	bool claim_again;      /* a look fell due while a claim was under way */
	bool turned_away;      /* there was no room in memory: notices were left in the outbox */
	bool away;             /* the database was, when something was last about to leave */
	struct job_list again; /* to be tried again without it */
	struct look again_look;
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
/* Ends an attempt on record, and the job. next_ms: as in struct store_attempt; while the database is away a notice that is to be tried again stays in hand. */
void deliver_finish(struct deliver *d, struct shot *s, const char *outcome, int status, int next_ms);
void deliver_drop(struct deliver *d, struct job *j);
/* Ends a notice without a call: it can never be sent this way, or an answer made it void. Or, outcome NULL or "held": it is to wait, in the outbox or here. */
void deliver_end_unsent(struct deliver *d, struct job *j, const char *outcome, const char *why, int next_ms);
/* A send_done for a shot. */
void deliver_on_sent(void *ctx, const struct verdict *v, int status);
/* What the verdict means for a notice that has one way only: milliseconds until the next attempt, or enum attempt_next. */
int deliver_next(const struct job *j, const struct verdict *v);
bool deliver_is_too_old(const struct job *j);
void deliver_log_unsendable(const struct job *j, const char *gateway, const char *why);
void deliver_recheck(struct deliver *d, struct lane *lane);
/* Has it waited so long that it must be looked up before it leaves? */
bool deliver_must_recheck(const struct deliver *d, const struct job *j, struct mono now);
/* Its lease would end under way: dropped, to be claimed again. */
bool deliver_drop_stale(struct deliver *d, struct lane *lane, struct job *j, struct mono now);

/* NULL: a webhook whose contact has been retired. */
struct lane *deliver_lane(struct deliver *d, enum channel_kind channel, const struct contact *contact);
/* It waits in that lane from now, and leaves when it may. */
void deliver_queue(struct deliver *d, struct lane *lane, struct job *j);
/* Notices that may still be taken. None: once half of the memory is free again, the outbox is looked at. */
int deliver_room(struct deliver *d);

/* Lanes get their turn, as something that kept one shut may have ended. */
void deliver_pump_all(struct deliver *d);

/* ---- deliver_away.c: while the database takes no records ---- */
void deliver_away_open(struct deliver *d);
void deliver_away_close(struct deliver *d);
/* It is away, or what is recorded has to wait: what is in hand stays there, needs no lease and can be looked up nowhere. */
bool deliver_is_away(const struct deliver *d);
/* And nobody else can have it meanwhile, as far as is known: it stays, and leaves when it may. */
bool deliver_keeps(const struct deliver *d, const struct job *j);
/* Before anything leaves: when it has come back since, what waits here goes back to the outbox first. */
void deliver_away_look(struct deliver *d);
/* Waits here for so long, then in its lane. */
void deliver_stay(struct deliver *d, struct job *j, int64_t after_ms);
/* Takes all that waits, in lanes or here, and is wanted (NULL: all of it) out of there; each ends in `end`. */
void deliver_take_waiting(struct deliver *d, bool (*wanted)(const struct job *j, const void *ctx), const void *ctx,
                          void (*end)(struct deliver *d, struct job *j));

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
