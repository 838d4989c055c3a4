/* lexicon_signs: what words say by themselves, their beginnings and endings and their neighbours; the weights are learned (signs.tsv). */
#include <math.h>
#include <string.h>

#include "lexicon_parts.h"

enum { BEGIN_MIN = 3, BEGIN_MAX = 6, END_MIN = 3, END_MAX = 5, NEGATION_REACH = 3 };

struct visit {
	void (*each)(void *ctx, const char *sign);
	void *ctx;
	char before[WORD_MAX]; /* the word in front */
	size_t words;
	int negated; /* so many words more stand behind a "not" */
};

static void visit_pair(struct visit *v, const char *word)
{
	char pair[2 * WORD_MAX];
	size_t first = strlen(v->before), second = strlen(word);
	memcpy(pair, v->before, first);
	pair[first] = '_';
	memcpy(pair + first + 1, word, second + 1);
	v->each(v->ctx, pair);
	memcpy(v->before, word, second + 1);
}

/* "dirantai": "dir-" to "dirant-", "-tai" to "-antai". */
static void visit_parts(struct visit *v, const char *word)
{
	char part[WORD_MAX + 1];
	size_t len = strlen(word);
	for (size_t n = BEGIN_MIN; n <= BEGIN_MAX && n < len; n++) {
		memcpy(part, word, n);
		memcpy(part + n, "-", 2);
		v->each(v->ctx, part);
	}
	part[0] = '-';
	for (size_t n = END_MIN; n <= END_MAX && n < len; n++) {
		memcpy(part + 1, word + len - n, n + 1);
		v->each(v->ctx, part);
	}
}

/* "!diikat": what is said not to be, speaks otherwise, and so do its parts. */
static void visit_negated(struct visit *v, const char *word)
{
	char sign[WORD_MAX + 1] = "!";
	memcpy(sign + 1, word, strlen(word) + 1);
	v->each(v->ctx, sign);
	v->negated--;
}

static bool negates(const struct lexicon *lex, const char *word)
{
	const struct entry *e = lexicon_entry(lex, word);
	for (uint8_t i = 0; e != NULL && i < e->count; i++)
		if (e->concepts[i] == lex->neg)
			return true;
	return false;
}

/* Numbers are all one word. Of punctuation only what ends a sentence counts. */
static void visit_word(const struct lexicon *lex, struct visit *v, const char *word)
{
	bool number = word[0] >= '0' && word[0] <= '9', letters = word[0] >= 'a' && word[0] <= 'z';
	if (!number && !letters && strchr(".,?", word[0]) == NULL)
		return;
	const char *sign = number ? "0" : word;
	bool negation = letters && negates(lex, word);
	v->words++;
	visit_pair(v, sign);
	if (letters && !negation && v->negated > 0) {
		visit_negated(v, sign);
		return;
	}
	v->negated = negation ? NEGATION_REACH : 0;
	v->each(v->ctx, sign);
	if (letters)
		visit_parts(v, sign);
}

size_t lexicon_each_sign(const struct lexicon *lex, const struct words *words,
                         void (*each)(void *ctx, const char *sign), void *ctx)
{
	struct visit v = {.each = each, .ctx = ctx, .before = "^"};
	for (size_t i = 0; i < words->count; i++) {
		char bare[WORD_MAX];
		const char *word = lexicon_undoubled(words->word[i].text, bare);
		uint32_t id = string_map_get(lex->expansion_ids, word);
		const struct expansion *x = id == STRING_MAP_NONE ? NULL : &lex->expansions[id];
		for (uint8_t k = 0; x != NULL && k < x->count; k++)
			visit_word(lex, &v, x->word[k]);
		if (x == NULL)
			visit_word(lex, &v, word);
	}
	return v.words;
}

/* -- weights -------------------------------------------------------------------------------------------------------- */

/* A message has hundreds of signs, and most of them are none: a slot is one number, of whose bits the upper 48 are the sign's hash and the lower its
 * number + 1. No texts are compared: of all words that people write, one in 10^10 would be taken for another. */
enum { SLOTS = 2 * SIGNS_MAX, NUMBER_BITS = 16 };
_Static_assert(SIGNS_MAX < 1 << NUMBER_BITS, "a slot has no room for the number");

/* FNV-1a, 64 bits, and a last stir, because the lower bits choose the slot. http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_of(const char *sign)
{
	uint64_t h = 14695981039346656037u;
	for (; *sign != '\0'; sign++)
		h = (h ^ (unsigned char)*sign) * 1099511628211u;
	return h ^ h >> 32;
}

/* Where the sign stands, or would. */
static uint64_t *slot_of(const struct lexicon *lex, uint64_t hash)
{
	size_t i = hash & (SLOTS - 1);
	while (lex->sign_slots[i] != 0 && lex->sign_slots[i] >> NUMBER_BITS != hash >> NUMBER_BITS)
		i = (i + 1) & (SLOTS - 1);
	return &lex->sign_slots[i];
}

static size_t number_in(uint64_t slot)
{
	return (slot & ((1 << NUMBER_BITS) - 1)) - 1;
}

size_t lexicon_sign_add(struct lexicon *lex, const char *sign)
{
	if (lex->sign_slots == NULL)
		lex->sign_slots = arena_array(lex->arena, uint64_t, SLOTS);
	uint64_t hash = hash_of(sign), *slot = slot_of(lex, hash);
	if (*slot == 0)
		*slot = hash >> NUMBER_BITS << NUMBER_BITS | ++lex->sign_count;
	return number_in(*slot);
}

struct sum {
	const struct lexicon *lex;
	uint64_t counted[SIGNS_MAX / 64]; /* each sign counts once */
	double of[INCIDENT_TYPES];
};

static void add(void *ctx, const char *sign)
{
	struct sum *s = ctx;
	uint64_t slot = *slot_of(s->lex, hash_of(sign));
	size_t id = number_in(slot);
	if (slot == 0 || s->counted[id / 64] >> (id % 64) & 1)
		return;
	s->counted[id / 64] |= (uint64_t)1 << (id % 64);
	for (int t = 0; t < INCIDENT_TYPES; t++)
		s->of[t] += s->lex->signs[id].weight[t];
}

void lexicon_weigh_signs(const struct lexicon *lex, const struct words *words, double ret[INCIDENT_TYPES])
{
	struct sum s = {.lex = lex};
	memset(ret, 0, INCIDENT_TYPES * sizeof *ret);
	if (lex->signs == NULL)
		return;
	size_t n = lexicon_each_sign(lex, words, add, &s);
	for (int t = 0; t < INCIDENT_TYPES; t++)
		ret[t] = s.of[t] / sqrt((double)n + 1);
}
