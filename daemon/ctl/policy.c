/* policy: checked against the directory, people and areas of the database; put in force as a new version. */
#include <stdio.h>
#include <string.h>

#include "../io/sql.h"
#include "commands.h"
#include "snapshot.h"
#include "table.h"

enum { LOCK, APPLY, SHOW };
static const struct pg_statement sql[] = {
        [LOCK] = {"lock", "lock table policy in share row exclusive mode"},
        [APPLY] = {"apply", "insert into policy (applied_by, text) select $1, $2 where $2 is distinct from "
                            "(select text from policy order by version desc limit 1) returning version"},
        [SHOW] = {"show", "select version, applied_at, applied_by, text from policy order by version desc limit 1"},
};
enum { FAULTS_MOST = 16 * 1024 * 1024 };

static const struct column hole_columns[] = {{"hole", CELL_TEXT}};

/* Prints the faults of the file; ends the run when there is one. */
static const struct policy *read_file(struct ctl *c, const char **ret_text)
{
	size_t len;
	*ret_text = ctl_read_text(c, c->argument, &len);
	struct buf faults;
	buf_init(&faults, FAULTS_MOST);
	const struct policy *policy = policy_read(c->arena, c->argument, *ret_text, len, &faults);
	if (policy == NULL) {
		if (faults.data != NULL)
			fputs(faults.data, stderr);
		ctl_die("%s has faults", c->argument);
	}
	buf_free(&faults);
	return policy;
}

/* Lists the holes; returns how many there are. */
static size_t list_holes(struct ctl *c, const struct policy *policy, struct table *t, size_t *ret_cases)
{
	struct directory directory;
	struct buf out;
	snapshot_directory(c, &directory);
	buf_init(&out, FAULTS_MOST);
	size_t holes = policy_holes(policy, &directory, snapshot_gazetteer(c, policy->regency), &out, ret_cases);
	char *text = holes > 0 ? arena_strdup(c->arena, out.data) : NULL, *rest = NULL;
	buf_free(&out);
	for (char *line = text == NULL ? NULL : strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		table_add(t, (const char *[]){line});
	return holes;
}

int command_policy_check(struct ctl *c)
{
	const char *text;
	struct table *t = table_new(c, hole_columns, 1);
	size_t cases, holes = list_holes(c, read_file(c, &text), t, &cases);
	if (c->json || holes > 0)
		table_print(t, "");
	fprintf(c->json ? stderr : stdout, "%zu cases checked, %zu holes\n", cases, holes);
	return holes > 0 ? CTL_FAULT : CTL_OK;
}

int command_policy_apply(struct ctl *c)
{
	const char *text, *who = ctl_option(c, "name");
	struct table *t = table_new(c, hole_columns, 1);
	size_t cases, holes = list_holes(c, read_file(c, &text), t, &cases);
	if (holes > 0) {
		table_print(t, "");
		if (ctl_option(c, "force") == NULL)
			ctl_die("%zu holes in %zu cases: not applied (--force applies it all the same)", holes, cases);
	}
	db_begin(c);
	db_query(c, &sql[LOCK], DB_NONE);
	const struct rows *made = db_query(c, &sql[APPLY], DB_WITH(who != NULL ? who : ctl_actor(c), text));
	const struct rows *now = db_query(c, &sql[SHOW], DB_NONE);
	db_commit(c);
	fprintf(c->json ? stderr : stdout, "%zu cases checked, %zu holes; version %s is %s in force\n", cases, holes,
	        db_cell(now, 0, 0), made->count > 0 ? "now" : "already");
	return CTL_OK;
}

int command_policy_show(struct ctl *c)
{
	static const struct column columns[] = {
	        {"version", CELL_NUMBER}, {"applied_at", CELL_TIME}, {"applied_by", CELL_TEXT}, {"text", CELL_TEXT}};
	const struct rows *r = db_query(c, &sql[SHOW], DB_NONE);
	if (r->count == 0)
		ctl_die("no policy is in force: run sigapctl policy apply");
	if (c->json) {
		struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
		table_add_rows(t, r);
		table_print(t, "");
		return CTL_OK;
	}
	fprintf(stderr, "version %s, applied %s by %s\n", db_cell(r, 0, 0), db_cell(r, 0, 1), db_cell(r, 0, 2));
	fputs(db_cell(r, 0, 3), stdout);
	return CTL_OK;
}
