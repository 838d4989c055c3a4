/* numbers: report numbers, taken from the database in blocks, so that a plan knows its number before it is committed. Blocks grow with the load and shrink again, so that a
 * restart in a quiet district skips few numbers. */
#ifndef SIGAP_FLOW_NUMBERS_H
#define SIGAP_FLOW_NUMBERS_H
#include "flow.h"

struct numbers *numbers_open(struct flow *f);
void numbers_close(struct numbers **n);
/* The database came up: takes the first block, and gives nothing any more of what was taken before. */
void numbers_start(struct numbers *n);
/* Calls got(ctx, number) at once, or later when a block has come; number 0 when the database stays away. */
void numbers_take(struct numbers *n, void (*got)(void *ctx, int64_t number), void *ctx);
#endif
