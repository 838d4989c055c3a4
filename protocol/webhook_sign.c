/* webhook_sign: see webhook_sign.h. */
#include "webhook_sign.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { SECRETS_MAX = 4, KEY_MIN = 16, KEY_MAX = 64 };

struct keys {
	int count;
	size_t len[SECRETS_MAX];
	uint8_t bytes[SECRETS_MAX][KEY_MAX];
};

/* One "whsec_<base64>" of len characters. The key is the decoded bytes, not the text. */
static bool read_key(const char *secret, size_t len, struct keys *ret)
{
	static const char prefix[] = "whsec_";
	size_t skip = sizeof prefix - 1;
	if (ret->count == SECRETS_MAX || len <= skip || memcmp(secret, prefix, skip) != 0)
		return false;
	size_t *key_len = &ret->len[ret->count];
	if (sodium_base642bin(ret->bytes[ret->count], KEY_MAX, secret + skip, len - skip, NULL, key_len, NULL,
	                      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    *key_len < KEY_MIN)
		return false;
	ret->count++;
	return true;
}

static bool read_keys(const char *secrets, struct keys *ret)
{
	ret->count = 0;
	for (const char *at = secrets + strspn(secrets, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		if (!read_key(at, len, ret))
			return false;
		at += len;
	}
	return ret->count > 0;
}

bool webhook_secret_valid(const char *secrets)
{
	struct keys keys;
	bool ok = read_keys(secrets, &keys);
	sodium_memzero(&keys, sizeof keys);
	return ok;
}

/* Appends "v1,<base64>" to ret, which has room for it (SECRETS_MAX signatures of 47 characters and the spaces
 * between them). */
static void add_signature(const struct keys *keys, int i, const char *head, const char *body, size_t len, char *ret)
{
	crypto_auth_hmacsha256_state state;
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_init(&state, keys->bytes[i], keys->len[i]);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)head, strlen(head));
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)body, len);
	crypto_auth_hmacsha256_final(&state, mac);
	size_t used = strlen(ret);
	used += (size_t)snprintf(ret + used, WEBHOOK_SIGNATURE_MAX - used, "%sv1,", i > 0 ? " " : "");
	sodium_bin2base64(ret + used, WEBHOOK_SIGNATURE_MAX - used, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(&state, sizeof state);
}

bool webhook_sign(const char *secrets, const char *id, int64_t timestamp_s, const char *body, size_t len,
                  char ret[WEBHOOK_SIGNATURE_MAX])
{
	struct keys keys;
	char head[256];
	int head_len = snprintf(head, sizeof head, "%s.%" PRId64 ".", id, timestamp_s);
	bool ok = head_len > 0 && (size_t)head_len < sizeof head && read_keys(secrets, &keys);
	ret[0] = '\0';
	for (int i = 0; ok && i < keys.count; i++)
		add_signature(&keys, i, head, body, len, ret);
	sodium_memzero(&keys, sizeof keys);
	return ok;
}
