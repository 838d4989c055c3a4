/* gateways: the SMS gateways of the configuration and what they did today; the daemon's own statement. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
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

static const char *cell(struct ctl *c, const cJSON *row, const char *key)
{
	const cJSON *value = json_member(row, key);
	if (cJSON_IsNumber(value))
		return arena_printf(c->arena, "%.0f", value->valuedouble);
	return cJSON_IsString(value) ? arena_strdup(c->arena, value->valuestring) : NULL;
}

int command_gateways(struct ctl *c)
{
	struct json_fault fault;
	const char *offset = arena_printf(c->arena, "%d", snapshot_utc_offset(c));
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_GATEWAYS], DB_WITH(offset)), 0, 0);
	if (c->json) {
		puts(json);
		return CTL_OK;
	}
	cJSON *list = json_parse(json, strlen(json), &fault);
	if (list == NULL)
		ctl_die("the database's list cannot be read: %s", fault.detail);
	struct table *t = table_new(c, columns, COLUMNS);
	for (const cJSON *row = list->child; row != NULL; row = row->next) {
		const char *cells[COLUMNS];
		for (int k = 0; k < COLUMNS; k++)
			cells[k] = cell(c, row, columns[k].key);
		table_add(t, cells);
	}
	cJSON_Delete(list);
	table_print(t, "no daemon has told of a gateway");
	return CTL_OK;
}
