/* escalation: a clock has run out: what follows, as data. Pure: what the rows say + the stored ladders + who can be reached now -> the event, what acts, what is armed next. */
#ifndef SIGAP_CORE_ESCALATION_H
#define SIGAP_CORE_ESCALATION_H
#include "dispatch_state.h"
#include "incident_state.h"
#include "ladder.h"

/* The clock of a dispatch that ran out. */
struct overdue {
	enum dispatch_state state;
	enum clock clock;
	int step;
	int accept_s;     /* the dispatch's own time to answer */
	int64_t silent_s; /* since it was asked, or asked again */
	int expire_s;     /* the policy's */
};
struct escalation {
	bool live; /* false: the clock is about nothing that runs any more; nothing else here counts then */
	enum dispatch_event event; /* ON_SILENCE: act says who acts. ON_LAPSE, ON_EXPIRE: duty is told */
	enum dispatch_state next;  /* of a dispatch */
	struct ladder_act act;
	bool remind; /* the agency is asked again (lapse) */
	bool armed;  /* what runs afterwards; false: the clock has stopped */
	enum clock clock;
	int step, after_s;
};
/* An answer expires when the late ladder has ended and nobody has set out; a dispatch ends when its ladder has ended and nobody has answered for expire_s.
 * A declined one climbs without pauses until somebody else has its task, then rests. */
struct escalation escalation_of_dispatch(const struct stored_ladders *l, const struct overdue *o,
                                         const struct ladder_view *view);
/* The clock of an incident: triage while nobody has decided, follow-up while it is handed over. Both walk the triage ladder. */
struct escalation escalation_of_incident(const struct ladder *triage, enum incident_state state, enum clock clock,
                                         int step, const struct ladder_view *view);
#endif
