/* ladder: what happens when a clock runs out. Pure: stored ladder + step + what is known now -> one act. */
#ifndef SIGAP_CORE_LADDER_H
#define SIGAP_CORE_LADDER_H
#include <stdbool.h>

#include "plan.h"

/* A dispatch's ladders as stored (the JSON of plan_dispatch.ladders). */
struct stored_ladders {
	struct ladder accept, late;
};
/* Parses; false when the text is not what plan_make wrote. */
bool ladders_parse(struct arena *a, const char *json, struct stored_ladders *ret);

struct ladder_view {       /* what a rung may act upon at this moment */
	bool has_contacts; /* the agency still has a contact to tell again */
	size_t on_duty;    /* people on duty with a phone */
	bool (*agency_usable)(void *ctx,
	                      const char *slug); /* exists, not retired, not already dispatched in this incident */
	bool (*person_usable)(void *ctx, const char *slug);
	void *ctx;
};
enum { LADDER_GROUP_MAX = POLICY_GROUP_MAX };
struct ladder_act {
	bool repeat; /* the ladder has ended: duty is told again */
	const struct rung
	        *rungs[LADDER_GROUP_MAX]; /* what acts now, together; none with repeat (then duty is told again) */
	size_t count;
	int step;          /* index of the first rung acted on */
	int next_step;     /* step to store in the re-armed deadline */
	int wait_s;        /* and when it is due */
	char skipped[300]; /* "step 1 (duty): nobody on duty; " or "" */
};
/* clock: CLOCK_ACCEPT and CLOCK_REPLACE walk `accept` (REPLACE skips `again`: the agency has said no), CLOCK_ARRIVE and CLOCK_COMPLETE walk `late`. What is empty is skipped at
 * once and named; of a group the others act, and a group of which nobody is left is skipped whole. */
struct ladder_act ladder_act(const struct stored_ladders *l, enum clock clock, int step,
                             const struct ladder_view *view);
/* The same for an incident's triage ladder. */
struct ladder_act ladder_walk(const struct ladder *l, int step, bool skip_again, const struct ladder_view *view);
#endif
