/* http_route: see http_route.h. Routes are split into segments once, when the server opens. */
#include "http_route.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"

/* ---- reading a target ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes from[0..len) to "to", which it ends with NUL. Returns the decoded length, or -1 for a bad escape or a control character. */
static long decode(const char *from, size_t len, char *to)
{
	char *at = to;
	for (size_t i = 0; i < len; i++) {
		char c = from[i];
		if (c == '%') {
			int high = i + 2 < len ? hex_digit(from[i + 1]) : -1;
			int low = high < 0 ? -1 : hex_digit(from[i + 2]);
			if (low < 0)
				return -1;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return -1;
		*at++ = c;
	}
	*at = '\0';
	return at - to;
}

static bool is_dots(const struct http_path_segment *s)
{
	return strcmp(s->text, ".") == 0 || strcmp(s->text, "..") == 0;
}

/* Splits raw[0..len) (after the first slash) and decodes each part into room, which holds len + 1 bytes. */
static const char *read_segments(const char *raw, size_t len, char *room, struct http_target *ret)
{
	const char *end = raw + len;
	while (len > 0) {
		const char *slash = memchr(raw, '/', (size_t)(end - raw));
		const char *stop = slash == NULL ? end : slash;
		long decoded = decode(raw, (size_t)(stop - raw), room);
		if (decoded < 0)
			return "the path has a bad percent-encoding";
		struct http_path_segment s = {room, (size_t)decoded};
		if (!utf8_valid(s.text, s.len))
			return "the path is not valid UTF-8";
		if (is_dots(&s))
			return "the path holds . or ..";
		if (ret->segment_count < HTTP_PATH_SEGMENTS)
			ret->segments[ret->segment_count] = s;
		ret->segment_count++;
		if (slash == NULL)
			break;
		room += decoded + 1;
		raw = slash + 1;
	}
	return NULL;
}

const char *http_target_read(struct arena *a, const char *uri, struct http_target *ret)
{
	size_t len = strcspn(uri, "?");
	*ret = (struct http_target){.query = uri[len] == '?' ? uri + len + 1 : ""};
	ret->query_len = strlen(ret->query);
	char *room = arena_alloc(a, 2 * (len + 1));
	const char *fault = read_segments(uri + 1, len - 1, room, ret);
	if (fault != NULL)
		return fault;
	char *path = room + len + 1;
	decode(uri, len, path);
	ret->path = path;
	return NULL;
}

/* ---- the table ---- */

struct pattern {
	const struct http_route *route;
	struct {
		const char *text; /* NULL: {…} */
		size_t len;
	} segments[HTTP_PATH_SEGMENTS];
	size_t count;
};
struct http_router {
	size_t count;
	struct pattern patterns[];
};

static void compile(const struct http_route *route, struct pattern *ret)
{
	assert(route->path[0] == '/');
	*ret = (struct pattern){.route = route};
	size_t holes = 0;
	for (const char *at = route->path; *at == '/' && at[1] != '\0';) {
		const char *text = at + 1;
		size_t len = strcspn(text, "/");
		assert(ret->count < HTTP_PATH_SEGMENTS && len > 0);
		bool hole = text[0] == '{';
		holes += hole;
		ret->segments[ret->count].text = hole ? NULL : text;
		ret->segments[ret->count++].len = len;
		at = text + len;
	}
	assert(holes <= HTTP_SEGMENTS);
	(void)holes; /* where assertions are compiled out */
}

struct http_router *http_router_new(const struct http_route *routes, size_t n)
{
	struct http_router *r = calloc(1, sizeof *r + n * sizeof *r->patterns);
	if (r == NULL)
		abort();
	r->count = n;
	for (size_t i = 0; i < n; i++)
		compile(&routes[i], &r->patterns[i]);
	return r;
}

void http_router_free(struct http_router **r)
{
	free(*r);
	*r = NULL;
}

static bool segment_fits(const char *text, size_t len, const struct http_path_segment *s)
{
	if (text == NULL)
		return s->len > 0;
	return s->len == len && memcmp(s->text, text, len) == 0;
}

static bool fits(const struct pattern *p, const struct http_target *t)
{
	if (p->count != t->segment_count)
		return false;
	for (size_t i = 0; i < p->count; i++)
		if (!segment_fits(p->segments[i].text, p->segments[i].len, &t->segments[i]))
			return false;
	return true;
}

static void fill_segments(const struct pattern *p, const struct http_target *t, const char *ret[HTTP_SEGMENTS])
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++)
		if (p->segments[i].text == NULL)
			ret[n++] = t->segments[i].text;
}

/* "GET, HEAD, POST" of all routes with this path. */
static const char *allowed_methods(const struct http_router *r, const struct http_target *t, struct arena *a)
{
	const char *allow = NULL;
	for (size_t i = 0; i < r->count; i++) {
		if (!fits(&r->patterns[i], t))
			continue;
		const char *method = r->patterns[i].route->method;
		if (allow != NULL && strstr(allow, method) != NULL)
			continue;
		allow = arena_printf(a, "%s%s%s%s", allow == NULL ? "" : allow, allow == NULL ? "" : ", ", method,
		                     strcmp(method, "GET") == 0 ? ", HEAD" : "");
	}
	return allow;
}

const struct http_route *http_router_find(const struct http_router *r, const char *method, const struct http_target *t,
                                          struct arena *a, const char *ret_segments[HTTP_SEGMENTS],
                                          const char **ret_allow)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct pattern *p = &r->patterns[i];
		if (fits(p, t) && strcmp(p->route->method, method) == 0) {
			fill_segments(p, t, ret_segments);
			return p->route;
		}
	}
	*ret_allow = allowed_methods(r, t, a);
	return NULL;
}
