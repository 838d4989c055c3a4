/* access: who asks, and what he may ask. The gate in front of every handler. */
#ifndef SIGAP_FLOW_ACCESS_H
#define SIGAP_FLOW_ACCESS_H
#include "flow.h"
#include "rules.h"

/* Access bits of a route: the roles that may use it (enum role), or: */
enum {
	ACCESS_OPEN = 1 << 8,    /* no token needed */
	ACCESS_GATEWAY = 1 << 9, /* the gateway's own token in the query */
	ACCESS_PAGE =
	        1
	        << 10, /* with roles: a page for people. Who is not logged in is sent to /masuk, and back from there */
	ACCESS_SESSION = 1 << 11 /* with roles: only for somebody who has logged in, not for a token */
};
/* http's gate: replies 303, 401, 403 or 503 itself. On true, r->user is the const struct identity * (NULL on open routes); it lives as long as the request. A session
 * that is not remembered is looked up first: the gate then returns false and calls the handler later. With the cookie of a session, what changes something (any
 * method but GET) must come from our own page and carry X-Sigap-Csrf, or the field csrf of a form. */
bool access_gate(void *ctx, struct http_request *r);
/* For requests that stay for long: would it still be let in, as who it was? A session counts as in use. done runs once, perhaps before the call returns, and while the database
 * is away it says yes. The request need not live as long; a does. */
void access_check_again(struct flow *f, const struct http_request *r, struct arena *a,
                        void (*done)(void *ctx, bool lasts), void *ctx);
const struct identity *access_identity(const struct http_request *r);
/* What a form in a page for this request must carry as its hidden field csrf; "" when no session is needed for it (a token, an open page). */
const char *access_csrf(const struct http_request *r);
/* Where somebody begins: "/" or, for an agency, "/tugas". */
const char *access_home(enum role role);
/* The actor written into history: "coordinator:NAME". */
const char *access_actor(const struct http_request *r);
/* May this identity see or touch something of that agency in that area? */
bool access_covers(const struct identity *who, const char *agency, const char *region);
#endif
