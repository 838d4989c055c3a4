/* json: the guard in front of cJSON, one scan over the text. See json.h; json_out.c is the writing half. */
#include "json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON 1.7.15 copies a number into 64 bytes and takes the rest for something else (cJSON.c, parse_number). */
enum { NUMBER_MAX = 63 };
enum { FEW_KEYS = 32 };

/* A member name met so far, decoded. */
struct key {
	const char *at;
	uint32_t len, hash, object; /* object: serial number of the object it belongs to */
};

/* All member names of the document: an open-addressing table, at most half full. slots hold 1 + index into keys. */
struct key_set {
	struct key *keys;
	uint32_t *slots;
	uint32_t count, cap; /* of keys; there are 2 * cap slots */
	struct key few_keys[FEW_KEYS];
	uint32_t few_slots[2 * FEW_KEYS];
};

/* Where the reader stands in one container: in the value of a member, in an element, or between two (neither). */
struct level {
	const struct key *key;
	int index; /* -1: none */
};

struct reader {
	const char *text, *end, *at;
	struct key_set set;
	char *decoded; /* room for member names that are written with escapes; NULL until the first */
	size_t decoded_len;
	uint32_t objects;
	int depth;
	struct level path[JSON_MAX_DEPTH];
	struct key in_key[JSON_MAX_DEPTH]; /* what path[].key points to */
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
static bool pointer_add_key(struct json_fault *f, size_t *len, const struct key *key)
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

/* Member names */

static uint32_t hash_key(const char *at, size_t len, uint32_t object)
{
	uint32_t hash = 2166136261u ^ (object * 0x9E3779B1u); /* FNV-1a, another start for each object */
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)at[i]) * 16777619u;
	return hash;
}

/* The slot that holds key, or the empty one where it belongs. */
static uint32_t *key_slot(const struct key_set *set, const struct key *key)
{
	uint32_t mask = 2 * set->cap - 1;
	for (uint32_t i = (key->hash ^ key->hash >> 15) & mask;; i = (i + 1) & mask) {
		if (set->slots[i] == 0)
			return &set->slots[i];
		const struct key *other = &set->keys[set->slots[i] - 1];
		if (other->hash == key->hash && other->object == key->object && other->len == key->len &&
		    memcmp(other->at, key->at, key->len) == 0)
			return &set->slots[i];
	}
}

static void key_set_free(struct key_set *set)
{
	if (set->keys != set->few_keys) {
		free(set->keys);
		free(set->slots);
	}
}

static bool key_set_grow(struct key_set *set)
{
	uint32_t cap = set->cap * 2;
	struct key *keys = malloc(cap * sizeof *keys);
	uint32_t *slots = calloc(2 * (size_t)cap, sizeof *slots);
	if (keys == NULL || slots == NULL) {
		free(keys);
		free(slots);
		return false;
	}
	memcpy(keys, set->keys, set->count * sizeof *keys);
	key_set_free(set);
	set->keys = keys;
	set->slots = slots;
	set->cap = cap;
	for (uint32_t i = 0; i < set->count; i++)
		*key_slot(set, &keys[i]) = i + 1;
	return true;
}

