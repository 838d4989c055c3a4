/* agencies: the directory's agencies, shown and changed. */
#ifndef SIGAP_FLOW_AGENCIES_H
#define SIGAP_FLOW_AGENCIES_H
#include "../flow/flow.h"
void agencies_get_all(void *ctx, struct http_request *r);     /* GET /v1/agencies?all=1 */
void agencies_get(void *ctx, struct http_request *r);         /* GET /v1/agencies/{slug} */
void agencies_get_changes(void *ctx, struct http_request *r); /* GET /v1/agencies/{slug}/changes */
void agencies_put(void *ctx, struct http_request *r);         /* PUT /v1/agencies/{slug} */
void agencies_post_retire(void *ctx, struct http_request *r); /* POST /v1/agencies/{slug}/retire */
#endif
