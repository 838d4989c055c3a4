/* sms_text: see sms_text.h. */
#include "sms_text.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "utf8.h"

enum { REPLACEMENT = 0xFFFD };

/* One character of NUL-terminated text; returns its length in bytes. Malformed bytes read as U+FFFD. */
static size_t next_char(const char *at, uint32_t *ret)
{
	bool ok;
	size_t len = utf8_sequence(at, strnlen(at, 4), &ok);
	const unsigned char *b = (const unsigned char *)at;
	uint32_t c = b[0];
	if (len > 1)
		c &= 0xFFu >> (len + 1);
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (b[i] & 0x3Fu);
	*ret = ok ? c : REPLACEMENT;
	return len;
}

/* The part of the default alphabet and of its extension table that is not plain ASCII (3GPP TS 23.038, 6.2.1 and
 * 6.2.1.1). */
static const uint16_t gsm_beyond_ascii[] = {
        0xA1, 0xA3, 0xA4, 0xA5,  0xA7,  0xBF,  0xC4,  0xC5,  0xC6,  0xC7,  0xC9,  0xD1,  0xD6,
        0xD8, 0xDC, 0xDF, 0xE0,  0xE4,  0xE5,  0xE6,  0xE8,  0xE9,  0xEC,  0xF1,  0xF2,  0xF6,
        0xF8, 0xF9, 0xFC, 0x393, 0x394, 0x398, 0x39B, 0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9,
};

/* Septets a character takes in GSM-7: 1, 2 with the escape, 0 when it is not in the alphabet. */
static int septets_of(uint32_t c)
{
	if (c == 0x20AC || (c < 0x80 && c != 0 && strchr("\f^{}\\[~]|", (int)c) != NULL))
		return 2;
	if (c < 0x80)
		return (c >= ' ' && c != '`' && c != 0x7F) || c == '\n' || c == '\r';
	for (size_t i = 0; i < sizeof gsm_beyond_ascii / sizeof *gsm_beyond_ascii; i++)
		if (gsm_beyond_ascii[i] == c)
			return 1;
	return 0;
}

static int utf16_units_of(uint32_t c)
{
	return c > 0xFFFF ? 2 : 1;
}

static bool is_gsm7(const char *text)
{
	uint32_t c;
	for (const char *at = text; *at != '\0';) {
		at += next_char(at, &c);
		if (septets_of(c) == 0)
			return false;
	}
	return true;
}

/* What one sees as one character, from at on (Unicode annex 29); returns its length in bytes. */
static size_t next_cluster(const char *at, int *ret_units)
{
	utf8proc_int32_t state = 0;
	uint32_t before, c;
	size_t len = next_char(at, &before);
	*ret_units = utf16_units_of(before);
	while (at[len] != '\0') {
		size_t more = next_char(at + len, &c);
		if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)c, &state))
			break;
		*ret_units += utf16_units_of(c);
		len += more;
		before = c;
	}
	return len;
}

/* The next piece that must not be torn; returns its length in bytes. */
static size_t next_piece(const char *at, bool gsm, int part, int *ret_units)
{
	uint32_t c;
	size_t len = gsm ? next_char(at, &c) : next_cluster(at, ret_units);
	if (gsm)
		*ret_units = septets_of(c);
	else if (*ret_units > part) { /* a heap of marks that no part holds: between two of them, then */
		len = next_char(at, &c);
		*ret_units = utf16_units_of(c);
	}
	return len;
}

static void put_part(struct sms_slice *ret, int max, int index, const char *begin, const char *end, int units)
{
	if (index < max)
		ret[index] = (struct sms_slice){begin, (size_t)(end - begin), units};
}

