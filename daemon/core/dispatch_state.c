/* dispatch_state: see dispatch_state.h. The table is the whole behaviour. */
#include "dispatch_state.h"

const char *const dispatch_state_names[DISPATCH_STATES] = {
        [DISPATCH_NOTIFIED] = "notified",   [DISPATCH_SEEN] = "seen",           [DISPATCH_ACCEPTED] = "accepted",
        [DISPATCH_DECLINED] = "declined",   [DISPATCH_EN_ROUTE] = "en_route",   [DISPATCH_ON_SCENE] = "on_scene",
        [DISPATCH_COMPLETED] = "completed", [DISPATCH_CANCELLED] = "cancelled", [DISPATCH_EXPIRED] = "expired",
};

const char *const dispatch_event_names[DISPATCH_EVENTS] = {
        [ON_SEEN] = "seen",         [ON_ACCEPT] = "accept",     [ON_DECLINE] = "decline", [ON_EN_ROUTE] = "en_route",
        [ON_ON_SCENE] = "on_scene", [ON_COMPLETE] = "complete", [ON_CANCEL] = "cancel",   [ON_SILENCE] = "silence",
        [ON_LAPSE] = "lapse",       [ON_EXPIRE] = "expire",
};

enum {
	TAKEN = EFFECT_STOP_CLOCK | EFFECT_ARM_ARRIVE | EFFECT_ENGAGE | EFFECT_RELIEVE,
	GIVEN_BACK = EFFECT_STOP_CLOCK | EFFECT_CLIMB_NOW,
	ARRIVED = EFFECT_STOP_CLOCK | EFFECT_ARM_COMPLETE,
	CALLED_OFF = EFFECT_STOP_CLOCK | EFFECT_STAND_DOWN,
	THERE_AT_ONCE = ARRIVED | EFFECT_ENGAGE | EFFECT_RELIEVE,
	GIVEN_UP = EFFECT_STOP_CLOCK | EFFECT_TELL_DUTY,
};

/* clang-format off */
#define TO(state, what) { .fits = true, .next = (state), .effects = (what) }
/* Already so: a retried or late answer is welcome and changes nothing. */
#define REPEATS(state)  { .fits = true, .repeats = true, .next = (state) }

