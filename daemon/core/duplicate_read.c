/* duplicate_read: a report boiled down to what can be compared: content words, numbers, landmarks, who and how many. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duplicate.h"
#include "inflect.h"
#include "lexicon.h"

/* What a concept is to a comparison. */
enum use { USE_UNKNOWN, USE_NONE, USE_MEANING, USE_FUNCTION, USE_SPOT, USE_CHILD, USE_OLD, USE_OVER };
enum { AGE_CHILD = 1, AGE_OLD = 2, AGE_ADULT = 4, AGE_YOUNG = 8 }; /* bits of duplicate_facts.ages */
enum { PLACE_WORDS = 6 };
enum { ADDRESS_WORDS = 3 }; /* so far into a message somebody is spoken to */
enum { WEIGHT_DOMAIN = 2, WEIGHT_KNOWN = 3, WEIGHT_RARE = 4, NUMBERS_MOST = 99 };
static const struct {
	const char *concept;
	enum use use;
} uses[] = {
        /* words of one concept mean the same: "mayat", "jenazah" */
        {"body", USE_MEANING},
        {"dead", USE_MEANING},
        {"breathless", USE_MEANING},
        {"stiff", USE_MEANING},
        {"mental", USE_MEANING},
        {"homeless", USE_MEANING},
        {"restrain_sure", USE_MEANING},
        {"restrain_verb", USE_MEANING},
        {"restrain_noun", USE_MEANING},
        {"cage", USE_MEANING},
        {"float", USE_MEANING},
        {"drown", USE_MEANING},
        {"rot", USE_MEANING},
        {"abandon", USE_MEANING},
        {"lost", USE_MEANING},
        {"wander", USE_MEANING},
        {"sleep", USE_MEANING},
        {"hunger", USE_MEANING},
        {"sick", USE_MEANING},
        {"baby", USE_MEANING},
        {"naked", USE_MEANING},
        {"pregnant", USE_MEANING},
        {"disabled", USE_MEANING},
        {"found", USE_MEANING},
        {"neg", USE_FUNCTION},
        {"ada", USE_FUNCTION},
        {"question", USE_FUNCTION},
        {"when", USE_FUNCTION},
        {"already", USE_FUNCTION},
        {"not_yet", USE_FUNCTION},
        {"past", USE_FUNCTION},
        {"def", USE_FUNCTION},
        {"here", USE_FUNCTION},
        {"have", USE_FUNCTION},
        {"know", USE_FUNCTION},
        {"want", USE_FUNCTION},
        {"can", USE_FUNCTION},
        {"pronoun", USE_FUNCTION},
        {"help", USE_FUNCTION},
        {"report", USE_FUNCTION},
        {"greeting", USE_FUNCTION},
        {"thanks", USE_FUNCTION},
        {"its", USE_FUNCTION},
        {"asking", USE_FUNCTION},
        {"urgent_word", USE_FUNCTION},
        {"place_number", USE_FUNCTION},
        {"place_spot", USE_SPOT},
        {"child", USE_CHILD},
        {"elder", USE_OLD},
        {"done_closed", USE_OVER},
        {"rescue_done", USE_OVER},
        {"released", USE_OVER},
        {"cancel", USE_OVER},
};
/* Words that tell nothing of the event, in every spelling: looked up by their skeleton. */
static const char *const empty_words[] = {
        "yang",     "dengan",    "untuk",
        "dari",     "dalam",     "pada",
        "dan",      "atau",      "karena",
        "kalau",    "supaya",    "tolong",
        "mohon",    "minta",     "cepat",
        "segera",   "bantu",     "bantuan",
        "petugas",  "dinsos",    "bapak",
        "ibu",      "pak",       "bu",
        "mas",      "mbak",      "min",
        "admin",    "orang",     "seorang",
        "warga",    "ini",       "itu",
        "lagi",     "juga",      "saja",
        "sudah",    "belum",     "tidak",
        "bukan",    "ada",       "adanya",
        "info",     "lapor",     "terima",
        "kasih",    "masih",     "sama",
        "oleh",     "agar",      "biar",
        "kami",     "saya",      "sini",
        "situ",     "sana",      "assalamualaikum",
        "selamat",  "pagi",      "siang",
        "sore",     "malam",     "desa",
        "ds",       "kel",       "kelurahan",
        "kec",      "kecamatan", "kampung",
        "dekat",    "depan",     "belakang",
        "sekitar",  "rumah",     "tadi",
        "sekarang", "sejak",     "terus",
        "kayak",    "seperti",   "katanya",
        "pas",      "trus",      "aja",
};
/* Who it is. "ibu" and "bapak" in front of a message speak to the office. */
static const struct {
	const char *word;
	uint8_t sex, age;
	bool address;
} person_words[] = {
        {"laki", 1, 0, false},
        {"lelaki", 1, 0, false},
        {"pria", 1, AGE_ADULT, false},
        {"cowok", 1, 0, false},
        {"cowo", 1, 0, false},
        {"kakek", 1, AGE_OLD, false},
        {"kai", 1, AGE_OLD, false},
        {"pemuda", 1, AGE_YOUNG, false},
        {"suami", 1, AGE_ADULT, false},
        {"duda", 1, AGE_ADULT, false},
        {"bapak", 1, AGE_ADULT, true},
        {"bapak2", 1, AGE_ADULT, false},
        {"lk", 1, 0, false},
        {"perempuan", 2, 0, false},
        {"prempuan", 2, 0, false},
        {"wanita", 2, AGE_ADULT, false},
        {"cewek", 2, 0, false},
        {"cewe", 2, 0, false},
        {"nenek", 2, AGE_OLD, false},
        {"nini", 2, AGE_OLD, false},
        {"istri", 2, AGE_ADULT, false},
        {"janda", 2, AGE_ADULT, false},
        {"gadis", 2, AGE_YOUNG, false},
        {"ibu", 2, AGE_ADULT, true},
        {"ibu2", 2, AGE_ADULT, false},
        {"emak", 2, AGE_ADULT, false},
        {"pr", 2, 0, false},
        {"remaja", 0, AGE_YOUNG, false},
        {"dewasa", 0, AGE_ADULT, false},
};
static const char *const number_words[] = {"nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh"};
static const char *const counted[] = {"orang", "org",    "mayat", "jenazah", "jasad", "anak",
                                      "bayi",  "lansia", "odgj",  "korban",  "pria",  "wanita"};

