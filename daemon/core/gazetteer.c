/* gazetteer: the index of places, built once: by code, and by the keys of their names (place_key.h). gazetteer_find.c searches it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gazetteer_parts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Words in so many names that they tell nothing alone. */
static const char *const common_parts[] = {
        "agung",   "air",   "alam",    "aman",      "angsana", "atas",    "bandar",  "bangun",  "barat",  "baru",
        "batu",    "bawah", "besar",   "bukit",     "bumi",    "dalam",   "damai",   "danau",   "darat",  "desa",
        "dua",     "giri",  "gunung",  "harapan",   "hulu",    "hilir",   "indah",   "intan",   "jaya",   "kampung",
        "karang",  "karya", "kecil",   "kota",      "lama",    "laut",    "lestari", "long",    "luar",   "makmur",
        "mandiri", "mekar", "mukti",   "mulia",     "mulya",   "mulyo",   "muara",   "nipah",   "padang", "panjang",
        "pantai",  "pasar", "pasir",   "pulau",     "purwa",   "putih",   "raharja", "raja",    "rawa",   "raya",
        "rejo",    "sari",  "sebelah", "sejahtera", "selatan", "sentosa", "seri",    "simpang", "suka",   "sumber",
        "sungai",  "subur", "tanah",   "tanjung",   "tebing",  "teluk",   "tengah",  "timur",   "tinggi", "utama",
        "utara",   "wono",  "argo",    "suko",      "sri",     "tani",    "merah",   "hitam",
};

void gazetteer_word(const struct gazetteer *g, const char *word, char ret[PLACE_WORD_MAX])
{
	word = place_key_in_full(word);
	if (g->words != NULL && strlen(word) >= 4 &&
	    strpbrk(word, "aiueo0123456789") == NULL) { /* no vowel: perhaps they were left out */
		char skeleton[PLACE_WORD_MAX];
		word_skeleton(word, skeleton, sizeof skeleton);
		uint32_t full = string_map_get(g->skeletons, skeleton);
		if (full != STRING_MAP_NONE)
			word = g->words[full];
	}
	place_key_undouble(word, ret);
}

/* -- building --------------------------------------------------------------------------------------------------------- */

static int by_code(const void *a, const void *b)
{
	const struct region *x = a, *y = b;
	return strcmp(x->code, y->code);
}

static void link_name(struct gazetteer *g, struct string_map *map, const char *key, uint32_t name)
{
	uint32_t *at = string_map_at(map, key);
	if (*at == STRING_MAP_NONE) {
		*at = name;
		return;
	}
	uint32_t n = *at;
	while (g->names[n].next != STRING_MAP_NONE && g->names[n].region != g->names[name].region)
		n = g->names[n].next;
	if (g->names[n].region != g->names[name].region && map == g->keys)
		g->names[n].next = name;
}

static void add_vocabulary(struct gazetteer *g, const char *word)
{
	char skeleton[PLACE_WORD_MAX];
	uint32_t *at = string_map_at(g->vocabulary, word);
	if (*at != STRING_MAP_NONE)
		return;
	*at = (uint32_t)g->word_count;
	g->words[g->word_count] = word;
	word_skeleton(word, skeleton, sizeof skeleton);
	if (strlen(skeleton) >= 3 && strcmp(skeleton, word) != 0) {
		uint32_t *full = string_map_at(g->skeletons, arena_strdup(g->arena, skeleton));
		if (*full == STRING_MAP_NONE)
			*full = (uint32_t)g->word_count;
	}
	g->word_count++;
}

/* A telling word of a longer name leads to it, unless another village shares the word. */
static void add_part(struct gazetteer *g, const char *word, uint32_t name)
{
	if (strlen(word) < 5 || name_index(common_parts, COUNT(common_parts), word) >= 0)
		return;
	uint32_t *at = string_map_at(g->parts, word);
	if (*at == STRING_MAP_NONE)
		*at = name;
	else if (*at != GAZETTEER_SHARED && g->names[*at].region != g->names[name].region)
		*at = GAZETTEER_SHARED;
}

/* "bbl darat": the first word of a longer name without its vowels. Four letters and more are known to gazetteer_word(). */
static void add_short_key(struct gazetteer *g, const char *first, uint32_t name)
{
	char key[PLACE_KEY_MAX];
	size_t len = 0;
	for (const char *p = first; *p != '\0' && len < 4; p++)
		if (strchr("aiueo", *p) == NULL)
			key[len++] = *p;
	if (len != 3) /* two letters tell too little */
		return;
	snprintf(key + len, sizeof key - len, "%s", g->names[name].key + strlen(first));
	uint32_t *at = string_map_at(g->keys, arena_strdup(g->arena, key));
	if (*at == STRING_MAP_NONE)
		*at = name;
}

