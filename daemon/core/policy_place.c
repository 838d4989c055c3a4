/* policy_place: see policy_place.h. A scanner that skips what the pointer does not name; it never reads past the end. */
#include "policy_place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	const char *at, *end;
};
enum { TOKEN_MAX = 128 };

static bool at_char(const struct scan *s, char c)
{
	return s->at < s->end && *s->at == c;
}

/* Steps over a comment when one starts here. */
static bool skip_comment(struct scan *s)
{
	if (s->end - s->at < 2 || s->at[0] != '/' || (s->at[1] != '/' && s->at[1] != '*'))
		return false;
	bool block = s->at[1] == '*';
	for (s->at += 2; s->at < s->end; s->at++) {
		if (!block && *s->at == '\n')
			return true;
		if (block && *s->at == '*' && s->end - s->at > 1 && s->at[1] == '/') {
			s->at += 2;
			return true;
		}
	}
	return true;
}

static bool is_among(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void skip_space(struct scan *s)
{
	while (s->at < s->end) {
		if (is_among(*s->at, " \t\r\n"))
			s->at++;
		else if (!skip_comment(s))
			return;
	}
}

static void skip_string(struct scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
		if (*s->at == '\\' && s->end - s->at > 1)
			s->at++;
	if (s->at < s->end)
		s->at++;
}

static void skip_scalar(struct scan *s)
{
	do
		s->at++;
	while (s->at < s->end && !is_among(*s->at, ",]}/ \t\r\n"));
}

/* One value: a string, a scalar, or everything between brackets. */
static void skip_value(struct scan *s)
{
	int depth = 0;
	do {
		skip_space(s);
		if (s->at >= s->end)
			return;
		if (*s->at == '"')
			skip_string(s);
		else if (is_among(*s->at, "{[}]"))
			depth += is_among(*s->at++, "{[") ? 1 : -1;
		else if (depth > 0 && is_among(*s->at, ",:"))
			s->at++;
		else
			skip_scalar(s);
	} while (depth > 0);
}

/* Takes the next token of the pointer, unescaped; false at its end. */
static bool next_token(const char **pointer, char token[TOKEN_MAX])
{
	if (**pointer != '/')
		return false;
	size_t n = 0;
	for ((*pointer)++; **pointer != '\0' && **pointer != '/'; (*pointer)++) {
		char c = **pointer;
		if (c == '~' && ((*pointer)[1] == '0' || (*pointer)[1] == '1'))
			c = *++*pointer == '0' ? '~' : '/';
		if (n < TOKEN_MAX - 1)
			token[n++] = c;
	}
	token[n] = '\0';
	return true;
}

/* From the bracket to the named child's value; *ret_here: where it stands. */
static bool enter(struct scan *s, const char *token, const char **ret_here)
{
	bool object = at_char(s, '{');
	if (!object && !at_char(s, '['))
		return false;
	s->at++;
	for (long index = 0;; index++) {
		skip_space(s);
		if (at_char(s, ',')) {
			s->at++;
			skip_space(s);
		}
		if (s->at >= s->end || *s->at == '}' || *s->at == ']')
			return false;
		const char *here = s->at;
		bool wanted = index == strtol(token, NULL, 10);
		if (object) {
			skip_string(s);
			size_t len = (size_t)(s->at - here);
			wanted = len == strlen(token) + 2 && memcmp(here + 1, token, len - 2) == 0;
			skip_space(s);
			s->at += at_char(s, ':');
			skip_space(s);
		}
		if (wanted) {
			*ret_here = here;
			return true;
		}
		skip_value(s);
	}
}

struct text_place policy_place(const char *text, size_t len, const char *pointer)
{
	struct scan s = {text, text + len};
	char token[TOKEN_MAX];
	skip_space(&s);
	const char *here = s.at;
	while (next_token(&pointer, token) && enter(&s, token, &here))
		;
	struct text_place place = {1, 1};
	for (const char *at = text; at < here; at++) {
		place.column = *at == '\n' ? 1 : place.column + 1;
		place.line += *at == '\n';
	}
	return place;
}
