/* duplicates: pairs of incidents that may be one event; the daemon's own statement. */
#include <stdio.h>

#include "../../protocol/json.h"
#include "../io/sql.h"
#include "commands.h"
#include "table.h"

static const struct column columns[] = {
        {"incident", CELL_NUMBER}, {"other", CELL_NUMBER}, {"score", CELL_NUMBER},
        {"summary", CELL_TEXT},    {"reasons", CELL_TEXT}, {"decision", CELL_TEXT},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *number_of(struct arena *a, const cJSON *incident)
{
	const cJSON *number = json_member(incident, "number");
	return cJSON_IsNumber(number) ? arena_printf(a, "%.0f", number->valuedouble) : NULL;
}

static const char *reasons_of(struct arena *a, const cJSON *list)
{
	const char *all = "";
	const cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		if (cJSON_IsString(item))
			all = arena_printf(a, "%s%s%s", all, all[0] != '\0' ? "; " : "", item->valuestring);
	}
	return all;
}

static void add(struct table *t, struct arena *a, const cJSON *item)
{
	const cJSON *score = json_member(item, "score");
	const char *cells[COLUMNS] = {
	        number_of(a, json_member(item, "incident")),
	        number_of(a, json_member(item, "other")),
	        arena_printf(a, "%.2f", cJSON_IsNumber(score) ? score->valuedouble : 0),
	        arena_strdup(a, json_string(item, "summary")),
	        reasons_of(a, json_member(item, "reasons")),
	        arena_strdup(a, json_string(item, "decision")),
	};
	table_add(t, cells);
}

int command_duplicates(struct ctl *c)
{
	const char *state = ctl_option(c, "all") != NULL ? "all" : "open";
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_DUPLICATES], DB_WITH(state, "")), 0, 0);
	if (c->json) {
		puts(json);
		return CTL_OK;
	}
	cJSON *list = db_json(json);
	struct table *t = table_new(c, columns, COLUMNS);
	for (const cJSON *item = list->child; item != NULL; item = item->next)
		add(t, c->arena, item);
	cJSON_Delete(list);
	table_print(t, "none");
	return CTL_OK;
}
