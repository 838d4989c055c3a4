/* console: see console.h. */
#include "console.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "../../protocol/json.h"
#include "../flow/rules.h"
#include "console_files.h"

enum { HEADERS_MAX = 2048, SETTINGS_MAX = 4096 };

/* The source of the map's pictures as a policy names it: "https://{s}.tile.example/{z}/{x}/{y}.png" -> "https://" "*.tile.example".
 * Nothing is added without tiles. */
static void add_tile_source(struct buf *to, const char *tiles)
{
	if (tiles == NULL)
		return;
	size_t scheme = (size_t)(strstr(tiles, "://") + 3 - tiles);
	const char *host = tiles + scheme;
	buf_addf(to, " %.*s", (int)scheme, tiles);
	if (strncmp(host, "{s}", 3) == 0) {
		buf_adds(to, "*");
		host += 3;
	}
	buf_add(to, host, strcspn(host, "/"));
}

/* Nothing but what this daemon serves runs, and nothing is asked of anybody else but the map's pictures. */
static void add_headers(struct buf *to, const struct flow *f, const char *etag, bool packed)
{
	buf_addf(to, "ETag: %s\nCache-Control: no-cache\nVary: Accept-Encoding\n", etag);
	if (packed)
		buf_adds(to, "Content-Encoding: gzip\n");
	buf_adds(to, "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "
	             "data:");
	add_tile_source(to, f->conf->tiles);
	buf_adds(
	        to,
	        "; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\n"
	        "Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=()\n"
	        "Referrer-Policy: no-referrer\n"
	        "Cross-Origin-Opener-Policy: same-origin\n"
	        "Cross-Origin-Resource-Policy: same-origin\n"
	        "X-Frame-Options: DENY\n");
}

/* Is name, one of a list with commas, there and not refused by q=0? */
static bool lists(const char *list, const char *name)
{
	size_t len = strlen(name);
	while (list != NULL && *list != '\0') {
		list += strspn(list, " \t,");
		size_t item = strcspn(list, ",");
		bool same =
		        item >= len && strncasecmp(list, name, len) == 0 && (item == len || strchr(" \t;", list[len]));
		if (same) {
			const char *q = memchr(list, '=', item);
			return q == NULL || strspn(q + 1, "0. \t") < (size_t)(list + item - q - 1);
		}
		list += item;
	}
	return false;
}

/* Does the peer have this version? Weak comparison, as RFC 9110 wants it for If-None-Match. */
static bool has_version(const struct http_request *r, const char *etag)
{
	const char *known = http_header(r, "If-None-Match");
	while (known != NULL && *known != '\0') {
		known += strspn(known, " \t,");
		if (strncmp(known, "W/", 2) == 0)
			known += 2;
		size_t item = strcspn(known, ",");
		size_t len = item;
		while (len > 0 && isspace((unsigned char)known[len - 1]))
			len--;
		if ((len == strlen(etag) && strncmp(known, etag, len) == 0) || (len == 1 && *known == '*'))
			return true;
		known += item;
	}
	return false;
}

static const struct console_file *find(const char *path)
{
	for (size_t i = 0; i < console_file_count; i++)
		if (strcmp(console_files[i].path, path) == 0)
			return &console_files[i];
	return NULL;
}

static void serve(const struct flow *f, struct http_request *r, const char *path)
{
	const struct console_file *file = find(path);
	if (file == NULL) {
		http_reply_fault(r, 404, "not-found", "the console has no such file");
		return;
	}
	bool packed = lists(http_header(r, "Accept-Encoding"), "gzip");
	const char *etag = arena_printf(r->arena, "\"%s%s\"", file->tag, packed ? "-gz" : "");
	struct buf headers;
	buf_init(&headers, HEADERS_MAX);
	add_headers(&headers, f, etag, packed);
	if (has_version(r, etag))
		http_reply(r, 304, NULL, "", 0, headers.data);
	else if (packed)
		http_reply(r, 200, file->type, file->packed, file->packed_len, headers.data);
	else
		http_reply(r, 200, file->type, file->plain, file->plain_len, headers.data);
	buf_free(&headers);
}

void console_get_page(void *ctx, struct http_request *r)
{
	serve(ctx, r, "index.html");
}

void console_get_icon(void *ctx, struct http_request *r)
{
	serve(ctx, r, "icon.svg");
}

void console_get_file(void *ctx, struct http_request *r)
{
	serve(ctx, r, r->segments[0]);
}

void console_get_screen(void *ctx, struct http_request *r)
{
	serve(ctx, r, arena_printf(r->arena, "screens/%s", r->segments[0]));
}

void console_get_vendor(void *ctx, struct http_request *r)
{
	serve(ctx, r, arena_printf(r->arena, "vendor/%s", r->segments[0]));
}

void console_get_settings(void *ctx, struct http_request *r)
{
	const struct flow *f = ctx;
	struct buf body;
	struct json_out j;
	buf_init(&body, SETTINGS_MAX);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_key(&j, "name");
	json_put_string(&j, f->rules->policy->name);
	json_key(&j, "regency");
	json_put_string(&j, f->rules->policy->regency);
	json_key(&j, "utc_offset_min");
	json_put_int(&j, f->rules->policy->utc_offset_s / 60);
	json_key(&j, "tiles");
	json_put_string(&j, f->conf->tiles);
	json_end_object(&j);
	http_reply_buf(r, 200, "application/json", &body);
	buf_free(&body);
}
