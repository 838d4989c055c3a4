/* gazetteer: see gazetteer.h. Names are keyed without spaces ("gunungintan"), doubled words and numerals in one way ("nipah2", "semoi2"); a message is
 * read for exact keys, then for keys that sound alike, are misspelt, shortened to their telling word, or written without vowels. */
#include "gazetteer.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spelling.h"
#include "string_map.h"

enum { NAME_WORDS = 4, KEY_MAX = 64, READ_MAX = 512, MENTIONS_MAX = 24, HOMONYMS = 4, CANON_MAX = 24 };

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

/* -- words of names ------------------------------------------------------------------------------------------------- */

struct pair {
	const char *from, *to;
};
/* Abbreviations of words that Indonesian place names are made of, and numerals. */
static const struct pair short_words[] = {
        {"gn", "gunung"},
        {"gng", "gunung"},
        {"tj", "tanjung"},
        {"tjg", "tanjung"},
        {"tg", "tanjung"},
        {"tjung", "tanjung"},
        {"kp", "kampung"},
        {"kmp", "kampung"},
        {"kpg", "kampung"},
        {"kmpg", "kampung"},
        {"kampong", "kampung"},
        {"sei", "sungai"},
        {"sungei", "sungai"},
        {"sg", "sungai"},
        {"sgi", "sungai"},
        {"bkt", "bukit"},
        {"tlk", "teluk"},
        {"pl", "pulau"},
        {"br", "baru"},
        {"brt", "barat"},
        {"tmr", "timur"},
        {"utr", "utara"},
        {"slt", "selatan"},
        {"tgh", "tengah"},
        {"tngh", "tengah"},
        {"drt", "darat"},
        {"satu", "1"},
        {"dua", "2"},
        {"tiga", "3"},
        {"empat", "4"},
        {"lima", "5"},
        {"i", "1"},
        {"ii", "2"},
        {"iii", "3"},
        {"iv", "4"},
        {"v", "5"},
};
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
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const uint32_t SHARED = STRING_MAP_NONE - 1u; /* a word that does not tell one village */

