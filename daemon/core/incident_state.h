/* incident_state: the only place where an incident changes state. */
#ifndef SIGAP_CORE_INCIDENT_STATE_H
#define SIGAP_CORE_INCIDENT_STATE_H
#include <stdbool.h>

#include "../../protocol/buf.h"
enum incident_state {
	INCIDENT_OPEN,
	INCIDENT_TRIAGED,
	INCIDENT_IN_PROGRESS,
	INCIDENT_HANDED_OVER, /* the person is with somebody else (shelter, hospital, family); only a follow-up is left */
	INCIDENT_CLOSED,
	INCIDENT_CANCELLED,
	INCIDENT_MERGED, /* is the same real event as another incident, which goes on */
	INCIDENT_STATES
};
extern const char *const incident_state_names
        [INCIDENT_STATES]; /* "open", "triaged", "in_progress", "handed_over", "closed", "cancelled", "merged" */
enum incident_event {
	INCIDENT_ON_TRIAGE,
	INCIDENT_ON_DISPATCH,
	INCIDENT_ON_ENGAGE,
	INCIDENT_ON_NOTE,
	INCIDENT_ON_HAND_OVER,
	INCIDENT_ON_CANCEL,
	INCIDENT_ON_WITHDRAW, /* the reporter takes the report back */
	INCIDENT_ON_FALSE_REPORT,
	INCIDENT_ON_CLOSE,
	INCIDENT_ON_REOPEN,
	INCIDENT_ON_MERGE, /* into another incident, which gets "absorb" in the same transaction */
	INCIDENT_ON_ABSORB,
	INCIDENT_ON_SPLIT, /* out of the other one again, which gets "release" in the same transaction */
	INCIDENT_ON_RELEASE,
	INCIDENT_ON_DETACH, /* a report that was taken for the same is taken out, and opens an incident of its own in the same transaction */
	INCIDENT_ON_NOT_DUPLICATE, /* it is not the same event as another one that was suggested */
	INCIDENT_ON_CLAIM,         /* somebody in the duty room, or on duty, has it; told as "claimed" */
	INCIDENT_ON_SILENCE,
	INCIDENT_EVENTS
};
extern const char *const incident_event_names
        [INCIDENT_EVENTS]; /* "triage", "dispatch", "engage", "note", "hand_over", "cancel", "withdraw", "false_report", "close", "reopen", "merge", "absorb", "split", "release", "detach", "not_duplicate", "claim", "silence" */
/* The kind under which an event is recorded: its name, but "claimed" for claim. */
const char *incident_event_kind(enum incident_event e);
int incident_event_of_kind(const char *kind); /* -1: none is recorded so */
enum incident_effect {
	INCIDENT_STOP_TRIAGE_CLOCK = 1 << 0,
	INCIDENT_PLAN_AGAIN = 1 << 1,
	INCIDENT_CANCEL_DISPATCHES = 1 << 2,
	INCIDENT_ARM_TRIAGE = 1 << 3,
	INCIDENT_CLIMB = 1 << 4,
	INCIDENT_ARM_FOLLOW_UP = 1 << 5, /* CLOCK_FOLLOW_UP: look after the person again */
	INCIDENT_TELL_DUTY = 1 << 6
};
struct incident_step {
	bool fits;
	enum incident_state next;
	unsigned effects;
};
struct incident_step incident_step(enum incident_state state, enum incident_event event);
/* Somebody still has to do something: open, triaged, in_progress, handed_over. */
bool incident_is_open(enum incident_state s);
/* How an incident ended: close needs one of these. */
enum disposition {
	DISPOSITION_HANDLED,
	DISPOSITION_REUNITED, /* with family */
	DISPOSITION_REFERRED, /* to hospital, shelter or another service */
	DISPOSITION_BURIED,
	DISPOSITION_RELEASED, /* from shackles */
	DISPOSITION_NOT_FOUND,
	DISPOSITION_REFUSED,      /* the person or family declined help */
	DISPOSITION_FALSE_REPORT, /* only by the event false_report, with evidence */
	DISPOSITION_OTHER,        /* with a note */
	DISPOSITIONS
};
extern const char *const disposition_names[DISPOSITIONS]; /* "handled", "reunited", ... */
void incident_allowed(enum incident_state s, struct buf *out);
#endif
