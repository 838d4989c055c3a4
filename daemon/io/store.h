/* store: what the daemon keeps in PostgreSQL, by name. Plans, changes and attempts are written in groups (group.h); everything else is one statement each. */
#ifndef SIGAP_IO_STORE_H
#define SIGAP_IO_STORE_H
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../protocol/channel/channel.h"
#include "../core/plan.h"
#include "group.h"
#include "pg.h"
#include "sql.h"

struct store;
struct store_options {
	const char *conninfo;
	struct uuid owner; /* this daemon, in leases */
	int lease_s;
	int patience_ms; /* how long a report waits for a database that is away before its source is told to come again */
};
/* up: reports can be taken and clocks run. What people ask over (store_read and the like) may still be missing: nothing that up begins may rest on it. */
struct store_handlers {
	void (*up)(void *ctx);
	void (*down)(void *ctx, const char *why);
	void (*wrote)(void *ctx); /* reports or changes were committed */
	void *ctx;
};
struct store *store_open(struct event_base *base, const struct store_options *o, const struct store_handlers *handlers);
/* Ends; every callback that is still owed runs. */
void store_close(struct store **s);
bool store_is_up(const struct store *s);
/* For how long it has not been; 0 while it is. */
int64_t store_away_ms(const struct store *s);
/* Reports, changes and attempts not yet answered for. */
int store_waiting(const struct store *s);

enum store_end {
	STORE_KEPT,        /* committed */
	STORE_REPEATED,    /* its key was known: nothing was written */
	STORE_CONFLICT,    /* the incident is no longer at the expected version: nothing was written */
	STORE_REFUSED,     /* the database refused it */
	STORE_UNAVAILABLE, /* the database is away; the outcome may be unknown */
};

/* One report with its plan. All pointers must live until done. */
struct store_report {
	struct group_item item; /* the store's */
	struct uuid id;
	const char *gateway, *external_id;
	uint8_t fingerprint[32];
	const char *content_type; /* may be NULL */
	const void *raw;
	size_t raw_len;
	const char *source;                           /* who: "token:NAME", "sms:kannel" */
	const char *text, *place_text, *phone, *name; /* may be NULL */
	enum incident_type type;
	enum urgency urgency;
	bool has_position;
	double lat, lon;
	bool anonymous;
	bool has_occurred_at;
	struct wall occurred_at;
	struct wall received; /* us 0: now; else since when it waited elsewhere */
	const char *triage;   /* JSON */
	const char *opened;   /* JSON of event 1; NULL without an incident */
	const char *relation; /* to its incident: "opens", "duplicate", "followup", "answer"; NULL: none */
	const char *asks;     /* what its reporter is asked: "place", "type"; NULL: nothing */
	struct uuid answers;  /* the report whose question it answers; nil: none */
	const struct plan *plan;
	const bool *leased; /* per notice of the plan: this daemon sends it itself, now */
	void (*done)(void *ctx, struct store_report *r, enum store_end end, struct wall at);
	void *ctx;
};
void store_report(struct store *s, struct store_report *r);
/* Reports that have not been sent wait no longer: STORE_UNAVAILABLE, from the loop's next turn. */
void store_give_up_reports(struct store *s);

