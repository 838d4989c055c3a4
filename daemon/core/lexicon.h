/* lexicon: the triage data (config/lexicon/) in memory: words and phrases stand for concepts, rules turn concepts into a type, an urgency and flags. */
#ifndef SIGAP_CORE_LEXICON_H
#define SIGAP_CORE_LEXICON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "types.h"
#include "words.h"

enum { CONCEPTS_MAX = 4096, WORD_CONCEPTS = 10, TOKENS_MAX = WORDS_MAX + 128 };
enum { RULES_MAX = 1024, GROUPS_MAX = 64 };

/* One alternative list of a rule's condition: any of the concepts, or (negated) none of them. */
struct condition {
	uint16_t any[28];
	uint8_t count;
	bool negated;
};
struct rule {
	enum incident_type type; /* urgency rules: TYPE_UNSURE stands for every type */
	enum urgency urgency;
	unsigned flag;
	double weight;
	uint16_t group; /* only the heaviest rule of a type's group counts; 0: none */
	struct condition conditions[6];
	uint8_t count;
};
struct rules {
	struct rule *rule;
	size_t count;
};
/* The words of a message as the lexicon sees them. */
struct token {
	uint16_t word; /* index in struct words */
	bool says_di;
	uint16_t concepts[WORD_CONCEPTS];
	uint8_t count;
};
/* What a message says: for each concept the word that first said it. */
struct found {
	struct token token[TOKENS_MAX];
	size_t count;
	int16_t first[CONCEPTS_MAX]; /* index in token, -1: not said */
	uint16_t said[CONCEPTS_MAX]; /* the concepts that are said */
	size_t said_count;
};
/* Concepts that code asks for by name; the same names stand in the data files. */
struct lexicon_names {
	uint16_t place_number, place_road, place_spot, place_near, place_stop;
	uint16_t
	        hint; /* somebody in a plight, a sign of death or restraint, an appeal: enough that a message is not put aside without evidence */
	uint16_t shown;   /* a person, a state or a spot that reports speak of */
	uint16_t proof;   /* positive evidence that it is none */
	uint16_t village; /* the caller says whether the gazetteer found one */
};

struct lexicon;
void lexicon_read(const struct lexicon *lex, const struct words *words, struct found *ret);
/* Adds what the words do not say by themselves, as if the first word said it. */
void lexicon_say(struct found *found, uint16_t concept);
bool lexicon_rule_holds(const struct rule *rule, const struct found *found);
const char *lexicon_concept_name(const struct lexicon *lex, uint16_t id);
/* By type, what the training added for this concept; NULL: nothing. */
const float *lexicon_learned(const struct lexicon *lex, uint16_t id);
/* Calls each(ctx, sign) for the signs in the words, by their formal spelling: "dirantai" (each word), "dir-" to "dirant-", "-tai" to "-antai" (its beginnings and endings), "kaki_dirantai"
 * (two in a row; "^" in front of the first), "!dirantai" instead of the word and its parts where it is said not to be; numbers are "0". The same may come twice. Returns the number
 * of words. */
size_t lexicon_each_sign(const struct lexicon *lex, const struct words *words,
                         void (*each)(void *ctx, const char *sign), void *ctx);
/* What the training found the signs to say about each type, long messages no louder than short ones; 0: nothing was trained. */
void lexicon_weigh_signs(const struct lexicon *lex, const struct words *words, double ret[INCIDENT_TYPES]);
/* Whether anything was trained. */
bool lexicon_is_trained(const struct lexicon *lex);
const struct lexicon_names *lexicon_names(const struct lexicon *lex);
/* Rules in file order: types add weights; of urgencies the first that holds decides; of flags all that hold. */
const struct rules *lexicon_type_rules(const struct lexicon *lex);
const struct rules *lexicon_urgency_rules(const struct lexicon *lex);
const struct rules *lexicon_flag_rules(const struct lexicon *lex);
#endif
