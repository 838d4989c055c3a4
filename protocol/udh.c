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

bool udh_part_of_text(const char *text, size_t len, struct sms_part *ret)
{
	uint8_t udh[UDH_MAX];
	char hex[2 * UDH_MAX];
	size_t digits = 0;
	for (size_t i = 0; i < len && digits < sizeof hex; i++)
		if (text[i] != '%')
			hex[digits++] = text[i];
	if (len >= strlen("050003RRTTNN") && hex_decode(hex, digits, udh))
		return udh_part(udh, digits / 2, ret);
	return udh_part((const uint8_t *)text, len, ret);
}
