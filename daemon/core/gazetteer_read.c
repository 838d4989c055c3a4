/* gazetteer_read: the names in a message. First all that are written as they are; then, in what is left, those that sound alike, are misspelt, have lost their
 * vowels, are abbreviated, cut to their telling word, or written in one with the word in front. Ordinary words are not bent into names. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gazetteer_parts.h"

enum { PLACE_FAR = 1000 };

static bool is_mark(const char *word)
{
	return !isalnum((unsigned char)word[0]);
}

/* "kel. nenang", "sei. parit": the full stop of an abbreviation ends nothing. */
static bool is_abbreviation(const struct piece *p, const char *raw)
{
	static const uint32_t titles = CUE_VILLAGE | CUE_DISTRICT | CUE_REGENCY | CUE_RT | CUE_ADDRESS;
	size_t len = strlen(raw);
	bool cut = strcmp(raw, p->text) != 0 && isalpha((unsigned char)p->text[0]);
	return (len == 1 && isalpha((unsigned char)raw[0])) ||
	       (len <= 4 && (cut || (len <= 3 && (p->bits & titles) != 0)));
}

static void read_pieces(struct reading *r, size_t words)
{
	r->n = 0;
	for (size_t i = 0; i < words; i++) {
		struct piece *p = &r->piece[r->n];
		const char *raw = r->raw[i];
		bool mark = is_mark(raw);
		if (mark && *raw == '.' && r->n > 0 && !p[-1].mark && is_abbreviation(&p[-1], r->raw[p[-1].at]))
			continue;
		p->mark = mark;
		p->taken = false;
		p->bits = 0;
		p->at = (uint32_t)i;
		r->n++;
		if (!mark)
			p->bits = gazetteer_word(r->g, raw, p->text);
		else
			snprintf(p->text, sizeof p->text, "%.1s", raw);
	}
}

/* The key of some words; none reaches across a mark. */
static bool make_key(const struct reading *r, size_t from, size_t words, char key[PLACE_KEY_MAX])
{
	key[0] = '\0';
	if (from + words > r->n)
		return false;
	for (size_t i = from; i < from + words; i++)
		if (r->piece[i].mark || !place_key_add(key, i > from ? r->piece[i - 1].text : NULL, r->piece[i].text))
			return false;
	return true;
}

static void note(struct reading *r, uint32_t name, size_t from, size_t words, double score, const char *how)
{
	if (r->count == MENTIONS_MAX)
		return;
	r->mention[r->count++] = (struct mention){name, from, from + words, score, false, how};
	if (r->g->names[name].kind == NAME_LANDMARK) /* "pasar petung" names Petung too */
		return;
	for (size_t i = from; i < from + words; i++)
		r->piece[i].taken = true;
}

static uint32_t bits_at(const struct reading *r, size_t i)
{
	return i < r->n ? r->piece[i].bits : 0;
}

/* A village called as an ordinary word ("Dalam") is meant only after "desa" or the like. */
static bool is_word_only(const struct reading *r, size_t at, size_t words)
{
	return words == 1 && (r->piece[at].bits & WORD_ORDINARY) != 0 && (r->piece[at].bits & WORD_DOUBTFUL) == 0 &&
	       (at == 0 || (bits_at(r, at - 1) & (CUE_VILLAGE | CUE_DISTRICT)) == 0);
}

/* Longest name first, so that "labangka barat" is not "labangka". Returns the words used. */
static size_t read_exact(struct reading *r, size_t at)
{
	char key[PLACE_KEY_MAX];
	if ((r->piece[at].bits & WORD_BEGINS) == 0)
		return 0;
	for (size_t words = PLACE_WORDS; words > 0; words--) {
		if (!make_key(r, at, words, key))
			continue;
		uint32_t name = string_map_get(r->g->keys, key);
		if (name == STRING_MAP_NONE || is_word_only(r, at, words))
			continue;
		note(r, name, at, words, 0.9, "named");
		if (r->g->names[name].kind != NAME_LANDMARK)
			return words;
	}
	return 0;
}

/* -- what is not written as it is ----------------------------------------------------------------------------------- */

struct window {
	size_t at, words;
	char key[PLACE_KEY_MAX], sound[PLACE_KEY_MAX];
	size_t len; /* of sound */
	int most;   /* how far a name may be */
};

static bool may_be_name(const struct piece *p)
{
	return !p->mark && !p->taken &&
	       ((p->bits & (CUES | WORD_ORDINARY)) == 0 || (p->bits & (WORD_OF_NAME | WORD_COMMON)) != 0);
}

/* A word that nothing but a name explains. */
static bool is_unknown(const struct piece *p)
{
	return (p->bits & (CUES | WORD_ORDINARY | WORD_OF_NAME)) == 0 && isalpha((unsigned char)p->text[0]);
}

