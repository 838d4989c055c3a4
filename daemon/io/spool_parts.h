/* spool_parts: what spool.c (the file and its records) and spool_stock.c (what is put aside in it) share: the file, and an operation on it: made and freed in the loop, run in the
 * one thread, with what came of it told in the loop. */
#ifndef SIGAP_IO_SPOOL_PARTS_H
#define SIGAP_IO_SPOOL_PARTS_H
#include <sqlite3.h>

#include "../base/arena.h"
#include "spool.h"
#include "work.h"

enum spool_query {
	PUT,
	FIND,
	NEXT,
	DROP,
	SET_ASIDE,
	COUNT,
	REFUSED,
	PAGES,
	SAVE,
	LOAD,
	PUT_NUMBER,
	TAKE_NUMBERS,
	CLEAR_NUMBERS,
	COUNT_NUMBERS,
	HIGHEST_NUMBER,
	NEWEST,
	SPOOL_QUERIES
};

struct spool {
	struct work *work;
	sqlite3 *db; /* after spool_open the thread's */
	sqlite3_stmt *statements[SPOOL_QUERIES];
	int64_t pages_most;
	/* the loop's */
	int64_t counts[SPOOL_KINDS], refused, pages, highest_number;
	int numbers;
	int putting;     /* records on their way into the file */
	int64_t earlier; /* seq */
	bool full, failed;
};

/* One operation; made and freed in the loop, filled in the thread. */
struct spool_operation {
	struct work_item item;
	struct spool *spool;
	struct arena *arena;            /* of what was read */
	const struct spool_record *put; /* the caller's */
	const char *gateway, *external_id;
	enum spool_kind kind;
	int64_t seq;
	const char *why;
	const char *doc; /* of the rules, in arena */
	size_t doc_len;
	int64_t *numbers; /* in arena */
	int count;
	bool instead;
	union {
		void (*put)(void *ctx, enum spool_end end, const struct spool_record *known);
		void (*next)(void *ctx, const struct spool_record *r);
		void (*went)(void *ctx, bool ok);
		void (*found)(void *ctx, const struct spool_record *found);
		void (*loaded)(void *ctx, const char *doc, size_t len);
		void (*numbers)(void *ctx, const int64_t *numbers, int n);
	} done;
	void *ctx;
	/* what came of it */
	int result; /* of SQLite; SQLITE_OK, SQLITE_ROW: it was there */
	struct spool_record found;
	int64_t pages;
};

/* The prepared statement, without what was bound before. */
sqlite3_stmt *spool_query(struct spool *s, enum spool_query q);
/* Runs it to its end; SQLITE_OK, or what went wrong. */
int spool_run(sqlite3_stmt *st);
/* Its one number; 0 without a row. */
int64_t spool_value(sqlite3_stmt *st);

struct spool_operation *spool_operation_new(struct spool *s, void (*in_thread)(void *ctx),
                                            void (*in_loop)(void *ctx, bool ran), void *ctx);
/* Runs later; at once its end, when the spool takes no work any more. */
void spool_submit(struct spool_operation *o);
/* In the loop: did it do what it should? What is full may have room again; what failed is not believed again. */
bool spool_went_well(struct spool_operation *o, bool ran);
void spool_operation_free(struct spool_operation *o);
#endif
