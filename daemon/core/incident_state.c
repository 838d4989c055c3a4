/* incident_state: see incident_state.h. The table is the whole behaviour. */
#include "incident_state.h"

#include <string.h>

const char *const incident_state_names[INCIDENT_STATES] = {
        [INCIDENT_OPEN] = "open",
        [INCIDENT_TRIAGED] = "triaged",
        [INCIDENT_IN_PROGRESS] = "in_progress",
        [INCIDENT_HANDED_OVER] = "handed_over",
        [INCIDENT_CLOSED] = "closed",
        [INCIDENT_CANCELLED] = "cancelled",
        [INCIDENT_MERGED] = "merged",
};

const char *const incident_event_names[INCIDENT_EVENTS] = {
        [INCIDENT_ON_TRIAGE] = "triage",       [INCIDENT_ON_DISPATCH] = "dispatch",
        [INCIDENT_ON_ENGAGE] = "engage",       [INCIDENT_ON_NOTE] = "note",
        [INCIDENT_ON_HAND_OVER] = "hand_over", [INCIDENT_ON_CANCEL] = "cancel",
        [INCIDENT_ON_WITHDRAW] = "withdraw",   [INCIDENT_ON_FALSE_REPORT] = "false_report",
        [INCIDENT_ON_CLOSE] = "close",         [INCIDENT_ON_REOPEN] = "reopen",
        [INCIDENT_ON_MERGE] = "merge",         [INCIDENT_ON_ABSORB] = "absorb",
        [INCIDENT_ON_SPLIT] = "split",         [INCIDENT_ON_RELEASE] = "release",
        [INCIDENT_ON_DETACH] = "detach",       [INCIDENT_ON_NOT_DUPLICATE] = "not_duplicate",
        [INCIDENT_ON_CLAIM] = "claim",         [INCIDENT_ON_SILENCE] = "silence",
};

const char *const disposition_names[DISPOSITIONS] = {
        [DISPOSITION_HANDLED] = "handled",   [DISPOSITION_REUNITED] = "reunited",
        [DISPOSITION_REFERRED] = "referred", [DISPOSITION_BURIED] = "buried",
        [DISPOSITION_RELEASED] = "released", [DISPOSITION_NOT_FOUND] = "not_found",
        [DISPOSITION_REFUSED] = "refused",   [DISPOSITION_FALSE_REPORT] = "false_report",
        [DISPOSITION_OTHER] = "other",
};

enum {
	DECIDED = INCIDENT_STOP_TRIAGE_CLOCK | INCIDENT_PLAN_AGAIN,
	ENDED = INCIDENT_STOP_TRIAGE_CLOCK | INCIDENT_CANCEL_DISPATCHES,
	GIVEN_ON = INCIDENT_STOP_TRIAGE_CLOCK | INCIDENT_ARM_FOLLOW_UP,
};

/* clang-format off */
#define TO(state, what) { .fits = true, .next = (state), .effects = (what) }
/* What an incident that goes on may have noted, taken in or given back in any state. */
#define BESIDE(state) \
	[INCIDENT_ON_NOTE]          = TO(state, 0), \
	[INCIDENT_ON_ABSORB]        = TO(state, 0), \
	[INCIDENT_ON_RELEASE]       = TO(state, 0), \
	[INCIDENT_ON_DETACH]        = TO(state, 0), \
	[INCIDENT_ON_NOT_DUPLICATE] = TO(state, 0)
/* Only what is open can be somebody's. */
#define CLAIM(state) [INCIDENT_ON_CLAIM] = TO(state, 0)
/* How it may end by decision. */
#define ENDINGS \
	[INCIDENT_ON_CANCEL]       = TO(INCIDENT_CANCELLED, ENDED), \
	[INCIDENT_ON_FALSE_REPORT] = TO(INCIDENT_CLOSED, ENDED), \
	[INCIDENT_ON_CLOSE]        = TO(INCIDENT_CLOSED, ENDED), \
	[INCIDENT_ON_MERGE]        = TO(INCIDENT_MERGED, ENDED)

/* What is not named does not fit. Only a triage, a hand-over or an end stops the triage clock: a dispatch made by hand or
 * an agency's accept says nothing about the type or place that a human was asked for. A reporter may take back what nobody
 * has set out for; afterwards it is for a human to decide. */
