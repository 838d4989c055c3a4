/* spelling: finds the known word that a misspelt one stands for: one letter missing, extra, wrong, or two swapped. */
#ifndef SIGAP_CORE_SPELLING_H
#define SIGAP_CORE_SPELLING_H
#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"

enum { SPELLING_MIN = 6 }; /* shorter words are not corrected: too many others are one letter away */
struct spelling;
/* words[n] are borrowed; those shorter than SPELLING_MIN are left out. Earlier words win. */
struct spelling *spelling_new(struct arena *a, const char *const *words, size_t n);
/* The index in words of one that is at most one edit away and begins with the same letter, or -1. */
long spelling_find(const struct spelling *s, const char *word);

/* How a word sounds to an ear that does not mind: "zenazah", "jenasah" and "djenazah" are the same. ret: at least size bytes. */
void word_sound(const char *word, char *ret, size_t size);
/* The consonants of a word, doubled ones once: "mayat" -> "myt". ret: at least size bytes. */
void word_skeleton(const char *word, char *ret, size_t size);
/* True when word can be read as text with letters left out: same skeleton, at most a third vowels, its letters in the same order. */
bool word_is_skeleton_of(const char *word, const char *full);
#endif
