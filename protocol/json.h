/* json: strict reading (a guard in front of cJSON) and plain writing of JSON.
 *
 * Reading: cJSON 1.7.15 accepts trailing bytes, duplicate keys, invalid UTF-8, raw control characters, leading zeros and
 * cuts strings at \u0000. json_parse() refuses all of these first, with the place, and only then lets cJSON build the tree. */
#ifndef SIGAP_PROTOCOL_JSON_H
#define SIGAP_PROTOCOL_JSON_H
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "utf8.h"

enum { JSON_MAX_DEPTH = 32, JSON_MAX_KEYS = 2000 };

/* Why a text is not acceptable JSON. */
struct json_fault {
	size_t offset;    /* byte offset in the text */
	int line, column; /* both from 1 */
	char pointer
	        [256]; /* RFC 6901 JSON pointer of the value being read, "" for the whole document; cut when longer */
	char detail
	        [160]; /* what is wrong and what would be right, in English, no input bytes that are not printable ASCII */
};

/* Strict RFC 8259 parse. Returns a tree that the caller frees with cJSON_Delete, or NULL with *ret_fault filled. Refuses:
 * syntax errors, trailing bytes, a BOM, depth > JSON_MAX_DEPTH, more than JSON_MAX_KEYS members in one object (a lookup walks a list), duplicate keys, invalid UTF-8,
 * raw control characters, \u0000, lone surrogates, numbers larger than a double or longer than 63 characters. text needs no NUL at its end. */
cJSON *json_parse(const char *text, size_t len, struct json_fault *ret_fault);
/* The same for JSON with // and block comments and trailing commas (configuration files); places stay those of the original text. */
cJSON *json_parse_commented(const char *text, size_t len, struct json_fault *ret_fault);

/* Case-sensitive member, NULL when absent. Never use cJSON_GetObjectItem: it ignores case. */
const cJSON *json_member(const cJSON *object, const char *key);
/* The member's string, or NULL when absent or of another type. */
const char *json_string(const cJSON *object, const char *key);

/* Writing. Commas are put by the writer: begin/end objects and arrays, name members with json_key. Depth at most 31. */
struct json_out {
	struct buf *to;
	uint32_t comma; /* one bit per level: a comma is due before the next item */
	int depth;
	bool after_key;
};
void json_out_init(struct json_out *j, struct buf *to);
void json_begin_object(struct json_out *j);
void json_end_object(struct json_out *j);
void json_begin_array(struct json_out *j);
void json_end_array(struct json_out *j);
void json_key(struct json_out *j, const char *key);         /* key: plain ASCII, written as is */
void json_put_string(struct json_out *j, const char *text); /* NULL writes null */
void json_put_stringn(struct json_out *j, const char *text, size_t len);
void json_put_int(struct json_out *j, int64_t value);
void json_put_double(struct json_out *j, double value); /* shortest form that reads back; NaN and infinity write null */
void json_put_bool(struct json_out *j, bool value);
void json_put_null(struct json_out *j);
void json_put_raw(struct json_out *j, const char *json, size_t len); /* an already rendered value */
/* json_key followed by the value. */
void json_member_string(struct json_out *j, const char *key, const char *text);
void json_member_int(struct json_out *j, const char *key, int64_t value);
void json_member_double(struct json_out *j, const char *key, double value);
void json_member_bool(struct json_out *j, const char *key, bool value);
void json_member_time(struct json_out *j, const char *key, int64_t unix_us); /* RFC 3339; 0 writes null */
void json_member_base64(struct json_out *j, const char *key, const void *bytes, size_t len); /* RFC 4648, padded */
/* What json_member_base64 wrote: bytes to ret, which has room for as many as text has characters. False: it is no base64. */
bool json_base64_read(const char *text, uint8_t *ret, size_t *ret_len);
#endif