static bool listed(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

/* One word in the form of keys. "lawelawe" is "lawe2". */
static void canonical(const struct gazetteer *g, const char *word, char ret[CANON_MAX])
{
	for (size_t i = 0; i < COUNT(short_words); i++)
		if (word[0] == short_words[i].from[0] && word[1] == short_words[i].from[1] &&
		    strcmp(short_words[i].from, word) == 0)
			word = short_words[i].to;
	size_t len = strlen(word);
	if (g->words != NULL && len >= 4 &&
	    strpbrk(word, "aiueo0123456789") == NULL) { /* no vowel: perhaps they were left out */
		char skeleton[CANON_MAX];
		word_skeleton(word, skeleton, sizeof skeleton);
		uint32_t full = string_map_get(g->skeletons, skeleton);
		if (full != STRING_MAP_NONE)
			word = g->words[full];
		len = strlen(word);
	}
	if (len >= 6 && len % 2 == 0 && len / 2 < CANON_MAX - 1 && memcmp(word, word + len / 2, len / 2) == 0)
		snprintf(ret, CANON_MAX, "%.*s2", (int)(len / 2), word);
	else
		snprintf(ret, CANON_MAX, "%s", word);
}

/* Appends a canonical word to a key; the same word again is a 2. False when the key would be too long. */
static bool key_add(char key[KEY_MAX], const char *last, const char *word)
{
	size_t len = strlen(key);
	const char *add = last != NULL && strcmp(last, word) == 0 ? "2" : word;
	if (len + strlen(add) >= KEY_MAX)
		return false;
	memcpy(key + len, add, strlen(add) + 1);
	return true;
}

/* Splits a name into lower-case ASCII words. Returns how many. */
static size_t split(const char *name, char ret[NAME_WORDS + 2][CANON_MAX])
{
	size_t n = 0, len = 0;
	for (const char *p = name;; p++) {
		unsigned char c = (unsigned char)*p;
		if (c < 128 && isalnum(c) && n < NAME_WORDS + 2) {
			if (len < CANON_MAX - 1)
				ret[n][len++] = (char)tolower(c);
			continue;
		}
		if (c == '"' || c == '\'')
			continue;
		if (len > 0) {
			ret[n++][len] = '\0';
			len = 0;
		}
		if (c == '\0')
			return n;
	}
}

/* Spellings of one sound become one: rico = riko, pettung = petung, tanjong = tanjung. */
static void sound_of(const char *key, char ret[KEY_MAX])
{
	static const struct pair sounds[] = {
	        {"oe", "u"}, {"dj", "j"}, {"tj", "c"}, {"kh", "k"}, {"ch", "c"}, {"sy", "s"},
	        {"q", "k"},  {"c", "k"},  {"v", "p"},  {"f", "p"},  {"z", "s"},  {"y", "i"},
	};
	size_t n = 0;
	while (*key != '\0' && n < KEY_MAX - 1) {
		const char *to = NULL;
		size_t used = 1;
		for (size_t s = 0; s < COUNT(sounds) && to == NULL; s++) {
			const char *from = sounds[s].from;
			if (from[0] != key[0] || (from[1] != '\0' && from[1] != key[1]))
				continue;
			to = sounds[s].to;
			used = from[1] != '\0' ? 2 : 1;
		}
		char c = to != NULL ? *to : *key;
		if (n == 0 || ret[n - 1] != c)
			ret[n++] = c;
		key += used;
	}
	ret[n] = '\0';
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
	char skeleton[CANON_MAX];
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
	if (strlen(word) < 5 || listed(common_parts, COUNT(common_parts), word))
		return;
	uint32_t *at = string_map_at(g->parts, word);
	if (*at == STRING_MAP_NONE)
		*at = name;
	else if (*at != SHARED && g->names[*at].region != g->names[name].region)
		*at = SHARED;
}

/* "bbl darat": the first word of a longer name without its vowels. Four letters and more are known to canonical(). */
static void add_short_key(struct gazetteer *g, const char *first, uint32_t name)
{
	char key[KEY_MAX];
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
	char word[NAME_WORDS + 2][CANON_MAX], key[KEY_MAX] = "", sound[KEY_MAX];
	size_t n = split(text, word);
	if (n == 0 || n > NAME_WORDS)
		return;
	for (size_t i = 0; i < n; i++) {
		char canon[CANON_MAX];
		canonical(g, word[i], canon);
		snprintf(word[i], CANON_MAX, "%s", canon);
		if (!key_add(key, i > 0 ? word[i - 1] : NULL, word[i]))
			return;
	}
	uint32_t id = (uint32_t)g->name_count++;
	struct name *name = &g->names[id];
	*name = (struct name){arena_strdup(g->arena, key), region, kind, STRING_MAP_NONE, n == 1};
	link_name(g, g->keys, name->key, id);
	if (kind == NAME_VILLAGE && n > 1)
		add_short_key(g, word[0], id);
	sound_of(key, sound);
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
	g->words = arena_array(a, const char *, names *NAME_WORDS);
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

/* -- finding ------------------------------------------------------------------------------------------------------------ */

struct mention {
	uint32_t name;
	size_t from, to; /* words */
	double score;
	const char *how;
};
struct reading {
	const struct gazetteer *g;
	const char *const *raw;
	char canon[READ_MAX][CANON_MAX];
	size_t n;
	struct mention mention[MENTIONS_MAX];
	size_t count;
};

static bool is_mark(const char *word)
{
	return !isalnum((unsigned char)word[0]);
}

/* Sentence marks end a name; a comma does not stand inside one either. */
static bool make_key(const struct reading *r, size_t from, size_t words, char key[KEY_MAX])
{
	key[0] = '\0';
	if (from + words > r->n)
		return false;
	for (size_t i = from; i < from + words; i++)
		if (is_mark(r->canon[i]) || !key_add(key, i > from ? r->canon[i - 1] : NULL, r->canon[i]))
			return false;
	return true;
}

static void note(struct reading *r, uint32_t name, size_t from, size_t words, double score, const char *how)
{
	if (r->count < MENTIONS_MAX)
		r->mention[r->count++] = (struct mention){name, from, from + words, score, how};
}

/* Longest exact name first, so that "labangka barat" is not "labangka". Returns the words used. */
static size_t read_exact(struct reading *r, size_t at)
{
	char key[KEY_MAX];
	for (size_t words = NAME_WORDS; words > 0; words--) {
		if (!make_key(r, at, words, key))
			continue;
		uint32_t name = string_map_get(r->g->keys, key);
		if (name == STRING_MAP_NONE)
			continue;
		note(r, name, at, words, 0.9, "named");
		if (r->g->names[name].kind != NAME_LANDMARK) /* "pasar petung" names Petung too */
			return words;
	}
	return 0;
}

/* Ordinary words one letter away from names of places around here, or that sound like them. */
static const char *const not_misspelt[] = {
        "patung",  "petang",  "petugas", "sepatu",  "pejalan", "gresik",  "sesuai", "rintih", "rintis",
        "betung",  "sepakat", "selaku",  "pejabat", "penagam", "petani",  "kepala", "sepupu", "binatang",
        "pertama", "sebuku",  "sesudah", "mental",  "marital", "mentari", "sumber", "gunung", "kampung",
        "sungai",  "babu",    "menang",  "pernah",  "tunjang", "telemor",
};

static bool ordinary(const char *key, size_t words)
{
	return words == 1 && listed(not_misspelt, COUNT(not_misspelt), key);
}

static size_t read_alike(struct reading *r, size_t at)
{
	char key[KEY_MAX], sound[KEY_MAX];
	for (size_t words = 2; words > 0; words--) {
		if (!make_key(r, at, words, key))
			continue;
		/* two words are compared only where one of them is part of a name */
		if (words == 2 && string_map_get(r->g->vocabulary, r->canon[at]) == STRING_MAP_NONE &&
		    string_map_get(r->g->vocabulary, r->canon[at + 1]) == STRING_MAP_NONE)
			continue;
		sound_of(key, sound);
		uint32_t name = strlen(key) >= 4 ? string_map_get(r->g->sounds, sound) : STRING_MAP_NONE;
		if (name != STRING_MAP_NONE && r->g->names[name].kind < NAME_OUTSIDE && !ordinary(key, words)) {
			note(r, name, at, words, 0.8, "sounds like");
			return words;
		}
		long spelled = spelling_find(r->g->spelling, key);
		if (spelled >= 0 && !ordinary(key, words)) {
			size_t len = strlen(r->g->spelled[spelled]);
			note(r, r->g->spelled_name[spelled], at, words, len >= 8 ? 0.8 : 0.7, "spelt almost as");
			return words;
		}
	}
	const char *word = r->canon[at];
	uint32_t glued = strncmp(word, "di", 2) == 0 ? string_map_get(r->g->keys, word + 2) : STRING_MAP_NONE;
	if (glued != STRING_MAP_NONE && r->g->names[glued].kind == NAME_VILLAGE) { /* "dipetung" */
		note(r, glued, at, 1, 0.9, "named");
		return 1;
	}
	uint32_t part = string_map_get(r->g->parts, word);
	if (part == STRING_MAP_NONE || part == SHARED)
		return 0;
	note(r, part, at, 1, 0.74, "short for");
	return 1;
}

static void read_mentions(struct reading *r)
{
	for (size_t at = 0; at < r->n;) {
		size_t used = is_mark(r->canon[at]) ? 1 : read_exact(r, at);
		if (used == 0)
			used = read_alike(r, at);
		at += used > 0 ? used : 1;
	}
}

/* What stands before a name tells what it is the name of. */
enum before {
	BEFORE_VILLAGE,
	BEFORE_DISTRICT,
	BEFORE_PLACE,
	BEFORE_FROM,
	BEFORE_TOWARDS,
	BEFORE_OFFICE,
	BEFORE_PERSON,
	BEFORE_PLANT,
	BEFORES
};
static const struct {
	const char *words;
	double shift;
} befores[BEFORES] = {
        [BEFORE_VILLAGE] = {" desa ds dusun dsn kel kelurahan lurah kades kadus dukuh ", 0.06},
        [BEFORE_DISTRICT] = {" kec kecamatan kecmatan camat polsek kapolsek koramil danramil kua ", -0.6},
        [BEFORE_PLACE] = {" di d daerah wilayah sekitar pasar pantai jalan jln jl poros ", 0.03},
        [BEFORE_FROM] = {" dari dr dri ktp warga org orang ", -0.15},
        [BEFORE_TOWARDS] = {" ke k arah menuju tujuan jurusan asal asli kelahiran ", -0.3},
        [BEFORE_OFFICE] = {" rsud rs polres kodim ", -0.6},
        [BEFORE_PERSON] =
                {" pak bpk bapak bu ibu mas mbak mba om bang si sdr sdri saudara bernama nama namanya an alm almarhum ",
                 -0.45},
        [BEFORE_PLANT] = {" pohon bambu kayu daun hujan buah akar ", -0.35},
};

static bool in_list(const char *list, const char *word)
{
	char padded[CANON_MAX + 2];
	int n = snprintf(padded, sizeof padded, " %s ", word);
	return n > 2 && (size_t)n < sizeof padded && strstr(list, padded) != NULL;
}

static int before_of(const struct reading *r, const struct mention *m)
{
	if (m->from == 0)
		return -1;
	for (int b = 0; b < BEFORES; b++)
		if (in_list(befores[b].words, r->raw[m->from - 1]))
			return b;
	return -1;
}

/* "bukan di petung tapi di ..." */
static bool is_denied(const struct reading *r, const struct mention *m)
{
	for (size_t i = m->from > 2 ? m->from - 2 : 0; i < m->from; i++)
		if (in_list(" bukan bkn dudu ", r->raw[i]))
			return true;
	return false;
}

static bool has_number_of_neighbourhood(const struct reading *r, const struct mention *m)
{
	for (size_t i = m->from >= 4 ? m->from - 4 : 0; i < m->to + 3 && i < r->n; i++)
		if (strcmp(r->raw[i], "rt") == 0 || strcmp(r->raw[i], "rw") == 0)
			return true;
	return false;
}

static bool same_name_is_district(const struct gazetteer *g, uint32_t name)
{
	const char *key = g->names[name].key;
	for (uint32_t n = string_map_get(g->keys, key); n != STRING_MAP_NONE; n = g->names[n].next)
		if (g->names[n].kind == NAME_DISTRICT)
			return true;
	return false;
}

static size_t villages_of_name(const struct gazetteer *g, uint32_t name, uint32_t ret[HOMONYMS])
{
	size_t n = 0;
	for (; name != STRING_MAP_NONE && n < HOMONYMS; name = g->names[name].next)
		if (g->names[name].kind == NAME_VILLAGE)
			ret[n++] = name;
	return n;
}

struct evidence {
	const char *district; /* a district named, or the one that the source stated */
	const struct region *landmark;
};

struct candidate {
	const struct region *region;
	double score;
	const struct mention *mention;
	int before;
};

static bool outside_follows(const struct reading *r, const struct mention *m)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->g->names[r->mention[i].name].kind == NAME_OUTSIDE && r->mention[i].from == m->to)
			return true;
	return false;
}

