/* gazetteer: the index of places, built once: by code, and by their names in the forms in which they are written (place_key.h). gazetteer_read.c finds
 * the names in a message, gazetteer_find.c decides which of them is the place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gazetteer_parts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

uint32_t gazetteer_word(const struct gazetteer *g, const char *word, char ret[PLACE_WORD_MAX])
{
	const char *full;
	uint32_t bits = place_words_get(g->words, word, &full);
	place_key_undouble(full, ret);
	return bits;
}

bool gazetteer_at_home(const struct gazetteer *g, const char *code)
{
	for (size_t i = 0; i < g->home_count; i++)
		if (region_code_within(code, g->home[i]))
			return true;
	return false;
}

/* -- building --------------------------------------------------------------------------------------------------------- */

static int by_code(const void *a, const void *b)
{
	const struct region *x = a, *y = b;
	return strcmp(x->code, y->code);
}

static void read_homes(struct gazetteer *g, const char *list)
{
	char *save = NULL;
	for (char *home = strtok_r(arena_strdup(g->arena, list), ", ", &save);
	     home != NULL && g->home_count < HOMES_MAX; home = strtok_r(NULL, ", ", &save))
		g->home[g->home_count++] = home;
	if (g->home_count == 0)
		g->home[g->home_count++] = "";
}

/* Puts a name at the front of those with the same key: chains may be hundreds long. */
static void link_front(struct string_map *map, const char *key, uint32_t id, uint32_t *next)
{
	uint32_t *at = string_map_at(map, key);
	*next = *at;
	*at = id;
}

static void link_key(struct gazetteer *g, struct name *name, uint32_t id)
{
	for (uint32_t n = string_map_get(g->keys, name->key); n != STRING_MAP_NONE; n = g->names[n].next)
		if (g->names[n].region == name->region && g->names[n].kind == name->kind)
			return;
	link_front(g->keys, name->key, id, &name->next);
}

/* A word that stands for a longer name, unless it would stand for another too. */
static struct name *add_short_name(struct gazetteer *g, const char *word, const struct name *whole)
{
	char sound[PLACE_KEY_MAX];
	const char *full;
	uint32_t *at = string_map_at(g->parts, word);
	if (*at != STRING_MAP_NONE) {
		if (g->names[*at].region != whole->region)
			g->names[*at].region = NULL;
		return NULL;
	}
	place_sound_add(sound, 0, word);
	*at = (uint32_t)g->name_count++;
	g->names[*at] = (struct name){.key = word,
	                              .sound = arena_strdup(g->arena, sound),
	                              .region = whole->region,
	                              .next = STRING_MAP_NONE,
	                              .kind = whole->kind,
	                              .one_word = true,
	                              .doubtful = (place_words_get(g->words, word, &full) & WORD_DOUBTFUL) != 0,
	                              .part = true};
	return &g->names[*at];
}

/* A telling word of a longer name leads to it; the one word of a doubled name too ("Lawe-Lawe"). */
static void add_part(struct gazetteer *g, const char *word, const struct name *whole, bool doubled)
{
	const char *full;
	uint32_t bits = place_words_get(g->words, word, &full);
	if (strlen(word) >= 4 && (bits & (WORD_ORDINARY | WORD_COMMON | CUES)) == 0 &&
	    (doubled || (bits & WORD_DOUBTFUL) == 0))
		add_short_name(g, word, whole);
}

/* "girpur" of Giri Purwa */
static void add_blend(struct gazetteer *g, char (*word)[PLACE_WORD_MAX], const struct name *whole)
{
	if (strlen(word[0]) < 4 || strlen(word[1]) < 4)
		return;
	struct name *blend = add_short_name(g, arena_printf(g->arena, "%.3s%.3s", word[0], word[1]), whole);
	if (blend != NULL)
		blend->blend = true;
}

static const char *sound_of(struct gazetteer *g, char (*word)[PLACE_WORD_MAX], size_t from, size_t to)
{
	char sound[PLACE_KEY_MAX] = "";
	size_t len = 0;
	for (size_t i = from; i < to; i++)
		len = place_sound_add(sound, len, i > from && strcmp(word[i], word[i - 1]) == 0 ? "2" : word[i]);
	return arena_strdup(g->arena, sound);
}

/* The forms in which names of villages and districts are shortened. */
static void index_short_forms(struct gazetteer *g, char (*word)[PLACE_WORD_MAX], size_t n, uint32_t id)
{
	struct name *name = &g->names[id];
	char skeleton[PLACE_KEY_MAX];
	place_sound_skeleton(name->sound, skeleton);
	if (strlen(skeleton) >= 3)
		link_front(g->skeletons, arena_strdup(g->arena, skeleton), id, &name->next_skeleton);
	if (n < 2)
		return;
	name->first = sound_of(g, word, 0, 1);
	name->last = sound_of(g, word, n - 1, n);
	link_front(g->tails, sound_of(g, word, 1, n), id, &name->next_tail);
	link_front(g->heads, sound_of(g, word, 0, n - 1), id, &name->next_head);
}

