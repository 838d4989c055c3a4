/* json_guard: a reader that builds nothing: it knows where it stands, so that a fault has its place. See json_guard.h. */
#include "json_guard.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_escape.h"
#include "json_names.h"

/* cJSON 1.7.15 copies a number into 64 bytes and takes the rest for something else (cJSON.c, parse_number). */
enum { NUMBER_MAX = 63 };

/* Where the reader stands in one container: in the value of a member, in an element, or between two (neither). */
struct level {
	const struct json_name *key;
	int index; /* -1: none */
};

struct reader {
	const char *text, *end, *at;
	struct json_names names;
	char *decoded; /* room for member names that are written with escapes; NULL until the first */
	size_t decoded_len;
	uint32_t objects;
	int depth;
	struct level path[JSON_MAX_DEPTH];
	struct json_name in_key[JSON_MAX_DEPTH]; /* what path[].key points to */
	struct json_fault *fault;
};

static bool read_value(struct reader *r);

/* Faults */

/* Appends one unit (a character or an escape) to the pointer; false when it does not fit. */
static bool pointer_add(struct json_fault *f, size_t *len, const char *unit, size_t n)
{
	if (*len + n >= sizeof f->pointer)
		return false;
	memcpy(f->pointer + *len, unit, n);
	*len += n;
	f->pointer[*len] = '\0';
	return true;
}

/* RFC 6901: ~ is written ~0 and / is written ~1. */
static bool pointer_add_key(struct json_fault *f, size_t *len, const struct json_name *key)
{
	for (size_t i = 0; i < key->len;) {
		bool ok, fits;
		size_t step = utf8_sequence(key->at + i, key->len - i, &ok);
		if (key->at[i] == '~')
			fits = pointer_add(f, len, "~0", 2);
		else if (key->at[i] == '/')
			fits = pointer_add(f, len, "~1", 2);
		else
			fits = pointer_add(f, len, key->at + i, step);
		if (!fits)
			return false;
		i += step;
	}
	return true;
}

static void write_pointer(const struct reader *r, struct json_fault *f)
{
	size_t len = 0;
	for (int d = 0; d < r->depth; d++) {
		const struct level *level = &r->path[d];
		char index[16];
		int n = level->index < 0 ? 0 : snprintf(index, sizeof index, "%d", level->index);
		if (level->key == NULL && n == 0)
			return;
		bool fits = pointer_add(f, &len, "/", 1);
		fits = fits && (level->key != NULL ? pointer_add_key(f, &len, level->key)
		                                   : pointer_add(f, &len, index, (size_t)n));
		if (!fits)
			return;
	}
}

__attribute__((format(printf, 3, 4))) static bool refuse(struct reader *r, const char *at, const char *format, ...)
{
	struct json_fault *f = r->fault;
	f->offset = (size_t)(at - r->text);
	f->pointer[0] = '\0';
	write_pointer(r, f);
	va_list ap;
	va_start(ap, format);
	vsnprintf(f->detail, sizeof f->detail, format, ap);
	va_end(ap);
	return false;
}

/* Refuses what stands at the reader's place. */
static bool expected(struct reader *r, const char *what)
{
	if (r->at == r->end)
		return refuse(r, r->at, "expected %s, found the end of the text", what);
	unsigned char c = (unsigned char)*r->at;
	if (c > 0x20 && c < 0x7F)
		return refuse(r, r->at, "expected %s, found '%c'", what, c);
	return refuse(r, r->at, "expected %s, found the byte 0x%02X", what, c);
}

/* Strings and numbers */