/* How sure it is that one mention means one village. */
static double judge(const struct reading *r, const struct mention *m, uint32_t name, size_t homonyms,
                    const struct evidence *seen, int before)
{
	const struct gazetteer *g = r->g;
	const char *code = g->names[name].region->code;
	bool in_district = seen->district != NULL && region_code_within(code, seen->district);
	bool neighbourhood = has_number_of_neighbourhood(r, m);
	double score = m->score;
	if (homonyms > 1)
		score = in_district ? 0.85 : 0.5;
	else if (same_name_is_district(g, name))
		score = before == BEFORE_VILLAGE ? 0.88 : neighbourhood ? 0.74 : 0.6;
	else if (seen->district != NULL)
		score += in_district ? 0.04 : -0.1;
	if (seen->landmark != NULL)
		score += strcmp(seen->landmark->code, code) == 0 ? 0.12 : 0;
	if (before >= 0 && (before != BEFORE_PERSON || g->names[name].one_word))
		score += befores[before].shift;
	if (neighbourhood && homonyms == 1)
		score += 0.03;
	if (outside_follows(r, m) || is_denied(r, m))
		score -= 0.6;
	return score > 0.97 ? 0.97 : score < 0 ? 0 : score;
}

static struct evidence gather(const struct reading *r, struct place_guess *ret)
{
	struct evidence seen = {NULL, NULL};
	for (size_t i = 0; i < r->count; i++) {
		for (uint32_t n = r->mention[i].name; n != STRING_MAP_NONE; n = r->g->names[n].next) {
			const struct name *name = &r->g->names[n];
			bool village_too = string_map_get(r->g->keys, name->key) != n || name->next != STRING_MAP_NONE;
			if (name->kind == NAME_LANDMARK && seen.landmark == NULL)
				seen.landmark = name->region;
			if (name->kind != NAME_DISTRICT)
				continue;
			if (ret->district[0] == '\0')
				snprintf(ret->district, sizeof ret->district, "%s", name->region->code);
			bool certain = !village_too || before_of(r, &r->mention[i]) == BEFORE_DISTRICT;
			if (certain && seen.district == NULL)
				seen.district = name->region->code;
		}
	}
	return seen;
}

