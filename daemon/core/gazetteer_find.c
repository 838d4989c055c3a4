/* gazetteer_find: the place that a message names. It is read for exact keys, then for keys that sound alike, are misspelt, shortened to their
 * telling word, or written without vowels; what stands around a mention decides how much it counts. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gazetteer_parts.h"

enum { READ_MAX = 512, MENTIONS_MAX = 24, HOMONYMS = 4 };
#define COUNT(a) (sizeof(a) / sizeof *(a))

struct mention {
	uint32_t name;
	size_t from, to; /* words */
	double score;
	const char *how;
};
struct reading {
	const struct gazetteer *g;
	const char *const *raw;
	char canon[READ_MAX][PLACE_WORD_MAX];
	size_t n;
	struct mention mention[MENTIONS_MAX];
	size_t count;
};

static bool is_mark(const char *word)
{
	return !isalnum((unsigned char)word[0]);
}

/* Sentence marks end a name; a comma does not stand inside one either. */
static bool make_key(const struct reading *r, size_t from, size_t words, char key[PLACE_KEY_MAX])
{
	key[0] = '\0';
	if (from + words > r->n)
		return false;
	for (size_t i = from; i < from + words; i++)
		if (is_mark(r->canon[i]) || !place_key_add(key, i > from ? r->canon[i - 1] : NULL, r->canon[i]))
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
	char key[PLACE_KEY_MAX];
	for (size_t words = PLACE_WORDS; words > 0; words--) {
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
	return words == 1 && name_index(not_misspelt, COUNT(not_misspelt), key) >= 0;
}

static size_t read_alike(struct reading *r, size_t at)
{
	char key[PLACE_KEY_MAX], sound[PLACE_KEY_MAX];
	for (size_t words = 2; words > 0; words--) {
		if (!make_key(r, at, words, key))
			continue;
		/* two words are compared only where one of them is part of a name */
		if (words == 2 && string_map_get(r->g->vocabulary, r->canon[at]) == STRING_MAP_NONE &&
		    string_map_get(r->g->vocabulary, r->canon[at + 1]) == STRING_MAP_NONE)
			continue;
		place_key_sound(key, sound);
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
	if (part == STRING_MAP_NONE || part == GAZETTEER_SHARED)
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
	char padded[PLACE_WORD_MAX + 2];
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
		gazetteer_word(g, words[i], r.canon[i]);
	read_mentions(&r);
	struct evidence seen = gather(&r, ret);
	size_t count = weigh(&r, &seen, list);
	conclude(&r, list, count, ret);
}
