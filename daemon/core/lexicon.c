/* lexicon: reading a message: spelling -> concepts of each word -> phrases in file order add or take away concepts. lexicon_build.c makes it. */
#include "lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "inflect.h"
#include "lexicon_parts.h"
#include "triage.h"

enum { WINDOW = 128, OVERLAP = 24 };
__extension__ typedef unsigned __int128 mask; /* one bit for each word of a window */

/* -- words -------------------------------------------------------------------------------------------------------- */

static void take(struct token *t, const struct entry *e)
{
	for (uint8_t i = 0; e != NULL && i < e->count; i++) {
		bool known = false;
		for (uint8_t k = 0; k < t->count; k++)
			known |= t->concepts[k] == e->concepts[i];
		if (!known && t->count < WORD_CONCEPTS)
			t->concepts[t->count++] = e->concepts[i];
	}
}

static void take_one(struct token *t, uint16_t id)
{
	take(t, &(struct entry){.concepts = {id}, .count = 1});
}

static void read_number(const struct lexicon *lex, struct token *t, const char *text)
{
	size_t len = strlen(text);
	long value = len < 6 ? atol(text) : 0;
	take_one(t, lex->number);
	if (value >= 1 && value <= 17)
		take_one(t, lex->child_number);
	if (value >= 60 && value <= 110)
		take_one(t, lex->elder_number);
	if (len >= 9)
		take_one(t, lex->phone);
}

/* "di rantai" is often written for "dirantai". */
static void read_split_passive(const struct lexicon *lex, struct found *ret, const char *word)
{
	char joined[WORD_MAX + 2] = "di";
	if (ret->count < 2 || !ret->token[ret->count - 2].says_di || strlen(word) + 3 > WORD_MAX)
		return;
	memcpy(joined + 2, word, strlen(word) + 1);
	take(&ret->token[ret->count - 1], lexicon_entry(lex, joined));
}

/* All that a word may be said to mean: as it stands, without clitics or a preposition written to it, misspelt. */
static void read_meaning(const struct lexicon *lex, struct token *t, const char *written, const char *text)
{
	char owner[WORD_MAX];
	size_t len = strlen(text);
	take(t, lexicon_entry(lex, text));
	if (written != text)
		take(t, lexicon_entry(lex, written));
	if (t->count == 0)
		take(t, lexicon_entry_bare(lex, text));
	else if (len > 5 && strcmp(text + len - 3, "nya") == 0 && inflect_strip_clitic(text, 0, owner))
		take(t, lexicon_entry(lex, lexicon_formal(lex, owner))); /* "ibunya" is also "ibu" */
	if (t->count == 0 && len >= 5 && (strncmp(text, "di", 2) == 0 || strncmp(text, "ke", 2) == 0))
		take(t, lexicon_entry(lex, lexicon_formal(lex, text + 2))); /* "dirumah", "kepasar" */
	if (t->count == 0)
		take(t, lexicon_entry_guessed(lex, text));
}

static struct token *new_token(struct found *ret, size_t word)
{
	if (ret->count == TOKENS_MAX)
		return NULL;
	struct token *t = &ret->token[ret->count++];
	*t = (struct token){.word = (uint16_t)word};
	return t;
}

/* "adaorangdipasung": each word that was run together is a token of its own. */
static void read_pieces(const struct lexicon *lex, struct found *ret, struct token *t, const char *text, size_t word)
{
	struct piece pieces[PIECES_MAX];
	size_t n = lexicon_split(lex, text, pieces);
	for (size_t i = 0; i < n && t != NULL; i++) {
		read_meaning(lex, t, pieces[i].text, lexicon_formal(lex, pieces[i].text));
		t = i + 1 < n ? new_token(ret, word) : NULL;
	}
}

