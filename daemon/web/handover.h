/* handover: what one shift leaves the next, for one printed page. */
#ifndef SIGAP_FLOW_HANDOVER_H
#define SIGAP_FLOW_HANDOVER_H
#include "../flow/flow.h"
void handover_get(void *ctx, struct http_request *r); /* GET /v1/handover?from=&until= */
#endif