/* Words that may be a name together: each may be one; or one of two is ordinary, when they are very near ("karang jenawi") or sound the same ("bulu minung"). */
static bool make_window(const struct reading *r, size_t at, size_t words, struct window *w)
{
	bool unknown = false, all = true;
	uint32_t bits = 0;
	if (at + words > r->n)
		return false;
	for (size_t i = at; i < at + words; i++) {
		const struct piece *p = &r->piece[i];
		if (p->taken || p->mark)
			return false;
		bits |= p->bits;
		all = all && may_be_name(p);
		unknown = unknown || is_unknown(p);
	}
	if (!all && (words != 2 || ((bits & WORD_OF_NAME) == 0 && !unknown) || (r->piece[at].bits & CUES) != 0))
		return false;
	if (words != 2 && !unknown && (words != 1 || (bits & WORD_OF_NAME) == 0))
		return false;
	*w = (struct window){.at = at,
	                     .words = words,
	                     .most = all                          ? (unknown ? PLACE_FAR : 6)
	                             : (bits & WORD_OF_NAME) != 0 ? 3
	                                                          : 0};
	for (size_t i = at; i < at + words; i++) {
		bool again = i > at && strcmp(r->piece[i].text, r->piece[i - 1].text) == 0;
		w->len = place_sound_add(w->sound, w->len, again ? "2" : r->piece[i].text);
	}
	return make_key(r, at, words, w->key);
}

/* A neighbour of the same province may really be meant by its name. */
static double shift_of_neighbour(const struct reading *r, const struct window *w)
{
	return string_map_get(r->g->neighbours, w->key) != STRING_MAP_NONE ? -0.2 : 0;
}

static const struct name *name_of(const struct reading *r, uint32_t id)
{
	return &r->g->names[id];
}

/* Sounds alike, misspelt, a telling word. Another village nearly as near makes both doubtful. */
static bool read_near(struct reading *r, const struct window *w)
{
	struct place_hit hits[PLACE_HITS];
	if (w->words == 1 && (bits_at(r, w->at) & WORD_COMMON) != 0)
		return false;
	size_t n = place_near_find(r->g->near, w->sound, w->len, w->most, hits), noted = 0;
	if (n == 0)
		return false;
	double shift = shift_of_neighbour(r, w);
	for (size_t i = 0; i < n && noted < 3; i++) {
		const struct name *name = name_of(r, hits[i].name);
		if (name->part && hits[i].distance > 0 && strlen(name->sound) < 6)
			continue;
		int behind = hits[i].distance - hits[0].distance;
		if (behind > PLACE_RIVAL || (i > 0 && name->region == name_of(r, hits[0].name)->region))
			continue;
		double score =
		        hits[i].distance == 0 ? 0.86 : 0.84 - 0.1 * hits[i].distance / (double)strlen(name->sound);
		if (name->part)
			score -= hits[i].distance == 0 ? 0.07 : 0.09;
		else if (strlen(name->sound) <= 5 && hits[i].distance > 0)
			score -= 0.04;
		const char *how = name->part ? "short for" : hits[i].distance == 0 ? "sounds like" : "spelt almost as";
		note(r, hits[i].name, w->at, w->words,
		     score + (hits[i].distance == 0 ? shift / 4 : shift) - 0.03 * behind, how);
		noted++;
	}
	return noted > 0;
}

static size_t count_vowels(const char *text)
{
	size_t n = 0;
	for (; *text != '\0'; text++)
		n += strchr("aiueo", *text) != NULL;
	return n;
}

/* "lbngka", "bbl darat", "smber sari" */
static bool read_shortened(struct reading *r, const struct window *w)
{
	char skeleton[PLACE_KEY_MAX];
	place_sound_skeleton(w->sound, skeleton);
	size_t len = strlen(skeleton);
	size_t vowels = count_vowels(w->sound);
	if (len < 3 || vowels * 3 > w->len || (len == 3 && vowels > 0))
		return false;
	double score = len >= 5 ? 0.8 : len == 4 ? 0.77 : 0.72;
	size_t noted = 0;
	for (uint32_t n = string_map_get(r->g->skeletons, skeleton); n != STRING_MAP_NONE && noted < 3;
	     n = name_of(r, n)->next_skeleton) {
		bool apart = w->words == 1 && !name_of(r, n)->one_word; /* "blt" is not Babulu Laut */
		if ((apart && len < 5) || !place_sound_shortens(w->sound, name_of(r, n)->sound))
			continue;
		note(r, n, w->at, w->words, score, "written without vowels");
		noted++;
	}
	return noted > 0;
}

/* "sbk" of "sebakung", "g" of "gunung", "br" of "baru": its first letter and others of it in order, no vowel; or its beginning, when that is no word. */
static bool abbreviates(const char *written, const char *full, bool word)
{
	size_t len = strlen(written);
	if (!word && len >= 3 && strlen(full) > len + 1 && strncmp(written, full, len) == 0)
		return true; /* "lab barat" */
	return len > 0 && len <= 4 && count_vowels(written) == 0 && place_sound_shortens(written, full);
}

