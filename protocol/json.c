/* json: reading, with a guard (json_guard.h) in front of cJSON. See json.h; json_out.c is the writing half. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_guard.h"

/* Line and column (in characters) of an offset. Counted only here, so that good texts do not pay for it. */
static void locate(struct json_fault *f, const char *text)
{
	f->line = f->column = 1;
	for (size_t i = 0; i < f->offset; i++) {
		if (text[i] == '\n') {
			f->line++;
			f->column = 1;
		} else if ((text[i] & 0xC0) != 0x80) {
			f->column++;
		}
	}
}

/* Guards and parses text; places of faults are counted in origin, which has the same length. */
static cJSON *parse(const char *text, const char *origin, size_t len, struct json_fault *fault)
{
	cJSON *tree = NULL;
	if (json_guard(text, len, fault)) {
		tree = cJSON_ParseWithLengthOpts(text, len, NULL, false);
		if (tree == NULL)
			*fault = (struct json_fault){.detail = "out of memory"};
	}
	if (tree == NULL)
		locate(fault, origin);
	return tree;
}

cJSON *json_parse(const char *text, size_t len, struct json_fault *ret_fault)
{
	return parse(text, text, len, ret_fault);
}

/* Comments and trailing commas */

/* The end of the string whose opening quote stands at i. */
static size_t string_end(const char *text, size_t len, size_t i)
{
	for (i++; i < len && text[i] != '"' && text[i] != '\n'; i++)
		if (text[i] == '\\')
			i++;
	return i < len ? i + 1 : len;
}

/* The end of the comment at i, i itself when there is none, len + 1 for a block comment without end. */
static size_t comment_end(const char *text, size_t len, size_t i)
{
	if (len - i < 2 || text[i] != '/' || (text[i + 1] != '/' && text[i + 1] != '*'))
		return i;
	if (text[i + 1] == '/') {
		const char *newline = memchr(text + i, '\n', len - i);
		return newline == NULL ? len : (size_t)(newline - text);
	}
	for (size_t at = i + 2; at + 1 < len; at++)
		if (text[at] == '*' && text[at + 1] == '/')
			return at + 2;
	return len + 1;
}

static void blank(char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (text[i] != '\n')
			text[i] = ' ';
}

/* Blanks comments and commas that stand before a closing bracket and behind a value. Returns false at an unclosed comment, *ret_at is its place. */
static bool blank_comments(char *text, size_t len, size_t *ret_at)
{
	size_t last = len; /* the last character that counts, len: none yet */
	char before = '['; /* the one before it */
	for (size_t i = 0; i < len;) {
		size_t end = comment_end(text, len, i);
		if (end > len) {
			*ret_at = i;
			return false;
		}
		if (end > i) {
			blank(text, i, end);
			i = end;
			continue;
		}
		char c = text[i];
		if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
			i++;
			continue;
		}
		if ((c == '}' || c == ']') && last < len && text[last] == ',' && strchr("[{,:", before) == NULL)
			text[last] = ' ';
		before = last < len ? text[last] : '[';
		last = i;
		i = c == '"' ? string_end(text, len, i) : i + 1;
	}
	return true;
}

cJSON *json_parse_commented(const char *text, size_t len, struct json_fault *ret_fault)
{
	*ret_fault = (struct json_fault){.line = 1, .column = 1};
	char *copy = malloc(len + 1);
	if (copy == NULL) {
		snprintf(ret_fault->detail, sizeof ret_fault->detail, "out of memory");
		return NULL;
	}
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	cJSON *tree = NULL;
	if (blank_comments(copy, len, &ret_fault->offset)) {
		tree = parse(copy, text, len, ret_fault);
	} else {
		locate(ret_fault, text);
		snprintf(ret_fault->detail, sizeof ret_fault->detail, "this comment has no closing */");
	}
	free(copy);
	return tree;
}

const cJSON *json_member(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

const char *json_string(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(json_member(object, key));
}
