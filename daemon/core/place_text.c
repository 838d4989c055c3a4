/* place_text: see place_text.h. */
#include "place_text.h"

#include <string.h>
#include <utf8proc.h>

struct finder {
	const char *text;
	const struct words *words;
	const struct found *found;
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
static bool is_number(const char *word)
{
	return (word[0] >= '0' && word[0] <= '9') || word[1] == '\0' || strspn(word, "ivx") == strlen(word) ||
	       strcmp(word, "dua") == 0 || strcmp(word, "tiga") == 0 || strcmp(word, "satu") == 0;
}

/* How many words after a cue belong to it, at most. */
static size_t reach(const struct finder *f, size_t token)
{
	const struct token *t = &f->found->token[token];
	return says(t, f->names.place_near)   ? 3
	       : says(t, f->names.place_road) ? 2
	       : says(t, f->names.place_spot) ? 1
	                                      : 0;
}

/* The token after the span that begins at a cue; begin itself when it is no cue. */
static size_t span_end(const struct finder *f, size_t begin)
{
	size_t end = begin, limit = begin;
	while (end < f->found->count) {
		const struct token *t = &f->found->token[end];
		bool number = end > begin && says(&f->found->token[end - 1], f->names.place_number) &&
		              !is_mark(word_of(f, end)) && is_number(word_of(f, end));
		size_t more = reach(f, end);
		bool cue = more > 0 || says(t, f->names.place_number);
		if (is_mark(word_of(f, end)) || (!cue && !number && (end >= limit || says(t, f->names.place_stop))))
			break;
		if (cue && end + more + 1 > limit)
			limit = end + more + 1;
		end++;
	}
	while (end > begin && says(&f->found->token[end - 1], f->names.place_stop))
		end--;
	return end;
}

/* A cue that nothing follows says nothing, except a landmark. */
static bool tells(const struct finder *f, size_t begin, size_t end)
{
	return end - begin > 1 || says(&f->found->token[begin], f->names.place_spot);
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
                     char *ret, size_t size)
{
	struct finder f = {text, words, found, *lexicon_names(lex), ret, size};
	ret[0] = '\0';
	for (size_t i = 0; i < found->count;) {
		size_t end = span_end(&f, i);
		if (end > i && tells(&f, i, end))
			append(&f, i, end);
		i = end > i ? end : i + 1;
	}
}
