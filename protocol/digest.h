/* digest: the checksums that gateways sign with, over libcrypto. */
#ifndef SIGAP_PROTOCOL_DIGEST_H
#define SIGAP_PROTOCOL_DIGEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512 };
enum { DIGEST_MAX = 64, DIGEST_HEX_MAX = 2 * DIGEST_MAX + 1, DIGEST_BASE64_MAX = 92 };
/* Writes the digest of bytes, or its HMAC under key, to ret; returns its length in bytes, 0 when the library refuses. */
size_t digest_of(enum digest d, const void *bytes, size_t len, uint8_t ret[DIGEST_MAX]);
size_t digest_hmac(enum digest d, const void *key, size_t key_len, const void *bytes, size_t len,
                   uint8_t ret[DIGEST_MAX]);
/* Lower case hexadecimal; standard base64 with padding. */
void digest_hex(const uint8_t *digest, size_t len, char ret[DIGEST_HEX_MAX]);
void digest_base64(const uint8_t *digest, size_t len, char ret[DIGEST_BASE64_MAX]);
/* Are both the same text? Takes as long for a wrong one as for the right one; fold_case: "AB" is "ab". NULL is like nothing. */
bool digest_same(const char *given, const char *right, bool fold_case);
#endif
