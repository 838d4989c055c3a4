/* pg_saved: a result as bytes, and back: for rows that must be there when the database is not. The bytes are this program's own form, as long as the statement is the same. */
#ifndef SIGAP_IO_PG_SAVED_H
#define SIGAP_IO_PG_SAVED_H
#include "../../protocol/buf.h"
#include "pg.h"

/* Adds the rows of a result that is PG_OK. */
void pg_save(const struct pg_result *r, struct buf *to);
/* Reads one result at *at, which moves behind it. False: these are no such bytes. ret is read like any result, and freed with pg_saved_free. */
bool pg_saved_read(const char **at, const char *end, struct pg_result *ret);
void pg_saved_free(struct pg_result *r);
#endif