static const struct incident_step steps[INCIDENT_STATES][INCIDENT_EVENTS] = {
	[INCIDENT_OPEN] = {
		[INCIDENT_ON_TRIAGE]    = TO(INCIDENT_TRIAGED, DECIDED),
		[INCIDENT_ON_DISPATCH]  = TO(INCIDENT_OPEN, 0),
		[INCIDENT_ON_ENGAGE]    = TO(INCIDENT_OPEN, 0), /* it still awaits its triage */
		[INCIDENT_ON_HAND_OVER] = TO(INCIDENT_HANDED_OVER, GIVEN_ON),
		[INCIDENT_ON_WITHDRAW]  = TO(INCIDENT_CANCELLED, ENDED | INCIDENT_TELL_DUTY),
		[INCIDENT_ON_SILENCE]   = TO(INCIDENT_OPEN, INCIDENT_CLIMB),
		CLAIM(INCIDENT_OPEN),
		BESIDE(INCIDENT_OPEN),
		ENDINGS,
	},
	[INCIDENT_TRIAGED] = {
		[INCIDENT_ON_TRIAGE]    = TO(INCIDENT_TRIAGED, DECIDED),
		[INCIDENT_ON_DISPATCH]  = TO(INCIDENT_TRIAGED, 0),
		[INCIDENT_ON_ENGAGE]    = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_HAND_OVER] = TO(INCIDENT_HANDED_OVER, GIVEN_ON),
		[INCIDENT_ON_WITHDRAW]  = TO(INCIDENT_CANCELLED, ENDED | INCIDENT_TELL_DUTY),
		[INCIDENT_ON_SILENCE]   = TO(INCIDENT_TRIAGED, INCIDENT_CLIMB),
		CLAIM(INCIDENT_TRIAGED),
		BESIDE(INCIDENT_TRIAGED),
		ENDINGS,
	},
	[INCIDENT_IN_PROGRESS] = {
		[INCIDENT_ON_TRIAGE]    = TO(INCIDENT_IN_PROGRESS, DECIDED),
		[INCIDENT_ON_DISPATCH]  = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_ENGAGE]    = TO(INCIDENT_IN_PROGRESS, 0),
		[INCIDENT_ON_HAND_OVER] = TO(INCIDENT_HANDED_OVER, GIVEN_ON),
		[INCIDENT_ON_WITHDRAW]  = TO(INCIDENT_IN_PROGRESS, INCIDENT_TELL_DUTY),
		[INCIDENT_ON_SILENCE]   = TO(INCIDENT_IN_PROGRESS, INCIDENT_CLIMB),
		CLAIM(INCIDENT_IN_PROGRESS),
		BESIDE(INCIDENT_IN_PROGRESS),
		ENDINGS,
	},
	[INCIDENT_HANDED_OVER] = {
		[INCIDENT_ON_TRIAGE]    = TO(INCIDENT_IN_PROGRESS, DECIDED), /* its clock stops, the follow-up's too */
		[INCIDENT_ON_DISPATCH]  = TO(INCIDENT_IN_PROGRESS, INCIDENT_STOP_TRIAGE_CLOCK),
		[INCIDENT_ON_ENGAGE]    = TO(INCIDENT_HANDED_OVER, 0),
		[INCIDENT_ON_HAND_OVER] = TO(INCIDENT_HANDED_OVER, GIVEN_ON),
		[INCIDENT_ON_WITHDRAW]  = TO(INCIDENT_HANDED_OVER, INCIDENT_TELL_DUTY),
		[INCIDENT_ON_SILENCE]   = TO(INCIDENT_HANDED_OVER, INCIDENT_CLIMB),
		CLAIM(INCIDENT_HANDED_OVER),
		BESIDE(INCIDENT_HANDED_OVER),
		ENDINGS,
	},
	[INCIDENT_CLOSED] = {
		[INCIDENT_ON_REOPEN]    = TO(INCIDENT_OPEN, INCIDENT_ARM_TRIAGE),
		BESIDE(INCIDENT_CLOSED),
	},
	[INCIDENT_CANCELLED] = {
		[INCIDENT_ON_REOPEN]    = TO(INCIDENT_OPEN, INCIDENT_ARM_TRIAGE),
		BESIDE(INCIDENT_CANCELLED),
	},
	[INCIDENT_MERGED] = {
		[INCIDENT_ON_NOTE]      = TO(INCIDENT_MERGED, 0),
		[INCIDENT_ON_SPLIT]     = TO(INCIDENT_OPEN, INCIDENT_ARM_TRIAGE),
		[INCIDENT_ON_RELEASE]   = TO(INCIDENT_MERGED, 0),
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

const char *incident_event_kind(enum incident_event e)
{
	return e == INCIDENT_ON_CLAIM ? "claimed" : incident_event_names[e];
}

int incident_event_of_kind(const char *kind)
{
	int e = INCIDENT_EVENTS - 1;
	while (e >= 0 && strcmp(incident_event_kind((enum incident_event)e), kind) != 0)
		e--;
	return e;
}

bool incident_is_open(enum incident_state s)
{
	return s < INCIDENT_CLOSED;
}

/* Left out: engage (an agency's accept makes it), absorb and release (the other half of a merge and a split) and silence (the daemon's own). */
void incident_allowed(enum incident_state s, struct buf *out)
{
	const char *comma = "";
	for (int e = 0; e < INCIDENT_EVENTS; e++) {
		if (e == INCIDENT_ON_ENGAGE || e == INCIDENT_ON_ABSORB || e == INCIDENT_ON_RELEASE ||
		    e == INCIDENT_ON_SILENCE || !steps[s][e].fits)
			continue;
		buf_addf(out, "%s%s", comma, incident_event_names[e]);
		comma = ", ";
	}
}
