/* torn: what a change on the command line would tear open, as the API tells it: within the change's transaction its rows are held against the policy before and after. */
#ifndef SIGAP_CTL_TORN_H
#define SIGAP_CTL_TORN_H
#include "../core/policy.h"
#include "ctl.h"

struct torn {
	const struct policy *policy; /* in force; NULL: none, or no areas yet, so that nothing can be torn */
	const char *const *before;
	size_t count;
};
/* The holes that are there already. Called in the transaction of the change, when nobody else can change what it changes. */
void torn_begin(struct ctl *c, struct torn *ret);
/* Before the commit: names the holes that came with the change on standard error, and without --force ends the run, so that nothing was changed. */
void torn_end(struct ctl *c, const struct torn *t);
#endif
