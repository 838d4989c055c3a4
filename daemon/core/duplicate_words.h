/* duplicate_words: what words and concepts are to the comparison of two reports: data (config/lexicon/duplicates.tsv). */
#ifndef SIGAP_CORE_DUPLICATE_WORDS_H
#define SIGAP_CORE_DUPLICATE_WORDS_H
#include <stdbool.h>
#include <stdint.h>

#include "../base/arena.h"
#include "words.h"

/* What a word is, in bits, or a concept. */
enum duplicate_word {
	DUPLICATE_EMPTY = 1 << 0,   /* tells nothing of the event */
	DUPLICATE_MEANING = 1 << 1, /* words of this concept mean the same: "mayat", "jenazah" */
	DUPLICATE_SPOT = 1 << 2,    /* where exactly */
	DUPLICATE_OVER = 1 << 3,    /* it is over */
	DUPLICATE_CHILD = 1 << 4,
	DUPLICATE_OLD = 1 << 5,
	DUPLICATE_ADULT = 1 << 6,
	DUPLICATE_YOUNG = 1 << 7,
	DUPLICATE_MALE = 1 << 8,
	DUPLICATE_FEMALE = 1 << 9,
	DUPLICATE_ADDRESS = 1 << 10, /* "ibu" in front of a message speaks to the office */
	DUPLICATE_COUNTED = 1 << 11, /* "dua orang" */
	DUPLICATE_AGE = 1 << 12,     /* "umur 40" */
	DUPLICATE_ANOTHER = 1 << 13  /* "lain": one more */
};

/* Words are borrowed: they must live as long. */
struct duplicate_words;
struct duplicate_words *duplicate_words_new(struct arena *a);
/* One word, or pair ("satu_lagi", changed), of a line of duplicates.tsv that begins with what. NULL, or what is wrong (static). */
const char *duplicate_words_add(struct duplicate_words *d, const char *what, char *word);
/* The same for a concept of the lexicon. */
const char *duplicate_words_add_concept(struct duplicate_words *d, const char *what, uint16_t concept);
/* The bits of a word of words.h, 0: none. *ret_number (may be NULL): of a numeral in words, else 0. */
unsigned duplicate_words_get(const struct duplicate_words *d, const char *word, int *ret_number);
unsigned duplicate_words_concept(const struct duplicate_words *d, uint16_t concept);
/* Whether it tells nothing, or is short and has the consonants of such a word: "dgn". */
bool duplicate_words_empty(const struct duplicate_words *d, const char *word);
/* Whether the two words in a row say that it is one more: "satu lagi". */
bool duplicate_words_another(const struct duplicate_words *d, const char *word, const char *next);
/* How a word is spelt by whoever saves letters: "rumah", "rmh"; words with fewer than three consonants as they are. */
const char *duplicate_words_skeleton(const char *word, char ret[WORD_MAX]);
#endif