struct duplicate_reader {
	const struct lexicon *lexicon;
	uint8_t use[CONCEPTS_MAX]; /* enum use, as far as asked for */
};
struct reading {
	struct duplicate_reader *reader;
	struct words words;
	struct found found;
	struct duplicate_facts *ret;
	uint32_t place[PLACE_WORDS]; /* of the village's name */
	size_t place_count;
};

struct duplicate_reader *duplicate_reader_new(const struct lexicon *lexicon)
{
	struct duplicate_reader *r = calloc(1, sizeof *r);
	if (r == NULL)
		abort();
	r->lexicon = lexicon;
	return r;
}

void duplicate_reader_free(struct duplicate_reader **r)
{
	free(*r);
	*r = NULL;
}

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

static bool in_list(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}
#define IN(word, list) in_list(word, list, sizeof(list) / sizeof *(list))

/* How a word is spelt by whoever saves letters: "rumah", "rmh"; words with fewer than three consonants as they are. */
static const char *bare(const char *word, char ret[WORD_MAX])
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

static bool is_empty_word(const char *word)
{
	char one[WORD_MAX], other[WORD_MAX];
	const char *mine = bare(word, one);
	for (size_t i = 0; i < sizeof empty_words / sizeof *empty_words; i++)
		if (strcmp(word, empty_words[i]) == 0 ||
		    (strlen(word) < 4 && strcmp(mine, bare(empty_words[i], other)) == 0))
			return true;
	return false;
}

