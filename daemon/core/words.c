/* words: see words.h. */
#include "words.h"

#include <string.h>
#include <utf8proc.h>

struct reader {
	struct words *out;
	struct word open; /* the word being collected */
	size_t len;
};

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void push(struct reader *r, const char *text, size_t len, uint32_t start, uint32_t end)
{
	if (len == 0 || r->out->count == WORDS_MAX)
		return;
	struct word *w = &r->out->word[r->out->count++];
	if (len > WORD_MAX - 1)
		len = WORD_MAX - 1;
	memcpy(w->text, text, len);
	w->text[len] = '\0';
	w->start = start;
	w->end = end;
}

/* Punctuation: not repeated, and no mark in front of the first word. */
static void push_mark(struct reader *r, const char *mark, uint32_t at)
{
	const struct words *w = r->out;
	const char *last = w->count > 0 ? w->word[w->count - 1].text : ".";
	bool separates = *mark == '.' || *mark == ',';
	if (strcmp(last, mark) == 0 || (separates && strchr(".,?", *last) != NULL))
		return;
	push(r, mark, 1, at, at + 1);
	if (*mark == '.' || *mark == '?')
		push(r, ".", 1, at, at + 1);
}

/* "toloooong" -> "tolong": three or more equal letters are one. */
static size_t squeeze(char *text, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len;) {
		size_t run = 1;
		while (i + run < len && text[i + run] == text[i])
			run++;
		size_t keep = run >= 3 && is_letter(text[i]) ? 1 : run;
		char c = text[i];
		for (size_t k = 0; k < keep; k++)
			text[n++] = c;
		i += run;
	}
	return n;
}

static bool is_laughter(const char *t, size_t len)
{
	bool wk = len >= 3 && strchr(t, 'w') != NULL && strchr(t, 'k') != NULL;
	for (size_t i = 0; wk && i < len; i++)
		wk = t[i] == 'w' || t[i] == 'k';
	bool ha = len >= 4;
	for (size_t i = 0; ha && i < len; i++)
		ha = t[i] == (i % 2 == 0 ? t[0] : t[1]);
	return wk || (ha && (t[0] == 'h' || t[0] == 'x') && strchr("aei", t[1]) != NULL);
}

static char leet_letter(char digit)
{
	static const char letters[] = "oi?eas?t??";
	return letters[digit - '0'];
}

static void push_plain(struct reader *r, char *text, size_t len)
{
	len = squeeze(text, len);
	text[len] = '\0';
	if (is_laughter(text, len))
		push(r, "wkwk", 4, r->open.start, r->open.end);
	else
		push(r, text, len, r->open.start, r->open.end);
}

/* Digits inside a word: letters in disguise ("m4yat"), or the sign of doubling ("anak2nya"). Rewrites t; false when it is neither. */
static bool undisguise(char *t, size_t *len)
{
	size_t first = 0, last = *len;
	while (is_letter(t[first]))
		first++;
	while (last > 0 && is_letter(t[last - 1]))
		last--;
	if (first > 0 && last - first == 1 && t[first] == '2') { /* the suffix says nothing that matters here */
		*len = first + 1;
		return true;
	}
	bool inner = first >= 1 && last < *len;
	bool zero = t[0] == '0' && *len >= 4 && is_letter(t[1]) && is_letter(t[2]);
	if ((!inner && !zero) || (inner && t[0] == 'r' && (t[1] == 't' || t[1] == 'w') && first == 2))
		return false;
	for (size_t i = 0; i < *len; i++)
		if (is_digit(t[i]) && leet_letter(t[i]) == '?')
			return false;
	for (size_t i = 0; i < *len; i++)
		if (is_digit(t[i]))
			t[i] = leet_letter(t[i]);
	return true;
}

/* Cuts "5jt", "rt04", "3x24" between digits and letters. */
static void push_parts(struct reader *r, char *t, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = 1;
		while (i + n < len && is_digit(t[i + n]) == is_digit(t[i]))
			n++;
		char part[WORD_MAX];
		memcpy(part, t + i, n);
		push_plain(r, part, n);
		i += n;
	}
}

static void close_word(struct reader *r)
{
	char *t = r->open.text;
	size_t len = r->len, digits = 0;
	r->len = 0;
	t[len] = '\0';
	for (size_t i = 0; i < len; i++)
		digits += is_digit(t[i]);
	if (len == 0)
		return;
	if (digits == 0 || digits == len || undisguise(t, &len))
		push_plain(r, t, len);
	else
		push_parts(r, t, len);
}