static void read_token(const struct lexicon *lex, struct found *ret, const char *written, const char *text, size_t word)
{
	struct token *t = new_token(ret, word);
	if (t == NULL)
		return;
	t->says_di = strcmp(text, "di") == 0;
	if (text[0] >= '0' && text[0] <= '9') {
		read_number(lex, t, text);
		return;
	}
	read_meaning(lex, t, written, text);
	if (t->count == 0)
		read_pieces(lex, ret, t, text, word);
	read_split_passive(lex, ret, text);
}

static void read_spelling(const struct lexicon *lex, const char *spelling, size_t i, struct found *ret)
{
	char bare[WORD_MAX];
	const char *written = lexicon_undoubled(spelling, bare);
	uint32_t id = string_map_get(lex->expansion_ids, written);
	if (id == STRING_MAP_NONE) {
		read_token(lex, ret, written, written, i);
		return;
	}
	const struct expansion *x = &lex->expansions[id];
	if (x->count > 1 && lexicon_entry(lex, written) != NULL) { /* known by itself */
		read_token(lex, ret, written, written, i);
		return;
	}
	for (uint8_t k = 0; k < x->count; k++)
		read_token(lex, ret, x->count == 1 ? written : x->word[k], x->word[k], i);
}

/* Reads word number i, and with it those that stood in one piece with it ("gil" and "4") when they are a word in disguise. Returns the words read. */
static size_t read_word(const struct lexicon *lex, const struct words *words, size_t i, struct found *ret)
{
	char whole[WORD_MAX];
	size_t n = lexicon_undisguise(lex, words, i, whole);
	read_spelling(lex, n > 1 ? whole : words->word[i].text, i, ret);
	return n;
}

/* -- phrases ------------------------------------------------------------------------------------------------------ */

struct window {
	mask at[CONCEPTS_MAX];
	uint64_t due[PHRASES_MAX / 64]; /* phrases whose first element may be there */
};

static void wake(const struct lexicon *lex, struct window *w, uint16_t concept)
{
	const uint64_t *starts = lex->starts + (size_t) concept * lex->phrase_words;
	for (size_t i = 0; i < lex->phrase_words; i++)
		w->due[i] |= starts[i];
}

static mask where(const struct window *w, const struct condition *is)
{
	mask m = 0;
	for (uint8_t i = 0; i < is->count; i++)
		m |= w->at[is->any[i]];
	return m;
}

/* Finds all places of a phrase and changes its concept there. */
static void apply_phrase(const struct lexicon *lex, const struct phrase *p, struct window *w)
{
	mask at[ELEMENTS_MAX];
	for (uint8_t e = 0; e < p->count; e++) {
		mask reach = ~(mask)0;
		if (e > 0) {
			reach = 0;
			for (unsigned g = 0; g <= p->element[e].gap; g++)
				reach |= at[e - 1] << (1 + g);
		}
		at[e] = where(w, &p->element[e].is) & reach;
		if (at[e] == 0)
			return;
	}
	for (unsigned e = p->count; e-- > 1;) { /* keep of each element only what led to a whole phrase */
		mask reach = 0;
		for (unsigned g = 0; g <= p->element[e].gap; g++)
			reach |= at[e] >> (1 + g);
		at[e - 1] &= reach;
	}
	if (!p->takes_away && w->at[p->target] == 0)
		wake(lex, w, p->target);
	for (uint8_t e = 0; e < p->count; e++) {
		if (p->takes_away)
			w->at[p->target] &= ~at[e];
		else
			w->at[p->target] |= at[e];
	}
}

static void say(struct found *found, uint16_t concept, size_t token)
{
	if (found->first[concept] >= 0)
		return;
	found->first[concept] = (int16_t)token;
	found->said[found->said_count++] = concept;
}

void lexicon_say(struct found *found, uint16_t concept)
{
	say(found, concept, 0);
}

static int lowest_bit(mask m)
{
	uint64_t low = (uint64_t)m;
	return low != 0 ? __builtin_ctzll(low) : 64 + __builtin_ctzll((uint64_t)(m >> 64));
}

