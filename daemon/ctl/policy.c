/* policy: checked against the directory, people and areas of the database; put in force as a new version. */
#include <stdio.h>
#include <stdlib.h>

#include "../../protocol/json.h"
#include "../core/policy_check.h"
#include "../io/sql.h"
#include "commands.h"
#include "snapshot.h"
#include "table.h"

enum { LOCK, SHOW };
static const struct pg_statement sql[] = {
        [LOCK] = {"lock", "lock table policy in share row exclusive mode"},
        [SHOW] = {"show", "select version, applied_at, applied_by, text from policy order by version desc limit 1"},
};

enum { OUTPUT_MOST = 64 * 1024 * 1024 };
static const struct column hole_columns[] = {{"hole", CELL_TEXT}};

/* Prints the faults of the file, and ends the run when there is one; lists its holes. */
static void check_file(struct ctl *c, const char **ret_text, struct table *t, struct policy_checked *ret)
{
	size_t len;
	struct directory directory;
	*ret_text = ctl_read_text(c, c->argument, &len);
	policy_check_read(c->arena, c->argument, *ret_text, len, ret);
	if (ret->policy == NULL) {
		fputs(ret->fault_text, stderr);
		ctl_die("%s has faults", c->argument);
	}
	snapshot_directory(c, &directory);
	policy_check_holes(c->arena, &directory, snapshot_gazetteer(c, NULL, ret->policy->regency), snapshot_now(c),
	                   ret);
	for (size_t i = 0; i < ret->hole_count; i++)
		table_add(t, (const char *[]){ret->holes[i]});
}

int command_policy_check(struct ctl *c)
{
	const char *text;
	struct table *t = table_new(c, hole_columns, 1);
	struct policy_checked checked;
	check_file(c, &text, t, &checked);
	if (c->json || checked.hole_count > 0)
		table_print(t, "");
	fprintf(c->json ? stderr : stdout, "%zu cases checked, %zu holes\n", checked.cases, checked.hole_count);
	return checked.hole_count > 0 ? CTL_FAULT : CTL_OK;
}

/* One object: the version, whether it is new, what was checked and each hole. */
static void tell_applied(struct ctl *c, const struct policy_checked *checked, const char *version, bool fresh)
{
	struct buf out;
	struct json_out j;
	buf_init(&out, OUTPUT_MOST);
	json_out_init(&j, &out);
	json_begin_object(&j);
	json_member_string(&j, "done", c->command->name);
	json_member_int(&j, "version", atoi(version));
	json_member_bool(&j, "new", fresh);
	json_member_int(&j, "cases", (int64_t)checked->cases);
	json_key(&j, "holes");
	json_begin_array(&j);
	for (size_t i = 0; i < checked->hole_count; i++)
		json_put_string(&j, checked->holes[i]);
	json_end_array(&j);
	json_end_object(&j);
	if (out.failed)
		ctl_die("version %s is in force, with too many holes for a list", version);
	puts(out.data);
	buf_free(&out);
}

int command_policy_apply(struct ctl *c)
{
	const char *text, *who = ctl_option(c, "name");
	struct table *t = table_new(c, hole_columns, 1);
	struct policy_checked checked;
	check_file(c, &text, t, &checked);
	bool refused = checked.hole_count > 0 && ctl_option(c, "force") == NULL;
	if (checked.hole_count > 0 && (refused || !c->json))
		table_print(t, "");
	if (refused)
		ctl_die("%zu holes in %zu cases: not applied (--force applies it all the same)", checked.hole_count,
		        checked.cases);
	db_begin(c);
	db_query(c, &sql[LOCK], DB_NONE);
	const struct rows *before = db_query(c, &sql[SHOW], DB_NONE);
	const struct rows *put =
	        db_query(c, &sql_statements[SQL_PUT_POLICY],
	                 DB_WITH(before->count > 0 ? db_cell(before, 0, 0) : "0", text,
	                         who != NULL ? who : ctl_actor(c), arena_printf(c->arena, "%zu", checked.hole_count)));
	db_commit(c);
	bool fresh = db_bool(db_cell(put, 0, 1));
	if (c->json)
		tell_applied(c, &checked, db_cell(put, 0, 0), fresh);
	else
		printf("%zu cases checked, %zu holes; version %s is %s in force\n", checked.cases, checked.hole_count,
		       db_cell(put, 0, 0), fresh ? "now" : "already");
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