static void collect(struct reader *r, char c, uint32_t start, uint32_t end)
{
	if (r->len == 0)
		r->open.start = start;
	r->open.end = end;
	if (r->len < WORD_MAX - 1)
		r->open.text[r->len++] = c;
}

/* Letters of other shapes become ASCII; laughing faces a word; invisible characters nothing; the rest separates. */
static void read_wide(struct reader *r, utf8proc_int32_t c, uint32_t start, uint32_t end)
{
	static const utf8proc_int32_t faces[] = {0x1F602, 0x1F923, 0x1F606, 0x1F605, 0x1F604, 0x1F603, 0x1F601};
	utf8proc_int32_t parts[8];
	int boundary = 0;
	if ((c >= 0x200B && c <= 0x200F) || c == 0xAD || c == 0xFE0F || c == 0xFEFF || c == 0x2019)
		return;
	utf8proc_ssize_t n = utf8proc_decompose_char(
	        c, parts, 8, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD, &boundary);
	bool plain = n > 0 && n <= 8;
	for (utf8proc_ssize_t i = 0; plain && i < n; i++)
		plain = parts[i] < 128 && (is_letter((char)parts[i]) || is_digit((char)parts[i]));
	for (utf8proc_ssize_t i = 0; plain && i < n; i++)
		collect(r, (char)parts[i], start, end);
	if (plain || n == 0)
		return;
	close_word(r);
	for (size_t i = 0; i < sizeof faces / sizeof *faces; i++)
		if (faces[i] == c)
			push(r, "wkwk", 4, start, end);
}

/* "Gg. Melati", "Jl. Negara": the full stop of an abbreviation does not end anything. */
static bool is_abbreviation(const char *word, size_t len)
{
	bool consonants = len == 2 || len == 3;
	for (size_t i = 0; consonants && i < len; i++)
		consonants = is_letter(word[i]) && strchr("aiueo", word[i]) == NULL;
	return consonants;
}

static void read_mark(struct reader *r, const char *text, uint32_t at)
{
	char c = text[at];
	bool in_word = r->len > 0;
	if ((c == '\'' || c == '`') && in_word)
		return;
	if (c == '@' && in_word) { /* "p@sung" */
		collect(r, 'a', at, at + 1);
		return;
	}
	bool abbreviated = c == '.' && is_abbreviation(r->open.text, r->len);
	close_word(r);
	if (abbreviated)
		return;
	if ((c == '.' || c == ',') && at > 0 && is_digit(text[at - 1]) && is_digit(text[at + 1]))
		return;
	if (strchr(".!\n", c) != NULL)
		push_mark(r, ".", at);
	else if (strchr(",;:()", c) != NULL)
		push_mark(r, ",", at);
	else if (c == '?')
		push_mark(r, "?", at);
	else if (c == '#' || c == '*')
		push_mark(r, "#", at);
	else if (c == '%')
		push_mark(r, "%", at);
}

void words_read(const char *text, struct words *ret)
{
	struct reader r = {.out = ret};
	ret->count = 0;
	uint32_t at = 0;
	while (text[at] != '\0' && ret->count < WORDS_MAX) {
		unsigned char b = (unsigned char)text[at];
		if (b < 128) {
			char c = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
			if (is_letter(c) || is_digit(c))
				collect(&r, c, at, at + 1);
			else
				read_mark(&r, text, at);
			at++;
			continue;
		}
		utf8proc_int32_t c = -1;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + at, -1, &c);
		if (n <= 0) {
			close_word(&r);
			at++;
			continue;
		}
		read_wide(&r, c, at, at + (uint32_t)n);
		at += (uint32_t)n;
	}
	close_word(&r);
}

bool words_are_plain(const char *text, size_t most)
{
	struct words words;
	const char *at = text;
	words_read(text, &words);
	for (size_t i = 0; i < words.count; i++) {
		size_t len = strlen(words.word[i].text);
		if ((i > 0 && *at++ != ' ') || strncmp(at, words.word[i].text, len) != 0)
			return false;
		at += len;
	}
	return *at == '\0' && words.count > 0 && words.count <= most;
}