/* Applies the phrases that are due in file order; one may make those behind it due. */
static void apply_phrases(const struct lexicon *lex, struct window *w)
{
	for (size_t i = 0; i < lex->phrase_words; i++) {
		uint64_t passed = 0, left;
		while ((left = w->due[i] & ~passed) != 0) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			passed = bit == 63 ? UINT64_MAX : ((uint64_t)1 << (bit + 1)) - 1;
			apply_phrase(lex, &lex->phrases[i * 64 + bit], w);
		}
	}
}

static void read_window(const struct lexicon *lex, struct found *ret, size_t from, struct window *w)
{
	size_t to = ret->count - from < WINDOW ? ret->count : from + WINDOW;
	memset(w->at, 0, lex->concepts * sizeof *w->at);
	memset(w->due, 0, sizeof w->due);
	for (size_t i = from; i < to; i++)
		for (uint8_t c = 0; c < ret->token[i].count; c++) {
			uint16_t concept = ret->token[i].concepts[c];
			if (w->at[concept] == 0)
				wake(lex, w, concept);
			w->at[concept] |= (mask)1 << (i - from);
		}
	apply_phrases(lex, w);
	for (size_t c = 0; c < lex->concepts; c++)
		if (w->at[c] != 0)
			say(ret, (uint16_t)c, from + (size_t)lowest_bit(w->at[c]));
}

void lexicon_read(const struct lexicon *lex, const struct words *words, struct found *ret)
{
	struct window w;
	ret->count = ret->said_count = 0;
	memset(ret->first, 0xff, sizeof ret->first);
	if (words->count > 0) { /* a token that is no word: phrases can stand at the begin of the message */
		ret->token[ret->count++] = (struct token){.word = 0};
		take_one(&ret->token[0], lex->begin);
	}
	for (size_t i = 0; i < words->count;)
		i += read_word(lex, words, i, ret);
	struct token *last = words->count > 0 ? new_token(ret, words->count - 1) : NULL;
	if (last != NULL)
		take_one(last, lex->end);
	for (size_t from = 0; from < ret->count; from += WINDOW - OVERLAP)
		read_window(lex, ret, from, &w);
	if (ret->count > 0 && words->count <= 4)
		say(ret, lex->brief, 0);
	if (words->count >= 40)
		say(ret, lex->lengthy, 0);
}

/* -- rules -------------------------------------------------------------------------------------------------------- */

bool lexicon_rule_holds(const struct rule *rule, const struct found *found)
{
	for (uint8_t c = 0; c < rule->count; c++) {
		const struct condition *is = &rule->conditions[c];
		bool any = false;
		for (uint8_t i = 0; i < is->count; i++)
			any |= found->first[is->any[i]] >= 0;
		if (any == is->negated)
			return false;
	}
	return true;
}

const char *lexicon_concept_name(const struct lexicon *lex, uint16_t id)
{
	return lex->concept_names[id];
}

const float *lexicon_learned(const struct lexicon *lex, uint16_t id)
{
	return lex->learned == NULL ? NULL : lex->learned[id].weight;
}

bool lexicon_is_trained(const struct lexicon *lex)
{
	return lex->learned != NULL || lex->signs != NULL;
}

const struct duplicate_words *lexicon_duplicate_words(const struct lexicon *lex)
{
	return lex->duplicate_words;
}

const struct said_words *lexicon_said_words(const struct lexicon *lex)
{
	return lex->said_words;
}

const struct place_words *lexicon_place_words(const struct lexicon *lex)
{
	return lex->place_words;
}

const struct lexicon_names *lexicon_names(const struct lexicon *lex)
{
	return &lex->names;
}

const struct rules *lexicon_type_rules(const struct lexicon *lex)
{
	return &lex->type_rules;
}

const struct rules *lexicon_urgency_rules(const struct lexicon *lex)
{
	return &lex->urgency_rules;
}

const struct rules *lexicon_flag_rules(const struct lexicon *lex)
{
	return &lex->flag_rules;
}
