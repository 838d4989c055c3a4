/* phone: see phone.h. */
#include "phone.h"

#include <stddef.h>
#include <string.h>

enum {
	NATIONAL_MIN = 8, /* digits after +62: "0811 xxxxx" and the shortest fixed lines with area code */
	NATIONAL_MAX = 12,
	FOREIGN_MIN = 7, /* with country code, e.g. +683 4xxx */
	E164_MAX = 15    /* ITU-T E.164, 6.1 */
};

/* The length of a separator people write between digits, 0 when there is none at text. Word processors and chat programs put in no-break spaces (C2 A0),
 * typographic hyphens and direction marks (general punctuation, E2 80 xx). */
static size_t separator(const char *text)
{
	if (strchr(" -.()/\t", *text) != NULL)
		return 1;
	if (strncmp(text, "\xC2\xA0", 2) == 0)
		return 2;
	if (strncmp(text, "\xE2\x80", 2) == 0 && text[2] != '\0')
		return 3;
	return 0;
}

/* The digits of text; false when it holds anything else, too many, or a + elsewhere than in front. */
static bool collect(const char *text, char digits[PHONE_MAX], bool *ret_plus)
{
	size_t len = 0;
	*ret_plus = false;
	while (*text != '\0') {
		size_t skip = separator(text);
		if (skip > 0) {
			text += skip;
		} else if (*text == '+' && len == 0 && !*ret_plus) {
			*ret_plus = true;
			text++;
		} else if (*text >= '0' && *text <= '9' && len < PHONE_MAX - 1) {
			digits[len++] = *text++;
		} else {
			return false;
		}
	}
	digits[len] = '\0';
	return true;
}

bool phone_normalise(const char *text, char ret[PHONE_MAX])
{
	char digits[PHONE_MAX];
	bool international;
	ret[0] = '\0';
	if (!collect(text, digits, &international))
		return false;
	const char *number = digits;
	if (!international && strncmp(number, "00", 2) == 0) {
		international = true;
		number += 2;
	}
	bool indonesian = strncmp(number, "62", 2) == 0;
	if (indonesian) {
		number += 2;
		number += *number == '0'; /* "+62 (0)812": the trunk 0 does not belong there */
	} else if (!international && *number == '0') {
		indonesian = true;
		number++;
	} else if (!international) {
		return false; /* a short code, or a number without the part that would say of which country */
	}
	size_t len = strlen(number);
	size_t least = indonesian ? NATIONAL_MIN : FOREIGN_MIN, most = indonesian ? NATIONAL_MAX : E164_MAX;
	if (*number == '0' || len < least || len > most)
		return false;
	strcpy(ret, indonesian ? "+62" : "+");
	strcat(ret, number);
	return true;
}

void phone_mask(const char *e164, char ret[PHONE_MAX])
{
	size_t len = strlen(e164);
	size_t head = len >= 12 ? 6 : 3, tail = len >= 12 ? 3 : 0;
	if (len < 8)
		head = 0; /* nothing of something so short may be shown */
	memcpy(ret, e164, head);
	memcpy(ret + head, "****", 4);
	memcpy(ret + head + 4, e164 + len - tail, tail + 1);
	ret[head + 4 + tail] = '\0';
}
