/* doctor: every promise that a query can check, each as one statement that returns what breaks it. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../schema/schema.h"
#include "commands.h"
#include "snapshot.h"
#include "table.h"

/* Those that the daemon's auditor counts too are in the view doctor (schema/0003_words.sql), by the words of the fault. */
static const struct promise {
	const char *says, *fault;
} promises[] = {
        {"every open dispatch has an armed deadline", "open dispatch without an armed deadline"},
        {"every incident that awaits triage has an armed deadline",
         "incident awaiting triage without an armed deadline"},
        {"every incident that was handed over has its follow-up armed",
         "incident handed over without a follow-up deadline"},
        {"every merged incident names the one that goes on", "merged incident without the one that goes on"},
        {"every dispatch ends with its incident", "open dispatch of an incident that has ended"},
        {"no deadline is overdue by more than a minute", "deadline overdue by more than a minute"},
        {"every deadline is of something open", "deadline of nothing that is open"},
        {"every notice is delivered, waiting, given up or void",
         "notice neither delivered, nor waiting, nor on the list of the dead, nor void"},
        {"every dispatch told somebody", "dispatch without a notice"},
        {"every report has its incident", "report whose incident does not exist"},
        {"every dispatch has its incident", "dispatch whose incident does not exist"},
        {"every incident counts its reports", "incident whose counter is not the number of its reports"},
        {"every suggested duplicate is of two incidents", "suggested duplicate of an incident that does not exist"},
};
enum { PROMISES = sizeof promises / sizeof *promises };

static const struct pg_statement view = {"doctor", "select object from doctor where promise = $1 order by object"};
static const struct pg_statement others = {
        "doctor", "select promise || ': ' || object from doctor where not promise = any ($1::text[]) order by 1"};

/* And those that only a look at rules and roster tells. $1: the number of the last migration of this program. */
static const struct pg_statement checks[] = {
        {"the schema is this program's", "select 'database ' || max(number) || ', program ' || $1::int from "
                                         "schema_version having max(number) <> $1::int"},
        {"the history is whole", "select 'incident ' || incident || ', event ' || event || ': ' || fault from "
                                 "audit_fault where $1::int > 0 order by incident, event"},
        {"links can be signed", "select 'no link key' where $1::int > 0 and not exists "
                                "(select from secret where name = 'link_key' and octet_length(value) = 32)"},
        {"a policy is in force", "select 'none' where $1::int > 0 and not exists (select from policy)"},
        {"areas are loaded", "select 'none' where $1::int > 0 and not exists (select from region)"},
        {"every agency can be told",
         "select slug from agency a where $1::int > 0 and retired_at is null and not exists "
         "(select from contact c where c.agency = a.slug and c.retired_at is null) order by 1"},
};
enum { CHECKS = sizeof checks / sizeof *checks, SHOWN = 20, OUTPUT_MOST = 64 * 1024 * 1024 };

static const int64_t day_us = 86400 * INT64_C(1000000);

struct examination {
	struct ctl *ctl;
	struct buf json;
	struct json_out out;
	int broken;
};

static void add_result(struct examination *e, const char *says, const struct rows *objects)
{
	e->broken += objects->count > 0;
	if (!e->ctl->json)
		printf("%-6s  %s\n", objects->count > 0 ? "BROKEN" : "ok", says);
	json_begin_object(&e->out);
	json_member_string(&e->out, "promise", says);
	json_member_bool(&e->out, "ok", objects->count == 0);
	json_key(&e->out, "objects");
	json_begin_array(&e->out);
	for (int i = 0; i < objects->count; i++) {
		json_put_string(&e->out, db_cell(objects, i, 0));
		if (e->ctl->json || i > SHOWN)
			continue;
		fputs("          ", stdout);
		if (i == SHOWN)
			printf("and %d more", objects->count - SHOWN);
		else
			table_put_text(db_cell(objects, i, 0));
		putchar('\n');
	}
	json_end_array(&e->out);
	json_end_object(&e->out);
}

/* The faults of the table above as a PostgreSQL array. */
static const char *known_faults(struct ctl *c)
{
	const char *list = "";
	for (int i = 0; i < PROMISES; i++)
		list = arena_printf(c->arena, "%s%s\"%s\"", list, i > 0 ? "," : "", promises[i].fault);
	return arena_printf(c->arena, "{%s}", list);
}

static const char *last_migration(struct ctl *c)
{
	int last = 0;
	for (const struct migration *m = migrations; m->sql != NULL; m++)
		last = m->number;
	return arena_printf(c->arena, "%d", last);
}

static const struct rows *one_column(struct ctl *c, const char **cells, size_t n)
{
	struct rows *rows = arena_new_of(c->arena, struct rows);
	*rows = (struct rows){.count = (int)n, .columns = 1, .cells = cells};
	return rows;
}

/* Whether anybody with a telephone is on duty now, and the times of the next 24 hours in which nobody is. */
static void add_duty(struct examination *e)
{
	struct ctl *c = e->ctl;
	struct wall now = snapshot_now(c), until = {now.us + day_us};
	struct directory d;
	snapshot_duty(c, now, until, &d);
	size_t n = roster_gaps(&d.roster, c->arena, NULL, NULL, now, until, NULL, 0);
	struct duty_gap *gaps = arena_array(c->arena, struct duty_gap, n + 1);
	roster_gaps(&d.roster, c->arena, NULL, NULL, now, until, gaps, n);
	const char **cells = arena_array(c->arena, const char *, n + 1), *nobody = "nobody";
	for (size_t i = 0; i < n; i++) {
		char from[RFC3339_MAX], to[RFC3339_MAX];
		rfc3339_format(gaps[i].from.us, from);
		rfc3339_format(gaps[i].until.us, to);
		cells[i] = arena_printf(c->arena, "nobody from %.10s %.5s to %.10s %.5s UTC", from, from + 11, to,
		                        to + 11);
	}
	add_result(e, "somebody with a phone is on duty now",
	           one_column(c, &nobody, n > 0 && gaps[0].from.us == now.us));
	add_result(e, "somebody with a phone is on duty for the next 24 hours", one_column(c, cells, n));
}

int command_doctor(struct ctl *c)
{
	struct examination e = {.ctl = c};
	buf_init(&e.json, OUTPUT_MOST);
	json_out_init(&e.out, &e.json);
	json_begin_array(&e.out);
	db_begin_reading(c);
	for (int i = 0; i < PROMISES; i++)
		add_result(&e, promises[i].says, db_query(c, &view, DB_WITH(promises[i].fault)));
	add_result(&e, "whatever else the database checks", db_query(c, &others, DB_WITH(known_faults(c))));
	const char *last = last_migration(c);
	for (int i = 0; i < CHECKS; i++)
		add_result(&e, checks[i].name, db_query(c, &checks[i], DB_WITH(last)));
	add_duty(&e);
	db_commit(c);
	json_end_array(&e.out);
	if (c->json)
		puts(e.json.data);
	else
		puts("Not known here: the SMS gateways (sigapd.conf); the daemon's /metrics tells of them.");
	buf_free(&e.json);
	return e.broken > 0 ? CTL_FAULT : CTL_OK;
}
