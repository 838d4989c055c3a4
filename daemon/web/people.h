/* people: those who take turns on duty, shown and changed. */
#ifndef SIGAP_FLOW_PEOPLE_H
#define SIGAP_FLOW_PEOPLE_H
#include "../flow/flow.h"
void people_get_all(void *ctx, struct http_request *r); /* GET /v1/people?all=1 */
void people_get(void *ctx,
                struct http_request *r); /* GET /v1/people/{slug}: with the telephone; that it was read is logged */
void people_get_changes(void *ctx, struct http_request *r); /* GET /v1/people/{slug}/changes */
void people_put(void *ctx, struct http_request *r);         /* PUT /v1/people/{slug} */
void people_post_retire(void *ctx, struct http_request *r); /* POST /v1/people/{slug}/retire */
#endif
