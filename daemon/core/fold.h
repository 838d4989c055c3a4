/* fold: the state of an incident recomputed from its events alone: what the row should say, which clock of which dispatch should run, from when and at which rung.
 * The auditor compares it with what the database holds; tests prove fold(events) = state. Pure. */
#ifndef SIGAP_CORE_FOLD_H
#define SIGAP_CORE_FOLD_H
#include <stdbool.h>
#include <stddef.h>

#include "dispatch_state.h"
#include "incident_state.h"
#include "ladder.h"

/* One event as stored, in order of number from 1. */
struct fold_event {
	int number;
	struct wall at;
	const char *kind, *data; /* data: JSON */
};
/* A clock as the history leaves it. */
struct fold_clock {
	bool armed;
	enum clock clock;
	int step;
	struct wall due;
};
/* What the fold cannot know from events: the stored ladders and times of each dispatch. */
struct fold_dispatch {
	struct uuid id;
	int made_by;              /* number of the event that made it */
	struct uuid for_dispatch; /* whom it stands in for; nil: nobody */
	const char *ladders;
	int accept_s, arrive_s, complete_s;
	/* out */
	bool made; /* false: the history has not come that far */
	enum dispatch_state state;
	struct fold_clock clock;
};
struct fold_incident {
	enum incident_state state;
	int version;
	struct fold_clock clock; /* triage or follow-up */
	char fault[160];         /* "event 4 (accept): the dispatch is declined"; "" when the history makes sense */
};
/* policy: for the incident's own clocks (triage_s, follow_up_s, the triage ladder), which are not stored: a policy that changed since moves their due time. Fills
 * dispatches[].state etc. False when an event cannot be read or does not fit; what was folded up to there stays. */
bool fold_events(struct arena *a, const struct policy *policy, const struct fold_event *events, size_t count,
                 struct fold_dispatch *dispatches, size_t dispatch_count, struct fold_incident *ret);
#endif