static size_t words_of_name(const struct gazetteer *g, const char *text, char word[PLACE_SPLIT_MAX][PLACE_WORD_MAX],
                            char key[PLACE_KEY_MAX])
{
	size_t n = place_key_split(text, word);
	key[0] = '\0';
	if (n > PLACE_WORDS)
		return 0;
	for (size_t i = 0; i < n; i++) {
		char canon[PLACE_WORD_MAX];
		gazetteer_word(g, word[i], canon);
		memcpy(word[i], canon, PLACE_WORD_MAX);
		if (!place_key_add(key, i > 0 ? word[i - 1] : NULL, word[i]))
			return 0;
	}
	return n;
}

static void add_name(struct gazetteer *g, const struct region *region, const char *text, enum name_kind kind)
{
	char word[PLACE_SPLIT_MAX][PLACE_WORD_MAX], key[PLACE_KEY_MAX];
	size_t n = words_of_name(g, text, word, key);
	const char *full;
	if (n == 0 || (kind == NAME_OUTSIDE && string_map_get(g->keys, key) != STRING_MAP_NONE))
		return; /* what is at home is not elsewhere */
	uint32_t id = (uint32_t)g->name_count++;
	struct name *name = &g->names[id];
	*name = (struct name){.key = arena_strdup(g->arena, key),
	                      .sound = sound_of(g, word, 0, n),
	                      .region = region,
	                      .next = STRING_MAP_NONE,
	                      .next_skeleton = STRING_MAP_NONE,
	                      .next_tail = STRING_MAP_NONE,
	                      .next_head = STRING_MAP_NONE,
	                      .kind = (uint8_t)kind,
	                      .one_word = n == 1,
	                      .doubtful = (place_words_get(g->words, key, &full) & WORD_DOUBTFUL) != 0};
	link_key(g, name, id);
	place_words_add(g->words, arena_strdup(g->arena, word[0]), WORD_BEGINS);
	place_words_add(g->words, name->key, WORD_BEGINS);
	if (kind < NAME_HOME)
		index_short_forms(g, word, n, id);
	if (kind == NAME_VILLAGE && n == 2)
		add_blend(g, word, name);
	for (size_t i = 0; kind != NAME_OUTSIDE && i < n; i++) {
		const char *kept = arena_strdup(g->arena, word[i]);
		place_words_add(g->words, kept, WORD_OF_NAME);
		if ((kind == NAME_VILLAGE || kind == NAME_LANDMARK) && n > 1)
			add_part(g, kept, name, n == 2 && strcmp(word[0], word[1]) == 0);
	}
}

/* "Kabupaten Penajam Paser Utara" -> "Penajam Paser Utara" */
static const char *without_title(const char *name)
{
	static const char *const titles[] = {"Kabupaten Administrasi ", "Kabupaten ", "Kota Administrasi ", "Kota "};
	for (size_t i = 0; i < COUNT(titles); i++)
		if (strncmp(name, titles[i], strlen(titles[i])) == 0)
			return name + strlen(titles[i]);
	return name;
}

static bool holds_home(const struct gazetteer *g, const char *code)
{
	for (size_t i = 0; i < g->home_count; i++)
		if (region_code_within(g->home[i], code))
			return true;
	return false;
}

static bool in_province_of_home(const struct gazetteer *g, const char *code)
{
	for (size_t i = 0; i < g->home_count; i++)
		if (strncmp(g->home[i], code, 2) == 0)
			return true;
	return false;
}

static void add_region_at_home(struct gazetteer *g, const struct region *r)
{
	enum region_level level = region_code_level(r->code);
	if (level == LEVEL_NONE)
		return;
	if (level <= LEVEL_REGENCY && holds_home(g, r->code))
		add_name(g, r, without_title(r->name), NAME_HOME);
	else if (gazetteer_at_home(g, r->code))
		add_name(g, r, without_title(r->name), level == LEVEL_VILLAGE ? NAME_VILLAGE : NAME_AREA);
}

static void add_region_outside(struct gazetteer *g, const struct region *r)
{
	enum region_level level = region_code_level(r->code);
	if (level == LEVEL_NONE || gazetteer_at_home(g, r->code) || holds_home(g, r->code))
		return;
	bool near = in_province_of_home(g, r->code);
	if (level <= LEVEL_REGENCY || (level == LEVEL_DISTRICT && near))
		add_name(g, r, without_title(r->name), NAME_OUTSIDE);
	else if (level == LEVEL_VILLAGE && near) {
		char word[PLACE_SPLIT_MAX][PLACE_WORD_MAX], key[PLACE_KEY_MAX];
		if (words_of_name(g, r->name, word, key) > 0)
			*string_map_at(g->neighbours, arena_strdup(g->arena, key)) = 1;
	}
}

