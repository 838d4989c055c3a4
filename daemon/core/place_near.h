/* place_near: names that sound almost like what is written. Symmetric deletion (two texts are at most d edits apart only if they share what is left when
 * at most d letters are taken out of each), because a message asks dozens of times and names change never: a look-up costs a few dozen hashes and no
 * walk of a tree, whatever the number of names. A bit per hash in front answers most of them without touching the table. */
#ifndef SIGAP_CORE_PLACE_NEAR_H
#define SIGAP_CORE_PLACE_NEAR_H
#include <stdint.h>

#include "../base/arena.h"

struct place_near;
struct place_hit {
	uint32_t name;
	int distance; /* place_sound_distance */
};
enum { PLACE_HITS = 6, PLACE_RIVAL = 4 };
/* sounds[n] are borrowed; an answer is an index of them. Shorter than 5: only as it is; 5 to 7: one edit; longer: two, when there are at most 10,000 names
 * (the index of two edits is large), else one. Longer than 31: not found. */
struct place_near *place_near_new(struct arena *a, const char *const *sounds, size_t n);
/* The nearest first, none when even that is farther than most; rivals of it may be PLACE_RIVAL farther. Each begins with the letter that sound begins with.
 * Returns how many. */
size_t place_near_find(const struct place_near *p, const char *sound, size_t len, int most,
                       struct place_hit ret[PLACE_HITS]);
#endif
