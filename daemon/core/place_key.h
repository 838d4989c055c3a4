/* place_key: the words of a place's name in the form in which names are compared: without spaces ("gunungintan"), doubled words and
 * numerals in one way ("nipah2", "semoi2"). Abbreviations are those of Indonesian place names. */
#ifndef SIGAP_CORE_PLACE_KEY_H
#define SIGAP_CORE_PLACE_KEY_H
#include <stdbool.h>
#include <stddef.h>

/* Most words of a name; what a split returns at most (a longer name is seen to be one); bytes of a key and of a word of it. */
enum { PLACE_WORDS = 4, PLACE_SPLIT_MAX = PLACE_WORDS + 2, PLACE_KEY_MAX = 64, PLACE_WORD_MAX = 24 };

/* What an abbreviation or a numeral stands for ("gn": "gunung", static), or word itself. */
const char *place_key_in_full(const char *word);
/* "lawelawe" is "lawe2"; cut when too long. */
void place_key_undouble(const char *word, char ret[PLACE_WORD_MAX]);
/* Appends a word to a key; the same word as last (NULL: none) is a 2. False when the key would be too long. */
bool place_key_add(char key[PLACE_KEY_MAX], const char *last, const char *word);
/* Splits a name into lower-case ASCII words. Returns how many. */
size_t place_key_split(const char *name, char ret[PLACE_SPLIT_MAX][PLACE_WORD_MAX]);
/* Spellings of one sound become one: rico = riko, pettung = petung, tanjong = tanjung. */
void place_key_sound(const char *key, char ret[PLACE_KEY_MAX]);
#endif
