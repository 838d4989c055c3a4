/* totp: one-time codes of authenticator programs: RFC 6238 over HMAC-SHA-1, six digits, steps of 30 seconds, as all of them understand. */
#ifndef SIGAP_PROTOCOL_TOTP_H
#define SIGAP_PROTOCOL_TOTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOTP_KEY_BYTES = 20, TOTP_CODE_TEXT = 7, TOTP_KEY_TEXT = 33 };
/* The code of a time step (Unix seconds / 30). */
void totp_code(const uint8_t *key, size_t len, int64_t step, char ret[TOTP_CODE_TEXT]);
/* The time step of code around now (Unix seconds), one step early or late, and after `last`, the step of the last code that was taken; 0: it does not fit. Spaces in
 * code do not count. */
int64_t totp_step(const uint8_t *key, size_t len, const char *code, int64_t now_s, int64_t last);
/* The key in base32 (RFC 4648), as people type it into their program. */
void totp_key_text(const uint8_t key[TOTP_KEY_BYTES], char ret[TOTP_KEY_TEXT]);
#endif
