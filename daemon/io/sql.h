/* sql: every statement of the daemon by name; the texts are the files of io/sql/, compiled in. */
#ifndef SIGAP_IO_SQL_H
#define SIGAP_IO_SQL_H
#include "pg.h"
#include "sql_names.h"
extern const struct pg_statement sql_statements[SQL_STATEMENTS];
#endif
