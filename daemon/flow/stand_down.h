/* stand_down: whoever was asked or told and is no longer needed hears of it, in the change that makes it so. */
#ifndef SIGAP_FLOW_STAND_DOWN_H
#define SIGAP_FLOW_STAND_DOWN_H
#include "flow.h"
#include "incident_row.h"
#include "rules.h"

struct stand_down {
	struct arena *arena;
	struct plan_setting setting;
	const struct incident_row *incident; /* before the change */
	struct change *change;               /* gets the cancelled dispatches and the clocks to stop */
	struct plan *plan;                   /* gets the notices */
};
/* Ends the dispatch if the table lets it: its clock stops, its agency is told, *d is as it will be. Returns whether it was ended. */
bool stand_down_dispatch(const struct stand_down *s, struct dispatch_row *d, const char *reason);
/* The telephones (separated by spaces) of people who were told of the incident, but for those that the plan tells something else. reason: Indonesian. */
void stand_down_people(const struct stand_down *s, const char *phones, const char *reason);
/* Which of rows[n] were asked for the same task as `of`: those it stands in for, that stand in for it, or for the same one, and so on. Fills member[n]; `of` itself is left out. */
void stand_down_family(const struct dispatch_row *rows, int n, struct uuid of, bool *member);
#endif
