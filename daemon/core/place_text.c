/* place_text: see place_text.h. */
#include "place_text.h"

#include <string.h>
#include <utf8proc.h>

#include "place_words.h"
#include "triage.h"

struct finder {
	const char *text;
	const struct words *words;
	const struct found *found;
	const struct place_guess *place;
	const struct place_words *place_words;
	struct lexicon_names names;
	char *ret;
	size_t size;
};

static bool says(const struct token *t, uint16_t meaning)
{
	for (uint8_t i = 0; i < t->count; i++)
		if (t->concepts[i] == meaning)
			return true;
	return false;
}

static const char *word_of(const struct finder *f, size_t token)
{
	return f->words->word[f->found->token[token].word].text;
}

static bool is_mark(const char *word)
{
	return strchr(".,?#%", word[0]) != NULL;
}

/* "4", "04", "a", "ii": what stands after RT, km, blok. */
static bool is_number(const struct finder *f, const char *word)
{
	return (word[0] >= '0' && word[0] <= '9') || word[1] == '\0' || strspn(word, "ivx") == strlen(word) ||
	       place_words_say(f->place_words, word, PLACE_NUMERAL);
}

/* How many words after a cue belong to it, at most. */
static size_t reach(const struct finder *f, size_t token)
{
	const struct token *t = &f->found->token[token];
	return says(t, f->names.place_near)   ? 3
	       : says(t, f->names.place_road) ? 2
	       : says(t, f->names.place_spot) ? 2
	                                      : 0;
}

static bool is_cue(const struct finder *f, size_t token)
{
	return reach(f, token) > 0 || says(&f->found->token[token], f->names.place_number);
}

/* A word that means something else than where: "hamil", "kakak". */
static bool turns(const struct finder *f, size_t token)
{
	return f->found->token[token].count > 0 && !is_cue(f, token);
}

/* A word of the village's name. */
static bool names_village(const struct finder *f, size_t token)
{
	size_t word = f->found->token[token].word;
	return f->place->from <= word && word < f->place->to;
}

static bool is_number_of_cue(const struct finder *f, size_t token)
{
	return says(&f->found->token[token - 1], f->names.place_number) && is_number(f, word_of(f, token));
}

/* "gang 3", "km 12": the number of a road too. */
static bool is_number_of_road(const struct finder *f, size_t token)
{
	return says(&f->found->token[token - 1], f->names.place_road) && word_of(f, token)[0] >= '0' &&
	       word_of(f, token)[0] <= '9';
}

/* "3,5" */
static bool is_decimal(const struct finder *f, size_t token)
{
	const struct word *word = &f->words->word[f->found->token[token].word];
	char mark = word->start > 0 ? f->text[word->start - 1] : '\0';
	return (mark == ',' || mark == '.') && word->text[0] >= '0' && word->text[0] <= '9' && word->start >= 2 &&
	       f->text[word->start - 2] >= '0' && f->text[word->start - 2] <= '9';
}

/* The token after the span that begins at a cue; begin itself when it is no cue. */
static size_t span_end(const struct finder *f, size_t begin)
{
	size_t end = begin, limit = begin;
	for (; end < f->found->count && !is_mark(word_of(f, end)); end++) {
		bool cue = is_cue(f, end);
		bool number =
		        end > begin && (is_number_of_cue(f, end) || is_number_of_road(f, end) || is_decimal(f, end));
		bool named = end > begin && (end < limit || names_village(f, end - 1)) && names_village(f, end);
		bool last = end + 1 == limit &&
		            end > begin + 1; /* the last word that may belong to the cue has to be a name */
		bool follows =
		        end < limit && !says(&f->found->token[end], f->names.place_stop) && !(last && turns(f, end));
		if (!cue && !number && !named && !follows)
			break;
		if (number)
			limit = end + 1;
		else if (cue && end + reach(f, end) + 1 > limit)
			limit = end + reach(f, end) + 1;
	}
	while (end > begin && says(&f->found->token[end - 1], f->names.place_stop))
		end--;
	return end;
}

/* A cue that nothing follows says nothing, except a landmark where somebody is said to be. */
static bool tells(const struct finder *f, size_t begin, size_t end)
{
	if (f->found->token[end - 1].word != f->found->token[begin].word)
		return true;
	bool there = f->found->token[begin].says_di ||
	             (begin > 0 && place_words_say(f->place_words, word_of(f, begin - 1), PLACE_THERE));
	return there && says(&f->found->token[begin], f->names.place_spot);
}

/* Copies len bytes as far as they fit in whole characters; returns the bytes written. */
static size_t copy_clean(const char *text, size_t len, char *ret, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < len;) {
		utf8proc_int32_t c = -1;
		utf8proc_ssize_t used =
		        utf8proc_iterate((const utf8proc_uint8_t *)text + i, (utf8proc_ssize_t)(len - i), &c);
		size_t bytes = used > 0 ? (size_t)used : 1;
		if (n + bytes > room)
			break;
		if (used <= 0 || c < 32 || c == 127)
			ret[n++] = ' ';
		else
			for (size_t k = 0; k < bytes; k++)
				ret[n++] = text[i + k];
		i += bytes;
	}
	ret[n] = '\0';
	return n;
}

static void append(struct finder *f, size_t begin, size_t end)
{
	uint32_t from = f->words->word[f->found->token[begin].word].start;
	uint32_t to = f->words->word[f->found->token[end - 1].word].end;
	size_t have = strlen(f->ret), comma = have > 0 ? 2 : 0;
	if (have + comma + (to - from) >= f->size)
		return;
	memcpy(f->ret + have, ", ", comma);
	copy_clean(f->text + from, to - from, f->ret + have + comma, to - from);
}

void place_text_copy(const char *text, char *ret, size_t size)
{
	copy_clean(text, strlen(text), ret, size - 1);
}

void place_text_find(const struct lexicon *lex, const char *text, const struct words *words, const struct found *found,
                     const struct place_guess *place, char *ret, size_t size)
{
	struct finder f = {text, words, found, place, lexicon_place_words(lex), *lexicon_names(lex), ret, size};
	ret[0] = '\0';
	for (size_t i = 0; i < found->count;) {
		size_t end = span_end(&f, i);
		if (end > i && tells(&f, i, end))
			append(&f, i, end);
		i = end > i ? end : i + 1;
	}
}
