/* gammu_sql: the statements for the tables of Gammu SMSD, in its own database; the texts are the files of io/sql/gammu/, compiled in. */
#ifndef SIGAP_IO_GAMMU_SQL_H
#define SIGAP_IO_GAMMU_SQL_H
#include "gammu_sql_names.h"
#include "pg.h"
extern const struct pg_statement gammu_sql_statements[GAMMU_SQL_STATEMENTS];
#endif
