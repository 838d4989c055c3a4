/* spooled: while the database is away, what comes in is kept on this machine's disk (io/spool.h): reports with their plans, whose notices leave at once, and messages that cannot be
 * decided on without the database. When it is back everything goes where it belongs, in the order in which it came, before a clock is looked at. */
#ifndef SIGAP_FLOW_SPOOLED_H
#define SIGAP_FLOW_SPOOLED_H
#include "../io/spool.h"
#include "incoming.h"

/* Opens the spool of the configuration. NULL: there is none, or it cannot be used (which is logged). */
struct spooled *spooled_open(struct flow *f);
/* Closes the file: what still waits to be kept ends unkept, and nothing is taken any more. Before the store ends, which still owes it answers. */
void spooled_stop(struct spooled *s);
void spooled_close(struct spooled **s);

/* There is a spool that takes what the database does not: it is away, or there and without room. */
bool spooled_is_open(const struct flow *f);
/* The database is away, and there is a spool that takes what comes. */
bool spooled_takes(const struct flow *f);
/* And it has been for so long that nobody need wait for it any more. */
bool spooled_at_once(const struct flow *f);
/* How full it is, in per cent; 100 when its disk has failed and nothing is taken any more; 0 without one. */
int spooled_fullness(const struct flow *f);
/* The database answers, and all the same something has to wait. */
bool spooled_is_stuck(const struct flow *f);
/* The file, while it can be used; NULL: there is none. */
struct spool *spooled_file(const struct flow *f);
/* How many reports and messages wait in it. */
int64_t spooled_waiting(const struct flow *f);

/* Keeps a report with its plan; r and its plan must live until done, which runs once. Afterwards the attempts of its notices are recorded behind it. */
void spooled_report(struct flow *f, struct arena *a, const struct store_report *r,
                    void (*done)(void *ctx, enum spool_end end, const struct spool_record *known), void *ctx);
/* A key that waits here is not to go past what waits. found(ctx, record) with what is kept under it, NULL: nothing; at once when nothing is kept at all. */
void spooled_find(struct flow *f, const char *gateway, const char *external_id,
                  void (*found)(void *ctx, const struct spool_record *found), void *ctx);
/* Keeps a message, to be taken when the database is back. done(in, kept) once. */
void spooled_message(struct incoming *in, void (*done)(struct incoming *in, bool kept));

/* The database is back: brings it what waits of that kind. done(ctx) from the loop or at once, also when it goes away again meanwhile. One at a time: of several that are asked
 * for while one is under way the last counts: whoever asks again has begun from the start. */
void spooled_drain(struct flow *f, enum spool_kind kind, void (*done)(void *ctx), void *ctx);
/* For /metrics. */
void spooled_measure(const struct flow *f);
#endif
