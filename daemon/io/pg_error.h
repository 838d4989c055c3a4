/* pg_error: what the server says when it refuses, without what a citizen may have written. For pg.c. */
#ifndef SIGAP_IO_PG_ERROR_H
#define SIGAP_IO_PG_ERROR_H
#include <libpq-fe.h>

#include "pg.h"

enum { PG_WHY_BYTES = 256 }; /* of a reason */

/* The first line of text. */
void pg_error_line(char *ret, size_t size, const char *text);
/* The primary message without what a citizen may have written: messages of class 22, data exceptions, quote the value that they refuse
 * (invalid input syntax for type integer: "…"). DETAIL and CONTEXT, which quote rows, are never read. */
void pg_error_message(char *ret, size_t size, const char *sqlstate, const char *primary);
/* PQresultErrorField, "" for what is not there. */
const char *pg_error_field(const PGresult *res, int code);
/* The server's verdict on a statement. An error without a code is libpq's own, out of memory for the rows: the server may have committed.
 * res may be NULL; ret_message has room for PG_WHY_BYTES and lives as long as the result is used, as does res. */
struct pg_result pg_error_verdict(const PGresult *res, char *ret_message);
#endif
