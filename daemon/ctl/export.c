/* export: records for statistics and for auditors. Reporters' names and numbers are in no statement here, nor are texts that may hold them:
 * what citizens wrote, and notes. Every export is logged before its first byte leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../core/types.h"
#include "commands.h"
#include "db.h"

static const struct pg_statement log_access = {"access_log",
                                               "insert into access_log (actor, object, reason) values ($1, $2, $3)"};

/* $1, $2: from and until, null for no bound. */
static const struct pg_statement tables[] = {
        {"report",
         "select id, number, incident_id, source, received_at, type, urgency, anonymous, occurred_at from report "
         "where ($1::timestamptz is null or received_at >= $1) and ($2::timestamptz is null or received_at < $2) "
         "order by received_at, number"},
        {"incident",
         "select id, number, state, version, type, urgency, region, lat, lon, summary, opened_at, disposition "
         "from incident where ($1::timestamptz is null or opened_at >= $1) and ($2::timestamptz is null or "
         "opened_at < $2) order by opened_at, number"},
        {"dispatch",
         "select d.id, d.incident_id, i.number as incident, d.agency, d.role, d.task, d.state, d.version, d.why, "
         "d.notified_at, d.accept_by, d.arrive_by, d.complete_by, d.eta, d.seen_at, d.accepted_at, d.declined_at, "
         "d.en_route_at, d.on_scene_at, d.completed_at, d.cancelled_at from dispatch d join incident i on i.id = "
         "d.incident_id where ($1::timestamptz is null or d.notified_at >= $1) and ($2::timestamptz is null or "
         "d.notified_at < $2) order by d.notified_at, d.id"},
        {"event",
         "select e.incident_id, i.number as incident, e.number, e.at, e.actor, e.kind, encode(e.hash, 'hex') as "
         "hash from event e join incident i on i.id = e.incident_id where ($1::timestamptz is null or e.at >= $1) "
         "and ($2::timestamptz is null or e.at < $2) order by i.number, e.number"},
};
static const char *const names[] = {"report", "incident", "dispatch", "event"};
static const char *const formats[] = {"csv", "json"};
enum { TABLES = sizeof tables / sizeof *tables, ROW_MOST = 16 * 1024 * 1024 };

/* Object ids of PostgreSQL's built-in types: pg_type.dat. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT4 = 23, OID_FLOAT8 = 701, OID_TIMESTAMPTZ = 1184 };

static bool is_number(Oid type)
{
	return type == OID_INT8 || type == OID_INT4 || type == OID_FLOAT8;
}

/* RFC 4180, quoted where needed. A text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises on CSV injection. */
static void print_csv_cell(const char *text, Oid type)
{
	bool formula = !is_number(type) && text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
	bool quoted = strpbrk(text, ",\"\r\n") != NULL;
	fputs(quoted ? "\"" : "", stdout);
	fputs(formula ? "'" : "", stdout);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			putchar('"');
		putchar(*p);
	}
	fputs(quoted ? "\"" : "", stdout);
}

struct export
{
	size_t rows;
	bool json;
	char time[RFC3339_MAX];
};

/* NULL: SQL null. A time is valid until the next call. */
static const char *cell(struct export *x, const PGresult *r, int column)
{
	const char *text = PQgetvalue(r, 0, column);
	if (PQgetisnull(r, 0, column))
		return NULL;
	if (PQftype(r, column) != OID_TIMESTAMPTZ)
		return text;
	rfc3339_format(db_time(text).us, x->time);
	return x->time;
}

static void print_csv(struct export *x, const PGresult *r)
{
	int n = PQnfields(r);
	for (int k = 0; k < n; k++) {
		fputs(k > 0 ? "," : "", stdout);
		if (!PQgetisnull(r, 0, k))
			print_csv_cell(cell(x, r, k), PQftype(r, k));
	}
	fputs("\r\n", stdout);
}

static void print_json(struct export *x, const PGresult *r)
{
	struct buf out;
	struct json_out j;
	buf_init(&out, ROW_MOST);
	json_out_init(&j, &out);
	json_begin_object(&j);
	for (int k = 0; k < PQnfields(r); k++) {
		const char *text = cell(x, r, k);
		json_key(&j, PQfname(r, k));
		if (text == NULL)
			json_put_null(&j);
		else if (PQftype(r, k) == OID_BOOL)
			json_put_bool(&j, db_bool(text));
		else if (is_number(PQftype(r, k)))
			json_put_raw(&j, text, strlen(text));
		else
			json_put_string(&j, text);
	}
	json_end_object(&j);
	if (out.failed)
		ctl_die("a record is too long");
	printf("%s%s", x->rows > 0 ? ",\n" : "", out.data);
	buf_free(&out);
}

static void print_head(const PGresult *r)
{
	for (int k = 0; k < PQnfields(r); k++)
		printf("%s%s", k > 0 ? "," : "", PQfname(r, k));
	fputs("\r\n", stdout);
}

static void print_row(void *ctx, const PGresult *r)
{
	struct export *x = ctx;
	if (x->rows == 0 && !x->json)
		print_head(r);
	if (PQntuples(r) == 0)
		return;
	if (x->json)
		print_json(x, r);
	else
		print_csv(x, r);
	x->rows++;
}

int command_export(struct ctl *c)
{
	const char *name = ctl_word(c, "table", names, TABLES, NULL);
	const char *format = ctl_word(c, "format", formats, 2, NULL);
	const char *from = ctl_option(c, "from"), *until = ctl_option(c, "until");
	struct export x = {.json = strcmp(format, "json") == 0};
	ctl_window(c, &(struct wall){0}, &(struct wall){0});
	const char *object = arena_printf(c->arena, "export %s from %s until %s", name,
	                                  from != NULL ? from : "the beginning", until != NULL ? until : "now");
	db_query(c, &log_access, DB_WITH(ctl_actor(c), object, ctl_option(c, "reason")));
	if (x.json)
		putchar('[');
	db_each(c, &tables[name_index(names, TABLES, name)], DB_WITH(from, until), print_row, &x);
	if (x.json)
		puts("]");
	return CTL_OK;
}
