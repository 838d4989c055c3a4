/* policies: the policy's versions, what a draft of it would do, and a new one put in force. */
#ifndef SIGAP_FLOW_POLICIES_H
#define SIGAP_FLOW_POLICIES_H
#include "../flow/flow.h"
void policies_get(void *ctx, struct http_request *r);          /* GET /v1/policy */
void policies_get_versions(void *ctx, struct http_request *r); /* GET /v1/policy/versions */
void policies_get_version(void *ctx, struct http_request *r);  /* GET /v1/policy/versions/{version} */
void policies_post_check(void *ctx, struct http_request *r);   /* POST /v1/policy/check: faults and holes of a text */
void policies_put(void *ctx, struct http_request *r);          /* PUT /v1/policy */
/* POST /v1/policy/dry-run: the plan that a report would get, not committed; by the policy in force, or by a draft. */
void policies_post_dry_run(void *ctx, struct http_request *r);
#endif