static enum use use_of(struct duplicate_reader *r, uint16_t concept)
{
	if (r->use[concept] != USE_UNKNOWN)
		return (enum use)r->use[concept];
	const char *name = lexicon_concept_name(r->lexicon, concept);
	enum use use = USE_NONE;
	for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
		if (strcmp(uses[i].concept, name) == 0)
			use = uses[i].use;
	r->use[concept] = (uint8_t)use;
	return use;
}

static bool is_number(const char *word)
{
	return word[0] != '\0' && strspn(word, "0123456789") == strlen(word);
}

static int number_of(const char *word)
{
	if (is_number(word))
		return strlen(word) <= 3 ? atoi(word) : 0;
	for (size_t i = 1; i < sizeof number_words / sizeof *number_words; i++)
		if (strcmp(word, number_words[i]) == 0)
			return (int)i;
	return 0;
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
	return (uint32_t)(hash_of(bare(w, letters)) >> 16);
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
		enum use use = use_of(r->reader, t->concepts[i]);
		known = true;
		function |= use == USE_FUNCTION;
		spot |= use == USE_SPOT;
		if (use == USE_MEANING && meaning == NULL)
			meaning = lexicon_concept_name(r->reader->lexicon, t->concepts[i]);
	}
	if (strlen(word) < 3 || !isalpha((unsigned char)word[0]))
		return;
	if (meaning != NULL)
		add_word(f, (uint32_t)(hash_of(meaning) >> 16) ^ 1u, WEIGHT_DOMAIN);
	else if (!function && !is_empty_word(word) && !is_place(r, spelt(word)))
		add_word(f, spelt(word), known ? WEIGHT_KNOWN : WEIGHT_RARE);
	if (spot)
		add_spot(f, spelt(word));
}

/* ---- who, how many, where exactly ---- */

static void take_details(struct duplicate_facts *f, const struct words *w, size_t i)
{
	const char *word = w->word[i].text, *next = i + 1 < w->count ? w->word[i + 1].text : "";
	for (size_t p = 0; p < sizeof person_words / sizeof *person_words; p++)
		if (strcmp(word, person_words[p].word) == 0 && !(person_words[p].address && i < ADDRESS_WORDS)) {
			f->sexes |= person_words[p].sex;
			f->ages |= person_words[p].age;
		}
	int n = number_of(word), next_n = number_of(next);
	if (n > 0 && n <= NUMBERS_MOST && IN(next, counted) && f->persons == 0)
		f->persons = (uint8_t)n;
	if ((strcmp(word, "umur") == 0 || strcmp(word, "usia") == 0 || strcmp(word, "umr") == 0) && next_n > 0 &&
	    next_n <= 120)
		f->age = (uint8_t)next_n;
	if (strcmp(word, "lain") == 0 || (strcmp(word, "satu") == 0 && strcmp(next, "lagi") == 0) ||
	    (strcmp(word, "ada") == 0 && strcmp(next, "lagi") == 0))
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
		enum use use = use_of(r->reader, r->found.said[i]);
		f->closes |= use == USE_OVER;
		f->ages |= use == USE_CHILD ? AGE_CHILD : use == USE_OLD ? AGE_OLD : 0;
	}
}

static void read_text(struct reading *r, const char *text)
{
	struct duplicate_facts *f = r->ret;
	words_read(text, &r->words);
	lexicon_read(r->reader->lexicon, &r->words, &r->found);
	for (size_t i = 0; i < r->found.count; i++)
		take_word(r, &r->found.token[i]);
	take_said(r);
	uint64_t all = hash_begin;
	for (size_t i = 0; i < r->words.count; i++) {
		const char *word = r->words.word[i].text;
		take_details(f, &r->words, i);
		if (strchr(".,?#%", word[0]) == NULL)
			all = hash_more(all, word);
	}
	f->text = all != hash_begin ? all | 1 : 0;
	f->rt = number_behind(text, 't');
	f->rw = number_behind(text, 'w');
}

void duplicate_read(struct duplicate_reader *reader, const struct duplicate_report *in, struct duplicate_facts *ret)
{
	struct reading r;
	const struct triage *t = in->triage;
	r.reader = reader;
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
