/* spool: what came in while PostgreSQL is away, on this machine's own disk until it is back. One SQLite file (WAL, synchronous FULL: a record that was kept survives a power cut),
 * one connection in exclusive mode, one thread: a flush never holds the loop up. Records are documents under the key of idempotency that they will have in the database. */
#ifndef SIGAP_IO_SPOOL_H
#define SIGAP_IO_SPOOL_H
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/id.h"

struct spool;
enum spool_kind {
	SPOOL_REPORT,  /* a report with its plan (spool_doc.h) */
	SPOOL_MESSAGE, /* a gateway's message that is still to be taken */
	SPOOL_KINDS
};
struct spool_record {
	int64_t seq; /* the order of arrival; the spool's */
	enum spool_kind kind;
	const char *gateway, *external_id; /* the key: unique in the spool */
	uint8_t fingerprint[32];
	struct uuid id; /* of a report, with its number; nil and 0 of a message */
	int64_t number;
	const char *doc; /* JSON */
	size_t doc_len;
};
/* Opens or makes the file (mode 0600), at most most_bytes long. NULL with why when it cannot be used: it is damaged, of a later version, or another daemon's. */
struct spool *spool_open(struct event_base *base, const char *path, int64_t most_bytes, char *why, size_t why_size);
/* Waits for what is under way; every done that is still owed runs. */
void spool_close(struct spool **s);

enum spool_end {
	SPOOL_KEPT,  /* on disk */
	SPOOL_KNOWN, /* its key was kept before; known tells of that one, without its document */
	SPOOL_NOT,   /* it is not known to be kept */
};
/* r must live until done, as all it points to. done runs once, from the loop; known only for SPOOL_KNOWN. */
void spool_put(struct spool *s, const struct spool_record *r,
               void (*done)(void *ctx, enum spool_end end, const struct spool_record *known), void *ctx);
/* Is that key kept, or about to be? found: as for SPOOL_KNOWN; NULL: it is not, or nobody can say. */
void spool_find(struct spool *s, const char *gateway, const char *external_id,
                void (*done)(void *ctx, const struct spool_record *found), void *ctx);
/* Is anything kept, or about to be? */
bool spool_is_empty(const struct spool *s);
/* The newest record that was there when the file was opened: of an earlier life. */
int64_t spool_earlier(const struct spool *s);
/* The oldest record of that kind behind seq after (0: of all). r NULL: there is none, or it cannot be read now. r lives until done returns. */
void spool_next(struct spool *s, enum spool_kind kind, int64_t after,
                void (*done)(void *ctx, const struct spool_record *r), void *ctx);
/* The record has done its work: it goes, and nothing of it stays on the disk. */
void spool_drop(struct spool *s, enum spool_kind kind, int64_t seq, void (*done)(void *ctx, bool ok), void *ctx);
/* Nothing can be made of the record: it is set aside in the table "refused", with the reason, for people. */
void spool_refuse(struct spool *s, enum spool_kind kind, int64_t seq, const char *why, void (*done)(void *ctx, bool ok),
                  void *ctx);

/* What is put aside while the database is there, for a daemon that begins without it or goes on for long. The numbers of reports: instead: those that are there are thrown
 * away. Copied. */
void spool_put_numbers(struct spool *s, const int64_t *numbers, int n, bool instead, void (*done)(void *ctx, bool ok),
                       void *ctx);
/* Takes at most so many, the lowest: they are nobody else's from now on. n 0: there are none. */
void spool_take_numbers(struct spool *s, int most, void (*done)(void *ctx, const int64_t *numbers, int n), void *ctx);
int spool_numbers(const struct spool *s); /* that are there */
int64_t spool_highest_number(const struct spool *s);
/* The rules, as one document; copied, instead of the one before. */
void spool_save(struct spool *s, const void *doc, size_t len, void (*done)(void *ctx, bool ok), void *ctx);
/* doc NULL: there is none. It lives until done returns. */
void spool_load(struct spool *s, void (*done)(void *ctx, const char *doc, size_t len), void *ctx);

/* False once the disk has failed: nothing is taken until the daemon starts anew (a flush that failed once may seem to succeed later and not be true). */
bool spool_is_usable(const struct spool *s);
int64_t spool_count(const struct spool *s, enum spool_kind kind); /* that wait */
int64_t spool_refused(const struct spool *s);                     /* that were set aside */
/* How full it is, 0 to 100 per cent of most_bytes. */
int spool_fullness(const struct spool *s);
#endif
