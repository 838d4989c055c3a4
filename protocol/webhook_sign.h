/* webhook_sign: Standard Webhooks 1.0.0 signatures, scheme v1 (HMAC-SHA256 over "id.timestamp.body").
 * Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. */
#ifndef SIGAP_PROTOCOL_WEBHOOK_SIGN_H
#define SIGAP_PROTOCOL_WEBHOOK_SIGN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
enum { WEBHOOK_SIGNATURE_MAX = 256 };
/* Writes the webhook-signature header value: one "v1,<base64>" per secret, space separated. secrets: one or several "whsec_<base64>" separated by
 * spaces (rotation). False when a secret is malformed (not base64 of 16-64 bytes, or more than 4). */
bool webhook_sign(const char *secrets, const char *id, int64_t timestamp_s, const char *body, size_t len,
                  char ret[WEBHOOK_SIGNATURE_MAX]);
/* True when the secrets are well formed. */
bool webhook_secret_valid(const char *secrets);
#endif
