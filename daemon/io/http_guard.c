/* http_guard: see http_guard.h. RFC 9112 sections 3 (target, Host), 5.1 (names), 6 (framing); RFC 9110 5.5 and 5.6.2 (values, tokens).
 * Each rule stands for something libevent 2.1.12 lets through. */
#include "http_guard.h"

#include <string.h>
#include <strings.h>

enum { LENGTH_DIGITS = 15 };

void http_guard_start(struct http_guard *g)
{
	*g = (struct http_guard){.content_length = -1};
}

static void refuse(struct http_guard *g, const char *fault)
{
	if (g->fault == NULL)
		g->fault = fault;
}

/* token of RFC 9110 5.6.2: a space before the colon, an empty name and all other tricks with names fail here. */
static const bool token_chars[256] = {
        ['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true,         ['&'] = true,         ['\''] = true,
        ['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true,         ['^'] = true,         ['_'] = true,
        ['`'] = true, ['|'] = true, ['~'] = true, ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

/* The length of a token; 0 when it is none. */
static size_t token_len(const char *name)
{
	size_t len = 0;
	while (token_chars[(unsigned char)name[len]])
		len++;
	return name[len] == '\0' ? len : 0;
}

static bool value_is_clean(const char *value)
{
	for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++)
		if ((*c < 0x20 && *c != '\t') || *c == 0x7f)
			return false;
	return true;
}

static void see_content_length(struct http_guard *g, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	if (digits == 0 || digits > LENGTH_DIGITS || value[digits] != '\0') {
		refuse(g, "Content-Length must be a plain decimal number");
		return;
	}
	if (g->content_length >= 0)
		refuse(g, "more than one Content-Length");
	g->content_length = 0;
	for (size_t i = 0; i < digits; i++)
		g->content_length = g->content_length * 10 + (value[i] - '0');
}

static void see_transfer_encoding(struct http_guard *g, const char *value)
{
	if (g->chunked || strcasecmp(value, "chunked") != 0)
		refuse(g, "the only Transfer-Encoding understood is one \"chunked\"");
	g->chunked = true;
}

static void see_host(struct http_guard *g, const char *value)
{
	if (g->hosts++ > 0)
		refuse(g, "more than one Host");
	if (strpbrk(value, " \t,/@?#\\") != NULL)
		refuse(g, "Host must be a name with an optional port");
}

void http_guard_header(struct http_guard *g, const char *name, const char *value)
{
	static const struct {
		const char *name;
		size_t len;
		void (*see)(struct http_guard *g, const char *value);
	} watched[] = {
	        {"Host", 4, see_host},
	        {"Content-Length", 14, see_content_length},
	        {"Transfer-Encoding", 17, see_transfer_encoding},
	};
	size_t len = token_len(name);
	if (len == 0)
		refuse(g, "a header name holds characters that are not allowed");
	if (!value_is_clean(value))
		refuse(g, "a header value holds control characters");
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
		if (len == watched[i].len && strcasecmp(name, watched[i].name) == 0)
			watched[i].see(g, value);
}

const char *http_guard_end(struct http_guard *g, int major, int minor, bool may_have_body, size_t body_len)
{
	if (major != 1 || (minor != 0 && minor != 1))
		refuse(g, "only HTTP/1.0 and HTTP/1.1 are understood");
	if (minor == 1 && g->hosts == 0)
		refuse(g, "Host is missing");
	if (minor == 0 && g->chunked)
		refuse(g, "HTTP/1.0 knows no Transfer-Encoding");
	if (g->chunked && g->content_length >= 0)
		refuse(g, "Content-Length together with Transfer-Encoding");
	if (!may_have_body && (g->chunked || g->content_length > 0 || body_len > 0))
		refuse(g, "this method takes no body");
	if (may_have_body && !g->chunked && (g->content_length < 0 ? 0 : g->content_length) != (int64_t)body_len)
		refuse(g, "Content-Length differs from the body");
	return g->fault;
}

const char *http_guard_target(const char *uri)
{
	if (uri[0] != '/' || uri[1] == '/')
		return "the request target must begin with a single /";
	for (const unsigned char *c = (const unsigned char *)uri; *c != '\0'; c++)
		if (*c <= 0x20 || *c >= 0x7f || *c == '#')
			return "the request target holds characters that must be percent-encoded";
	return NULL;
}
