/* password: see password.h. */
#include "password.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "../../protocol/utf8.h"

_Static_assert(PASSWORD_HASH_TEXT == crypto_pwhash_STRBYTES, "as libsodium says");
enum { PASSES = 2, MEMORY_BYTES = 19 * 1024 * 1024, DIFFERENT_LEAST = 5, NAME_LEAST = 3 };

static int different_bytes(const char *text)
{
	bool seen[256] = {false};
	int n = 0;
	for (; *text != '\0'; text++) {
		n += !seen[(unsigned char)*text];
		seen[(unsigned char)*text] = true;
	}
	return n;
}

const char *password_fault(const char *password, const char *user)
{
	size_t len = strlen(password);
	if (!utf8_valid(password, len))
		return "must be UTF-8 text";
	if (utf8_length(password) < PASSWORD_LEAST)
		return "must have at least 12 characters";
	if (len > PASSWORD_MOST)
		return "must have at most 200 bytes";
	if (different_bytes(password) < DIFFERENT_LEAST)
		return "must not repeat a few characters only";
	if (strlen(user) >= NAME_LEAST && strcasestr(password, user) != NULL)
		return "must not hold the user's name";
	return NULL;
}

bool password_hash(const char *password, char ret[PASSWORD_HASH_TEXT])
{
	return crypto_pwhash_str_alg(ret, password, strlen(password), PASSES, MEMORY_BYTES,
	                             crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_fits(const char *password, const char *hash)
{
	char nobody[PASSWORD_HASH_TEXT];
	if (hash[0] != '\0')
		return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
	password_hash(password, nobody);
	return false;
}

void password_make(char ret[PASSWORD_MADE_TEXT])
{
	static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* without l, o, 0, 1 */
	enum { GROUP = 5 };
	int at = 0;
	for (; at < PASSWORD_MADE_TEXT - 1; at++)
		ret[at] = at % (GROUP + 1) == GROUP ? '-' : digits[randombytes_uniform(sizeof digits - 1)];
	ret[at] = '\0';
}
