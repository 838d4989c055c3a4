/* login_page: the page /masuk, made of console/pages/login.html; works without JavaScript. */
#ifndef SIGAP_FLOW_LOGIN_PAGE_H
#define SIGAP_FLOW_LOGIN_PAGE_H
#include "../flow/flow.h"

enum login_page_fault {
	LOGIN_PAGE_FINE,
	LOGIN_PAGE_BLANK,
	LOGIN_PAGE_WRONG,
	LOGIN_PAGE_CODE,
	LOGIN_PAGE_WAIT,
	LOGIN_PAGE_AWAY
};
struct login_page {
	enum login_page_fault fault;
	int wait_s;
	const char *next, *user; /* may be NULL */
	bool secure;             /* this server is reached by https only */
};
/* Is public_url https? */
bool login_page_secure(const struct conf *c);
/* 200, 401, 422, 429 with Retry-After, or 503. */
void login_page_reply(struct http_request *r, const struct login_page *page);
#endif
