/* form: see form.h. */
#include "form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "rfc3339.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes [text, end) to *out and ends it with NUL; the result is never longer than the text. Returns its length. */
static size_t decode(const char *text, const char *end, char **out)
{
	char *start = *out, *o = start;
	for (; text < end; text++) {
		int high = *text == '%' && end - text >= 3 ? hex_digit(text[1]) : -1;
		int low = high >= 0 ? hex_digit(text[2]) : -1;
		if (low >= 0) {
			*o++ = (char)(high << 4 | low);
			text += 2;
		} else {
			*o++ = *text == '+' ? ' ' : *text;
		}
	}
	*o = '\0';
	*out = o + 1;
	return (size_t)(o - start);
}

/* One pair. Its NULs take the places of = and & (or of the end). */
static void decode_pair(const char *text, const char *end, char **out, struct form_field *ret)
{
	const char *equals = memchr(text, '=', (size_t)(end - text));
	ret->name = *out;
	size_t name_len = decode(text, equals == NULL ? end : equals, out);
	ret->value = ret->name + name_len; /* "" */
	ret->value_len = 0;
	if (equals != NULL) {
		ret->value = *out;
		ret->value_len = decode(equals + 1, end, out);
	}
}

bool form_parse(const char *text, size_t len, struct form *ret)
{
	ret->count = 0;
	ret->memory = malloc(len + 1);
	if (ret->memory == NULL)
		return false;
	char *out = ret->memory;
	for (size_t at = 0; at < len;) {
		const char *ampersand = memchr(text + at, '&', len - at);
		size_t end = ampersand == NULL ? len : (size_t)(ampersand - text);
		if (end > at) {
			if (ret->count == FORM_MAX_FIELDS) {
				form_free(ret);
				return false;
			}
			decode_pair(text + at, text + end, &out, &ret->fields[ret->count++]);
		}
		at = end + 1;
	}
	return true;
}

void form_free(struct form *f)
{
	free(f->memory);
	f->memory = NULL;
	f->count = 0;
}

const struct form_field *form_field(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->fields[i].name, name) == 0)
			return &f->fields[i];
	return NULL;
}

const char *form_value(const struct form *f, const char *name)
{
	const struct form_field *field = form_field(f, name);
	return field == NULL ? NULL : field->value;
}

const char *form_given(const struct form *f, const char *name)
{
	const char *value = form_value(f, name);
	return value == NULL || value[0] == '\0' ? NULL : value;
}

bool form_number(const struct form *f, const char *name, int64_t *ret)
{
	const char *value = form_given(f, name);
	*ret = 0;
	if (value == NULL)
		return true;
	errno = 0;
	*ret = strtoll(value, NULL, 10);
	return strspn(value, "0123456789") == strlen(value) && *ret > 0 && errno == 0;
}

bool form_time(const struct form *f, const char *name, int64_t *ret_us)
{
	const char *value = form_given(f, name);
	return value == NULL || rfc3339_parse(value, ret_us);
}

static bool unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

void form_encode(struct buf *out, const char *bytes, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (unreserved(bytes[i]))
			buf_addc(out, bytes[i]);
		else
			buf_add(out, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
	}
}

void form_add(struct buf *out, const char *name, const char *value)
{
	if (out->len > 0 && out->data[out->len - 1] != '?')
		buf_addc(out, '&');
	buf_adds(out, name);
	buf_addc(out, '=');
	form_encode(out, value, strlen(value));
}
