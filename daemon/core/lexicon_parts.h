/* lexicon_parts: what the two files of the lexicon share, its words and phrases; nobody else includes it. */
#ifndef SIGAP_CORE_LEXICON_PARTS_H
#define SIGAP_CORE_LEXICON_PARTS_H
#include "../base/arena.h"
#include "conversation_text.h"
#include "duplicate_words.h"
#include "lexicon.h"
#include "place_words.h"
#include "spelling.h"
#include "string_map.h"

enum {
	ELEMENTS_MAX = 8,
	PIECES_MAX = 16,
	PIECE_MOST = 16,
	PHRASES_MAX = 4096,
	PIECE_MIN = 4,
	SOUND_MIN = 4,
	SIGNS_MAX = 32768
};

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
struct learned {
	float weight[INCIDENT_TYPES];
};
struct lexicon {
	struct arena *arena;
	struct string_map *concept_ids, *entry_ids, *expansion_ids, *skeletons, *sounds, *groups;
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
	size_t phrase_count, phrase_words;
	uint64_t *starts; /* by concept phrase_words of bits: the phrases whose first element it can be */
	struct rules type_rules, urgency_rules, flag_rules;
	struct spelling *spelling;
	struct lexicon_names names;
	uint16_t begin, end, number, child_number, elder_number, phone, brief, lengthy, glue, neg;
	struct learned *learned; /* by concept, what the training added to each type; NULL: nothing was trained */
	uint64_t *sign_slots;    /* see lexicon_sign_add */
	struct learned *signs;   /* the same by sign (lexicon_signs.c) */
	size_t sign_count;
	struct place_words *place_words;
	struct said_words *said_words;
	struct duplicate_words *duplicate_words;
};

/* -- lexicon_lookup.c: all return NULL or 0 when there is none ----------------------------------------------------- */

struct piece {
	char text[WORD_MAX];
};
/* The concepts of exactly this spelling. */
const struct entry *lexicon_entry(const struct lexicon *lex, const char *word);
/* "anak2" -> "anak", in bare. */
const char *lexicon_undoubled(const char *written, char bare[WORD_MAX]);
/* A single-word formal spelling, or the word itself. */
const char *lexicon_formal(const struct lexicon *lex, const char *word);
/* Without one or two clitics: "kakinya", "orangnyalah". */
const struct entry *lexicon_entry_bare(const struct lexicon *lex, const char *word);
/* One letter wrong, sounding the same, or without vowels: only words of the concepts that @typos names. */
const struct entry *lexicon_entry_guessed(const struct lexicon *lex, const char *word);
/* The words that were run together in word, one of them of a concept that @typos names. */
size_t lexicon_split(const struct lexicon *lex, const char *word, struct piece ret[PIECES_MAX]);
/* The words from at on that stood in one piece ("gil", "4") as one known word into ret; returns how many they are, 1 when they are none. */
size_t lexicon_undisguise(const struct lexicon *lex, const struct words *words, size_t at, char ret[WORD_MAX]);

/* -- lexicon_signs.c ------------------------------------------------------------------------------------------------ */

/* The number of the sign, a new one when it is not known yet; there is room for it (SIGNS_MAX). */
size_t lexicon_sign_add(struct lexicon *lex, const char *sign);

#endif
