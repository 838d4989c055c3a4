/* id: UUIDv7 (RFC 9562): time ordered, made in the daemon, so that a retry after an unknown outcome is harmless. */
#ifndef SIGAP_BASE_ID_H
#define SIGAP_BASE_ID_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct uuid {
	uint8_t b[16];
};
enum { UUID_TEXT = 37 };
struct uuid uuid_make(void);                           /* monotone within the process; random part from libsodium */
void uuid_format(struct uuid id, char ret[UUID_TEXT]); /* lower case with hyphens */
bool uuid_parse(const char *text, struct uuid *ret);   /* exactly 36 characters */
bool uuid_equal(struct uuid a, struct uuid b);
bool uuid_is_nil(struct uuid a);
/* SHA-256 of bytes. */
void sha256(const void *bytes, size_t len, uint8_t ret[32]);
/* Random bytes as text of 62 digits and letters: "sgp_" tokens and the like. ret has room for len + 1. */
void random_text(char *ret, size_t len);

/* The capability in an answer link: the dispatch id and 64 bits of HMAC-SHA256 under the installation's key, base64url, 32 characters. */
enum { LINK_TOKEN_TEXT = 33 };
void link_token_make(const uint8_t key[32], struct uuid dispatch, char ret[LINK_TOKEN_TEXT]);
bool link_token_read(const uint8_t key[32], const char *token,
                     struct uuid *ret_dispatch); /* constant time; false for any other text */

/* What a citizen gets for a report, "1042-K7QX2": its number and a word of 25 bits of HMAC-SHA256 under the installation's key, so that nobody can walk through the
 * numbers: whoever checks receipts bounds how many wrong ones he takes. Letters of either case; O is 0, I and L are 1. */
enum { RECEIPT_TEXT = 28 };
void receipt_make(const uint8_t key[32], int64_t number, char ret[RECEIPT_TEXT]);
bool receipt_read(const uint8_t key[32], const char *text,
                  int64_t *ret_number); /* constant time; false for any other text */
#endif
