/* login_page: see login_page.h. The text is console/pages/login.html. */
#include "login_page.h"

#include <string.h>

#include "../../protocol/form.h"
#include "page.h"

enum { QUERY_MOST = 2048 };

static const struct {
	int status;
	const char *name; /* in the page's text */
} faults[] = {
        [LOGIN_PAGE_FINE] = {200, NULL},   [LOGIN_PAGE_BLANK] = {422, "blank"}, [LOGIN_PAGE_WRONG] = {401, "wrong"},
        [LOGIN_PAGE_CODE] = {401, "code"}, [LOGIN_PAGE_WAIT] = {429, "wait"},   [LOGIN_PAGE_AWAY] = {503, "away"},
};

bool login_page_secure(const struct conf *c)
{
	return strncmp(c->public_url, "https://", 8) == 0;
}

static void add_text(cJSON *view, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		cJSON_AddStringToObject(view, name, text);
}

void login_page_reply(struct http_request *r, const struct login_page *page)
{
	cJSON *view = cJSON_CreateObject();
	struct buf query;
	buf_init(&query, QUERY_MOST);
	if (page->next != NULL)
		form_encode(&query, page->next, strlen(page->next));
	add_text(view, "next", page->next);
	add_text(view, "next_in_query", query.data);
	add_text(view, "user", page->user);
	add_text(view, "fault", faults[page->fault].name);
	cJSON_AddNumberToObject(view, "wait_s", page->wait_s);
	buf_free(&query);
	const char *retry = page->wait_s > 0 ? arena_printf(r->arena, "Retry-After: %d\n", page->wait_s) : "";
	page_reply(r, faults[page->fault].status, "login", view, PAGE_CHECKED,
	           arena_printf(r->arena, "X-Frame-Options: DENY\nCross-Origin-Resource-Policy: same-origin\n%s%s",
	                        retry, page->secure ? "Strict-Transport-Security: max-age=31536000\n" : ""));
}
