/* policy_check: a policy's text, read and held against directory and areas: what sigapctl policy check and the API say of it. */
#ifndef SIGAP_CORE_POLICY_CHECK_H
#define SIGAP_CORE_POLICY_CHECK_H
#include "policy.h"

struct policy_fault {
	int line, column;    /* from 1; 0: of the text as a whole */
	const char *message; /* "/types/…: what is wrong, what would be right" */
};
struct policy_checked {
	const struct policy *policy; /* NULL: the text has faults, and nothing else was looked at */
	const char *fault_text;      /* all faults as policy_read() writes them, a line each; "" without */
	const struct policy_fault *faults;
	size_t fault_count;
	const char *const *holes; /* as policy_holes() words them */
	size_t hole_count, cases;
};
/* Reads the text; file is how the faults name it. Everything lives in the arena. */
void policy_check_read(struct arena *a, const char *file, const char *text, size_t len, struct policy_checked *ret);
/* Looks for the holes of what was read without faults; who is planned only before now counts for nothing. */
void policy_check_holes(struct arena *a, const struct directory *d, const struct gazetteer *g, struct wall now,
                        struct policy_checked *ret);
/* All holes, one case each, sorted. Returns how many. They live in the arena. */
size_t policy_check_apart(struct arena *a, const struct policy *p, const struct directory *d, const struct gazetteer *g,
                          struct wall now, const char *const **ret);
/* Those of after that are not in before, both as policy_check_apart() gives them. */
size_t policy_check_new(struct arena *a, const char *const *before, size_t before_count, const char *const *after,
                        size_t after_count, const char *const **ret);
/* Holes, one case each ("abandoned_person (high), 64.09.01.1003 Petung: …"), that the policy has with the directory `after` and had not with `before`: what a change of
 * the directory would tear open. They live in the arena. */
size_t policy_check_torn(struct arena *a, const struct policy *p, const struct directory *before,
                         const struct directory *after, const struct gazetteer *g, struct wall now,
                         const char *const **ret);
#endif
