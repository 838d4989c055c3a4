/* digest: see digest.h. */
#include "digest.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static const EVP_MD *method(enum digest d)
{
	switch (d) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		return EVP_sha256();
	default:
		return EVP_sha512();
	}
}

size_t digest_of(enum digest d, const void *bytes, size_t len, uint8_t ret[DIGEST_MAX])
{
	unsigned n = 0;
	return EVP_Digest(bytes, len, ret, &n, method(d), NULL) == 1 ? n : 0;
}

size_t digest_hmac(enum digest d, const void *key, size_t key_len, const void *bytes, size_t len,
                   uint8_t ret[DIGEST_MAX])
{
	unsigned n = 0;
	return HMAC(method(d), key, (int)key_len, bytes, len, ret, &n) != NULL ? n : 0;
}

void digest_hex(const uint8_t *digest, size_t len, char ret[DIGEST_HEX_MAX])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = digits[digest[i] >> 4];
		ret[2 * i + 1] = digits[digest[i] & 15];
	}
	ret[2 * len] = '\0';
}

void digest_base64(const uint8_t *digest, size_t len, char ret[DIGEST_BASE64_MAX])
{
	EVP_EncodeBlock((unsigned char *)ret, digest, (int)len);
}

bool digest_same(const char *given, const char *right, bool fold_case)
{
	if (given == NULL || right == NULL || strlen(given) != strlen(right))
		return false;
	int differs = 0;
	for (size_t i = 0; right[i] != '\0'; i++) {
		int a = (unsigned char)given[i], b = (unsigned char)right[i];
		differs |= fold_case ? tolower(a) ^ tolower(b) : a ^ b;
	}
	return differs == 0;
}
