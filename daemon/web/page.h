/* page: pages made by the server: texts of daemon/console/pages/, filled in (protocol/html.h), in the reader's language, with headers that let nothing but our own style
 * in. Usable without JavaScript; below 30 KB. */
#ifndef SIGAP_FLOW_PAGE_H
#define SIGAP_FLOW_PAGE_H
#include "../../protocol/html.h"
#include "../core/gazetteer.h"
#include "../core/policy.h"
#include "../io/http.h"

/* Every page by name; ended by a NULL name. Generated. */
extern const struct html_text page_texts[];

enum {
	PAGE_PRIVATE = 0,       /* no search engine keeps it, no link of it tells where it was */
	PAGE_PUBLIC = 1 << 0,   /* may be found */
	PAGE_CHECKED = 1 << 1,  /* has forms whose origin is checked: they may say it, to this server */
	PAGE_LOCATION = 1 << 2, /* its script may ask where the telephone is */
};
/* English was asked for: ?lang=en, else the cookie sigap-lang, which ?lang= sets. Indonesian otherwise. */
bool page_english(const struct http_request *r);
/* Replies with the page; takes view (an object, or NULL for none) and frees it. headers: more of them, "Name: value\n"; may be NULL. */
void page_reply(struct http_request *r, int status, const char *name, cJSON *view, unsigned kind, const char *headers);
/* 503: the database is away; try again. */
void page_reply_busy(struct http_request *r);
/* "10:42" of a moment, or "22-11 10:42" when it is not today. */
enum { PAGE_TIME = 16 };
void page_time(struct wall t, struct wall now, int utc_offset_s, char ret[PAGE_TIME]);
/* The policy's name of a type in the reader's language. */
const char *page_type(const struct policy *p, enum incident_type type, const struct http_request *r);
/* "Petung, Kec. Penajam, Kab. Penajam Paser Utara": the area and what it lies in, up to the regency. */
const char *page_place(struct arena *a, const struct gazetteer *g, const char *code);
#endif
