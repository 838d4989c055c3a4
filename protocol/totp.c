/* totp: see totp.h. */
#include "totp.h"

#include <stdio.h>

#include "digest.h"

enum { STEP_S = 30, TRUNCATED = 1000000 };

/* RFC 4226 5.3: the last nibble of the digest says which four bytes count. */
void totp_code(const uint8_t *key, size_t len, int64_t step, char ret[TOTP_CODE_TEXT])
{
	uint8_t counter[8], mac[DIGEST_MAX];
	for (int i = 0; i < 8; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	size_t n = digest_hmac(DIGEST_SHA1, key, len, counter, sizeof counter, mac);
	ret[0] = '\0';
	if (n == 0)
		return; /* the library refuses: no code fits */
	const uint8_t *at = mac + (mac[n - 1] & 15);
	uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	snprintf(ret, TOTP_CODE_TEXT, "%06u", number % TRUNCATED);
}

int64_t totp_step(const uint8_t *key, size_t len, const char *code, int64_t now_s, int64_t last)
{
	char given[TOTP_CODE_TEXT] = "", right[TOTP_CODE_TEXT];
	size_t n = 0;
	for (; *code != '\0'; code++) {
		if (*code == ' ')
			continue;
		if (*code < '0' || *code > '9' || n == TOTP_CODE_TEXT - 1)
			return 0;
		given[n++] = *code;
	}
	if (n != TOTP_CODE_TEXT - 1)
		return 0;
	int64_t middle = now_s / STEP_S, found = 0;
	for (int64_t step = middle - 1; step <= middle + 1; step++) {
		totp_code(key, len, step, right);
		if (digest_same(given, right, false) && step > last && found == 0)
			found = step;
	}
	return found;
}

void totp_key_text(const uint8_t key[TOTP_KEY_BYTES], char ret[TOTP_KEY_TEXT])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	for (int i = 0; i < TOTP_KEY_TEXT - 1; i++) {
		int bit = i * 5, byte = bit / 8;
		unsigned pair = (unsigned)key[byte] << 8 | (byte + 1 < TOTP_KEY_BYTES ? key[byte + 1] : 0u);
		ret[i] = digits[pair >> (11 - bit % 8) & 31];
	}
	ret[TOTP_KEY_TEXT - 1] = '\0';
}
