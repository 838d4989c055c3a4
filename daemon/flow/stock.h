/* stock: what this daemon needs to begin without the database, or to go on for long: the rules and numbers of reports, put aside on this machine's disk (io/spool.h) while it is there. */
#ifndef SIGAP_FLOW_STOCK_H
#define SIGAP_FLOW_STOCK_H
#include "flow.h"

struct stock;
struct stock *stock_open(struct flow *f);
void stock_close(struct stock **s);

/* The database is there and reports are taken: puts aside what is missing. */
void stock_fill(struct flow *f);
/* Takes at most n numbers. False: there are none, and got does not run; else got(ctx, numbers, count) from the loop, count 0 when none could be taken. */
bool stock_numbers(struct flow *f, int n, void (*got)(void *ctx, const int64_t *numbers, int count), void *ctx);
/* Whether rules are put aside at all; and puts aside what a load of them read. */
bool stock_keeps_rules(const struct flow *f);
void stock_put_rules(struct flow *f, const void *saved, size_t len);
/* done(ctx, saved, len) from the loop with the rules that were put aside last, as a load read them; NULL: there are none. */
void stock_rules(struct flow *f, void (*done)(void *ctx, const char *saved, size_t len), void *ctx);
#endif
