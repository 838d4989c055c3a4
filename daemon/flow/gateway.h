/* gateway: an SMS comes in. A partner's or duty person's answer goes to respond, everything else is a citizen's report. Delivery reports are recorded.
 * The gateway is told "ok" only when what it brought is on disk. */
#ifndef SIGAP_FLOW_GATEWAY_H
#define SIGAP_FLOW_GATEWAY_H
#include "flow.h"
void gateway_inbound(void *ctx, struct http_request *r); /* GET|POST /v1/gateways/{name}/inbound */
void gateway_status(void *ctx, struct http_request *r);  /* GET|POST /v1/gateways/{name}/status */
#endif
