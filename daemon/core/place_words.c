/* place_words: see place_words.h. */
#include "place_words.h"

#include <assert.h>
#include <string.h>

#include "place_key.h"
#include "string_map.h"
#include "words.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { WORDS_ROOM = 512, ELSEWHERE_ROOM = 512, AFFIXES_MAX = 32 };
enum affix { AFFIX_FRONT, AFFIX_BEHIND, AFFIX_NUMBER, AFFIXES };

/* What a line of place_cues.tsv says of its words. */
static const struct {
	const char *name;
	uint32_t bits, rules;
} meanings[] = {
        {"village", CUE_VILLAGE, 0},
        {"district", CUE_DISTRICT, 0},
        {"regency", CUE_REGENCY, 0},
        {"office", CUE_OFFICE, 0},
        {"rt", CUE_RT, 0},
        {"address", CUE_ADDRESS, 0},
        {"spot", CUE_SPOT, 0},
        {"road", CUE_ROAD, 0},
        {"in", CUE_IN, 0},
        {"near", CUE_NEAR, 0},
        {"from", CUE_FROM, 0},
        {"to", CUE_TO, 0},
        {"origin", CUE_ORIGIN, 0},
        {"folk", CUE_FOLK, 0},
        {"report", CUE_REPORT, 0},
        {"away", CUE_AWAY, 0},
        {"moved", CUE_MOVED, 0},
        {"now", CUE_NOW, 0},
        {"past", CUE_PAST, 0},
        {"earlier", CUE_EARLIER, 0},
        {"correct", CUE_CORRECT, 0},
        {"not", CUE_NOT, 0},
        {"person", CUE_PERSON, 0},
        {"kin", CUE_KIN, 0},
        {"me", CUE_ME, 0},
        {"plant", CUE_PLANT, 0},
        {"filler", CUE_FILLER, 0},
        {"doubtful", WORD_DOUBTFUL, 0},
        {"common", WORD_COMMON, 0},
        {"relative", 0, PLACE_RELATIVE},
        {"now_behind", 0, PLACE_NOW_BEHIND},
        {"clinic", 0, PLACE_CLINIC},
        {"either", 0, PLACE_EITHER},
        {"home_regency", 0, PLACE_HOME_REGENCY},
        {"there", 0, PLACE_THERE},
        {"numeral", 0, PLACE_NUMERAL},
        {"whole", 0, PLACE_WHOLE},
        {"in_front", 0, PLACE_IN_FRONT},
        {"behind", 0, PLACE_BEHIND},
        {"number_behind", 0, PLACE_NUMBER_BEHIND},
};

struct entry {
	uint32_t bits, rules;
	const char *full;
};
struct place_words {
	struct arena *arena;
	struct string_map *map;
	struct entry *entries;
	const char **words; /* by entry */
	const char **elsewhere;
	size_t count, room, elsewhere_count, elsewhere_room;
	struct affixes {
		struct place_affix affix[AFFIXES_MAX];
		size_t count;
	} affixes[AFFIXES];
};

/* items[room] in twice the room. */
static void *twice(struct arena *a, const void *items, size_t room, size_t size)
{
	void *bigger = arena_alloc(a, room * 2 * size);
	memcpy(bigger, items, room * size);
	return bigger;
}

static struct entry *entry_of(struct place_words *w, const char *word)
{
	uint32_t *at = string_map_at(w->map, word);
	if (*at == STRING_MAP_NONE) {
		if (w->count == w->room) {
			w->entries = twice(w->arena, w->entries, w->room, sizeof *w->entries);
			w->words = twice(w->arena, w->words, w->room, sizeof *w->words);
			w->room *= 2;
		}
		*at = (uint32_t)w->count++;
		w->entries[*at] = (struct entry){0, 0, word};
		w->words[*at] = word;
	}
	return &w->entries[*at];
}

void place_words_add(struct place_words *w, const char *word, uint32_t bits)
{
	entry_of(w, word)->bits |= bits;
}

struct place_words *place_words_new(struct arena *a)
{
	struct place_words *w = arena_new_of(a, struct place_words);
	w->arena = a;
	w->map = string_map_new(a, WORDS_ROOM);
	w->room = WORDS_ROOM;
	w->entries = arena_array(a, struct entry, w->room);
	w->words = arena_array(a, const char *, w->room);
	w->elsewhere_room = ELSEWHERE_ROOM;
	w->elsewhere = arena_array(a, const char *, w->elsewhere_room);
	return w;
}

struct place_words *place_words_copy(struct arena *a, const struct place_words *from)
{
	struct place_words *w = place_words_new(a);
	for (size_t i = 0; from != NULL && i < from->count; i++)
		*entry_of(w, from->words[i]) = from->entries[i];
	if (from != NULL)
		memcpy(w->affixes, from->affixes, sizeof w->affixes);
	return w;
}