static void add_elsewhere(struct gazetteer *g, const struct place_words *words)
{
	static const struct region elsewhere = {"", "elsewhere"};
	size_t n;
	const char *const *names = place_words_elsewhere(words, &n);
	for (size_t i = 0; i < n; i++)
		add_name(g, &elsewhere, names[i], NAME_OUTSIDE);
}

/* Names that the index will hold, with their parts, at most. */
static size_t count_names(const struct gazetteer *g, const struct place_words *words)
{
	size_t n;
	place_words_elsewhere(words, &n);
	for (size_t i = 0; i < g->count; i++) {
		const char *code = g->by_code[i].code;
		enum region_level level = region_code_level(code);
		if (gazetteer_at_home(g, code))
			n += 2 + PLACE_WORDS;
		else
			n += level <= LEVEL_REGENCY || (level == LEVEL_DISTRICT && in_province_of_home(g, code));
	}
	return n;
}

static void new_index(struct gazetteer *g, const struct place_words *words, size_t names)
{
	g->names = arena_array(g->arena, struct name, names);
	g->words = place_words_copy(g->arena, words);
	g->keys = string_map_new(g->arena, names / 2);
	g->parts = string_map_new(g->arena, 16);
	g->skeletons = string_map_new(g->arena, 16);
	g->tails = string_map_new(g->arena, 16);
	g->heads = string_map_new(g->arena, 16);
	g->neighbours = string_map_new(g->arena, 16);
}

/* What is misspelt is looked for among villages, areas and telling words. */
static void index_sounds(struct gazetteer *g)
{
	g->sounds = arena_array(g->arena, const char *, g->name_count + 1);
	for (size_t i = 0; i < g->name_count; i++) {
		const struct name *name = &g->names[i];
		bool told = name->region != NULL && name->kind < NAME_HOME && !name->blend;
		g->sounds[i] = told ? name->sound : "";
	}
	g->near = place_near_new(g->arena, g->sounds, g->name_count);
}

struct gazetteer *gazetteer_build(struct arena *a, const struct place_words *words, const struct region *regions,
                                  size_t n, const struct region_alias *aliases, size_t alias_count, const char *home)
{
	struct gazetteer *g = arena_new_of(a, struct gazetteer);
	g->arena = a;
	read_homes(g, home);
	g->count = n;
	g->by_code = arena_array(a, struct region, n + 1);
	if (n > 0)
		memcpy(g->by_code, regions, n * sizeof *regions);
	qsort(g->by_code, n, sizeof *g->by_code, by_code);
	new_index(g, words, count_names(g, words) + alias_count * (2 + PLACE_WORDS) + 1);
	for (size_t i = n; i-- > 0;) /* chains are built from the back: in code order when read */
		add_region_at_home(g, &g->by_code[i]);
	for (size_t i = 0; i < alias_count; i++) {
		const struct region *r = gazetteer_by_code(g, aliases[i].code);
		bool landmark = strcmp(aliases[i].kind, "landmark") == 0;
		if (r != NULL && gazetteer_at_home(g, r->code))
			add_name(g, r, aliases[i].alias, landmark ? NAME_LANDMARK : NAME_VILLAGE);
	}
	for (size_t i = 0; i < n; i++)
		add_region_outside(g, &g->by_code[i]);
	add_elsewhere(g, words);
	index_sounds(g);
	gazetteer_fold_names(g);
	return g;
}

/* -- by code ------------------------------------------------------------------------------------------------------------ */

size_t gazetteer_lower_bound(const struct gazetteer *g, const char *code)
{
	size_t low = 0, high = g->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (strcmp(g->by_code[mid].code, code) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct region *gazetteer_by_code(const struct gazetteer *g, const char *code)
{
	size_t i = gazetteer_lower_bound(g, code);
	return i < g->count && strcmp(g->by_code[i].code, code) == 0 ? &g->by_code[i] : NULL;
}

size_t gazetteer_count(const struct gazetteer *g)
{
	return g->count;
}

void gazetteer_each_village(const struct gazetteer *g, const char *prefix,
                            void (*each)(void *ctx, const struct region *r), void *ctx)
{
	for (size_t i = gazetteer_lower_bound(g, prefix);
	     i < g->count && strncmp(g->by_code[i].code, prefix, strlen(prefix)) == 0; i++)
		if (region_code_within(g->by_code[i].code, prefix) &&
		    region_code_level(g->by_code[i].code) == LEVEL_VILLAGE)
			each(ctx, &g->by_code[i]);
}