static void keep(struct candidate *list, size_t *n, struct candidate c)
{
	for (size_t i = 0; i < *n; i++) {
		if (list[i].region != c.region)
			continue;
		if (c.score > list[i].score)
			list[i] = c;
		return;
	}
	size_t at = *n < PLACE_CANDIDATES ? (*n)++ : PLACE_CANDIDATES;
	if (at == PLACE_CANDIDATES && list[--at].score >= c.score)
		return;
	while (at > 0 && list[at - 1].score < c.score) { /* equal scores: the first named stays first */
		list[at] = list[at - 1];
		at--;
	}
	list[at] = c;
}

static size_t weigh(const struct reading *r, const struct evidence *seen, struct candidate list[PLACE_CANDIDATES])
{
	size_t n = 0;
	for (size_t i = 0; i < r->count; i++) {
		const struct mention *m = &r->mention[i];
		uint32_t villages[HOMONYMS];
		size_t homonyms = villages_of_name(r->g, m->name, villages);
		int before = before_of(r, m);
		for (size_t v = 0; v < homonyms; v++) {
			double score = judge(r, m, villages[v], homonyms, seen, before);
			keep(list, &n, (struct candidate){r->g->names[villages[v]].region, score, m, before});
		}
	}
	if (seen->landmark != NULL)
		keep(list, &n, (struct candidate){seen->landmark, 0.45, NULL, -1});
	return n;
}

