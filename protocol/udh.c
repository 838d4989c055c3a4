/* udh: see udh.h. */
#include "udh.h"

#include <string.h>

#include "charset.h"

enum { UDH_MAX = 140, PART8 = 0x00, PART16 = 0x08 };

bool udh_part(const uint8_t *udh, size_t len, struct sms_part *ret)
{
	size_t end = len > 0 ? (size_t)udh[0] + 1 : 0;
	*ret = (struct sms_part){0};
	if (end > len)
		end = len;
	for (size_t at = 1; at + 2 <= end; at += 2u + udh[at + 1]) {
		const uint8_t *e = udh + at; /* id, length, reference (1 or 2 bytes), total, number */
		size_t wide = e[0] == PART8 && e[1] == 3 ? 1 : e[0] == PART16 && e[1] == 4 ? 2 : 0;
		if (wide == 0 || at + 2 + wide + 2 > end)
			continue;
		int total = e[2 + wide], number = e[3 + wide];
		if (total < 2 || number < 1 || number > total)
			return false;
		*ret = (struct sms_part){.ref = wide == 1 ? e[2] : e[2] << 8 | e[3], .number = number, .total = total};
		return true;
	}
	return false;
}

/* Kannel encodes its headers like a form: what is a letter or a digit stands there as itself. */
static size_t decode_percent(const char *text, size_t len, uint8_t udh[UDH_MAX])
{
	size_t n = 0;
	for (size_t at = 0; at < len && n < UDH_MAX; at++, n++) {
		if (text[at] == '%' && len - at > 2 && hex_decode(text + at + 1, 2, &udh[n]))
			at += 2;
		else
			udh[n] = text[at] == '+' ? ' ' : (uint8_t)text[at];
	}
	return n;
}

bool udh_part_of_text(const char *text, size_t len, struct sms_part *ret)
{
	uint8_t udh[UDH_MAX];
	if (len > 0 && text[0] == '%') /* its length, the first byte, is no letter */
		return udh_part(udh, decode_percent(text, len, udh), ret);
	if (len >= strlen("050003RRTTNN") && len <= 2 * UDH_MAX && hex_decode(text, len, udh))
		return udh_part(udh, len / 2, ret);
	return udh_part((const uint8_t *)text, len, ret);
}
