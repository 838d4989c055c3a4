/* gazetteer: administrative areas in memory, by code and by name. Immutable once built. */
#ifndef SIGAP_CORE_GAZETTEER_H
#define SIGAP_CORE_GAZETTEER_H
#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"
#include "types.h"

struct region {
	const char *code, *name;
}; /* name as written officially: "Labangka" */
struct gazetteer;
struct place_words;
/* Builds from regions (any order, all levels) and aliases (village_code, alias). home: the area inside which free text is searched: one code prefix or several ("64.09",
 * "64.09,64.01"), "" for everywhere; codes of all regions can be looked up. Names of the rest of its province, of all regencies and of well-known places elsewhere are known to
 * be elsewhere. words: of the lexicon (lexicon.h), borrowed; NULL: no text will be searched, as where only the policy is checked. Memory: the arena's; with all 83,763 villages loaded 13 MiB for one regency at home, 113 MiB for everywhere (./dev bench triage). */
struct region_alias {
	const char *code, *alias, *kind; /* "variant", "abbreviation", "locality", "landmark" */
};
struct gazetteer *gazetteer_build(struct arena *a, const struct place_words *words, const struct region *regions,
                                  size_t n, const struct region_alias *aliases, size_t alias_count, const char *home);
/* The region of exactly that code, or NULL. */
const struct region *gazetteer_by_code(const struct gazetteer *g, const char *code);
size_t gazetteer_count(const struct gazetteer *g);
enum { GAZETTEER_HITS_MAX = 50 };
/* For people who look for a place by its name: regions within `under` (a code; "" for everywhere, itself left out) whose name holds what they typed, however it is spaced and
 * hyphenated: villages before districts before regencies, then names that begin with it, then those of which a word does; in code order. At most max and
 * GAZETTEER_HITS_MAX; returns how many. Nothing
 * when q holds no letter or figure. */
size_t gazetteer_search(const struct gazetteer *g, const char *under, const char *q, const struct region **ret,
                        size_t max);
/* The regions right below `under` ("": the provinces), in code order. At most max; returns how many. */
size_t gazetteer_children(const struct gazetteer *g, const char *under, const struct region **ret, size_t max);
/* Where a region lies, as people say it, up to the regency (of a regency: its province): "Babulu, Penajam Paser Utara"; "" for a province. */
const char *gazetteer_within(const struct gazetteer *g, struct arena *a, const char *code);
/* Iterates all villages within prefix: calls each(ctx, region) in code order. */
void gazetteer_each_village(const struct gazetteer *g, const char *prefix,
                            void (*each)(void *ctx, const struct region *r), void *ctx);

enum { PLACE_CANDIDATES = 4 };
struct place_guess {
	char code[REGION_CODE_MAX]; /* best village, "" when none is named */
	double confidence;          /* 0..1; a homonym or a weak spelling stays below the policy's threshold */
	struct {
		char code[REGION_CODE_MAX];
		double score;
	} candidates[PLACE_CANDIDATES];
	size_t candidate_count;         /* best first, the chosen one included */
	char district[REGION_CODE_MAX]; /* a district that the text names, or "" */
	size_t from, to;                /* the words that name code: from up to, not including, to */
	char why[200];                  /* the words that decided, English */
};
/* Finds where the subject of a message is, in the words of words.h: lower case ASCII in order, punctuation as words of its own (a name does not reach across). Reads the first 512.
 * Allocates nothing. */
void gazetteer_find(const struct gazetteer *g, const char *const *words, size_t n, struct place_guess *ret);
#endif