/* ---- the data files ---- */

static const char unwritten[] =
        "no word of a message is written so: small letters and digits, no letter three times in a row";

static enum affix affix_of(uint32_t rules)
{
	return (rules & PLACE_IN_FRONT) != 0        ? AFFIX_FRONT
	       : (rules & PLACE_BEHIND) != 0        ? AFFIX_BEHIND
	       : (rules & PLACE_NUMBER_BEHIND) != 0 ? AFFIX_NUMBER
	                                            : AFFIXES;
}

/* False when there are too many. */
static bool add_affix(struct place_words *w, enum affix which, const char *word)
{
	if (which == AFFIXES)
		return true;
	struct affixes *a = &w->affixes[which];
	if (a->count == AFFIXES_MAX)
		return false;
	a->affix[a->count++] = (struct place_affix){word, (uint8_t)strlen(word)};
	return true;
}

const char *place_words_read_cues(struct place_words *w, char **field, const char **ret_value)
{
	size_t m = 0;
	char *save = NULL;
	while (m < COUNT(meanings) && strcmp(meanings[m].name, field[0]) != 0)
		m++;
	*ret_value = field[0];
	if (m == COUNT(meanings))
		return "unknown name";
	for (char *word = strtok_r(field[1], " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
		*ret_value = word;
		if (!words_are_plain(word, 1))
			return unwritten;
		struct entry *e = entry_of(w, word);
		e->bits |= meanings[m].bits;
		e->rules |= meanings[m].rules;
		if (!add_affix(w, affix_of(meanings[m].rules), word))
			return "too many words of this kind";
	}
	return NULL;
}

/* A word of messages or of the official names: "iii". */
static bool is_word(const char *text)
{
	char word[PLACE_SPLIT_MAX][PLACE_WORD_MAX];
	return words_are_plain(text, 1) || (place_key_split(text, word) == 1 && strcmp(word[0], text) == 0);
}

const char *place_words_read_form(struct place_words *w, char **field, const char **ret_value)
{
	*ret_value = is_word(field[0]) ? field[1] : field[0];
	if (!is_word(*ret_value))
		return unwritten;
	*ret_value = field[0];
	struct entry *e = entry_of(w, field[0]);
	if (e->full != field[0] && strcmp(e->full, field[0]) != 0)
		return "this spelling stands for another word already";
	e->full = field[1];
	return NULL;
}

const char *place_words_read_ordinary(struct place_words *w, char **field, const char **ret_value)
{
	char *save = NULL;
	for (char *word = strtok_r(field[0], " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
		*ret_value = word;
		if (!words_are_plain(word, 1))
			return unwritten;
		place_words_add(w, word, WORD_ORDINARY);
	}
	return NULL;
}

const char *place_words_read_elsewhere(struct place_words *w, char **field, const char **ret_value)
{
	*ret_value = field[0];
	if (!words_are_plain(field[0], PLACE_WORDS))
		return "a name of at most four words in small letters is expected";
	if (w->elsewhere_count == w->elsewhere_room) {
		w->elsewhere = twice(w->arena, w->elsewhere, w->elsewhere_room, sizeof *w->elsewhere);
		w->elsewhere_room *= 2;
	}
	w->elsewhere[w->elsewhere_count++] = field[0];
	return NULL;
}

/* ---- looking up ---- */

const char *const *place_words_elsewhere(const struct place_words *w, size_t *ret_count)
{
	*ret_count = w == NULL ? 0 : w->elsewhere_count;
	return w == NULL ? NULL : w->elsewhere;
}

const struct place_affix *place_words_affixes(const struct place_words *w, enum place_rule rule, size_t *ret_count)
{
	enum affix which = affix_of(rule);
	assert(which != AFFIXES);
	const struct affixes *a = &w->affixes[which];
	*ret_count = a->count;
	return a->affix;
}

bool place_words_say(const struct place_words *w, const char *word, enum place_rule rule)
{
	uint32_t at = string_map_get(w->map, word);
	return at != STRING_MAP_NONE && (w->entries[at].rules & rule) != 0;
}

uint32_t place_words_get(const struct place_words *w, const char *word, const char **ret_full)
{
	uint32_t at = string_map_get(w->map, word);
	*ret_full = word;
	if (at == STRING_MAP_NONE)
		return 0;
	const struct entry *e = &w->entries[at];
	*ret_full = e->full;
	if (e->full == word || strcmp(e->full, word) == 0)
		return e->bits;
	uint32_t full = string_map_get(w->map, e->full); /* an abbreviation is what it stands for, and its own cues */
	return e->bits | (full == STRING_MAP_NONE ? 0 : w->entries[full].bits);
}
