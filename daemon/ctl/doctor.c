/* doctor: every promise that a query can check, each as one statement that returns what breaks it; and the policy's holes. What somebody may have wanted is a warning and breaks
 * nothing: no daemon at work (during maintenance; what suffers from it breaks a promise of its own, such as an overdue deadline), and holes that were put in force knowingly. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../core/policy_check.h"
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

/* Whoever lives holds the lock of its row (flow/daemons.c); looking at the locks takes none, so no daemon is kept from its own. */
#define LIVE_DAEMON                                                                                                    \
	"from daemon d join pg_locks l on l.locktype = 'advisory' and l.objsubid = 1 and l.granted and "               \
	"d.lock_key = l.classid::int8 << 32 | l.objid::int8 where l.database = (select oid from pg_database where "    \
	"datname = "                                                                                                   \
	"current_database())"
/* Three runs at their longest distance (audit_s of sigapd.conf), as for the daemon's own alarm; a daemon that has just begun has as long. */
#define AUDITOR_LATE "interval '3 minutes'"

/* And those that only a look at rules and roster tells. $1: the number of the last migration of this program. */
static const struct check {
	struct pg_statement ask; /* its name is the promise */
	bool warns;
} checks[] = {
        {{"the schema is this program's", "select 'database ' || max(number) || ', program ' || $1::int from "
                                          "schema_version having max(number) <> $1::int"},
         false},
        {{"the history is whole", "select 'incident ' || incident || ', event ' || event || ': ' || fault from "
                                  "audit_fault where $1::int > 0 order by incident, event"},
         false},
        {{"every dispatch is what its last event says", "select 'incident ' || incident || ', dispatch ' || dispatch "
                                                        "|| ': ' || fault from state_fault where $1::int > 0 "
                                                        "order by incident, dispatch"},
         false},
        {{"links can be signed", "select 'no link key' where $1::int > 0 and not exists "
                                 "(select from secret where name = 'link_key' and octet_length(value) = 32)"},
         false},
        {{"a policy is in force", "select 'none' where $1::int > 0 and not exists (select from policy)"}, false},
        {{"areas are loaded", "select 'none' where $1::int > 0 and not exists (select from region)"}, false},
        {{"every agency can be told",
          "select slug from agency a where $1::int > 0 and retired_at is null and not exists "
          "(select from contact c where c.agency = a.slug and c.retired_at is null) order by 1"},
         false},
        {{"a daemon is at work",
          "select 'none holds its lock' where $1::int > 0 and not exists (select " LIVE_DAEMON ")"},
         true},
        {{"the auditor came to its end within three minutes",
          "select coalesce('last at ' || to_char(done_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC', 'never') "
          "from task "
          "where $1::int > 0 and name = 'auditor' and coalesce(done_at, '-infinity') < now() - " AUDITOR_LATE
          " and exists (select " LIVE_DAEMON " and d.started_at < now() - " AUDITOR_LATE ")"},
         false},
};
enum { CHECKS = sizeof checks / sizeof *checks, SHOWN = 20, OUTPUT_MOST = 64 * 1024 * 1024 };

static const int64_t day_us = 86400 * INT64_C(1000000);

struct examination {
	struct ctl *ctl;
	struct buf json;
	struct json_out out;
	int broken;
};

/* objects: what breaks the promise, or, when it warns only, what somebody should know. */
static void add_result(struct examination *e, const char *says, bool warns, const struct rows *objects)
{
	bool found = objects->count > 0, broken = found && !warns;
	e->broken += broken;
	if (!e->ctl->json)
		printf("%-6s  %s\n", broken ? "BROKEN" : found ? "WARN" : "ok", says);
	json_begin_object(&e->out);
	json_member_string(&e->out, "promise", says);
	json_member_bool(&e->out, "ok", !broken);
	json_member_bool(&e->out, "warning", found && warns);
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

/* What sigapctl policy check says of the policy in force. No more holes than it was put in force with, by --force, are known to somebody. */
static void add_policy(struct examination *e)
{
	static const struct pg_statement in_force = {"policy",
	                                             "select text, coalesce(holes, 0) from policy where exists (select "
	                                             "from region) order by version desc limit 1"};
	struct ctl *c = e->ctl;
	const struct rows *r = db_query(c, &in_force, DB_NONE);
	struct policy_checked checked;
	struct directory d;
	if (r->count == 0)
		return; /* which is said above */
	policy_check_read(c->arena, "policy in force", db_cell(r, 0, 0), strlen(db_cell(r, 0, 0)), &checked);
	if (checked.policy == NULL) {
		add_result(e, "the policy in force can be read", false, one_column(c, &checked.fault_text, 1));
		return;
	}
	snapshot_directory(c, &d);
	policy_check_holes(c->arena, &d, snapshot_gazetteer(c, NULL, checked.policy->regency), snapshot_now(c),
	                   &checked);
	add_result(e, "the policy in force leaves no hole", checked.hole_count <= strtoul(db_cell(r, 0, 1), NULL, 10),
	           one_column(c, (const char **)checked.holes, checked.hole_count));
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
	add_result(e, "somebody with a phone is on duty now", false,
	           one_column(c, &nobody, n > 0 && gaps[0].from.us == now.us));
	add_result(e, "somebody with a phone is on duty for the next 24 hours", false, one_column(c, cells, n));
}

int command_doctor(struct ctl *c)
{
	struct examination e = {.ctl = c};
	buf_init(&e.json, OUTPUT_MOST);
	json_out_init(&e.out, &e.json);
	json_begin_array(&e.out);
	db_begin_reading(c);
	for (int i = 0; i < PROMISES; i++)
		add_result(&e, promises[i].says, false, db_query(c, &view, DB_WITH(promises[i].fault)));
	add_result(&e, "whatever else the database checks", false, db_query(c, &others, DB_WITH(known_faults(c))));
	const char *last = last_migration(c);
	for (int i = 0; i < CHECKS; i++)
		add_result(&e, checks[i].ask.name, checks[i].warns, db_query(c, &checks[i].ask, DB_WITH(last)));
	add_policy(&e);
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