static void put_utf8(char **out, unsigned code)
{
	char *o = *out;
	if (code < 0x80) {
		*o++ = (char)code;
	} else if (code < 0x800) {
		*o++ = (char)(0xC0 | code >> 6);
		*o++ = (char)(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		*o++ = (char)(0xE0 | code >> 12);
		*o++ = (char)(0x80 | (code >> 6 & 0x3F));
		*o++ = (char)(0x80 | (code & 0x3F));
	} else {
		*o++ = (char)(0xF0 | code >> 18);
		*o++ = (char)(0x80 | (code >> 12 & 0x3F));
		*o++ = (char)(0x80 | (code >> 6 & 0x3F));
		*o++ = (char)(0x80 | (code & 0x3F));
	}
	*out = o;
}

/* Four hexadecimal digits at s; -1 when they are not. */
static int hex4(const char *s, const char *end)
{
	int value = 0;
	if (end - s < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = s[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
		            : c >= 'a' && c <= 'f' ? c - 'a' + 10
		            : c >= 'A' && c <= 'F' ? c - 'A' + 10
		                                   : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* What the character after a backslash stands for; 0 when there is no such escape. */
static char simple_escape(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c == '\0' ? NULL : strchr(from, c);
	return at == NULL ? '\0' : to[at - from];
}

/* Decodes the escapes of an accepted string; the result is never longer. Returns its length. */
static size_t unescape(const char *s, size_t len, char *out)
{
	char *o = out;
	for (const char *end = s + len; s < end;) {
		if (*s != '\\') {
			*o++ = *s++;
		} else if (s[1] != 'u') {
			*o++ = simple_escape(s[1]);
			s += 2;
		} else {
			unsigned code = (unsigned)hex4(s + 2, end);
			s += 6;
			if (code >= 0xD800 && code < 0xDC00) {
				code = 0x10000 + ((code - 0xD800) << 10) + ((unsigned)hex4(s + 2, end) - 0xDC00);
				s += 6;
			}
			put_utf8(&o, code);
		}
	}
	return (size_t)(o - out);
}

/* Strings and numbers */

/* An escape at r->at; leaves r->at behind it. */
static bool read_escape(struct reader *r)
{
	const char *start = r->at;
	if (r->end - start >= 2 && simple_escape(start[1]) != '\0') {
		r->at += 2;
		return true;
	}
	int code = r->end - start >= 2 && start[1] == 'u' ? hex4(start + 2, r->end) : -1;
	if (code < 0)
		return refuse(
		        r, start,
		        "not an escape; allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits");
	if (code == 0)
		return refuse(r, start, "\\u0000 cannot be stored; leave it out");
	r->at += 6;
	if (code < 0xD800 || code > 0xDFFF)
		return true;
	int low = code < 0xDC00 && r->end - r->at >= 2 && r->at[0] == '\\' && r->at[1] == 'u' ? hex4(r->at + 2, r->end)
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
static bool read_key(struct reader *r, struct key *ret)
{
	size_t len;
	bool escaped;
	if (!read_string(r, &ret->at, &len, &escaped))
		return false;
	if (escaped) {
		if (r->decoded == NULL && (r->decoded = malloc((size_t)(r->end - r->text))) == NULL)
			return refuse(r, r->at, "out of memory");
		char *out = r->decoded + r->decoded_len;
		len = unescape(ret->at, len, out);
		r->decoded_len += len;
		ret->at = out;
	}
	ret->len = (uint32_t)len;
	ret->hash = hash_key(ret->at, len, ret->object);
	return true;
}

static bool read_member(struct reader *r, uint32_t object)
{
	struct level *level = &r->path[r->depth - 1];
	struct key *key = &r->in_key[r->depth - 1];
	skip_space(r);
	if (r->at == r->end || *r->at != '"')
		return expected(r, "a member name in double quotes");
	const char *start = r->at;
	key->object = object;
	if (!read_key(r, key))
		return false;
	level->key = key;
	if (r->set.count == r->set.cap && !key_set_grow(&r->set))
		return refuse(r, start, "out of memory");
	uint32_t *slot = key_slot(&r->set, key);
	if (*slot != 0)
		return refuse(r, start, "this member stands twice in the same object");
	r->set.keys[r->set.count] = *key;
	*slot = ++r->set.count;
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

static bool guard(struct reader *r)
{
	if (r->end - r->text >= 3 && memcmp(r->text, "\xEF\xBB\xBF", 3) == 0)
		return refuse(r, r->text, "the text begins with a byte order mark; save it as UTF-8 without one");
	if (!read_value(r))
		return false;
	skip_space(r);
	return r->at == r->end || expected(r, "the end of the text after the value");
}

/* Guards and parses text; places of faults are counted in origin, which has the same length. */
static cJSON *parse(const char *text, const char *origin, size_t len, struct json_fault *fault)
{
	struct reader r = {.text = text, .end = text + len, .at = text, .fault = fault};
	r.set.keys = r.set.few_keys;
	r.set.slots = r.set.few_slots;
	r.set.cap = FEW_KEYS;
	cJSON *tree = NULL;
	if (guard(&r)) {
		tree = cJSON_ParseWithLengthOpts(text, len, NULL, false);
		if (tree == NULL)
			refuse(&r, text, "out of memory");
	}
	key_set_free(&r.set);
	free(r.decoded);
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
