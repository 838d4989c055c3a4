/* payload: what the JSON gateways share: reading what they bring, copying it into messages, and an answer's own words for a verdict. */
#ifndef SIGAP_PROTOCOL_PAYLOAD_H
#define SIGAP_PROTOCOL_PAYLOAD_H
#include "../digest.h"
#include "../gateway_json.h"
#include "channel.h"

/* ---- in ---- */
/* The value of a header in to; false when it is missing or has no room. */
bool payload_header(const struct inbound_request *r, const char *name, char *to, size_t size);
/* Is hex the HMAC-SHA256 of len bytes under secret? Constant time. upper: capital digits will do, too. */
bool payload_signed(const char *secret, const char *bytes, size_t len, const char *hex, bool upper);
/* What stands behind "sha256=" in a header's value; NULL when it does not begin so. */
const char *payload_sha256(const char *value);
/* FNV-1a, 32 bits: the same text gives the same number, another one nearly always another. */
uint32_t payload_hash(const char *text);
/* The body as a JSON object (all numbers are strings: gateway_json.h); NULL with the reason in why. The caller frees with cJSON_Delete. */
cJSON *payload_read(const struct inbound_request *r, bool *ret_repaired, char *why, size_t why_size);
/* A member as printable ASCII, "" when it is missing or no string. */
void payload_plain(char *to, size_t size, const cJSON *object, const char *key);
/* A gateway's id of a message. One that has no room becomes its digest: cut, two could become one. */
void payload_id(char *to, size_t size, const char *text);
/* A person's name: UTF-8, cut at a character. */
void payload_name(char *to, size_t size, const char *text);
/* Decimal degrees; nothing when they are no place on earth. */
void payload_position(struct inbound_message *m, const char *lat, const char *lon);
/* Unix seconds, in digits; nothing when it is no time of our days. */
void payload_seconds(struct inbound_message *m, const char *digits);
/* Adds a piece of text behind a comma; NULL and "" add nothing. */
void payload_text(struct buf *to, const char *text);
/* Adds "[label]" for what a text cannot hold: a person shall see that there was a photograph. Behind a blank when text is there. */
void payload_label(struct buf *text, const char *label);

/* ---- out ---- */
/* The answer's body as a JSON object, or NULL. The caller frees. */
cJSON *payload_answer(const struct channel_answer *answer);
/* Adds ": words" of the gateway's own, without those that may be an address, a number or a secret. */
void payload_words(struct verdict *v, const char *words);
#endif
