/* utf8: see utf8.h. Eight bytes at a time where all of them are plain ASCII, which is nearly always. */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

#define EACH(byte) (0x0101010101010101ULL * (byte))

static uint64_t load8(const char *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof word);
	return word;
}

/* What may follow a lead byte: how many bytes, and the range of the first of them (the others are always 80..BF). */
struct lead {
	unsigned char from, to, more, low, high;
};
static const struct lead leads[] = {
        {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
        {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
        {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

static const struct lead *lead_of(unsigned char c)
{
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
		if (c >= leads[i].from && c <= leads[i].to)
			return &leads[i];
	return NULL;
}

size_t utf8_sequence(const char *bytes, size_t left, bool *ret_ok)
{
	const unsigned char *at = (const unsigned char *)bytes;
	*ret_ok = at[0] < 0x80;
	const struct lead *lead = *ret_ok ? NULL : lead_of(at[0]);
	if (lead == NULL)
		return 1;
	if (left < 2 || at[1] < lead->low || at[1] > lead->high)
		return 1;
	size_t len = 2;
	while (len <= lead->more && len < left && (at[len] & 0xC0) == 0x80)
		len++;
	*ret_ok = len == 1U + lead->more;
	return len;
}

bool utf8_valid(const char *bytes, size_t len)
{
	size_t at = 0;
	while (at < len) {
		/* a high bit, or a borrow from a zero byte */
		while (len - at >= 8 && ((load8(bytes + at) | (load8(bytes + at) - EACH(1))) & EACH(0x80)) == 0)
			at += 8;
		if (at == len)
			break;
		bool ok;
		size_t step = utf8_sequence(bytes + at, len - at, &ok);
		if (!ok || bytes[at] == '\0')
			return false;
		at += step;
	}
	return true;
}

void utf8_repair(const char *bytes, size_t len, struct buf *out)
{
	size_t good = 0; /* where the part not yet copied begins */
	for (size_t at = 0; at < len;) {
		bool ok;
		size_t step = utf8_sequence(bytes + at, len - at, &ok);
		if (!ok || bytes[at] == '\0') {
			buf_add(out, bytes + good, at - good);
			buf_adds(out, "\xEF\xBF\xBD");
			good = at + step;
		}
		at += step;
	}
	buf_add(out, bytes + good, len - good);
}

size_t utf8_length(const char *text)
{
	size_t count = 0;
	for (; *text != '\0'; text++)
		count += (*text & 0xC0) != 0x80;
	return count;
}

/* True when none of the eight bytes is a quote, a backslash, below 0x20 or above 0x7F. May say false for a word that is plain. */
static bool word_is_plain(uint64_t word)
{
	uint64_t quote = (word ^ EACH('"')) - EACH(1);
	uint64_t backslash = (word ^ EACH('\\')) - EACH(1);
	uint64_t control = word - EACH(0x20);
	return ((word | quote | backslash | control) & EACH(0x80)) == 0;
}

size_t utf8_json_run(const char *bytes, size_t len)
{
	size_t at = 0;
	for (;;) {
		while (len - at >= 8 && word_is_plain(load8(bytes + at)))
			at += 8;
		if (at == len)
			return at;
		unsigned char c = (unsigned char)bytes[at];
		bool ok = c >= 0x20 && c != '"' && c != '\\';
		size_t step = ok ? utf8_sequence(bytes + at, len - at, &ok) : 0;
		if (!ok)
			return at;
		at += step;
	}
}

void utf8_trim(char *text)
{
	size_t len = strlen(text), at = len;
	while (at > 0 && len - at < 4 && (text[at - 1] & 0xC0) == 0x80)
		at--;
	bool ok;
	if (at > 0 && (utf8_sequence(text + at - 1, len - at + 1, &ok), !ok))
		text[at - 1] = '\0';
}
