/* duplicate_read: a report boiled down to what can be compared: content words, numbers, landmarks, who and how many. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duplicate.h"
#include "duplicate_words.h"
#include "inflect.h"
#include "lexicon.h"

enum { AGE_CHILD = 1, AGE_OLD = 2, AGE_ADULT = 4, AGE_YOUNG = 8 }; /* bits of duplicate_facts.ages */
enum { SEX_MALE = 1, SEX_FEMALE = 2 };                             /* bits of duplicate_facts.sexes */
enum { PLACE_WORDS = 6 };
enum { ADDRESS_WORDS = 3 }; /* so far into a message somebody is spoken to */
enum { WEIGHT_DOMAIN = 2, WEIGHT_KNOWN = 3, WEIGHT_RARE = 4, NUMBERS_MOST = 99 };

struct reading {
	const struct lexicon *lexicon;
	const struct duplicate_words *lists;
	struct words words;
	struct found found;
	struct duplicate_facts *ret;
	uint32_t place[PLACE_WORDS]; /* of the village's name */
	size_t place_count;
};

static uint64_t hash_more(uint64_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return (h ^ 0x20) * 1099511628211u;
}

static const uint64_t hash_begin = 14695981039346656037u; /* FNV-1a */

static uint64_t hash_of(const char *text)
{
	return hash_more(hash_begin, text);
}

static bool is_number(const char *word)
{
	return word[0] != '\0' && strspn(word, "0123456789") == strlen(word);
}

/* "4", "empat"; 0: none. */
static int number_of(const struct duplicate_words *lists, const char *word)
{
	int number;
	if (is_number(word))
		return strlen(word) <= 3 ? atoi(word) : 0;
	duplicate_words_get(lists, word, &number);
	return number;
}

/* ---- content words ---- */

static void add_word(struct duplicate_facts *f, uint32_t word, uint8_t weight)
{
	uint8_t at = 0;
	while (at < f->words && f->word[at] < word)
		at++;
	if (f->words == DUPLICATE_WORDS || (at < f->words && f->word[at] == word))
		return;
	memmove(&f->word[at + 1], &f->word[at], (size_t)(f->words - at) * sizeof *f->word);
	memmove(&f->weight[at + 1], &f->weight[at], (size_t)(f->words - at) * sizeof *f->weight);
	f->word[at] = word;
	f->weight[at] = weight;
	f->words++;
	f->signature |= 1ull << (word & 63);
}

static void add_spot(struct duplicate_facts *f, uint32_t spot)
{
	for (uint8_t i = 0; i < f->spots; i++)
		if (f->spot[i] == spot)
			return;
	if (f->spots < DUPLICATE_SPOTS)
		f->spot[f->spots++] = spot;
}

static uint32_t spelt(const char *word)
{
	char stem[WORD_MAX], letters[WORD_MAX];
	const char *w = strlen(word) > 5 && inflect_strip_clitic(word, 0, stem) && strlen(stem) >= 4 ? stem : word;
	return (uint32_t)(hash_of(duplicate_words_skeleton(w, letters)) >> 16);
}

/* "Tanjung Tengah" -> the spellings of its two words and of both together. */
static void read_place(struct reading *r, const char *name)
{
	char joined[WORD_MAX] = "";
	words_read(name, &r->words);
	for (size_t i = 0; i < r->words.count && r->place_count + 1 < PLACE_WORDS; i++) {
		const char *word = r->words.word[i].text;
		size_t used = strlen(joined);
		r->place[r->place_count++] = spelt(word);
		snprintf(joined + used, sizeof joined - used, "%s", word);
	}
	r->place[r->place_count++] = spelt(joined);
}

static bool is_place(const struct reading *r, uint32_t word)
{
	for (size_t i = 0; i < r->place_count; i++)
		if (r->place[i] == word)
			return true;
	return false;
}

static void take_word(struct reading *r, const struct token *t)
{
	const char *word = r->words.word[t->word].text, *meaning = NULL;
	struct duplicate_facts *f = r->ret;
	bool known = false, function = false, spot = false;
	for (uint8_t i = 0; i < t->count; i++) {
		unsigned is = duplicate_words_concept(r->lists, t->concepts[i]);
		known = true;
		function |= is == DUPLICATE_EMPTY;
		spot |= is == DUPLICATE_SPOT;
		if (is == DUPLICATE_MEANING && meaning == NULL)
			meaning = lexicon_concept_name(r->lexicon, t->concepts[i]);
	}
	if (strlen(word) < 3 || !isalpha((unsigned char)word[0]))
		return;
	if (meaning != NULL)
		add_word(f, (uint32_t)(hash_of(meaning) >> 16) ^ 1u, WEIGHT_DOMAIN);
	else if (!function && !duplicate_words_empty(r->lists, word) && !is_place(r, spelt(word)))
		add_word(f, spelt(word), known ? WEIGHT_KNOWN : WEIGHT_RARE);
	if (spot)
		add_spot(f, spelt(word));
}

/* ---- who, how many, where exactly ---- */