static void conclude(const struct reading *r, const struct candidate *list, size_t n, struct place_guess *ret)
{
	static const double enough = 0.5; /* below, a village is a candidate but not the answer */
	for (size_t i = 0; i < n; i++) {
		snprintf(ret->candidates[i].code, REGION_CODE_MAX, "%s", list[i].region->code);
		ret->candidates[i].score = list[i].score;
	}
	ret->candidate_count = n;
	if (n == 0 || list[0].score < enough)
		return;
	ret->confidence = list[0].score;
	if (n > 1 && list[1].mention != NULL && list[1].score >= list[0].score - 0.05)
		ret->confidence -= list[1].mention == list[0].mention ? 0.1 : 0.06;
	snprintf(ret->code, sizeof ret->code, "%s", list[0].region->code);
	const struct mention *m = list[0].mention;
	char words[96] = "";
	for (size_t i = m->from; i < m->to; i++) {
		strncat(words, i > m->from ? " " : "", sizeof words - strlen(words) - 1);
		strncat(words, r->raw[i], sizeof words - strlen(words) - 1);
	}
	snprintf(ret->why, sizeof ret->why, "words '%s' %s %s", words, m->how, list[0].region->name);
}

void gazetteer_find(const struct gazetteer *g, const char *const *words, size_t n, struct place_guess *ret)
{
	struct reading r = {.g = g, .raw = words, .n = n < READ_MAX ? n : READ_MAX};
	struct candidate list[PLACE_CANDIDATES];
	*ret = (struct place_guess){.code = ""};
	for (size_t i = 0; i < r.n; i++)
		canonical(g, words[i], r.canon[i]);
	read_mentions(&r);
	struct evidence seen = gather(&r, ret);
	size_t count = weigh(&r, &seen, list);
	conclude(&r, list, count, ret);
}
