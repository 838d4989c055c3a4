/* db: see db.h. */
#include "db.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"

static void ignore_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

/* libpq's messages have several lines; we give one. */
static const char *one_line(struct ctl *c, const char *message)
{
	char *text = arena_strdup(c->arena, message);
	size_t len = strlen(text);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
		text[--len] = '\0';
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return text;
}

/* libpq quotes a malformed connection string, which may hold the password; so its message is not shown. */
static void refuse_malformed(const char *conninfo)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(conninfo, &message);
	PQfreemem(message);
	if (options == NULL)
		ctl_die("the connection string of the database is malformed");
	PQconninfoFree(options);
}

static void open_database(struct ctl *c)
{
	const char *conninfo = c->database != NULL ? c->database : getenv("SIGAP_DATABASE");
	if (conninfo == NULL || conninfo[0] == '\0')
		ctl_usage(c, "which database? Set SIGAP_DATABASE, for example to \"dbname=sigap\"");
	refuse_malformed(conninfo);
	/* what stands before dbname can be overridden by it, what stands behind cannot */
	const char *const names[] = {"connect_timeout", "fallback_application_name", "dbname", "client_encoding", NULL};
	const char *const values[] = {"10", "sigapctl", conninfo, "UTF8", NULL};
	c->pg = PQconnectdbParams(names, values, 1);
	if (PQstatus(c->pg) != CONNECTION_OK)
		ctl_die("no database: %s", one_line(c, PQerrorMessage(c->pg)));
	PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
	db_script(c, "session", "set timezone to 'UTC'; set datestyle to 'ISO'; set standard_conforming_strings to on");
}

static PGconn *database(struct ctl *c)
{
	if (c->pg == NULL)
		open_database(c);
	return c->pg;
}

/* Ends the run when the answer is a fault. */
static void check(struct ctl *c, const char *what, const PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_SINGLE_TUPLE)
		return;
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	/* 42P01 undefined_table, 42883 undefined_function; https://www.postgresql.org/docs/15/errcodes-appendix.html */
	if (state != NULL && (strcmp(state, "42P01") == 0 || strcmp(state, "42883") == 0))
		ctl_die("%s: %s: run sigapctl migrate", what, one_line(c, message));
	ctl_die("%s: %s", what, one_line(c, message != NULL ? message : PQerrorMessage(c->pg)));
}

static const struct rows *copy_rows(struct ctl *c, const PGresult *r)
{
	struct rows *rows = arena_new_of(c->arena, struct rows);
	rows->count = PQntuples(r);
	rows->columns = PQnfields(r);
	rows->cells = arena_array(c->arena, const char *, (size_t)rows->count *(size_t)rows->columns + 1);
	for (int i = 0; i < rows->count; i++)
		for (int k = 0; k < rows->columns; k++)
			if (!PQgetisnull(r, i, k))
				rows->cells[i * rows->columns + k] =
				        arena_strndup(c->arena, PQgetvalue(r, i, k), (size_t)PQgetlength(r, i, k));
	return rows;
}

const struct rows *db_query(struct ctl *c, const struct pg_statement *s, int n, const char *const *values)
{
	PGresult *r = PQexecParams(database(c), s->sql, n, NULL, values, NULL, NULL, 0);
	check(c, s->name, r);
	const struct rows *rows = copy_rows(c, r);
	PQclear(r);
	return rows;
}

void db_each(struct ctl *c, const struct pg_statement *s, int n, const char *const *values,
             void (*each)(void *ctx, const PGresult *row), void *ctx)
{
	PGconn *pg = database(c);
	if (PQsendQueryParams(pg, s->sql, n, NULL, values, NULL, NULL, 0) != 1 || PQsetSingleRowMode(pg) != 1)
		ctl_die("%s: %s", s->name, one_line(c, PQerrorMessage(pg)));
	PGresult *r;
	while ((r = PQgetResult(pg)) != NULL) {
		check(c, s->name, r);
		each(ctx, r);
		PQclear(r);
	}
}

void db_script(struct ctl *c, const char *what, const char *script)
{
	PGresult *r = PQexec(database(c), script);
	check(c, what, r);
	PQclear(r);
}

void db_begin(struct ctl *c)
{
	db_script(c, "begin", "begin");
}

void db_begin_reading(struct ctl *c)
{
	db_script(c, "begin", "begin isolation level repeatable read read only");
}

void db_commit(struct ctl *c)
{
	PGresult *r = PQexec(database(c), "commit");
	check(c, "commit", r);
	bool committed = strcmp(PQcmdStatus(r), "COMMIT") == 0;
	PQclear(r);
	if (!committed)
		ctl_die("commit: the database rolled back");
}

/* "2026-11-21 12:00:00.5+00", as PostgreSQL writes it in UTC. */
struct wall db_time(const char *cell)
{
	char text[40];
	struct wall t = {0};
	if (cell == NULL)
		return t;
	if (strcmp(cell, "infinity") == 0)
		return (struct wall){INT64_MAX};
	int len = snprintf(text, sizeof text, "%sZ", cell);
	char *zone = strstr(text, "+00Z"), *space = strchr(text, ' ');
	if (len >= (int)sizeof text || zone == NULL || space == NULL)
		ctl_die("the database gave \"%.40s\" for a time", cell);
	memcpy(zone, "Z", 2);
	*space = 'T';
	if (!rfc3339_parse(text, &t.us))
		ctl_die("the database gave \"%.40s\" for a time", cell);
	return t;
}

struct uuid db_uuid(const char *cell)
{
	struct uuid id;
	if (cell == NULL || !uuid_parse(cell, &id))
		ctl_die("the database gave no id where one must be");
	return id;
}

bool db_bool(const char *cell)
{
	return cell != NULL && cell[0] == 't';
}

cJSON *db_json(const char *cell)
{
	struct json_fault fault;
	cJSON *tree = cell == NULL ? NULL : json_parse(cell, strlen(cell), &fault);
	if (tree == NULL)
		ctl_die("the database's answer cannot be read: %s", cell == NULL ? "there is none" : fault.detail);
	return tree;
}