static void add_name(struct gazetteer *g, const struct region *region, const char *text, enum name_kind kind)
{
	char word[PLACE_SPLIT_MAX][PLACE_WORD_MAX], key[PLACE_KEY_MAX] = "", sound[PLACE_KEY_MAX];
	size_t n = place_key_split(text, word);
	if (n == 0 || n > PLACE_WORDS)
		return;
	for (size_t i = 0; i < n; i++) {
		char canon[PLACE_WORD_MAX];
		gazetteer_word(g, word[i], canon);
		snprintf(word[i], PLACE_WORD_MAX, "%s", canon);
		if (!place_key_add(key, i > 0 ? word[i - 1] : NULL, word[i]))
			return;
	}
	uint32_t id = (uint32_t)g->name_count++;
	struct name *name = &g->names[id];
	*name = (struct name){arena_strdup(g->arena, key), region, kind, STRING_MAP_NONE, n == 1};
	link_name(g, g->keys, name->key, id);
	if (kind == NAME_VILLAGE && n > 1)
		add_short_key(g, word[0], id);
	place_key_sound(key, sound);
	uint32_t *at = string_map_at(g->sounds, arena_strdup(g->arena, sound));
	if (*at == STRING_MAP_NONE)
		*at = id;
	for (size_t i = 0; kind != NAME_OUTSIDE && i < n; i++) {
		const char *kept = arena_strdup(g->arena, word[i]);
		add_vocabulary(g, kept);
		if (kind == NAME_VILLAGE && n > 1)
			add_part(g, kept, id);
	}
	if (kind == NAME_VILLAGE || kind == NAME_DISTRICT) {
		g->spelled[g->spelled_count] = name->key;
		g->spelled_name[g->spelled_count++] = id;
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

static void add_region(struct gazetteer *g, const struct region *r)
{
	bool inside = region_code_within(r->code, g->home);
	enum region_level level = region_code_level(r->code);
	if (level == LEVEL_REGENCY)
		add_name(g, r, without_title(r->name), region_code_within(g->home, r->code) ? NAME_HOME : NAME_OUTSIDE);
	else if (inside && level == LEVEL_DISTRICT)
		add_name(g, r, r->name, NAME_DISTRICT);
	else if (inside && level == LEVEL_VILLAGE)
		add_name(g, r, r->name, NAME_VILLAGE);
}

static size_t count_home(const struct gazetteer *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->count; i++)
		n += region_code_within(g->by_code[i].code, g->home) ||
		     region_code_level(g->by_code[i].code) == LEVEL_REGENCY;
	return n;
}

struct gazetteer *gazetteer_build(struct arena *a, const struct region *regions, size_t n,
                                  const struct region_alias *aliases, size_t alias_count, const char *home)
{
	struct gazetteer *g = arena_new_of(a, struct gazetteer);
	g->arena = a;
	g->home = arena_strdup(a, home);
	g->count = n;
	g->by_code = arena_array(a, struct region, n + 1);
	if (n > 0)
		memcpy(g->by_code, regions, n * sizeof *regions);
	qsort(g->by_code, n, sizeof *g->by_code, by_code);
	size_t names = count_home(g) + alias_count + 1;
	g->names = arena_array(a, struct name, names);
	g->spelled = arena_array(a, const char *, names);
	g->spelled_name = arena_array(a, uint32_t, names);
	g->words = arena_array(a, const char *, names *PLACE_WORDS);
	g->keys = string_map_new(a, names);
	g->sounds = string_map_new(a, names);
	g->parts = string_map_new(a, names);
	g->vocabulary = string_map_new(a, names);
	g->skeletons = string_map_new(a, names);
	for (size_t i = 0; i < n; i++)
		add_region(g, &g->by_code[i]);
	for (size_t i = 0; i < alias_count; i++) {
		const struct region *r = gazetteer_by_code(g, aliases[i].code);
		bool landmark = strcmp(aliases[i].kind, "landmark") == 0;
		if (r != NULL && region_code_within(r->code, g->home))
			add_name(g, r, aliases[i].alias, landmark ? NAME_LANDMARK : NAME_VILLAGE);
	}
	g->spelling = spelling_new(a, g->spelled, g->spelled_count);
	return g;
}

/* -- by code ------------------------------------------------------------------------------------------------------------ */

/* The first region whose code is not before code. */
static size_t lower_bound(const struct gazetteer *g, const char *code)
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
	size_t i = lower_bound(g, code);
	return i < g->count && strcmp(g->by_code[i].code, code) == 0 ? &g->by_code[i] : NULL;
}

size_t gazetteer_count(const struct gazetteer *g)
{
	return g->count;
}

void gazetteer_each_village(const struct gazetteer *g, const char *prefix,
                            void (*each)(void *ctx, const struct region *r), void *ctx)
{
	for (size_t i = lower_bound(g, prefix);
	     i < g->count && strncmp(g->by_code[i].code, prefix, strlen(prefix)) == 0; i++)
		if (region_code_within(g->by_code[i].code, prefix) &&
		    region_code_level(g->by_code[i].code) == LEVEL_VILLAGE)
			each(ctx, &g->by_code[i]);
}
