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

struct sum {
	const struct lexicon *lex;
	uint64_t counted[SIGNS_MAX / 64]; /* each sign counts once */
	double of[INCIDENT_TYPES];
};

static void add(void *ctx, const char *sign)
{
	struct sum *s = ctx;
	uint32_t id = string_map_get(s->lex->sign_ids, sign);
	if (id == STRING_MAP_NONE || s->counted[id / 64] >> (id % 64) & 1)
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