/* "sbk jaya", "p lango": one of the outer words abbreviated, the rest as it is. */
static bool read_abbreviated(struct reading *r, size_t at)
{
	const struct piece *p = &r->piece[at];
	struct window rest;
	size_t noted = 0;
	if (p->mark || p->taken || at + 1 >= r->n || isdigit((unsigned char)p->text[0]))
		return false;
	size_t next = at + 1 < r->n && r->piece[at + 1].text[0] == '.' ? at + 2 : at + 1; /* "s. parit" */
	if (next >= r->n || r->piece[next].mark || r->piece[next].taken)
		return false;
	bool front = strlen(p->text) <= 4 && (r->piece[next].bits & WORD_OF_NAME) != 0;
	bool back = next == at + 1 && strlen(r->piece[next].text) <= 4 && (p->bits & WORD_OF_NAME) != 0;
	if ((!front && !back) || place_words_say(r->g->words, p->text, PLACE_WHOLE))
		return false;
	char mine[PLACE_KEY_MAX], other[PLACE_KEY_MAX];
	size_t len = place_sound_add(mine, 0, p->text);
	place_sound_add(other, 0, r->piece[next].text);
	if (len == 0 || isdigit((unsigned char)other[0]))
		return false;
	rest = (struct window){.at = at, .words = next + 1 - at};
	for (uint32_t n = front ? string_map_get(r->g->tails, other) : STRING_MAP_NONE;
	     n != STRING_MAP_NONE && noted < 3; n = name_of(r, n)->next_tail)
		if (abbreviates(mine, name_of(r, n)->first, (p->bits & (CUES | WORD_ORDINARY)) != 0)) {
			note(r, n, at, rest.words, strlen(p->text) > 1 ? 0.84 : 0.8, "short for");
			noted++;
		}
	for (uint32_t n = back && noted == 0 ? string_map_get(r->g->heads, mine) : STRING_MAP_NONE;
	     n != STRING_MAP_NONE && noted < 3; n = name_of(r, n)->next_head)
		if (abbreviates(other, name_of(r, n)->last, (bits_at(r, next) & (CUES | WORD_ORDINARY)) != 0)) {
			note(r, n, at, rest.words, strlen(other) > 1 ? 0.84 : 0.72, "short for");
			noted++;
		}
	return noted > 0;
}

/* "dipetung", "dslabangka", "petungmi" */
static bool read_glued(struct reading *r, size_t at)
{
	size_t front_count, behind_count;
	const struct place_affix *before = place_words_affixes(r->g->words, PLACE_IN_FRONT, &front_count),
	                         *behind = place_words_affixes(r->g->words, PLACE_BEHIND, &behind_count);
	const char *word = r->piece[at].text;
	size_t len = strlen(word);
	char rest[PLACE_WORD_MAX], canon[PLACE_WORD_MAX], sound[PLACE_KEY_MAX];
	struct place_hit hits[PLACE_HITS];
	for (size_t i = 0; i < front_count; i++) {
		if (strncmp(word, before[i].text, before[i].len) != 0 || len < before[i].len + 4u)
			continue;
		place_key_undouble(word + before[i].len, canon);
		size_t n = place_sound_add(sound, 0, canon);
		uint32_t name = string_map_get(r->g->keys, canon);
		bool near = name == STRING_MAP_NONE && n >= 6 &&
		            place_near_find(r->g->near, sound, n, n >= 8 ? 5 : 0, hits) > 0;
		if (near)
			name = hits[0].name;
		if (name == STRING_MAP_NONE || name_of(r, name)->kind != NAME_VILLAGE)
			continue;
		note(r, name, at, 1, near ? 0.8 : 0.88, "named");
		if (r->count > 0)
			r->mention[r->count - 1].glued = true;
		return true;
	}
	for (size_t i = 0; i < behind_count; i++) {
		size_t cut = behind[i].len;
		if (len < cut + 4 || strcmp(word + len - cut, behind[i].text) != 0)
			continue;
		memcpy(rest, word, len - cut);
		rest[len - cut] = '\0';
		uint32_t name = string_map_get(r->g->keys, rest);
		if (name == STRING_MAP_NONE || name_of(r, name)->kind != NAME_VILLAGE)
			continue;
		note(r, name, at, 1, 0.84, "named");
		return true;
	}
	return false;
}

