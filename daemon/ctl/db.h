/* db: the database, one statement after the other. Every fault of it ends the run with one line. Times come and go in UTC. */
#ifndef SIGAP_CTL_DB_H
#define SIGAP_CTL_DB_H
#include <cjson/cJSON.h>

#include "../base/clock.h"
#include "../io/pg.h"
#include "ctl.h"

/* All rows of an answer as text, in the run's arena. */
struct rows {
	int count, columns;
	const char **cells; /* row by row; NULL: SQL null */
};
static inline const char *db_cell(const struct rows *r, int row, int column)
{
	return r->cells[row * r->columns + column];
}
/* The parameters $1, $2, … of a statement as text, NULL for SQL null; DB_NONE: it has none. */
#define DB_WITH(...)                                                                                                   \
	(int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), (const char *[])                                \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#define DB_NONE 0, NULL
const struct rows *db_query(struct ctl *c, const struct pg_statement *s, int n, const char *const *values);
/* The same for answers of any size: calls each for every row, and once more at the end with an answer of no rows, which still has the columns' names.
 * The row is valid only during the call, and each may ask nothing of the database. */
void db_each(struct ctl *c, const struct pg_statement *s, int n, const char *const *values,
             void (*each)(void *ctx, const PGresult *row), void *ctx);
/* A script of several statements, without answer. what: named when it fails. */
void db_script(struct ctl *c, const char *what, const char *script);
void db_begin(struct ctl *c);
/* One view of the whole database, for reading only. */
void db_begin_reading(struct ctl *c);
void db_commit(struct ctl *c);

/* Cells as values. A cell that is not one ends the run. */
struct wall db_time(const char *cell); /* infinity: INT64_MAX; NULL: 0 */
struct uuid db_uuid(const char *cell);
bool db_bool(const char *cell);
cJSON *db_json(const char *cell); /* the caller deletes it */
#endif
