/* gateways: the SMS gateways of the configuration and what they did today; the daemon's own statement. */
#include "../io/sql.h"
#include "commands.h"
#include "snapshot.h"
#include "table.h"

static const struct column columns[] = {
        {"name", CELL_TEXT},      {"kind", CELL_TEXT},    {"state", CELL_TEXT},
        {"parts", CELL_NUMBER},   {"cost", CELL_NUMBER},  {"daily_cap", CELL_NUMBER},
        {"reserve", CELL_NUMBER}, {"price", CELL_NUMBER}, {"day", CELL_TEXT},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

int command_gateways(struct ctl *c)
{
	const char *offset = arena_printf(c->arena, "%d", snapshot_utc_offset(c));
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_GATEWAYS], DB_WITH(offset)), 0, 0);
	return table_print_list(c, json, columns, COLUMNS, "no daemon has told of a gateway");
}
