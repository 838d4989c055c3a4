/* device: see device.h. In a duty room several people share a browser: its cookie holds the marks of those who came last, without their names. */
#include "device.h"

#include <sodium.h>
#include <string.h>

#include "../base/id.h"
#include "../flow/cookie.h"

#define COOKIE_NAME "__Host-sigap-device"
enum { SALT_BYTES = 16, CODE_BYTES = 16, MARK_BYTES = SALT_BYTES + CODE_BYTES, MARKS_MOST = 8, KEPT_S = 365 * 86400 };

static void code_of(const uint8_t salt[SALT_BYTES], const char *password_hash, uint8_t ret[CODE_BYTES])
{
	static const char what[] = "sigap device";
	crypto_generichash_state s;
	uint8_t key[32];
	sha256(password_hash, strlen(password_hash), key);
	crypto_generichash_init(&s, key, sizeof key, CODE_BYTES);
	crypto_generichash_update(&s, (const uint8_t *)what, sizeof what);
	crypto_generichash_update(&s, salt, SALT_BYTES);
	crypto_generichash_final(&s, ret, CODE_BYTES);
	sodium_memzero(key, sizeof key);
}

static void mark_new(const char *password_hash, char ret[DEVICE_MARK_TEXT])
{
	uint8_t mark[MARK_BYTES];
	randombytes_buf(mark, SALT_BYTES);
	code_of(mark, password_hash, mark + SALT_BYTES);
	sodium_bin2base64(ret, DEVICE_MARK_TEXT, mark, sizeof mark, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool mark_fits(const char *text, const char *password_hash)
{
	uint8_t mark[MARK_BYTES], right[CODE_BYTES];
	size_t len;
	if (sodium_base642bin(mark, sizeof mark, text, strlen(text), NULL, &len, NULL,
	                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    len != MARK_BYTES)
		return false;
	code_of(mark, password_hash, right);
	return sodium_memcmp(mark + SALT_BYTES, right, CODE_BYTES) == 0;
}

/* What the browser shows, as many texts as could be marks. Returns how many. */
static int shown(const struct http_request *r, char ret[MARKS_MOST][DEVICE_MARK_TEXT])
{
	size_t left;
	const char *at = cookie_find(r, COOKIE_NAME, &left);
	int n = 0;
	for (; left >= DEVICE_MARK_TEXT - 1 && n < MARKS_MOST; n++) {
		memcpy(ret[n], at, DEVICE_MARK_TEXT - 1);
		ret[n][DEVICE_MARK_TEXT - 1] = '\0';
		size_t step = left >= DEVICE_MARK_TEXT ? DEVICE_MARK_TEXT : left;
		if (!cookie_is_plain(ret[n]) || (step == DEVICE_MARK_TEXT && at[step - 1] != '.'))
			break;
		at += step;
		left -= step;
	}
	return n;
}

bool device_find(const struct http_request *r, const char *password_hash, char ret[DEVICE_MARK_TEXT])
{
	char marks[MARKS_MOST][DEVICE_MARK_TEXT];
	int n = shown(r, marks);
	ret[0] = '\0';
	for (int i = 0; i < n && ret[0] == '\0'; i++)
		if (mark_fits(marks[i], password_hash))
			memcpy(ret, marks[i], DEVICE_MARK_TEXT);
	return ret[0] != '\0';
}

const char *device_line(const struct http_request *r, const char *password_hash, const char *mark)
{
	char marks[MARKS_MOST][DEVICE_MARK_TEXT], fresh[DEVICE_MARK_TEXT];
	int n = shown(r, marks), kept = 1;
	if (mark[0] == '\0') {
		mark_new(password_hash, fresh);
		mark = fresh;
	}
	const char *all = mark;
	for (int i = 0; i < n && kept < MARKS_MOST; i++) {
		if (strcmp(marks[i], mark) == 0)
			continue;
		all = arena_printf(r->arena, "%s.%s", all, marks[i]);
		kept++;
	}
	return arena_printf(r->arena,
	                    "Set-Cookie: " COOKIE_NAME "=%s; Path=/; Max-Age=%d; Secure; HttpOnly; SameSite=Strict\n",
	                    all, KEPT_S);
}
