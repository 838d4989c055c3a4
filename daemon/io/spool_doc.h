/* spool_doc: a report with its plan as a JSON document, for the spool: what is committed later is to the byte what would have been committed now (store_rows.h). */
#ifndef SIGAP_IO_SPOOL_DOC_H
#define SIGAP_IO_SPOOL_DOC_H
#include "store.h"

void spool_doc_write(const struct store_report *r, struct buf *out);
/* The report with its plan, everything in the arena; done and ctx are the caller's to fill. NULL with why: it is no such document. */
struct store_report *spool_doc_read(struct arena *a, const char *doc, size_t len, const char **ret_why);
#endif