/* Fills ret[max] and the size. */
static struct sms_size cut(const char *utf8, struct sms_slice *ret, int max)
{
	struct sms_size size = {.coding = is_gsm7(utf8) ? SMS_GSM7 : SMS_UCS2};
	bool gsm = size.coding == SMS_GSM7;
	int single = gsm ? 160 : 70, part = gsm ? 153 : 67; /* 8-bit reference: six octets of header in every part */
	int in_part = 0, parts = 0;
	const char *begin = utf8, *at = utf8;
	while (*at != '\0') {
		int units;
		size_t len = next_piece(at, gsm, part, &units);
		size.units += units;
		if (in_part + units > part) { /* a pair moves on as a whole */
			put_part(ret, max, parts++, begin, at, in_part);
			begin = at;
			in_part = 0;
		}
		in_part += units;
		at += len;
	}
	put_part(ret, max, parts++, begin, at, in_part);
	if (size.units <= single) {
		put_part(ret, max, 0, utf8, at, size.units);
		parts = size.units > 0;
	}
	size.parts = parts;
	return size;
}

struct sms_size sms_measure(const char *utf8)
{
	return cut(utf8, NULL, 0);
}

int sms_split(const char *utf8, struct sms_slice *ret, int max)
{
	return cut(utf8, ret, max).parts;
}

/* What a character outside GSM-7 becomes; "" drops it. Sorted by `from`, ranges do not overlap. Names of citizens and
 * villages lose an accent rather
 * than make the whole message three times as expensive. */
static const struct {
	uint32_t from, to;
	const char *plain;
} plain_forms[] = {
        {0x01, 0x08, ""},       {0x09, 0x09, " "},     {0x0B, 0x1F, ""},        {0x60, 0x60, "'"},
        {0x7F, 0x9F, ""},       {0xA0, 0xA0, " "},     {0xA6, 0xA6, "|"},       {0xA9, 0xA9, "(c)"},
        {0xAB, 0xAB, "\""},     {0xAD, 0xAD, ""},      {0xAE, 0xAE, "(R)"},     {0xB2, 0xB2, "2"},
        {0xB3, 0xB3, "3"},      {0xB4, 0xB4, "'"},     {0xB7, 0xB7, "-"},       {0xB9, 0xB9, "1"},
        {0xBB, 0xBB, "\""},     {0xBC, 0xBC, "1/4"},   {0xBD, 0xBD, "1/2"},     {0xBE, 0xBE, "3/4"},
        {0xC0, 0xC3, "A"},      {0xC8, 0xC8, "E"},     {0xCA, 0xCB, "E"},       {0xCC, 0xCF, "I"},
        {0xD2, 0xD5, "O"},      {0xD7, 0xD7, "x"},     {0xD9, 0xDB, "U"},       {0xDD, 0xDD, "Y"},
        {0xE1, 0xE3, "a"},      {0xE7, 0xE7, "c"},     {0xEA, 0xEB, "e"},       {0xED, 0xEF, "i"},
        {0xF3, 0xF5, "o"},      {0xFA, 0xFB, "u"},     {0xFD, 0xFD, "y"},       {0xFF, 0xFF, "y"},
        {0x132, 0x132, "IJ"},   {0x133, 0x133, "ij"},  {0x152, 0x152, "OE"},    {0x153, 0x153, "oe"},
        {0x2B9, 0x2BC, "'"},    {0x300, 0x36F, ""},    {0x2000, 0x200A, " "},   {0x200B, 0x200B, ""},
        {0x200E, 0x200F, ""},   {0x2010, 0x2015, "-"}, {0x2018, 0x201B, "'"},   {0x201C, 0x201F, "\""},
        {0x2022, 0x2022, "-"},  {0x2024, 0x2024, "."}, {0x2025, 0x2025, ".."},  {0x2026, 0x2026, "..."},
        {0x2028, 0x2029, "\n"}, {0x202A, 0x202E, ""},  {0x202F, 0x202F, " "},   {0x2032, 0x2032, "'"},
        {0x2033, 0x2033, "\""}, {0x2039, 0x203A, "'"}, {0x2044, 0x2044, "/"},   {0x205F, 0x205F, " "},
        {0x2060, 0x2060, ""},   {0x2066, 0x2069, ""},  {0x2116, 0x2116, "No."}, {0x2122, 0x2122, "(TM)"},
        {0x2212, 0x2212, "-"},  {0x3000, 0x3000, " "}, {0xFEFF, 0xFEFF, ""},
};