/* An escape at r->at; leaves r->at behind it. */
static bool read_escape(struct reader *r)
{
	const char *start = r->at;
	if (r->end - start >= 2 && json_escape_simple(start[1]) != '\0') {
		r->at += 2;
		return true;
	}
	int code = r->end - start >= 2 && start[1] == 'u' ? json_escape_hex4(start + 2, r->end) : -1;
	if (code < 0)
		return refuse(
		        r, start,
		        "not an escape; allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits");
	if (code == 0)
		return refuse(r, start, "\\u0000 cannot be stored; leave it out");
	r->at += 6;
	if (code < 0xD800 || code > 0xDFFF)
		return true;
	int low = code < 0xDC00 && r->end - r->at >= 2 && r->at[0] == '\\' && r->at[1] == 'u'
	                  ? json_escape_hex4(r->at + 2, r->end)
	                  : -1;
	if (low < 0xDC00 || low > 0xDFFF)
		return refuse(r, start,
		              "lone surrogate \\u%04X; characters beyond U+FFFF are a pair such as \\uD83D\\uDE00",
		              (unsigned)code);
	r->at += 6;
	return true;
}

/* A string at r->at (its opening quote). The content is [*ret_start, *ret_start + *ret_len), as written. */
static bool read_string(struct reader *r, const char **ret_start, size_t *ret_len, bool *ret_escaped)
{
	const char *quote = r->at++;
	*ret_start = r->at;
	*ret_escaped = false;
	for (;;) {
		r->at += utf8_json_run(r->at, (size_t)(r->end - r->at));
		if (r->at == r->end)
			return refuse(r, quote, "this string has no closing quote");
		unsigned char c = (unsigned char)*r->at;
		if (c == '"')
			break;
		if (c < 0x20)
			return refuse(r, r->at,
			              "control character 0x%02X in a string; write it as an escape such as \\n", c);
		if (c != '\\')
			return refuse(r, r->at, "the byte 0x%02X is not valid UTF-8 here", c);
		*ret_escaped = true;
		if (!read_escape(r))
			return false;
	}
	*ret_len = (size_t)(r->at - *ret_start);
	r->at++;
	return true;
}

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* Whether a number with an exponent is too large for a double. The decimal point is taken out first, because strtod's depends on the locale. */
static bool overflows(const char *at, const char *end)
{
	char plain[NUMBER_MAX + 24];
	size_t n = 0;
	long shift = 0;
	bool fraction = false;
	for (; *at != 'e' && *at != 'E'; at++) {
		if (*at == '.') {
			fraction = true;
			continue;
		}
		plain[n++] = *at;
		shift -= fraction;
	}
	bool negative = *++at == '-';
	if (*at == '-' || *at == '+')
		at++;
	long exponent = 0;
	for (; at < end && exponent < 100000; at++)
		exponent = exponent * 10 + (*at - '0');
	snprintf(plain + n, sizeof plain - n, "e%ld", shift + (negative ? -exponent : exponent));
	return isinf(strtod(plain, NULL));
}

static bool read_number(struct reader *r)
{
	const char *start = r->at, *digits = start + (*start == '-');
	r->at = skip_digits(digits, r->end);
	if (r->at == digits)
		return expected(r, "a digit");
	if (*digits == '0' && r->at - digits > 1)
		return refuse(r, start,
		              "a number may not begin with 0; numbers such as codes are strings, in double quotes");
	if (r->at < r->end && *r->at == '.') {
		const char *from = ++r->at;
		r->at = skip_digits(from, r->end);
		if (r->at == from)
			return expected(r, "a digit after the decimal point");
	}
	bool exponent = r->at < r->end && (*r->at == 'e' || *r->at == 'E');
	if (exponent) {
		r->at++;
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			r->at++;
		const char *from = r->at;
		r->at = skip_digits(from, r->end);
		if (r->at == from)
			return expected(r, "a digit in the exponent");
	}
	if (r->at - start > NUMBER_MAX)
		return refuse(r, start, "a number has at most %d characters", NUMBER_MAX);
	if (exponent && overflows(start, r->at))
		return refuse(r, start, "this number is too large; the largest is about 1.8e308");
	return true;
}

static bool read_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);
	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return expected(r, "a value (object, array, string in double quotes, number, true, false or null)");
	r->at += len;
	return true;
}

/* Containers */

