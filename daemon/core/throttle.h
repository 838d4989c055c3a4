/* throttle: who guesses passwords waits longer and longer. Counts failures by key (a user's name, a peer's address), in memory of a fixed size. */
#ifndef SIGAP_CORE_THROTTLE_H
#define SIGAP_CORE_THROTTLE_H
#include <stdint.h>

#include "../base/clock.h"

enum { THROTTLE_SETS = 1024, THROTTLE_WAYS = 4, THROTTLE_WAIT_MOST_S = 900 };
struct throttle_entry {
	uint64_t key; /* 0: free */
	int failures;
	struct mono last; /* of the failures */
};
/* All zero: nobody has failed. */
struct throttle {
	struct throttle_entry entries[THROTTLE_SETS][THROTTLE_WAYS];
};
/* Seconds that this key must wait before its next try, rounded up; 0: none. The first `free` failures cost nothing, the next 1 s, then 2, 4, … at most THROTTLE_WAIT_MOST_S,
 * counted from the last failure; that long after it all is forgotten. key: a keyed hash, so that nobody can aim at another's entry; 0: nobody's, it never waits. */
int throttle_wait_s(const struct throttle *t, uint64_t key, int free, struct mono now);
/* A try begins: it counts as a failure until throttle_undo, so that a hundred at once are not one. */
void throttle_count(struct throttle *t, uint64_t key, struct mono now);
/* That try was none. */
void throttle_undo(struct throttle *t, uint64_t key);
/* It succeeded: this key has never failed. */
void throttle_clear(struct throttle *t, uint64_t key);
#endif
