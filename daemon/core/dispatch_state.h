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
	DISPATCH_EXPIRED, /* nobody ever answered, the ladder has ended and its time is over */
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
	ON_LAPSE, /* accepted, but nobody moved and the late ladder has ended: the answer expires, the agency is asked again */
	ON_EXPIRE, /* silent for longer than the policy waits */
	DISPATCH_EVENTS
};
extern const char
        *const dispatch_event_names[DISPATCH_EVENTS]; /* "seen", "accept", ... "cancel", "silence", "lapse", "expire" */

enum effect {
	EFFECT_STOP_CLOCK = 1 << 0, /* cancel whatever deadline of this dispatch is armed */
	EFFECT_ARM_ARRIVE = 1 << 1,
	EFFECT_ARM_COMPLETE = 1 << 2,
	EFFECT_CLIMB_NOW = 1 << 3,  /* arm CLOCK_REPLACE, due at once */
	EFFECT_CLIMB = 1 << 4,      /* the next rung of the clock that ran out */
	EFFECT_STAND_DOWN = 1 << 5, /* tell the agency that it is no longer needed */
	EFFECT_ENGAGE = 1 << 6,     /* the incident is in progress from now on */
	EFFECT_ARM_ACCEPT = 1 << 7, /* asked again: the accept clock runs anew */
	EFFECT_RELIEVE = 1 << 8,    /* agencies that were asked for the same task and have not answered stand down */
	EFFECT_TELL_DUTY = 1 << 9,  /* a human must know */
};
struct dispatch_step {
	bool fits;    /* false: this event means nothing in this state: 409 */
	bool repeats; /* the state already is what the event asks for: answered 200 without a new event */
	enum dispatch_state next;
	unsigned effects;
};
struct dispatch_step dispatch_step(enum dispatch_state state, enum dispatch_event event);
bool dispatch_is_open(
        enum dispatch_state s); /* a clock must be armed: all but declined, completed, cancelled, expired */
/* The clock that runs in a state (CLOCKS when none). */
enum clock dispatch_clock(enum dispatch_state s);
/* What may follow: comma separated event names for the 409's detail. */
void dispatch_allowed(enum dispatch_state s, struct buf *out);
#endif