static void skip_space(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

/* True, and behind it, when the next character is c. */
static bool next_is(struct reader *r, char c)
{
	skip_space(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool enter(struct reader *r)
{
	if (r->depth == JSON_MAX_DEPTH)
		return refuse(r, r->at, "nested deeper than %d levels", JSON_MAX_DEPTH);
	r->at++;
	r->path[r->depth++] = (struct level){.index = -1};
	return true;
}

/* The member name at r->at, decoded. Every string of the document fits into its text, so one block of that size holds all. */
static bool read_key(struct reader *r, struct json_name *ret)
{
	size_t len;
	bool escaped;
	if (!read_string(r, &ret->at, &len, &escaped))
		return false;
	if (escaped) {
		if (r->decoded == NULL && (r->decoded = malloc((size_t)(r->end - r->text))) == NULL)
			return refuse(r, r->at, "out of memory");
		char *out = r->decoded + r->decoded_len;
		len = json_escape_decode(ret->at, len, out);
		r->decoded_len += len;
		ret->at = out;
	}
	ret->len = (uint32_t)len;
	return true;
}

static bool read_member(struct reader *r, uint32_t object)
{
	struct level *level = &r->path[r->depth - 1];
	struct json_name *key = &r->in_key[r->depth - 1];
	skip_space(r);
	if (r->at == r->end || *r->at != '"')
		return expected(r, "a member name in double quotes");
	const char *start = r->at;
	key->object = object;
	if (!read_key(r, key))
		return false;
	level->key = key;
	enum json_names_added added = json_names_add(&r->names, key);
	if (added != JSON_NAMES_NEW)
		return refuse(r, start,
		              added == JSON_NAMES_TWICE ? "this member stands twice in the same object"
		                                        : "out of memory");
	if (!next_is(r, ':'))
		return expected(r, "':' after the member name");
	if (!read_value(r))
		return false;
	level->key = NULL;
	return true;
}

static bool read_object(struct reader *r)
{
	uint32_t object = r->objects++;
	if (!enter(r))
		return false;
	for (int members = 0; !next_is(r, '}'); members++) {
		if (members > 0 && !next_is(r, ','))
			return expected(r, "',' or '}'");
		if (members == JSON_MAX_KEYS)
			return refuse(r, r->at, "an object has at most %d members", JSON_MAX_KEYS);
		if (!read_member(r, object))
			return false;
	}
	r->depth--;
	return true;
}

static bool read_array(struct reader *r)
{
	if (!enter(r))
		return false;
	struct level *level = &r->path[r->depth - 1];
	for (int index = 0; !next_is(r, ']'); index++) {
		if (index > 0 && !next_is(r, ','))
			return expected(r, "',' or ']'");
		level->index = index;
		if (!read_value(r))
			return false;
		level->index = -1;
	}
	r->depth--;
	return true;
}

static bool read_value(struct reader *r)
{
	const char *start;
	size_t len;
	bool escaped;
	skip_space(r);
	switch (r->at < r->end ? *r->at : '\0') {
	case '{':
		return read_object(r);
	case '[':
		return read_array(r);
	case '"':
		return read_string(r, &start, &len, &escaped);
	case 't':
		return read_word(r, "true");
	case 'f':
		return read_word(r, "false");
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return read_number(r);
	default:
		return read_word(r, "null");
	}
}

/* One value and nothing around it. */
static bool read_document(struct reader *r)
{
	if (r->end - r->text >= 3 && memcmp(r->text, "\xEF\xBB\xBF", 3) == 0)
		return refuse(r, r->text, "the text begins with a byte order mark; save it as UTF-8 without one");
	if (!read_value(r))
		return false;
	skip_space(r);
	return r->at == r->end || expected(r, "the end of the text after the value");
}

bool json_guard(const char *text, size_t len, struct json_fault *ret_fault)
{
	struct reader r = {.text = text, .end = text + len, .at = text, .fault = ret_fault};
	json_names_init(&r.names);
	bool good = read_document(&r);
	json_names_free(&r.names);
	free(r.decoded);
	return good;
}
