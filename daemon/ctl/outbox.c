/* outbox: notices that wait, and those given up; the daemon's own statements. */
#include <string.h>

#include "../io/sql.h"
#include "commands.h"
#include "table.h"

static const struct column dead_columns[] = {
        {"notice", CELL_TEXT},   {"kind", CELL_TEXT},        {"channel", CELL_TEXT},    {"agency", CELL_TEXT},
        {"incident", CELL_TEXT}, {"given_up_at", CELL_TEXT}, {"attempts", CELL_NUMBER}, {"reason", CELL_TEXT},
};
static const struct column waiting_columns[] = {
        {"notice", CELL_TEXT},   {"kind", CELL_TEXT},   {"channel", CELL_TEXT},   {"agency", CELL_TEXT},
        {"incident", CELL_TEXT}, {"due_at", CELL_TEXT}, {"attempt", CELL_NUMBER},
};

int command_outbox_list(struct ctl *c)
{
	static const char *const states[] = {"dead", "waiting"};
	const char *state = ctl_word(c, "state", states, 2, "dead");
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_OUTBOX], DB_WITH(state, "")), 0, 0);
	if (strcmp(state, "dead") == 0)
		return table_print_list(c, json, dead_columns, sizeof dead_columns / sizeof *dead_columns, "none");
	return table_print_list(c, json, waiting_columns, sizeof waiting_columns / sizeof *waiting_columns, "none");
}

int command_outbox_replay(struct ctl *c)
{
	struct uuid id;
	if (!uuid_parse(c->argument, &id))
		ctl_usage(c, "NOTICE must be one of sigapctl outbox list");
	if (!db_bool(db_cell(db_query(c, &sql_statements[SQL_REPLAY_DEAD], DB_WITH(c->argument, "")), 0, 0)))
		ctl_die("notice %s is not on the list of those given up", c->argument);
	table_tell(c, "notice", c->argument);
	return CTL_OK;
}
