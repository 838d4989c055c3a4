/* outbox: notices that wait, and those given up; the daemon's own statements. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
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
enum { COLUMNS_MOST = sizeof dead_columns / sizeof *dead_columns };

static const char *member_text(struct ctl *c, const cJSON *object, const char *key)
{
	const cJSON *value = json_member(object, key);
	if (cJSON_IsNumber(value))
		return arena_printf(c->arena, "%d", value->valueint);
	return arena_strdup(c->arena, cJSON_IsString(value) ? value->valuestring : NULL);
}

static void print_list(struct ctl *c, const char *json, const struct column *columns, int n)
{
	struct json_fault fault;
	cJSON *list = json_parse(json, strlen(json), &fault);
	if (list == NULL)
		ctl_die("the database's list cannot be read: %s", fault.detail);
	struct table *t = table_new(c, columns, n);
	for (const cJSON *item = list->child; item != NULL; item = item->next) {
		const char *cells[COLUMNS_MOST];
		for (int k = 0; k < n; k++)
			cells[k] = member_text(c, item, columns[k].key);
		table_add(t, cells);
	}
	cJSON_Delete(list);
	table_print(t, "none");
}

int command_outbox_list(struct ctl *c)
{
	static const char *const states[] = {"dead", "waiting"};
	const char *state = ctl_word(c, "state", states, 2, "dead");
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_OUTBOX], DB_WITH(state, "")), 0, 0);
	if (c->json)
		puts(json);
	else if (strcmp(state, "dead") == 0)
		print_list(c, json, dead_columns, sizeof dead_columns / sizeof *dead_columns);
	else
		print_list(c, json, waiting_columns, sizeof waiting_columns / sizeof *waiting_columns);
	return CTL_OK;
}

int command_outbox_replay(struct ctl *c)
{
	struct uuid id;
	if (!uuid_parse(c->argument, &id))
		ctl_usage(c, "NOTICE must be one of sigapctl outbox list");
	if (!db_bool(db_cell(db_query(c, &sql_statements[SQL_REPLAY_DEAD], DB_WITH(c->argument, "")), 0, 0)))
		ctl_die("notice %s is not on the list of those given up", c->argument);
	return CTL_OK;
}
