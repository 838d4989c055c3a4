/* cookie: how a browser shows its session, and how we know that it was our own page that sent a request (RFC 6265bis; OWASP's sheet on cross-site request forgery). */
#ifndef SIGAP_FLOW_COOKIE_H
#define SIGAP_FLOW_COOKIE_H
#include "flow.h"
#include "session.h"

enum { COOKIE_VALUE_TEXT = 44 /* 32 random bytes in base64url, NUL */ };
/* What the request shows under that name, not ended by NUL; NULL and 0 without it. */
const char *cookie_find(const struct http_request *r, const char *name, size_t *ret_len);
/* Nothing but characters of base64url? */
bool cookie_is_plain(const char *value);
/* The session's: the value that the request shows; "" when it shows none, or one that cannot be ours. */
void cookie_read(const struct http_request *r, char ret[COOKIE_VALUE_TEXT]);
void cookie_make(char ret[COOKIE_VALUE_TEXT]);
void cookie_hash(const char *value, uint8_t ret[SESSION_HASH]);
/* A header line that sets it; value "": that takes it away. */
const char *cookie_line(struct arena *a, const char *value);
/* What a page must say along with each request that changes something: made from the cookie's value, which scripts and other sites cannot read. "" without a cookie. */
const char *cookie_csrf(const struct http_request *r);
const char *cookie_csrf_of(struct arena *a, const char *value);
/* Does the request carry it: header X-Sigap-Csrf, or the field csrf of a form? */
bool cookie_csrf_fits(const struct http_request *r);
/* Does it come from a page of this server, as far as the browser tells (Sec-Fetch-Site, else Origin)? True when it tells nothing: then it is no browser. */
bool cookie_same_origin(const struct flow *f, const struct http_request *r);
#endif
