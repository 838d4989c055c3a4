/* place_key: the words of a place's name in the form in which names are compared: without spaces ("gunungintan"), doubled words and
 * numerals in one way ("nipah2", "semoi2"); and by their sound, in which spellings of one sound are one. */
#ifndef SIGAP_CORE_PLACE_KEY_H
#define SIGAP_CORE_PLACE_KEY_H
#include <stdbool.h>
#include <stddef.h>

/* Most words of a name; what a split returns at most (a longer name is seen to be one); bytes of a key and of a word of it. */
enum { PLACE_WORDS = 4, PLACE_SPLIT_MAX = PLACE_WORDS + 2, PLACE_KEY_MAX = 64, PLACE_WORD_MAX = 32 };

/* "lawelawe" is "lawe2"; cut when too long. */
void place_key_undouble(const char *word, char ret[PLACE_WORD_MAX]);
/* Appends a word to a key; the same word as last (NULL: none) is a 2. False when the key would be too long. */
bool place_key_add(char key[PLACE_KEY_MAX], const char *last, const char *word);
/* Splits a name into lower-case ASCII words. Returns how many. */
size_t place_key_split(const char *name, char ret[PLACE_SPLIT_MAX][PLACE_WORD_MAX]);
/* Appends the sound of a word to ret, which holds len bytes; returns its new length (at most PLACE_KEY_MAX - 1). rico = riko, pettung = petung,
 * tandjoeng = tanjung, sebakong = sebakung, fetung = petung. Sounds of words in a row are the sound of the words written as one. */
size_t place_sound_add(char ret[PLACE_KEY_MAX], size_t len, const char *word);
/* The consonants and digits of a sound. */
void place_sound_skeleton(const char *sound, char ret[PLACE_KEY_MAX]);
/* True when written has the consonants of full and fewer vowels, those in the same order ("lbngka" of "labangka"). */
bool place_sound_shortens(const char *written, const char *full);
/* The least that two different sounds are apart. */
enum { PLACE_SOUND_LEAST = 3 };
/* How differently two sounds are spelt: 0 the same, about 10 for a letter that is another. Vowels cost less, and what Indonesian ears take for one
 * another (p b, d t, g k, a o). More than most: anything above most. Longer than 31: above most. */
int place_sound_distance(const char *a, size_t la, const char *b, size_t lb, int most);
#endif
