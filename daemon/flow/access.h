/* access: who asks, and what he may ask. The gate in front of every handler. */
#ifndef SIGAP_FLOW_ACCESS_H
#define SIGAP_FLOW_ACCESS_H
#include "flow.h"
#include "rules.h"

/* Access bits of a route: the roles that may use it (enum role), or: */
enum { ACCESS_OPEN = 1 << 8 /* no token needed */, ACCESS_GATEWAY = 1 << 9 /* the gateway's own token in the query */ };
/* http's gate: replies 401, 403 or 503 itself. On true, r->user is the const struct identity * (NULL on open routes); it lives as long as the request. */
bool access_gate(void *ctx, struct http_request *r);
const struct identity *access_identity(const struct http_request *r);
/* The actor written into history: "coordinator:NAME". */
const char *access_actor(const struct http_request *r);
/* May this identity see or touch something of that agency in that area? */
bool access_covers(const struct identity *who, const char *agency, const char *region);
#endif