/* The letters below the accents of U+0100..U+017F (Latin Extended-A), in order. */
static const char base_letters[] =
        "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi  JjKkkLlLlLlLlLlNnNnNnnNnOoOoOo  RrRrRrSsSsSsSs"
        "TtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/* NULL when there is none; single is room for one letter. */
static const char *plain_form(uint32_t c, char single[2])
{
	for (size_t i = 0; i < sizeof plain_forms / sizeof *plain_forms && plain_forms[i].from <= c; i++)
		if (c <= plain_forms[i].to)
			return plain_forms[i].plain;
	static_assert(sizeof base_letters == 0x80 + 1, "one letter each");
	if (c < 0x100 || c > 0x17F)
		return NULL;
	single[0] = base_letters[c - 0x100];
	single[1] = '\0';
	return single;
}

void sms_transliterate(const char *utf8, struct buf *out)
{
	uint32_t c;
	char single[2];
	for (const char *at = utf8; *at != '\0';) {
		size_t len = next_char(at, &c);
		const char *plain = plain_form(c, single);
		if (plain != NULL)
			buf_adds(out, plain);
		else if (c == REPLACEMENT)
			buf_adds(out, "\xEF\xBF\xBD");
		else
			buf_add(out, at, len);
		at += len;
	}
}

/* True when the first len bytes and the three dots fit. */
static bool fits_cut(const char *utf8, size_t len, int max_parts, struct buf *scratch)
{
	buf_reset(scratch);
	buf_add(scratch, utf8, len);
	buf_adds(scratch, "...");
	return !scratch->failed && sms_measure(scratch->data).parts <= max_parts;
}

/* The last place <= at where what one sees as a character begins, counted from the start: right for malformed bytes as well. */
static size_t boundary(const char *utf8, size_t at)
{
	size_t begin = 0;
	int units;
	for (size_t next = 0; next <= at; next += next_cluster(utf8 + next, &units))
		begin = next;
	return begin;
}

void sms_fit(const char *utf8, int max_parts, struct buf *out)
{
	assert(max_parts >= 1);
	if (sms_measure(utf8).parts <= max_parts) {
		buf_adds(out, utf8);
		return;
	}
	/* Parts never shrink when text is added, so the longest beginning that fits is found by halving; no part
	 * holds more than 160 characters. */
	size_t fits = 0, too_long = strlen(utf8);
	size_t most = (size_t)max_parts * 160 * 4;
	if (too_long > most)
		too_long = most;
	struct buf scratch;
	buf_init(&scratch, most + 3);
	while (fits + 1 < too_long) {
		size_t middle = fits + (too_long - fits) / 2;
		if (fits_cut(utf8, boundary(utf8, middle), max_parts, &scratch))
			fits = middle;
		else
			too_long = middle;
	}
	buf_free(&scratch);
	fits = boundary(utf8, fits);
	while (fits > 0 && (utf8[fits - 1] == ' ' || utf8[fits - 1] == '\n'))
		fits--;
	buf_add(out, utf8, fits);
	buf_adds(out, "...");
}

void sms_prepare(const char *utf8, struct buf *out)
{
	struct sms_size size = sms_measure(utf8);
	if (size.coding == SMS_GSM7 && size.parts <= SMS_MAX_PARTS) {
		buf_adds(out, utf8);
		return;
	}
	struct buf plain;
	buf_init(&plain, out->max);
	sms_transliterate(utf8, &plain);
	sms_fit(plain.failed ? utf8 : plain.data, SMS_MAX_PARTS, out);
	buf_free(&plain);
}