/* Bits of duplicate_facts.ages. */
static uint8_t ages_of(unsigned is)
{
	return (uint8_t)(((is & DUPLICATE_CHILD) != 0 ? AGE_CHILD : 0) | ((is & DUPLICATE_OLD) != 0 ? AGE_OLD : 0) |
	                 ((is & DUPLICATE_ADULT) != 0 ? AGE_ADULT : 0) | ((is & DUPLICATE_YOUNG) != 0 ? AGE_YOUNG : 0));
}

static void take_details(const struct duplicate_words *lists, struct duplicate_facts *f, const struct words *w,
                         size_t i)
{
	const char *word = w->word[i].text, *next = i + 1 < w->count ? w->word[i + 1].text : "";
	unsigned is = duplicate_words_get(lists, word, NULL);
	if ((is & DUPLICATE_ADDRESS) == 0 || i >= ADDRESS_WORDS) {
		f->sexes |= (uint8_t)(((is & DUPLICATE_MALE) != 0 ? SEX_MALE : 0) |
		                      ((is & DUPLICATE_FEMALE) != 0 ? SEX_FEMALE : 0));
		f->ages |= ages_of(is);
	}
	int n = number_of(lists, word), next_n = number_of(lists, next);
	if (n > 0 && n <= NUMBERS_MOST && f->persons == 0 &&
	    (duplicate_words_get(lists, next, NULL) & DUPLICATE_COUNTED) != 0)
		f->persons = (uint8_t)n;
	if ((is & DUPLICATE_AGE) != 0 && next_n > 0 && next_n <= 120)
		f->age = (uint8_t)next_n;
	if (duplicate_words_another(lists, word, next))
		f->another = true;
	if (is_number(word))
		f->numbers = hash_more(f->numbers == 0 ? hash_begin : f->numbers, word);
}

/* "RT 04", "rt.4", "RT/RW 03/02", "rt4": the number behind it, 0 when there is none. */
static uint16_t number_behind(const char *text, char letter)
{
	for (const char *at = text; *at != '\0'; at++) {
		bool begins = at == text || !isalnum((unsigned char)at[-1]);
		if (!begins || tolower((unsigned char)at[0]) != 'r' || tolower((unsigned char)at[1]) != letter)
			continue;
		const char *digits = at + 2 + strspn(at + 2, " .:/-");
		if (!isdigit((unsigned char)*digits))
			continue;
		long n = strtol(digits, NULL, 10);
		return n > 0 && n < 1000 ? (uint16_t)n : 0;
	}
	return 0;
}

/* What the message says as a whole: also in phrases, which are no token's own. */
static void take_said(struct reading *r)
{
	struct duplicate_facts *f = r->ret;
	for (size_t i = 0; i < r->found.said_count; i++) {
		unsigned is = duplicate_words_concept(r->lists, r->found.said[i]);
		f->closes |= is == DUPLICATE_OVER;
		f->ages |= ages_of(is);
	}
}

static void read_text(struct reading *r, const char *text)
{
	struct duplicate_facts *f = r->ret;
	words_read(text, &r->words);
	lexicon_read(r->lexicon, &r->words, &r->found);
	for (size_t i = 0; i < r->found.count; i++)
		take_word(r, &r->found.token[i]);
	take_said(r);
	uint64_t all = hash_begin;
	for (size_t i = 0; i < r->words.count; i++) {
		const char *word = r->words.word[i].text;
		take_details(r->lists, f, &r->words, i);
		if (strchr(".,?#%", word[0]) == NULL)
			all = hash_more(all, word);
	}
	f->text = all != hash_begin ? all | 1 : 0;
	f->rt = number_behind(text, 't');
	f->rw = number_behind(text, 'w');
}

void duplicate_read(const struct lexicon *lexicon, const struct duplicate_report *in, struct duplicate_facts *ret)
{
	struct reading r;
	const struct triage *t = in->triage;
	r.lexicon = lexicon;
	r.lists = lexicon_duplicate_words(lexicon);
	r.ret = ret;
	r.place_count = 0;
	if (in->village_name != NULL)
		read_place(&r, in->village_name);
	*ret = (struct duplicate_facts){
	        .at = in->at,
	        .sender = in->sender != NULL && in->sender[0] != '\0' ? hash_of(in->sender) : 0,
	        .type = t->type_confidence >= in->type_threshold ? t->type : TYPE_UNSURE,
	        .has_position = in->has_position,
	        .lat = in->lat,
	        .lon = in->lon,
	};
	if (t->place.confidence >= in->place_threshold) {
		snprintf(ret->village, sizeof ret->village, "%s", t->place.code);
		snprintf(ret->district, sizeof ret->district, "%.8s", t->place.code);
	} else {
		snprintf(ret->district, sizeof ret->district, "%s", t->place.district);
	}
	if (in->text != NULL)
		read_text(&r, in->text);
	if (in->place_text != NULL && ret->rt == 0)
		ret->rt = number_behind(in->place_text, 't');
	if (in->place_text != NULL && ret->rw == 0)
		ret->rw = number_behind(in->place_text, 'w');
}
