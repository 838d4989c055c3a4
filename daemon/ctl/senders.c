/* senders: marks on whoever writes; the daemon's own statements. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/phone.h"
#include "../../protocol/rfc3339.h"
#include "../io/sql.h"
#include "commands.h"
#include "snapshot.h"
#include "table.h"

static const struct column list_columns[] = {
        {"address", CELL_TEXT}, {"mark", CELL_TEXT},    {"reason", CELL_TEXT},
        {"made_by", CELL_TEXT}, {"made_at", CELL_TEXT}, {"ends_at", CELL_TEXT},
};
static const struct column mark_columns[] = {
        {"mark", CELL_TEXT},    {"reason", CELL_TEXT},  {"made_by", CELL_TEXT},
        {"made_at", CELL_TEXT}, {"ends_at", CELL_TEXT}, {"retired_at", CELL_TEXT},
};
static const struct column report_columns[] = {
        {"number", CELL_NUMBER}, {"received_at", CELL_TEXT}, {"type", CELL_TEXT},
        {"urgency", CELL_TEXT},  {"turn", CELL_TEXT},        {"text", CELL_TEXT},
};
enum { COLUMNS = 6, REASON_LEAST = 3 };

static void print_list(struct ctl *c, const cJSON *list, const struct column *columns, const char *none)
{
	struct table *t = table_new(c, columns, COLUMNS);
	table_add_list(t, list);
	table_print(t, none);
}

/* A telephone in any form, or GATEWAY:HANDLE as it stands. */
static const char *address(struct ctl *c)
{
	char phone[PHONE_MAX];
	const char *colon = strchr(c->argument, ':');
	if (colon != NULL && colon > c->argument && colon[1] != '\0')
		return c->argument;
	if (!phone_normalise(c->argument, phone))
		ctl_usage(c, "ADDRESS must be a telephone like +6281234567890, or GATEWAY:HANDLE");
	return arena_strdup(c->arena, phone);
}

int command_senders_list(struct ctl *c)
{
	static const char *const marks[] = {"blocked", "prank", "automatic", "all"};
	const char *mark = ctl_word(c, "mark", marks, 4, "all");
	const char *json = db_cell(db_query(c, &sql_statements[SQL_READ_SENDERS],
	                                    DB_WITH(strcmp(mark, "all") == 0 ? NULL : mark, ctl_actor(c), "")),
	                           0, 0);
	return table_print_list(c, json, list_columns, COLUMNS, "no sender is marked");
}

int command_senders_show(struct ctl *c)
{
	const char *json =
	        db_cell(db_query(c, &sql_statements[SQL_READ_SENDER], DB_WITH(address(c), ctl_actor(c), "")), 0, 0);
	if (c->json) {
		puts(json);
		return CTL_OK;
	}
	cJSON *sender = db_json(json);
	print_list(c, json_member(sender, "marks"), mark_columns, "never marked");
	putchar('\n');
	print_list(c, json_member(sender, "reports"), report_columns, "no reports");
	cJSON_Delete(sender);
	return CTL_OK;
}

int command_senders_block(struct ctl *c)
{
	const char *reason = ctl_option(c, "reason"), *until = ctl_option(c, "until");
	char id[UUID_TEXT];
	struct wall end;
	if (strlen(reason) < REASON_LEAST)
		ctl_usage(c, "--reason must say why, in at least %d characters", REASON_LEAST);
	if (until != NULL && !rfc3339_parse(until, &end.us))
		ctl_usage(c, "--until must be a time like 2026-12-01T08:00:00+08:00");
	if (until != NULL && end.us <= snapshot_now(c).us)
		ctl_usage(c, "--until must be in the future: that block would be over");
	uuid_format(uuid_make(), id);
	const char *sender = address(c);
	db_query(c, &sql_statements[SQL_ADD_MARK],
	         DB_WITH(id, sender, "blocked", reason, ctl_actor(c), until, NULL, ""));
	table_tell(c, "address", sender, "reason", reason, "until", until);
	return CTL_OK;
}

int command_senders_unblock(struct ctl *c)
{
	const struct rows *gone =
	        db_query(c, &sql_statements[SQL_RETIRE_MARK], DB_WITH(address(c), NULL, "blocked", ctl_actor(c), ""));
	if (strcmp(db_cell(gone, 0, 0), "0") == 0)
		ctl_die("%s is not blocked", c->argument);
	table_tell(c, "address", address(c));
	return CTL_OK;
}
