/* recheck: what has waited in a lane is looked up again before it leaves, one statement for the next few: another daemon may have taken it over, or an answer made it void. Cheaper
 * than giving it back and claiming it again: nothing is written, no place in the queue is lost, and it happens only as often as a slow partner takes something. */
#ifndef SIGAP_FLOW_RECHECK_H
#define SIGAP_FLOW_RECHECK_H
#include "flow.h"
#include "lane.h"

struct recheck_calls {
	void (*gone)(void *ctx, struct job *j);                     /* its lease ended, or another daemon has it */
	void (*is_void)(void *ctx, struct job *j, const char *why); /* it must not leave any more */
	void (*done)(void *ctx, struct lane *lane);                 /* the lane may go on */
};
/* Has the job waited so long that it must be looked up? */
bool recheck_is_due(const struct job *j, struct mono now);
/* Looks up the first jobs of the lane that are due. The lane is checking until then. calls stays where it is. */
void recheck_lane(struct flow *f, struct lane *lane, const struct recheck_calls *calls, void *ctx);
#endif