/* "seiparit", "gnintan": an abbreviation and the rest of the name in one. */
static bool read_glued_short(struct reading *r, size_t at)
{
	const char *word = r->piece[at].text, *full;
	char front[5], first[PLACE_KEY_MAX], rest[PLACE_KEY_MAX];
	for (size_t cut = 2; cut <= 4 && strlen(word) >= cut + 4; cut++) {
		snprintf(front, sizeof front, "%.*s", (int)cut, word);
		place_words_get(r->g->words, front, &full);
		if (strcmp(full, front) == 0)
			continue;
		place_sound_add(first, 0, full);
		place_sound_add(rest, 0, word + cut);
		for (uint32_t n = string_map_get(r->g->tails, rest); n != STRING_MAP_NONE;
		     n = name_of(r, n)->next_tail) {
			if (strcmp(name_of(r, n)->first, first) != 0)
				continue;
			note(r, n, at, 1, 0.86, "short for");
			return true;
		}
	}
	return false;
}

/* "girpur" */
static bool read_blend(struct reading *r, size_t at)
{
	uint32_t name = string_map_get(r->g->parts, r->piece[at].text);
	if (name == STRING_MAP_NONE || name_of(r, name)->region == NULL || !name_of(r, name)->blend)
		return false;
	note(r, name, at, 1, 0.74, "short for");
	return true;
}

/* "semoidua" */
static bool read_glued_number(struct reading *r, size_t at)
{
	const char *word = r->piece[at].text, *figure;
	size_t len = strlen(word), count;
	const struct place_affix *numbers = place_words_affixes(r->g->words, PLACE_NUMBER_BEHIND, &count);
	for (size_t i = 0; i < count; i++) {
		size_t cut = numbers[i].len;
		if (len < cut + 4 || strcmp(word + len - cut, numbers[i].text) != 0)
			continue;
		char key[PLACE_WORD_MAX + 2];
		place_words_get(r->g->words, numbers[i].text, &figure);
		snprintf(key, sizeof key, "%.*s%s", (int)(len - cut), word, figure);
		uint32_t name = string_map_get(r->g->keys, key);
		if (name == STRING_MAP_NONE || name_of(r, name)->kind != NAME_VILLAGE)
			continue;
		note(r, name, at, 1, 0.88, "named");
		return true;
	}
	return false;
}

static void read_unclear(struct reading *r, size_t at)
{
	struct window w;
	if (read_abbreviated(r, at))
		return;
	for (size_t words = 3; words > 0; words--)
		if (make_window(r, at, words, &w) &&
		    (read_near(r, &w) || (w.most == PLACE_FAR && read_shortened(r, &w))))
			return;
	if (!r->piece[at].mark && !r->piece[at].taken && (r->piece[at].bits & (CUES | WORD_ORDINARY)) == 0 &&
	    !read_blend(r, at) && !read_glued_number(r, at) && !read_glued_short(r, at))
		read_glued(r, at);
}

/* "babulu dart": a name that is the beginning of a longer one, and an unknown word behind it. */
static bool read_longer(struct reading *r, size_t mention)
{
	struct mention *m = &r->mention[mention];
	struct place_hit hits[PLACE_HITS];
	char sound[PLACE_KEY_MAX];
	if (m->to >= r->n || r->piece[m->to].mark || r->piece[m->to].taken || !is_unknown(&r->piece[m->to]))
		return false;
	const struct name *name = name_of(r, m->name);
	if (name->kind > NAME_AREA || strlen(name->sound) + 2 >= sizeof sound)
		return false;
	size_t len = strlen(name->sound);
	memcpy(sound, name->sound, len + 1);
	len = place_sound_add(sound, len, r->piece[m->to].text);
	if (place_near_find(r->g->near, sound, len, PLACE_FAR, hits) == 0 ||
	    strlen(name_of(r, hits[0].name)->sound) < strlen(name->sound) + 3 || name_of(r, hits[0].name)->part)
		return false;
	m->name = hits[0].name;
	m->score = 0.8;
	m->how = "spelt almost as";
	r->piece[m->to++].taken = true;
	return true;
}

static void sort_mentions(struct reading *r)
{
	for (size_t i = 1; i < r->count; i++) {
		struct mention m = r->mention[i];
		size_t at = i;
		for (; at > 0 && r->mention[at - 1].from > m.from; at--)
			r->mention[at] = r->mention[at - 1];
		r->mention[at] = m;
	}
}

void gazetteer_read(struct reading *r, const char *const *words, size_t n)
{
	r->raw = words;
	r->count = 0;
	read_pieces(r, n < READ_MAX ? n : READ_MAX);
	for (size_t at = 0; at < r->n;) {
		size_t used = r->piece[at].mark ? 1 : read_exact(r, at);
		at += used > 0 ? used : 1;
	}
	for (size_t i = 0, exact = r->count; i < exact; i++)
		read_longer(r, i);
	for (size_t at = 0; at < r->n; at++)
		if (!r->piece[at].mark && !r->piece[at].taken)
			read_unclear(r, at);
	sort_mentions(r);
}