/* One event of one incident and what follows from it. All pointers must live until done. */
struct change_dispatch {
	struct uuid id;
	const char *event, *state;
	struct wall eta;    /* us 0: none */
	const char *reason; /* may be NULL */
	const char *clock;  /* the clock armed by this event, or NULL */
	int after_s;
};
struct change_arm {
	struct uuid subject;
	enum clock clock;
	int step, after_s;
};
enum { CHANGE_DISPATCHES = 64 }; /* an incident that was triaged anew and escalated often has some twenty */
struct change {
	struct group_item item; /* the store's */
	struct uuid incident;
	int expected;                    /* version the decision was made on */
	const char *actor, *kind, *data; /* the event; data is JSON */
	const char *second_kind,
	        *second_data; /* a second event by the same actor, right after it; NULL: none. Such a change makes no dispatches */
	const char *state, *type, *urgency, *region, *place_text, *summary, *disposition; /* NULL: unchanged */
	struct uuid merged_into; /* nil: unchanged; gone when the state is no longer "merged" */
	struct change_dispatch dispatches[CHANGE_DISPATCHES];
	int dispatch_count;
	struct change_arm arms[CHANGE_DISPATCHES];
	int arm_count;
	struct uuid stops[CHANGE_DISPATCHES + 1];
	int stop_count;
	const struct plan *added; /* dispatches, notices, deadlines; may be NULL */
	const bool *leased;       /* per notice of added */
	const struct store_report *
	        report; /* that this change adds to the incident, with its number; NULL: none. When its key is known already, the change has no effect
	                                    * (STORE_CONFLICT); of its plan only the number counts */
	int64_t report_number;
	int64_t opens; /* 0, or the number of an incident that does not exist yet: this change opens it (expected 0, kind "opened", tied to another one's) */
	bool has_position; /* of an incident that is opened */
	double lat, lon;
	int reports;          /* how many reports more (or fewer) the incident has afterwards, `report` not counted */
	struct uuid moves;    /* a report that belongs to this incident from now on, which it opened; nil: none */
	struct uuid judged;   /* a person has decided whether the incident is the same event as that one; nil: no */
	const char *decision; /* "same", "different" */
	struct change *tied;  /* another incident's change: both take effect, or neither; its done is not called */
	void (*done)(void *ctx, struct change *c, enum store_end end, int version, struct wall at);
	void *ctx;
};
void store_change(struct store *s, struct change *c);

/* What becomes of a notice that is not to be tried again after a while. The numbers are those of sql/finish_attempts.sql. */
enum attempt_next {
	NEXT_NONE = -1,    /* it is finished */
	NEXT_DEAD = -2,    /* given up */
	NEXT_IN_HAND = -3, /* this daemon tries again, without the outbox */
};
/* One attempt's end. detail must live until done. */
struct store_attempt {
	struct group_item item; /* the store's */
	struct uuid notice;
	int number;
	const char *
	        outcome; /* static; NULL: none was made, the notice goes back to the queue for next_ms and this attempt does not count */
	const char *gateway; /* that it went through; NULL: none */
	int parts;           /* of the SMS, 0: none */
	int cost;         /* of all parts, as the gateway's price says: counted when the outcome is "ok" or "unknown" */
	int utc_offset_s; /* of the day that it counts to */
	char gateway_ref[GATEWAY_REF_MAX];
	int status;
	char detail[160];
	int ms;
	int next_ms;  /* again after that long, or one of enum attempt_next */
	bool follows; /* an attempt of its notice may still wait to be recorded: a statement of its own, behind it */
	/* for done, when it was kept and went through a gateway: */
	int day;          /* days since 1970; 0: it counted to none */
	int64_t day_cost; /* what all daemons together have spent through the gateway on it */
	bool undelivered; /* it was taken, and delivery reports said before this that it failed */
	void (*done)(void *ctx, struct store_attempt *a, enum store_end end);
	void *ctx;
};
void store_attempt(struct store *s, struct store_attempt *a);
/* Attempts wait, whatever they are, while what they are about is not in the database yet (flow/spooled.h). */
void store_hold_attempts(struct store *s, bool held);
/* The database is there, and attempts do not wait. */
bool store_takes_attempts(const struct store *s);

/* Any other statement. done runs exactly once, from the loop. */
void store_query(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx);
/* What people ask for goes over connections of their own, so that it delays no clock; one that breaks does not mean that the database is away. The server ends what takes
 * more than so many seconds: PG_FAILED, and store_was_too_slow. */
enum { STORE_READ_MOST_S = 5, STORE_SLOW_MOST_S = 10 };
void store_read(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx);
/* For the live stream: no long answer to somebody else delays it. */
void store_live(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx);
/* For what may take seconds, as it counts much history: one after the other, so that nobody else waits. STORE_SLOW_MOST_S. */
void store_slow(struct store *s, enum sql statement, const struct pg_params *params, pg_done *done, void *ctx);
bool store_was_too_slow(const struct pg_result *r);
/* How many of these are under way or wait for their turn. */
int store_slow_waiting(const struct store *s);
/* A scratch parameter list, reset: fill it and pass it on at once. */
struct pg_params *store_params(struct store *s);
#endif
