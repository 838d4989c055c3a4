/* audit_incident: one incident that looks wrong: its events are folded, and what they say should be armed and sent is compared with what is. Used by audit.c only. */
#ifndef SIGAP_FLOW_AUDIT_INCIDENT_H
#define SIGAP_FLOW_AUDIT_INCIDENT_H
#include "flow.h"

enum audit_fault {
	AUDIT_MISSING,   /* a clock that should run did not */
	AUDIT_CHANGED,   /* another clock ran instead */
	AUDIT_POINTLESS, /* a clock about nothing that is open */
	AUDIT_OVERDUE,   /* due for more than a minute, and no daemon has taken it */
	AUDIT_LOST,      /* a notice that nobody would have sent */
	AUDIT_UNCLEAR,   /* the events do not lead to the state that the row has */
	AUDIT_FAULTS
};
extern const char *const audit_fault_names[AUDIT_FAULTS]; /* "deadline_missing", … */
/* found[AUDIT_FAULTS] counts what was repaired (unclear: what was found); ok: the database has answered everything. done runs once, from the loop. */
typedef void audit_done(void *ctx, bool ok, const int *found);
void audit_incident(struct flow *f, struct uuid incident, audit_done *done, void *ctx);
#endif
