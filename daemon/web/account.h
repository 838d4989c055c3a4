/* account: what somebody who has logged in does about himself: see his session, end it, another password, one-time codes. */
#ifndef SIGAP_FLOW_ACCOUNT_H
#define SIGAP_FLOW_ACCOUNT_H
#include "../flow/flow.h"
#include "../flow/session.h"

/* 200 with the session as JSON. cookie: the value that was just made, with the header lines that set it; or both NULL: the request's own. */
void account_reply_session(struct http_request *r, const struct session *s, const char *cookie, const char *headers);

void account_get_session(void *ctx, struct http_request *r);
void account_post_end(void *ctx, struct http_request *r);
void account_post_password(void *ctx, struct http_request *r);
void account_post_totp(void *ctx, struct http_request *r);
/* POST /keluar, from a page. */
void account_post_leave(void *ctx, struct http_request *r);
#endif
