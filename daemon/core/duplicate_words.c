/* duplicate_words: see duplicate_words.h. */
#include "duplicate_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lexicon.h"
#include "string_map.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { ROOM = 256, PAIRS_MAX = 32, NUMBER_MOST = 99, SHORT_WORD = 4 };

static const struct {
	const char *name;
	unsigned bits;
	bool words, concepts; /* which of them it is said of */
} meanings[] = {
        {"meaning", DUPLICATE_MEANING, false, true}, {"empty", DUPLICATE_EMPTY, true, true},
        {"spot", DUPLICATE_SPOT, false, true},       {"over", DUPLICATE_OVER, false, true},
        {"child", DUPLICATE_CHILD, false, true},     {"old", DUPLICATE_OLD, true, true},
        {"adult", DUPLICATE_ADULT, true, false},     {"young", DUPLICATE_YOUNG, true, false},
        {"male", DUPLICATE_MALE, true, false},       {"female", DUPLICATE_FEMALE, true, false},
        {"address", DUPLICATE_ADDRESS, true, false}, {"counted", DUPLICATE_COUNTED, true, false},
        {"age", DUPLICATE_AGE, true, false},         {"another", DUPLICATE_ANOTHER, true, false},
};

struct entry {
	unsigned bits;
	int number;
};
struct duplicate_words {
	struct arena *arena;
	struct string_map *map, *skeletons; /* skeletons: of empty words */
	struct entry *entries;
	size_t count, room;
	const char *pairs[PAIRS_MAX][2];
	size_t pair_count;
	uint16_t concepts[CONCEPTS_MAX]; /* bits */
};

struct duplicate_words *duplicate_words_new(struct arena *a)
{
	struct duplicate_words *d = arena_new_of(a, struct duplicate_words);
	d->arena = a;
	d->map = string_map_new(a, ROOM);
	d->skeletons = string_map_new(a, ROOM);
	d->room = ROOM;
	d->entries = arena_array(a, struct entry, d->room);
	return d;
}

const char *duplicate_words_skeleton(const char *word, char ret[WORD_MAX])
{
	size_t n = 0;
	for (const char *c = word; *c != '\0' && n + 1 < WORD_MAX; c++)
		if (strchr("aeiou", *c) == NULL && (n == 0 || ret[n - 1] != *c))
			ret[n++] = *c;
	ret[n] = '\0';
	if (n < 3)
		snprintf(ret, WORD_MAX, "%.*s", WORD_MAX - 1, word);
	return ret;
}

/* ---- the data file ---- */

static struct entry *entry_of(struct duplicate_words *d, const char *word)
{
	uint32_t *at = string_map_at(d->map, word);
	if (*at == STRING_MAP_NONE) {
		if (d->count == d->room) {
			struct entry *old = d->entries;
			d->room *= 2;
			d->entries = arena_array(d->arena, struct entry, d->room);
			memcpy(d->entries, old, d->count * sizeof *old);
		}
		*at = (uint32_t)d->count++;
		d->entries[*at] = (struct entry){0, 0};
	}
	return &d->entries[*at];
}

/* "number_7" -> 7, else 0. */
static int number_named(const char *name)
{
	static const char begin[] = "number_";
	const char *digits = name + sizeof begin - 1;
	if (strncmp(name, begin, sizeof begin - 1) != 0 || strspn(digits, "0123456789") != strlen(digits) ||
	    strlen(digits) > 2)
		return 0;
	int number = atoi(digits);
	return number <= NUMBER_MOST ? number : 0;
}

/* The bits of that name, 0: it is none, or not said of this. */
static unsigned bits_named(const char *name, bool concept)
{
	for (size_t i = 0; i < COUNT(meanings); i++)
		if (strcmp(meanings[i].name, name) == 0 && (concept ? meanings[i].concepts : meanings[i].words))
			return meanings[i].bits;
	return 0;
}

/* "satu_lagi" */
static const char *add_pair(struct duplicate_words *d, char *word, char *mark)
{
	*mark = '\0';
	if (!words_are_plain(word, 1) || !words_are_plain(mark + 1, 1))
		return "two words in small letters are expected";
	if (d->pair_count == PAIRS_MAX)
		return "too many pairs of words";
	d->pairs[d->pair_count][0] = word;
	d->pairs[d->pair_count++][1] = mark + 1;
	return NULL;
}

const char *duplicate_words_add(struct duplicate_words *d, const char *what, char *word)
{
	char skeleton[WORD_MAX], *mark = strchr(word, '_');
	unsigned bits = bits_named(what, false);
	int number = number_named(what);
	if (bits == 0 && number == 0)
		return "this is not said of words";
	if (bits == DUPLICATE_ANOTHER && mark != NULL)
		return add_pair(d, word, mark);
	if (!words_are_plain(word, 1))
		return "no word of a message is written so: small letters and digits, no letter three times in a row";
	struct entry *e = entry_of(d, word);
	if (number != 0 && e->number != 0 && e->number != number)
		return "this word is another number already";
	e->bits |= bits;
	e->number = number != 0 ? number : e->number;
	if (bits == DUPLICATE_EMPTY)
		*string_map_at(d->skeletons, arena_strdup(d->arena, duplicate_words_skeleton(word, skeleton))) = 1;
	return NULL;
}

const char *duplicate_words_add_concept(struct duplicate_words *d, const char *what, uint16_t concept)
{
	unsigned bits = bits_named(what, true);
	if (bits == 0)
		return "this is not said of concepts";
	if (d->concepts[concept] != 0 && d->concepts[concept] != bits)
		return "this concept is something else already";
	d->concepts[concept] = (uint16_t)bits;
	return NULL;
}

/* ---- looking up ---- */

unsigned duplicate_words_get(const struct duplicate_words *d, const char *word, int *ret_number)
{
	uint32_t at = string_map_get(d->map, word);
	if (ret_number != NULL)
		*ret_number = at == STRING_MAP_NONE ? 0 : d->entries[at].number;
	return at == STRING_MAP_NONE ? 0 : d->entries[at].bits;
}

unsigned duplicate_words_concept(const struct duplicate_words *d, uint16_t concept)
{
	return d->concepts[concept];
}

bool duplicate_words_empty(const struct duplicate_words *d, const char *word)
{
	char skeleton[WORD_MAX];
	if ((duplicate_words_get(d, word, NULL) & DUPLICATE_EMPTY) != 0)
		return true;
	return strlen(word) < SHORT_WORD &&
	       string_map_get(d->skeletons, duplicate_words_skeleton(word, skeleton)) != STRING_MAP_NONE;
}

bool duplicate_words_another(const struct duplicate_words *d, const char *word, const char *next)
{
	for (size_t i = 0; i < d->pair_count; i++)
		if (strcmp(d->pairs[i][0], word) == 0 && strcmp(d->pairs[i][1], next) == 0)
			return true;
	return (duplicate_words_get(d, word, NULL) & DUPLICATE_ANOTHER) != 0;
}
