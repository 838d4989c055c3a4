/* place_text: the words of a message that help to find the spot: RT/RW, road, landmark, as written. */
#ifndef SIGAP_CORE_PLACE_TEXT_H
#define SIGAP_CORE_PLACE_TEXT_H
#include <stddef.h>

#include "gazetteer.h"
#include "lexicon.h"

/* Joins them with ", " into ret, as many as fit whole. A span ends where the words turn to something else; it takes the name of the village in place with it when it reaches that.
 * Names after a form of address are not taken. */
void place_text_find(const struct lexicon *lex, const char *text, const struct words *words, const struct found *found,
                     const struct place_guess *place, char *ret, size_t size);
/* Copies what a source stated: control characters and malformed bytes become spaces, cut at a whole character. */
void place_text_copy(const char *text, char *ret, size_t size);
#endif
