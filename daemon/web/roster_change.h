/* roster_change: what the roster is made of, shown and changed: single shifts, rotations, and overrides that are taken back (shifts makes those). */
#ifndef SIGAP_FLOW_ROSTER_CHANGE_H
#define SIGAP_FLOW_ROSTER_CHANGE_H
#include "../flow/flow.h"
void roster_change_get(void *ctx, struct http_request *r);             /* GET /v1/roster */
void roster_change_post_shift(void *ctx, struct http_request *r);      /* POST /v1/shifts */
void roster_change_retire_shift(void *ctx, struct http_request *r);    /* POST /v1/shifts/{id}/retire */
void roster_change_post_rotation(void *ctx, struct http_request *r);   /* POST /v1/rotations */
void roster_change_retire_rotation(void *ctx, struct http_request *r); /* POST /v1/rotations/{slug}/retire */
void roster_change_retire_override(void *ctx, struct http_request *r); /* POST /v1/shifts/overrides/{id}/retire */
#endif
