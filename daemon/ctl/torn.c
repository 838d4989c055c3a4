/* torn: see torn.h. */
#include "torn.h"

#include <stdio.h>
#include <string.h>

#include "../core/policy_check.h"
#include "db.h"
#include "snapshot.h"

enum { SHOWN = 20 };

static size_t holes(struct ctl *c, const struct policy *p, const char *const **ret)
{
	struct directory d;
	snapshot_directory(c, &d);
	return policy_check_apart(c->arena, p, &d, snapshot_gazetteer(c, NULL, p->regency), snapshot_now(c), ret);
}

void torn_begin(struct ctl *c, struct torn *ret)
{
	static const struct pg_statement in_force = {
	        "policy", "select text from policy where exists (select from region) order by version desc limit 1"};
	const struct rows *r = db_query(c, &in_force, DB_NONE);
	struct policy_checked checked;
	*ret = (struct torn){.policy = NULL};
	if (r->count == 0)
		return;
	policy_check_read(c->arena, "policy in force", db_cell(r, 0, 0), strlen(db_cell(r, 0, 0)), &checked);
	ret->policy = checked.policy;
	if (ret->policy != NULL)
		ret->count = holes(c, ret->policy, &ret->before);
}

void torn_end(struct ctl *c, const struct torn *t)
{
	const char *const *after, *const *made;
	if (t->policy == NULL)
		return;
	size_t count = holes(c, t->policy, &after);
	size_t n = policy_check_new(c->arena, t->before, t->count, after, count, &made);
	for (size_t i = 0; i < n && i < SHOWN; i++)
		fprintf(stderr, "%s\n", made[i]);
	if (n > SHOWN)
		fprintf(stderr, "and %zu more\n", n - SHOWN);
	if (n > 0 && ctl_option(c, "force") == NULL)
		ctl_die("after this change somebody would not be reached who is reached now: nothing was changed "
		        "(--force does it all the same)");
}
