/* json_escape: see json_escape.h. */
#include "json_escape.h"

#include <string.h>

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

int json_escape_hex4(const char *s, const char *end)
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

char json_escape_simple(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c == '\0' ? NULL : strchr(from, c);
	return at == NULL ? '\0' : to[at - from];
}

size_t json_escape_decode(const char *s, size_t len, char *out)
{
	char *o = out;
	for (const char *end = s + len; s < end;) {
		if (*s != '\\') {
			*o++ = *s++;
		} else if (s[1] != 'u') {
			*o++ = json_escape_simple(s[1]);
			s += 2;
		} else {
			unsigned code = (unsigned)json_escape_hex4(s + 2, end);
			s += 6;
			if (code >= 0xD800 && code < 0xDC00) {
				code = 0x10000 + ((code - 0xD800) << 10) +
				       ((unsigned)json_escape_hex4(s + 2, end) - 0xDC00);
				s += 6;
			}
			put_utf8(&o, code);
		}
	}
	return (size_t)(o - out);
}