/* What is not named does not fit. Setting out or arriving without a word before counts as accepting. */
static const struct dispatch_step steps[DISPATCH_STATES][DISPATCH_EVENTS] = {
	[DISPATCH_NOTIFIED] = {
		[ON_SEEN]     = TO(DISPATCH_SEEN, 0),
		[ON_ACCEPT]   = TO(DISPATCH_ACCEPTED, TAKEN),
		[ON_DECLINE]  = TO(DISPATCH_DECLINED, GIVEN_BACK),
		[ON_EN_ROUTE] = TO(DISPATCH_EN_ROUTE, TAKEN),
		[ON_ON_SCENE] = TO(DISPATCH_ON_SCENE, THERE_AT_ONCE),
		[ON_CANCEL]   = TO(DISPATCH_CANCELLED, CALLED_OFF),
		[ON_SILENCE]  = TO(DISPATCH_NOTIFIED, EFFECT_CLIMB),
		[ON_EXPIRE]   = TO(DISPATCH_EXPIRED, GIVEN_UP),
	},
	[DISPATCH_SEEN] = {
		[ON_SEEN]     = REPEATS(DISPATCH_SEEN),
		[ON_ACCEPT]   = TO(DISPATCH_ACCEPTED, TAKEN),
		[ON_DECLINE]  = TO(DISPATCH_DECLINED, GIVEN_BACK),
		[ON_EN_ROUTE] = TO(DISPATCH_EN_ROUTE, TAKEN),
		[ON_ON_SCENE] = TO(DISPATCH_ON_SCENE, THERE_AT_ONCE),
		[ON_CANCEL]   = TO(DISPATCH_CANCELLED, CALLED_OFF),
		[ON_SILENCE]  = TO(DISPATCH_SEEN, EFFECT_CLIMB),
		[ON_EXPIRE]   = TO(DISPATCH_EXPIRED, GIVEN_UP),
	},
	[DISPATCH_ACCEPTED] = {
		[ON_SEEN]     = REPEATS(DISPATCH_ACCEPTED),
		[ON_ACCEPT]   = REPEATS(DISPATCH_ACCEPTED),
		[ON_DECLINE]  = TO(DISPATCH_DECLINED, GIVEN_BACK),
		[ON_EN_ROUTE] = TO(DISPATCH_EN_ROUTE, 0), /* the arrive clock, armed by the accept, goes on */
		[ON_ON_SCENE] = TO(DISPATCH_ON_SCENE, ARRIVED),
		[ON_COMPLETE] = TO(DISPATCH_COMPLETED, EFFECT_STOP_CLOCK),
		[ON_CANCEL]   = TO(DISPATCH_CANCELLED, CALLED_OFF),
		[ON_SILENCE]  = TO(DISPATCH_ACCEPTED, EFFECT_CLIMB),
		[ON_LAPSE]    = TO(DISPATCH_NOTIFIED, EFFECT_ARM_ACCEPT | EFFECT_TELL_DUTY),
	},
	[DISPATCH_DECLINED] = {
		[ON_DECLINE]  = REPEATS(DISPATCH_DECLINED),
		[ON_SILENCE]  = TO(DISPATCH_DECLINED, EFFECT_CLIMB), /* CLOCK_REPLACE: somebody else is still wanted */
	},
	[DISPATCH_EN_ROUTE] = {
		[ON_SEEN]     = REPEATS(DISPATCH_EN_ROUTE),
		[ON_ACCEPT]   = REPEATS(DISPATCH_EN_ROUTE),
		[ON_DECLINE]  = TO(DISPATCH_DECLINED, GIVEN_BACK),
		[ON_EN_ROUTE] = REPEATS(DISPATCH_EN_ROUTE),
		[ON_ON_SCENE] = TO(DISPATCH_ON_SCENE, ARRIVED),
		[ON_COMPLETE] = TO(DISPATCH_COMPLETED, EFFECT_STOP_CLOCK),
		[ON_CANCEL]   = TO(DISPATCH_CANCELLED, CALLED_OFF),
		[ON_SILENCE]  = TO(DISPATCH_EN_ROUTE, EFFECT_CLIMB),
	},
	[DISPATCH_ON_SCENE] = {
		[ON_SEEN]     = REPEATS(DISPATCH_ON_SCENE),
		[ON_ACCEPT]   = REPEATS(DISPATCH_ON_SCENE),
		[ON_ON_SCENE] = REPEATS(DISPATCH_ON_SCENE),
		[ON_COMPLETE] = TO(DISPATCH_COMPLETED, EFFECT_STOP_CLOCK),
		[ON_CANCEL]   = TO(DISPATCH_CANCELLED, CALLED_OFF),
		[ON_SILENCE]  = TO(DISPATCH_ON_SCENE, EFFECT_CLIMB),
	},
	[DISPATCH_COMPLETED] = {
		[ON_COMPLETE] = REPEATS(DISPATCH_COMPLETED),
	},
	[DISPATCH_CANCELLED] = {
		[ON_CANCEL]   = REPEATS(DISPATCH_CANCELLED),
	},
	[DISPATCH_EXPIRED] = { /* an answer that comes after all is welcome */
		[ON_ACCEPT]   = TO(DISPATCH_ACCEPTED, TAKEN),
		[ON_DECLINE]  = TO(DISPATCH_DECLINED, 0),
		[ON_EN_ROUTE] = TO(DISPATCH_EN_ROUTE, TAKEN),
		[ON_ON_SCENE] = TO(DISPATCH_ON_SCENE, THERE_AT_ONCE),
		[ON_CANCEL]   = TO(DISPATCH_CANCELLED, CALLED_OFF),
		[ON_EXPIRE]   = REPEATS(DISPATCH_EXPIRED),
	},
};
/* clang-format on */

struct dispatch_step dispatch_step(enum dispatch_state state, enum dispatch_event event)
{
	struct dispatch_step s = steps[state][event];
	if (!s.fits)
		s.next = state;
	return s;
}

enum clock dispatch_clock(enum dispatch_state s)
{
	static const enum clock clocks[DISPATCH_STATES] = {
	        [DISPATCH_NOTIFIED] = CLOCK_ACCEPT, [DISPATCH_SEEN] = CLOCK_ACCEPT,
	        [DISPATCH_ACCEPTED] = CLOCK_ARRIVE, [DISPATCH_DECLINED] = CLOCKS,
	        [DISPATCH_EN_ROUTE] = CLOCK_ARRIVE, [DISPATCH_ON_SCENE] = CLOCK_COMPLETE,
	        [DISPATCH_COMPLETED] = CLOCKS,      [DISPATCH_CANCELLED] = CLOCKS,
	        [DISPATCH_EXPIRED] = CLOCKS,
	};
	return clocks[s];
}

bool dispatch_is_open(enum dispatch_state s)
{
	return dispatch_clock(s) != CLOCKS;
}

/* Left out: repeats, silence, lapse and expire (the daemon's own) and cancel (the coordinator's, by way of the incident). */
void dispatch_allowed(enum dispatch_state s, struct buf *out)
{
	const char *comma = "";
	for (int e = 0; e < DISPATCH_EVENTS; e++) {
		if (e == ON_SILENCE || e == ON_LAPSE || e == ON_EXPIRE || e == ON_CANCEL || !steps[s][e].fits ||
		    steps[s][e].repeats)
			continue;
		buf_addf(out, "%s%s", comma, dispatch_event_names[e]);
		comma = ", ";
	}
}
