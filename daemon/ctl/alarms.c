/* alarms: trouble of the machine itself; the daemon's own statement. */
#include "../io/sql.h"
#include "commands.h"
#include "table.h"

static const struct column columns[] = {
        {"kind", CELL_TEXT},      {"key", CELL_TEXT},     {"detail", CELL_TEXT},
        {"raised_at", CELL_TEXT}, {"told_at", CELL_TEXT}, {"cleared_at", CELL_TEXT},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

int command_alarms(struct ctl *c)
{
	const char *state = ctl_option(c, "all") != NULL ? "all" : "active";
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_ALARMS], DB_WITH(state)), 0, 0);
	return table_print_list(c, json, columns, COLUMNS, "none");
}
