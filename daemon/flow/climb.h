/* climb: one deadline that has run out: what the database says of it, what core decides, and the change that performs it. escalate claims and applies. */
#ifndef SIGAP_FLOW_CLIMB_H
#define SIGAP_FLOW_CLIMB_H
#include "flow.h"

struct climb {
	struct flow *flow;
	struct arena *arena;
	struct rules *rules;
	struct uuid subject, incident;
	enum urgency urgency;
	struct wall set_for;
	struct plan *plan;
	bool *leased; /* per notice of the plan; escalate's */
	struct change change;
	void *owner;          /* escalate's */
	struct climb *second; /* joined; NULL: none */
};
enum climb_end {
	CLIMB_DECIDED,    /* change is ready, but for what becomes of it (leased, done, ctx) */
	CLIMB_POINTLESS,  /* the deadline is about nothing that runs any more */
	CLIMB_UNREADABLE, /* logged: a name or ladder that this program does not know */
};
/* Decides one row of claim_deadlines or load_deadlines. after: events that the incident will have had since the row was read (0: none). ret is to be freed, whatever the end. */
enum climb_end climb_decide(struct flow *f, const struct pg_result *r, int row, int after, struct climb **ret);
/* Makes second, decided after first's one event, part of first: one change with two events. False, and nothing is changed, when it does not fit: one of them makes
 * dispatches, so that the other might decide otherwise, or there is no room. first frees second from then on. */
bool climb_join(struct climb *first, struct climb *second);
void climb_free(struct climb **x);
#endif
