/* json_out: the writing half of json.h. What it writes is always valid JSON: malformed UTF-8 and NUL bytes come out as U+FFFD. */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "rfc3339.h"

void json_out_init(struct json_out *j, struct buf *to)
{
	*j = (struct json_out){.to = to};
}

/* Puts the comma that is due before an item of the current level. */
static void next_item(struct json_out *j)
{
	uint32_t bit = 1u << j->depth;
	if (j->comma & bit)
		buf_addc(j->to, ',');
	j->comma |= bit;
}

static void next_value(struct json_out *j)
{
	if (j->after_key)
		j->after_key = false;
	else
		next_item(j);
}

static void begin(struct json_out *j, char bracket)
{
	next_value(j);
	buf_addc(j->to, bracket);
	j->depth++;
	assert(j->depth < 32);
	j->comma &= ~(1u << j->depth);
}

static void end(struct json_out *j, char bracket)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_addc(j->to, bracket);
}

void json_begin_object(struct json_out *j)
{
	begin(j, '{');
}

void json_end_object(struct json_out *j)
{
	end(j, '}');
}

void json_begin_array(struct json_out *j)
{
	begin(j, '[');
}

void json_end_array(struct json_out *j)
{
	end(j, ']');
}

void json_key(struct json_out *j, const char *key)
{
	assert(!j->after_key);
	next_item(j);
	buf_addc(j->to, '"');
	buf_adds(j->to, key);
	buf_add(j->to, "\":", 2);
	j->after_key = true;
}

static void escape(struct buf *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letter[0x20] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	if (c >= 0x20)
		buf_add(to, (char[]){'\\', (char)c}, 2);
	else if (letter[c] != 0)
		buf_add(to, (char[]){'\\', letter[c]}, 2);
	else
		buf_add(to, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

void json_put_stringn(struct json_out *j, const char *text, size_t len)
{
	next_value(j);
	buf_addc(j->to, '"');
	for (size_t at = 0; at < len;) {
		size_t run = utf8_json_run(text + at, len - at);
		if (run > 0)
			buf_add(j->to, text + at, run);
		at += run;
		if (at == len)
			break;
		unsigned char c = (unsigned char)text[at];
		bool ok;
		size_t step = utf8_sequence(text + at, len - at, &ok);
		if (!ok || c == '\0')
			buf_add(j->to, "\xEF\xBF\xBD", 3);
		else
			escape(j->to, c);
		at += step;
	}
	buf_addc(j->to, '"');
}

void json_put_string(struct json_out *j, const char *text)
{
	if (text == NULL)
		json_put_null(j);
	else
		json_put_stringn(j, text, strlen(text));
}

static void add_unsigned(struct buf *to, uint64_t value, bool negative)
{
	char digits[24], *at = digits + sizeof digits;
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	if (negative)
		*--at = '-';
	buf_add(to, at, (size_t)(digits + sizeof digits - at));
}

void json_put_int(struct json_out *j, int64_t value)
{
	next_value(j);
	add_unsigned(j->to, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

/* Coordinates and the like: a value that some integer / 10^7 gives back exactly. Both are exact doubles, so the division rounds as reading the decimal
 * text does, and with at most 15 digits no shorter text can mean the same double. */
static bool put_short_decimal(struct buf *to, double value)
{
	double scaled = nearbyint(fabs(value) * 1e7);
	if (!(scaled < 1e15) || scaled / 1e7 != fabs(value))
		return false;
	uint64_t units = (uint64_t)scaled;
	char fraction[8] = ".0000000";
	uint64_t rest = units % 10000000;
	size_t len = sizeof fraction;
	for (size_t i = len - 1; i > 0; i--, rest /= 10)
		fraction[i] = (char)('0' + rest % 10);
	while (len > 1 && fraction[len - 1] == '0')
		len--;
	add_unsigned(to, units / 10000000, signbit(value));
	if (len > 1)
		buf_add(to, fraction, len);
	return true;
}

void json_put_double(struct json_out *j, double value)
{
	if (!isfinite(value)) {
		json_put_null(j);
		return;
	}
	next_value(j);
	if (put_short_decimal(j->to, value))
		return;
	char text[32];
	/* %g drops trailing zeros, so 15 digits are the shortest form of all that 15 can say; only subnormal numbers have fewer */
	for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	char *comma = strchr(text, ','); /* the decimal point of some locales */
	if (comma != NULL)
		*comma = '.';
	buf_adds(j->to, text);
}

void json_put_bool(struct json_out *j, bool value)
{
	next_value(j);
	buf_adds(j->to, value ? "true" : "false");
}

void json_put_null(struct json_out *j)
{
	next_value(j);
	buf_add(j->to, "null", 4);
}

void json_put_raw(struct json_out *j, const char *json, size_t len)
{
	next_value(j);
	buf_add(j->to, json, len);
}

void json_member_string(struct json_out *j, const char *key, const char *text)
{
	json_key(j, key);
	json_put_string(j, text);
}

void json_member_int(struct json_out *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_put_int(j, value);
}

void json_member_double(struct json_out *j, const char *key, double value)
{
	json_key(j, key);
	json_put_double(j, value);
}

void json_member_bool(struct json_out *j, const char *key, bool value)
{
	json_key(j, key);
	json_put_bool(j, value);
}

void json_member_time(struct json_out *j, const char *key, int64_t unix_us)
{
	char text[RFC3339_MAX];
	if (unix_us != 0)
		rfc3339_format(unix_us, text);
	json_member_string(j, key, unix_us != 0 ? text : NULL);
}

void json_member_base64(struct json_out *j, const char *key, const void *bytes, size_t len)
{
	enum { PIECE = 300 }; /* bytes: a multiple of 3, so that only the last is padded */
	char text[sodium_base64_ENCODED_LEN(PIECE, sodium_base64_VARIANT_ORIGINAL)];
	struct buf whole;
	buf_init(&whole, j->to->max);
	for (size_t at = 0; at < len; at += PIECE) {
		size_t n = len - at < PIECE ? len - at : PIECE;
		sodium_bin2base64(text, sizeof text, (const unsigned char *)bytes + at, n,
		                  sodium_base64_VARIANT_ORIGINAL);
		buf_adds(&whole, text);
	}
	json_key(j, key);
	json_put_stringn(j, len > 0 ? whole.data : "", whole.len);
	j->to->failed |= whole.failed;
	buf_free(&whole);
}

bool json_base64_read(const char *text, uint8_t *ret, size_t *ret_len)
{
	size_t len = strlen(text);
	*ret_len = 0;
	return sodium_base642bin(ret, len, text, len, NULL, ret_len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}
