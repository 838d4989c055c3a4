/* gazetteer_parts: what the two files of the gazetteer share, its index of names; nobody else includes it. */
#ifndef SIGAP_CORE_GAZETTEER_PARTS_H
#define SIGAP_CORE_GAZETTEER_PARTS_H
#include <stdint.h>

#include "gazetteer.h"
#include "place_key.h"
#include "spelling.h"
#include "string_map.h"

enum { GAZETTEER_SHARED = STRING_MAP_NONE - 1 }; /* in parts: a word that does not tell one village */

enum name_kind { NAME_VILLAGE, NAME_DISTRICT, NAME_OUTSIDE, NAME_HOME, NAME_LANDMARK };

struct name {
	const char *key;
	const struct region *region;
	enum name_kind kind;
	uint32_t next; /* another name with the same key, or STRING_MAP_NONE */
	bool one_word;
};
struct gazetteer {
	struct arena *arena;
	struct region *by_code;
	size_t count;
	const char *home;
	struct name *names;
	size_t name_count;
	struct string_map *keys, *sounds, *parts, *vocabulary,
	        *skeletons; /* all to names, but the last two: to words */
	const char **spelled, **words;
	uint32_t *spelled_name;
	size_t spelled_count, word_count;
	struct spelling *spelling;
};

/* One word of a name or of a message in the form of keys. */
void gazetteer_word(const struct gazetteer *g, const char *word, char ret[PLACE_WORD_MAX]);
#endif
