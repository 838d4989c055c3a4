/* senders: what is known of whoever writes: blocked, evidence of pranks, a machine. Marks are history: retired, never deleted. Reading them is logged: they hold telephones. */
#ifndef SIGAP_FLOW_SENDERS_H
#define SIGAP_FLOW_SENDERS_H
#include "../flow/flow.h"

void senders_get_all(void *ctx, struct http_request *r);     /* GET /v1/senders */
void senders_get(void *ctx, struct http_request *r);         /* GET /v1/senders/{address} */
void senders_post_mark(void *ctx, struct http_request *r);   /* POST /v1/senders/{address}/marks */
void senders_post_retire(void *ctx, struct http_request *r); /* POST /v1/senders/{address}/marks/{id}/retire */
#endif
