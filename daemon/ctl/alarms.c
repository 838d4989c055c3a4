/* alarms: trouble of the machine itself; the daemon's own statement. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
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
	struct json_fault fault;
	const char *state = ctl_option(c, "all") != NULL ? "all" : "active";
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_ALARMS], DB_WITH(state)), 0, 0);
	if (c->json) {
		puts(json);
		return CTL_OK;
	}
	cJSON *list = json_parse(json, strlen(json), &fault);
	if (list == NULL)
		ctl_die("the database's list cannot be read: %s", fault.detail);
	struct table *t = table_new(c, columns, COLUMNS);
	for (const cJSON *item = list->child; item != NULL; item = item->next) {
		const char *cells[COLUMNS];
		for (int k = 0; k < COLUMNS; k++)
			cells[k] = arena_strdup(c->arena, json_string(item, columns[k].key));
		table_add(t, cells);
	}
	cJSON_Delete(list);
	table_print(t, "none");
	return CTL_OK;
}
