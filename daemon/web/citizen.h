/* citizen: the page on which anybody may report, and the one that tells how it stands with a report. What is thanked for is on disk, as with every source; sent twice
 * it is one report. How often one address may report, and guess receipts, is bounded. */
#ifndef SIGAP_FLOW_CITIZEN_H
#define SIGAP_FLOW_CITIZEN_H
#include "../flow/flow.h"

struct citizens *citizens_open(struct flow *f);
void citizens_close(struct citizens **c);

void citizen_get_form(void *ctx, struct http_request *r);   /* GET /lapor */
void citizen_post_form(void *ctx, struct http_request *r);  /* POST /lapor */
void citizen_get_status(void *ctx, struct http_request *r); /* GET /lapor/{receipt} */
#endif
