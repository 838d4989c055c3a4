/* incident_state: see incident_state.h. The table is the whole behaviour. */
#include "incident_state.h"

const char *const incident_state_names[INCIDENT_STATES] = {
        [INCIDENT_OPEN] = "open",     [INCIDENT_TRIAGED] = "triaged",     [INCIDENT_IN_PROGRESS] = "in_progress",
        [INCIDENT_CLOSED] = "closed", [INCIDENT_CANCELLED] = "cancelled",
};

const char *const incident_event_names[INCIDENT_EVENTS] = {
        [INCIDENT_ON_TRIAGE] = "triage", [INCIDENT_ON_DISPATCH] = "dispatch", [INCIDENT_ON_ENGAGE] = "engage",
        [INCIDENT_ON_NOTE] = "note",     [INCIDENT_ON_CANCEL] = "cancel",     [INCIDENT_ON_CLOSE] = "close",
        [INCIDENT_ON_REOPEN] = "reopen", [INCIDENT_ON_SILENCE] = "silence",
};

enum {
	DECIDED = INCIDENT_STOP_TRIAGE_CLOCK | INCIDENT_PLAN_AGAIN,
	ENDED = INCIDENT_STOP_TRIAGE_CLOCK | INCIDENT_CANCEL_DISPATCHES,
};

/* clang-format off */
#define TO(state, what) { .fits = true, .next = (state), .effects = (what) }

/* What is not named does not fit. Only a triage, a close or a cancel stops the triage clock: a dispatch made by hand or
 * an agency's accept says nothing about the type or place that a human was asked for. */
static const struct incident_step steps[INCIDENT_STATES][INCIDENT_EVENTS] = {
	[INCIDENT_OPEN] = {
		[INCIDENT_ON_TRIAGE]   = TO(INCIDENT_TRIAGED, DECIDED),
		[INCIDENT_ON_DISPATCH] = TO(INCIDENT_OPEN, 0),
		[INCIDENT_ON_ENGAGE]   = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_NOTE]     = TO(INCIDENT_OPEN, 0),
		[INCIDENT_ON_CANCEL]   = TO(INCIDENT_CANCELLED, ENDED),
		[INCIDENT_ON_CLOSE]    = TO(INCIDENT_CLOSED, ENDED),
		[INCIDENT_ON_SILENCE]  = TO(INCIDENT_OPEN, INCIDENT_CLIMB),
	},
	[INCIDENT_TRIAGED] = {
		[INCIDENT_ON_TRIAGE]   = TO(INCIDENT_TRIAGED, DECIDED),
		[INCIDENT_ON_DISPATCH] = TO(INCIDENT_TRIAGED, 0),
		[INCIDENT_ON_ENGAGE]   = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_NOTE]     = TO(INCIDENT_TRIAGED, 0),
		[INCIDENT_ON_CANCEL]   = TO(INCIDENT_CANCELLED, ENDED),
		[INCIDENT_ON_CLOSE]    = TO(INCIDENT_CLOSED, ENDED),
		[INCIDENT_ON_SILENCE]  = TO(INCIDENT_TRIAGED, INCIDENT_CLIMB),
	},
	[INCIDENT_IN_PROGRESS] = {
		[INCIDENT_ON_TRIAGE]   = TO(INCIDENT_IN_PROGRESS, DECIDED),
		[INCIDENT_ON_DISPATCH] = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_ENGAGE]   = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_NOTE]     = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_CANCEL]   = TO(INCIDENT_CANCELLED, ENDED),
		[INCIDENT_ON_CLOSE]    = TO(INCIDENT_CLOSED, ENDED),
		[INCIDENT_ON_SILENCE]  = TO(INCIDENT_IN_PROGRESS, INCIDENT_CLIMB),
	},
	[INCIDENT_CLOSED] = {
		[INCIDENT_ON_NOTE]     = TO(INCIDENT_CLOSED, 0),
		[INCIDENT_ON_REOPEN]   = TO(INCIDENT_OPEN, INCIDENT_ARM_TRIAGE),
	},
	[INCIDENT_CANCELLED] = {
		[INCIDENT_ON_NOTE]     = TO(INCIDENT_CANCELLED, 0),
		[INCIDENT_ON_REOPEN]   = TO(INCIDENT_OPEN, INCIDENT_ARM_TRIAGE),
	},
};
/* clang-format on */

struct incident_step incident_step(enum incident_state state, enum incident_event event)
{
	struct incident_step s = steps[state][event];
	if (!s.fits)
		s.next = state;
	return s;
}

bool incident_is_open(enum incident_state s)
{
	return s != INCIDENT_CLOSED && s != INCIDENT_CANCELLED;
}

/* Left out: engage (an agency's accept makes it) and silence (the daemon's own). */
void incident_allowed(enum incident_state s, struct buf *out)
{
	const char *comma = "";
	for (int e = 0; e < INCIDENT_EVENTS; e++) {
		if (e == INCIDENT_ON_ENGAGE || e == INCIDENT_ON_SILENCE || !steps[s][e].fits)
			continue;
		buf_addf(out, "%s%s", comma, incident_event_names[e]);
		comma = ", ";
	}
}
