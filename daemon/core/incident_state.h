/* incident_state: the only place where an incident changes state. */
#ifndef SIGAP_CORE_INCIDENT_STATE_H
#define SIGAP_CORE_INCIDENT_STATE_H
#include <stdbool.h>

#include "../../protocol/buf.h"
enum incident_state {
	INCIDENT_OPEN,
	INCIDENT_TRIAGED,
	INCIDENT_IN_PROGRESS,
	INCIDENT_CLOSED,
	INCIDENT_CANCELLED,
	INCIDENT_STATES
};
extern const char
        *const incident_state_names[INCIDENT_STATES]; /* "open", "triaged", "in_progress", "closed", "cancelled" */
enum incident_event {
	INCIDENT_ON_TRIAGE,
	INCIDENT_ON_DISPATCH,
	INCIDENT_ON_ENGAGE,
	INCIDENT_ON_NOTE,
	INCIDENT_ON_CANCEL,
	INCIDENT_ON_CLOSE,
	INCIDENT_ON_REOPEN,
	INCIDENT_ON_SILENCE,
	INCIDENT_EVENTS
};
extern const char *const incident_event_names
        [INCIDENT_EVENTS]; /* "triage","dispatch","engage","note","cancel","close","reopen","silence" */
enum incident_effect {
	INCIDENT_STOP_TRIAGE_CLOCK = 1 << 0,
	INCIDENT_PLAN_AGAIN = 1 << 1,
	INCIDENT_CANCEL_DISPATCHES = 1 << 2,
	INCIDENT_ARM_TRIAGE = 1 << 3,
	INCIDENT_CLIMB = 1 << 4
};
struct incident_step {
	bool fits;
	enum incident_state next;
	unsigned effects;
};
struct incident_step incident_step(enum incident_state state, enum incident_event event);
bool incident_is_open(enum incident_state s);
void incident_allowed(enum incident_state s, struct buf *out);
#endif
