/* cookie: see cookie.h. */
#include "cookie.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "../../protocol/form.h"

enum { VALUE_BYTES = 32 };
#define COOKIE_NAME "__Host-sigap" /* browsers take the prefix from this host only, Secure, with Path=/ */

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const char *cookie_find(const struct http_request *r, const char *name, size_t *ret_len)
{
	const char *at = http_header(r, "Cookie");
	size_t name_len = strlen(name);
	while (at != NULL && *at != '\0') {
		at += strspn(at, " \t;");
		size_t len = strcspn(at, ";");
		if (len > name_len && strncmp(at, name, name_len) == 0 && at[name_len] == '=') {
			*ret_len = len - name_len - 1;
			return at + name_len + 1;
		}
		at += len;
	}
	*ret_len = 0;
	return NULL;
}

bool cookie_is_plain(const char *value)
{
	return value[strspn(value, base64url)] == '\0';
}

void cookie_read(const struct http_request *r, char ret[COOKIE_VALUE_TEXT])
{
	size_t len;
	const char *value = cookie_find(r, COOKIE_NAME, &len);
	ret[0] = '\0';
	if (len != COOKIE_VALUE_TEXT - 1)
		return;
	memcpy(ret, value, len);
	ret[len] = '\0';
	if (!cookie_is_plain(ret))
		ret[0] = '\0';
}

void cookie_make(char ret[COOKIE_VALUE_TEXT])
{
	uint8_t bytes[VALUE_BYTES];
	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(ret, COOKIE_VALUE_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof bytes);
}

void cookie_hash(const char *value, uint8_t ret[SESSION_HASH])
{
	sha256(value, strlen(value), ret);
}

const char *cookie_line(struct arena *a, const char *value)
{
	return arena_printf(a, "Set-Cookie: " COOKIE_NAME "=%s; Path=/; Secure; HttpOnly; SameSite=Lax%s\n", value,
	                    value[0] == '\0' ? "; Max-Age=0" : "");
}

const char *cookie_csrf_of(struct arena *a, const char *value)
{
	char *text = arena_alloc(a, COOKIE_VALUE_TEXT);
	uint8_t hash[SESSION_HASH];
	const char *both = arena_printf(a, "sigap csrf %s", value);
	sha256(both, strlen(both), hash);
	sodium_bin2base64(text, COOKIE_VALUE_TEXT, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return text;
}

const char *cookie_csrf(const struct http_request *r)
{
	char value[COOKIE_VALUE_TEXT];
	cookie_read(r, value);
	return value[0] == '\0' ? "" : cookie_csrf_of(r->arena, value);
}

static bool same(const char *given, const char *right)
{
	size_t len = strlen(right);
	return given != NULL && len > 0 && strlen(given) == len && sodium_memcmp(given, right, len) == 0;
}

bool cookie_csrf_fits(const struct http_request *r)
{
	static const char form_type[] = "application/x-www-form-urlencoded";
	const char *right = cookie_csrf(r), *header = http_header(r, "X-Sigap-Csrf");
	const char *type = http_header(r, "Content-Type");
	struct form form;
	if (header != NULL)
		return same(header, right);
	if (type == NULL || strncasecmp(type, form_type, sizeof form_type - 1) != 0 ||
	    !form_parse(r->body, r->body_len, &form))
		return false;
	bool fits = same(form_value(&form, "csrf"), right);
	form_free(&form);
	return fits;
}

/* "https://sigap.example/x" -> the length of "https://sigap.example". */
static size_t origin_length(const char *url)
{
	const char *host = strstr(url, "://");
	return host == NULL ? 0 : (size_t)(host + 3 - url) + strcspn(host + 3, "/");
}

bool cookie_same_origin(const struct flow *f, const struct http_request *r)
{
	const char *site = http_header(r, "Sec-Fetch-Site"), *origin = http_header(r, "Origin");
	const char *host = http_header(r, "Host"), *own = f->conf->public_url;
	if (site != NULL)
		return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
	if (origin == NULL)
		return true;
	size_t len = origin_length(own);
	if (len > 0 && strlen(origin) == len && strncasecmp(origin, own, len) == 0)
		return true;
	/* what it was called by is as good: no other site's page can choose the Host of its victim */
	size_t at = origin_length(origin) == strlen(origin) ? strcspn(origin, ":") + 3 : 0;
	return at > 3 && host != NULL && strcasecmp(origin + at, host) == 0;
}
