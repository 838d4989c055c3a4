/* gateways: how the SMS gateways are: as configured, what they did today, and what this daemon sees of them. */
#ifndef SIGAP_FLOW_GATEWAYS_H
#define SIGAP_FLOW_GATEWAYS_H
#include "../flow/flow.h"
void gateways_get(void *ctx, struct http_request *r); /* GET /v1/gateways */
#endif
