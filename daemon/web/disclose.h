/* disclose: what is sensitive is shown for a reason, and whoever has seen it stands in the access log. */
#ifndef SIGAP_FLOW_DISCLOSE_H
#define SIGAP_FLOW_DISCLOSE_H
#include "../flow/flow.h"
void disclose_reporter(void *ctx, struct http_request *r); /* POST /v1/reports/{id}/reporter */
void disclose_log(void *ctx, struct http_request *r);      /* GET /v1/access-log?object=&after= */
#endif
