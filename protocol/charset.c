/* charset: see charset.h. */
#include "charset.h"

#include <string.h>
#include <strings.h>

#include "utf8.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

struct text {
	struct buf *out;
	bool repaired;
};

static void add_char(struct text *t, uint32_t c)
{
	if (c == 0 || (c >= 0xD800 && c <= 0xDFFF)) {
		t->repaired = true;
		buf_adds(t->out, replacement);
	} else if (c < 0x80) {
		buf_addc(t->out, (char)c);
	} else if (c < 0x800) {
		buf_add(t->out, (char[]){(char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F))}, 2);
	} else if (c < 0x10000) {
		buf_add(t->out,
		        (char[]){(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))}, 3);
	} else {
		buf_add(t->out,
		        (char[]){(char)(0xF0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3F)),
		                 (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))},
		        4);
	}
}

static void decode_utf8(struct text *t, const uint8_t *bytes, size_t len)
{
	if (!utf8_valid((const char *)bytes, len))
		t->repaired = true;
	utf8_repair((const char *)bytes, len, t->out);
}

/* Surrogate pairs become one character; a lone one (a message cut inside an emoji) and a lone last byte are
 * repaired. */
static void decode_utf16(struct text *t, const uint8_t *bytes, size_t len, bool little)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = little ? bytes[i + 1] * 256u + bytes[i] : bytes[i] * 256u + bytes[i + 1];
		bool paired = (c & 0xFC00) == 0xD800 && i + 3 < len;
		uint32_t low = !paired  ? 0
		               : little ? bytes[i + 3] * 256u + bytes[i + 2]
		                        : bytes[i + 2] * 256u + bytes[i + 3];
		if ((low & 0xFC00) == 0xDC00) {
			c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
			i += 2;
		}
		add_char(t, c);
	}
	if (len % 2 != 0)
		add_char(t, 0);
}

static void decode_utf16be(struct text *t, const uint8_t *bytes, size_t len)
{
	decode_utf16(t, bytes, len, false);
}

static void decode_utf16le(struct text *t, const uint8_t *bytes, size_t len)
{
	decode_utf16(t, bytes, len, true);
}

/* Also read for ISO-8859-1, whose 80..9F are control characters that nobody sends (encoding.spec.whatwg.org does the
 * same). */
static void decode_windows_1252(struct text *t, const uint8_t *bytes, size_t len)
{
	static const uint16_t upper[32] = {
	        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
	};
	for (size_t i = 0; i < len; i++)
		add_char(t, bytes[i] >= 0x80 && bytes[i] < 0xA0 ? upper[bytes[i] - 0x80] : bytes[i]);
}

/* The default alphabet, one septet in each byte, and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1). */
static uint32_t gsm_char(uint8_t septet)
{
	static const uint16_t first[32] = {
	        '@',   0xA3,  '$',   0xA5,  0xE8,  0xE9,  0xF9, 0xEC,  0xF2,  0xC7,  '\n',
	        0xD8,  0xF8,  '\r',  0xC5,  0xE5,  0x394, '_',  0x3A6, 0x393, 0x39B, 0x3A9,
	        0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, ' ',   0xC6, 0xE6,  0xDF,  0xC9,
	};
	static const uint16_t brackets[6] = {0xC4, 0xD6, 0xD1, 0xDC, 0xA7, 0xBF},
	                      braces[5] = {0xE4, 0xF6, 0xF1, 0xFC, 0xE0};
	if (septet < 32)
		return first[septet];
	if (septet >= '[' && septet <= '`')
		return brackets[septet - '['];
	if (septet >= '{')
		return septet <= 0x7F ? braces[septet - '{'] : 0;
	return septet == '$' ? 0xA4 : septet == '@' ? 0xA1 : septet;
}

static void decode_gsm(struct text *t, const uint8_t *bytes, size_t len)
{
	static const uint8_t escaped[] = {0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65};
	static const uint16_t means[] = {'\f', '^', '{', '}', '\\', '[', '~', ']', '|', 0x20AC};
	for (size_t i = 0; i < len; i++) {
		const uint8_t *at =
		        bytes[i] == 0x1B && i + 1 < len ? memchr(escaped, bytes[i + 1], sizeof escaped) : NULL;
		add_char(t, at != NULL ? means[at - escaped] : gsm_char(bytes[i]));
		i += at != NULL;
	}
}

typedef void decoder(struct text *t, const uint8_t *bytes, size_t len);
static const struct {
	const char *charset;
	decoder *decode;
} decoders[] = {
        {"UTF-8", decode_utf8},
        {"US-ASCII", decode_utf8},
        {"UTF-16BE", decode_utf16be},
        {"UTF-16", decode_utf16be},
        {"UCS-2", decode_utf16be},
        {"UTF-16LE", decode_utf16le},
        {"WINDOWS-1252", decode_windows_1252},
        {"CP1252", decode_windows_1252},
        {"ISO-8859-1", decode_windows_1252},
        {"LATIN1", decode_windows_1252},
        {"GSM-7", decode_gsm},
};

/* Without a charset that we know (Kannel's %C says "8-BIT" for binary messages) the bytes decide: a garbled report
 * before a human's eyes is better than a
 * refused one. */
static decoder *choose_decoder(const char *charset, bool wide, const uint8_t *bytes, size_t len)
{
	decoder *named = NULL;
	for (size_t i = 0; charset != NULL && named == NULL && i < sizeof decoders / sizeof *decoders; i++)
		if (strcasecmp(charset, decoders[i].charset) == 0)
			named = decoders[i].decode;
	bool wrong = named == decode_utf8 && wide && len > 0 && memchr(bytes, 0, len) != NULL;
	if (named != NULL && !wrong) /* UTF-8 has no zero bytes: the charset was a constant in the operator's get-url */
		return named;
	if (wide)
		return decode_utf16be;
	return utf8_valid((const char *)bytes, len) ? decode_utf8 : decode_windows_1252;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(const char *hex, size_t len, uint8_t *ret)
{
	if (len == 0 || len % 2 != 0)
		return false;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[i / 2] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool charset_decode(const char *charset, bool wide, const uint8_t *bytes, size_t len, struct buf *out)
{
	struct text t = {.out = out};
	choose_decoder(charset, wide, bytes, len)(&t, bytes, len);
	return t.repaired;
}

void charset_hex_utf16(const char *utf8, struct buf *out)
{
	size_t len = strlen(utf8);
	for (const char *at = utf8, *end = utf8 + len; at < end;) {
		static const uint8_t first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
		bool ok;
		size_t n = utf8_sequence(at, (size_t)(end - at), &ok);
		uint32_t c = ok ? (uint32_t)((uint8_t)at[0] & first_bits[n]) : 0xFFFD;
		for (size_t i = 1; ok && i < n; i++)
			c = c << 6 | ((uint8_t)at[i] & 0x3F);
		if (c < 0x10000) {
			buf_addf(out, "%04X", c);
		} else {
			buf_addf(out, "%04X%04X", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
		}
		at += n;
	}
}
