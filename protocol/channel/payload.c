/* payload: see payload.h. */
#include "payload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../utf8.h"

/* ---- in ---- */

bool payload_header(const struct inbound_request *r, const char *name, char *to, size_t size)
{
	const char *value = r->header != NULL ? r->header(r->ctx, name) : NULL;
	to[0] = '\0';
	if (value == NULL || strlen(value) >= size)
		return false;
	memcpy(to, value, strlen(value) + 1);
	return true;
}

bool payload_signed(const char *secret, const char *bytes, size_t len, const char *hex, bool upper)
{
	uint8_t mac[DIGEST_MAX];
	char right[DIGEST_HEX_MAX];
	size_t n = secret != NULL ? digest_hmac(DIGEST_SHA256, secret, strlen(secret), bytes, len, mac) : 0;
	digest_hex(mac, n, right);
	return n > 0 && digest_same(hex, right, upper);
}

const char *payload_sha256(const char *value)
{
	static const char method[] = "sha256=";
	return strncmp(value, method, sizeof method - 1) == 0 ? value + sizeof method - 1 : NULL;
}

uint32_t payload_hash(const char *text)
{
	uint32_t hash = 2166136261u;
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	return hash;
}

cJSON *payload_read(const struct inbound_request *r, bool *ret_repaired, char *why, size_t why_size)
{
	struct json_fault fault;
	cJSON *tree = gateway_json_parse(r->body, r->body_len, ret_repaired, &fault);
	if (tree == NULL) {
		snprintf(why, why_size, "the body is not JSON: %s", fault.detail);
	} else if (!cJSON_IsObject(tree)) {
		snprintf(why, why_size, "the body is not a JSON object");
		cJSON_Delete(tree);
		tree = NULL;
	}
	return tree;
}

void payload_plain(char *to, size_t size, const cJSON *object, const char *key)
{
	const char *text = json_string(object, key);
	inbound_copy_plain(to, size, text != NULL ? text : "");
}

void payload_id(char *to, size_t size, const char *text)
{
	uint8_t digest[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX], plain[256];
	inbound_copy_plain(plain, sizeof plain, text);
	bool fits = strlen(text) < size && strcmp(plain, text) == 0;
	digest_hex(digest, fits ? 0 : digest_of(DIGEST_SHA256, text, strlen(text), digest), hex);
	snprintf(to, size, "%s%s", fits ? "" : "sha256:", fits ? text : hex);
}

void payload_name(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
	utf8_trim(to);
}

static bool read_degrees(const char *text, double most, double *ret)
{
	char *end;
	if (text == NULL || *text == '\0')
		return false;
	*ret = strtod(text, &end);
	return *end == '\0' && isfinite(*ret) && fabs(*ret) <= most;
}

void payload_position(struct inbound_message *m, const char *lat, const char *lon)
{
	m->has_position = read_degrees(lat, 90, &m->lat) && read_degrees(lon, 180, &m->lon);
}

void payload_seconds(struct inbound_message *m, const char *digits)
{
	size_t len = digits != NULL ? strlen(digits) : 0;
	if (len == 0 || len > 11 || strspn(digits, "0123456789") != len)
		return;
	m->has_reported_at = true;
	m->reported_at_us = strtoll(digits, NULL, 10) * 1000000;
}

void payload_text(struct buf *to, const char *text)
{
	if (text != NULL && *text != '\0')
		buf_addf(to, "%s%s", to->len > 0 ? ", " : "", text);
}

void payload_label(struct buf *text, const char *label)
{
	buf_addf(text, "%s[%s]", text->len > 0 ? " " : "", label);
}

/* ---- out ---- */

cJSON *payload_answer(const struct channel_answer *answer)
{
	bool repaired;
	struct json_fault fault;
	if (answer->transport != TRANSPORT_ANSWERED || answer->body == NULL)
		return NULL;
	cJSON *tree = gateway_json_parse(answer->body, strlen(answer->body), &repaired, &fault);
	if (cJSON_IsObject(tree))
		return tree;
	cJSON_Delete(tree);
	return NULL;
}

/* Plain words are letters with hyphens, apostrophes and the marks at their end; the longest English one has some twenty letters, a token more. */
static bool is_plain_word(const char *word, size_t len)
{
	enum { WORD_MOST = 20 };
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-'";
	size_t core = strspn(word, letters);
	return core <= WORD_MOST && core + strspn(word + core, ".,:;)") >= len;
}

void payload_words(struct verdict *v, const char *words)
{
	size_t used = strlen(v->detail), bare = used;
	for (const char *at = words + strspn(words, " \n"); *at != '\0'; at += strspn(at, " \n")) {
		size_t len = strcspn(at, " \n");
		bool plain = is_plain_word(at, len);
		int n = snprintf(v->detail + used, sizeof v->detail - used, "%s %.*s", used == bare ? ":" : "",
		                 plain ? (int)len : 3, plain ? at : "...");
		if (n < 0 || (size_t)n >= sizeof v->detail - used) {
			v->detail[used] = '\0';
			return;
		}
		used += (size_t)n;
		at += len;
	}
}
