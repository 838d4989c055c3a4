/* dispatch_state: the only place where a dispatch changes state: a labelled table [state][event] -> next state + effects. */
#ifndef SIGAP_CORE_DISPATCH_STATE_H
#define SIGAP_CORE_DISPATCH_STATE_H
#include <stdbool.h>

#include "../../protocol/buf.h"
#include "plan.h"

enum dispatch_state {
	DISPATCH_NOTIFIED,
	DISPATCH_SEEN,
	DISPATCH_ACCEPTED,
	DISPATCH_DECLINED,
	DISPATCH_EN_ROUTE,
	DISPATCH_ON_SCENE,
	DISPATCH_COMPLETED,
	DISPATCH_CANCELLED,
	DISPATCH_STATES
};
extern const char *const dispatch_state_names[DISPATCH_STATES];
enum dispatch_event {
	ON_SEEN,
	ON_ACCEPT,
	ON_DECLINE,
	ON_EN_ROUTE,
	ON_ON_SCENE,
	ON_COMPLETE,
	ON_CANCEL,
	ON_SILENCE,
	DISPATCH_EVENTS
};
extern const char *const dispatch_event_names[DISPATCH_EVENTS]; /* "seen", "accept", ... "cancel", "silence" */

enum effect {
	EFFECT_STOP_CLOCK = 1 << 0, /* cancel whatever deadline of this dispatch is armed */
	EFFECT_ARM_ARRIVE = 1 << 1,
	EFFECT_ARM_COMPLETE = 1 << 2,
	EFFECT_CLIMB_NOW = 1 << 3,  /* arm CLOCK_REPLACE, due at once */
	EFFECT_CLIMB = 1 << 4,      /* the next rung of the clock that ran out */
	EFFECT_STAND_DOWN = 1 << 5, /* tell the agency that it is no longer needed */
	EFFECT_ENGAGE = 1 << 6,     /* the incident is in progress from now on */
};
struct dispatch_step {
	bool fits;    /* false: this event means nothing in this state: 409 */
	bool repeats; /* the state already is what the event asks for: answered 200 without a new event */
	enum dispatch_state next;
	unsigned effects;
};
struct dispatch_step dispatch_step(enum dispatch_state state, enum dispatch_event event);
bool dispatch_is_open(enum dispatch_state s); /* a clock must be armed: all but declined, completed, cancelled */
/* The clock that runs in a state (CLOCKS when none). */
enum clock dispatch_clock(enum dispatch_state s);
/* What may follow: comma separated event names for the 409's detail. */
void dispatch_allowed(enum dispatch_state s, struct buf *out);
#endif
