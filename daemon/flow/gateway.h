/* gateway: a gateway calls. What it brings, to either of its two addresses, is taken apart: every message goes on alone (incoming.h), delivery reports are recorded. The
 * gateway is told "ok", in its own words, only when all of it is on disk; else it is told to come again, and what was kept already is known by its key.
 * A call whose signature is missing or wrong is refused, and nothing of it is kept. */
#ifndef SIGAP_FLOW_GATEWAY_H
#define SIGAP_FLOW_GATEWAY_H
#include "flow.h"
void gateway_inbound(void *ctx, struct http_request *r); /* GET|POST /v1/gateways/{name}/inbound */
void gateway_status(void *ctx, struct http_request *r);  /* GET|POST /v1/gateways/{name}/status */
#endif
