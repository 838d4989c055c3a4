/* webhook_sign: see webhook_sign.h. */
#include "webhook_sign.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "digest.h"

enum { SECRETS_MAX = 4, KEY_MIN = 16, KEY_MAX = 64, HEAD_MAX = 256 };

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
static bool add_signature(const struct keys *keys, int i, const struct buf *signs, char *ret)
{
	uint8_t mac[DIGEST_MAX];
	char base64[DIGEST_BASE64_MAX];
	size_t n = digest_hmac(DIGEST_SHA256, keys->bytes[i], keys->len[i], signs->data, signs->len, mac),
	       used = strlen(ret);
	digest_base64(mac, n, base64);
	snprintf(ret + used, WEBHOOK_SIGNATURE_MAX - used, "%sv1,%s", i > 0 ? " " : "", base64);
	return n > 0;
}

bool webhook_sign(const char *secrets, const char *id, int64_t timestamp_s, const char *body, size_t len,
                  char ret[WEBHOOK_SIGNATURE_MAX])
{
	struct keys keys;
	struct buf signs; /* what the signature is of: id, time and body */
	buf_init(&signs, HEAD_MAX + len);
	ret[0] = '\0';
	bool ok = buf_addf(&signs, "%s.%" PRId64 ".", id, timestamp_s) && buf_add(&signs, body, len) &&
	          read_keys(secrets, &keys);
	for (int i = 0; ok && i < keys.count; i++)
		ok = add_signature(&keys, i, &signs, ret);
	sodium_memzero(&keys, sizeof keys);
	buf_free(&signs);
	return ok;
}
