/* page: see page.h. */
#include "page.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../protocol/form.h"
#include "../base/log.h"

enum { PAGE_MAX_BYTES = 256 * 1024 };
static const char content_policy[] = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
                                     "frame-ancestors 'none'; base-uri 'none'";

/* "id" or "en" of the query, NULL for anything else. */
static const char *lang_asked(const struct http_request *r)
{
	struct form query;
	if (!form_parse(r->query, r->query_len, &query))
		return NULL;
	const char *lang = form_value(&query, "lang");
	const char *known = lang == NULL              ? NULL
	                    : strcmp(lang, "en") == 0 ? "en"
	                    : strcmp(lang, "id") == 0 ? "id"
	                                              : NULL;
	form_free(&query);
	return known;
}

/* The value of the cookie begins with word. */
static bool cookie_says(const struct http_request *r, const char *name, const char *word)
{
	const char *cookies = http_header(r, "Cookie");
	size_t len = strlen(name);
	for (const char *c = cookies; c != NULL && *(c += strspn(c, "; \t")) != '\0'; c += strcspn(c, ";"))
		if (strncmp(c, name, len) == 0 && c[len] == '=')
			return strncmp(c + len + 1, word, strlen(word)) == 0;
	return false;
}

bool page_english(const struct http_request *r)
{
	const char *asked = lang_asked(r);
	return asked != NULL ? strcmp(asked, "en") == 0 : cookie_says(r, "sigap-lang", "en");
}

static const char *headers_of(struct http_request *r, unsigned kind, const char *more)
{
	const char *lang = lang_asked(r);
	struct buf h;
	buf_init(&h, 4096);
	buf_addf(&h, "Content-Security-Policy: %s%s\n", content_policy,
	         kind & PAGE_LOCATION ? "; script-src 'self'" : "");
	buf_addf(&h, "Referrer-Policy: %s\n", kind & PAGE_CHECKED ? "same-origin" : "no-referrer");
	buf_addf(&h, "Permissions-Policy: geolocation=(%s), camera=(), microphone=()\n",
	         kind & PAGE_LOCATION ? "self" : "");
	buf_adds(&h, "Cross-Origin-Opener-Policy: same-origin\nVary: Cookie\n");
	if (!(kind & PAGE_PUBLIC))
		buf_adds(&h, "X-Robots-Tag: noindex\n");
	if (lang != NULL)
		buf_addf(&h, "Set-Cookie: sigap-lang=%s; Path=/; Max-Age=31536000; SameSite=Lax\n", lang);
	if (more != NULL)
		buf_adds(&h, more);
	const char *text = arena_strndup(r->arena, h.data, h.len);
	buf_free(&h);
	return text;
}

void page_reply(struct http_request *r, int status, const char *name, cJSON *view, unsigned kind, const char *headers)
{
	struct buf out;
	buf_init(&out, PAGE_MAX_BYTES);
	if (html_render(page_texts, name, view, page_english(r), &out)) {
		http_reply(r, status, "text/html; charset=utf-8", out.data, out.len, headers_of(r, kind, headers));
	} else {
		log_error("page.broken", "page=%s bytes=%zu", name, out.len);
		http_reply_fault(r, 500, "page-broken", "the page could not be made; the fault is logged");
	}
	buf_free(&out);
	cJSON_Delete(view);
}

void page_reply_busy(struct http_request *r)
{
	page_reply(r, 503, "busy", NULL, PAGE_PRIVATE, "Retry-After: 2\n");
}

void page_time(struct wall t, struct wall now, int utc_offset_s, char ret[PAGE_TIME])
{
	struct tm at, today;
	time_t s = (time_t)(t.us / 1000000 + utc_offset_s), n = (time_t)(now.us / 1000000 + utc_offset_s);
	gmtime_r(&s, &at);
	gmtime_r(&n, &today);
	bool same_day = at.tm_yday == today.tm_yday && at.tm_year == today.tm_year;
	strftime(ret, PAGE_TIME, same_day ? "%H:%M" : "%d-%m %H:%M", &at);
}

const char *page_type(const struct policy *p, enum incident_type type, const struct http_request *r)
{
	const struct type_rules *rules = &p->types[type];
	const char *label = page_english(r) ? rules->label_en : rules->label_id;
	return label != NULL ? label : incident_type_names[type];
}

/* As written in an address: "Kec. Penajam", "Kab. Penajam Paser Utara". */
static const char *name_in_address(struct arena *a, const struct region *r)
{
	static const char regency[] = "Kabupaten ";
	if (region_code_level(r->code) == LEVEL_DISTRICT)
		return arena_printf(a, "Kec. %s", r->name);
	if (strncmp(r->name, regency, sizeof regency - 1) == 0)
		return arena_printf(a, "Kab. %s", r->name + sizeof regency - 1);
	return r->name;
}

const char *page_place(struct arena *a, const struct gazetteer *g, const char *code)
{
	enum { REGENCY_LEN = 5, DISTRICT_LEN = 8 };
	const char *place = NULL;
	for (size_t len = strlen(code);; len = len > DISTRICT_LEN ? DISTRICT_LEN : REGENCY_LEN) {
		const struct region *r = gazetteer_by_code(g, arena_strndup(a, code, len));
		const char *name = r != NULL ? name_in_address(a, r) : place == NULL ? code : NULL;
		if (name != NULL)
			place = place == NULL ? name : arena_printf(a, "%s, %s", place, name);
		if (len <= REGENCY_LEN)
			return place;
	}
}
