/* pg_error: see pg_error.h. */
#include "pg_error.h"

#include <stdio.h>
#include <string.h>

void pg_error_line(char *ret, size_t size, const char *text)
{
	snprintf(ret, size, "%.*s", (int)strcspn(text, "\n"), text);
}

void pg_error_message(char *ret, size_t size, const char *sqlstate, const char *primary)
{
	const char *open = strchr(primary, '"');
	const char *close = strrchr(primary, '"');
	if (strncmp(sqlstate, "22", 2) == 0 && open != NULL)
		snprintf(ret, size, "%.*s\"…\"%s", (int)(open - primary), primary, close > open ? close + 1 : "");
	else
		pg_error_line(ret, size, primary);
}

const char *pg_error_field(const PGresult *res, int code)
{
	const char *text = PQresultErrorField(res, code);
	return text == NULL ? "" : text;
}

struct pg_result pg_error_verdict(const PGresult *res, char *ret_message)
{
	ret_message[0] = '\0';
	if (res != NULL && PQresultStatus(res) != PGRES_FATAL_ERROR)
		return (struct pg_result){.status = PG_OK, .message = "", .rows = PQntuples(res), .native = res};
	struct pg_result r = {.status = PG_UNKNOWN, .message = "no result"};
	const char *sqlstate = pg_error_field(res, PG_DIAG_SQLSTATE);
	if (sqlstate[0] == '\0')
		return r;
	r.status = PG_FAILED;
	snprintf(r.sqlstate, sizeof r.sqlstate, "%s", sqlstate);
	pg_error_message(ret_message, PG_WHY_BYTES, sqlstate, pg_error_field(res, PG_DIAG_MESSAGE_PRIMARY));
	r.message = ret_message;
	return r;
}
