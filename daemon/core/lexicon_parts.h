/* lexicon_parts: what the two files of the lexicon share, its words and phrases; nobody else includes it. */
#ifndef SIGAP_CORE_LEXICON_PARTS_H
#define SIGAP_CORE_LEXICON_PARTS_H
#include "../base/arena.h"
#include "lexicon.h"
#include "spelling.h"
#include "string_map.h"

enum { ELEMENTS_MAX = 8 };

struct element {
	struct condition is;
	uint8_t gap; /* words that may stand between the element before and this one */
};
struct phrase {
	uint16_t target;
	bool takes_away;
	struct element element[ELEMENTS_MAX];
	uint8_t count;
};
struct entry { /* the concepts of one spelling */
	uint16_t concepts[WORD_CONCEPTS];
	uint8_t count;
};
struct expansion {
	const char *word[3];
	uint8_t count;
};
struct lexicon {
	struct arena *arena;
	struct string_map *concept_ids, *entry_ids, *expansion_ids, *skeletons, *groups;
	const char **concept_names;
	bool *corrected; /* by concept: typos of its words are corrected */
	size_t concepts, group_count;
	struct entry *entries;
	size_t entry_count, entry_room;
	const char **spelled; /* spellings whose typos are corrected */
	size_t spelled_count, spelled_room;
	struct expansion *expansions;
	size_t expansion_count;
	struct phrase *phrases;
	size_t phrase_count;
	struct rules type_rules, urgency_rules, flag_rules;
	struct spelling *spelling;
	struct lexicon_names names;
	uint16_t begin, number, child_number, elder_number, phone, brief, lengthy;
};

#endif
