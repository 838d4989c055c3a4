/* busy: the answer when a request cannot be served now but can soon. */
#ifndef SIGAP_FLOW_BUSY_H
#define SIGAP_FLOW_BUSY_H
#include "../io/http.h"
#include "../io/pg.h"
/* 503 with Retry-After; detail says what to do. */
void busy_reply(struct http_request *r, const char *detail);
/* The same for what the database was asked over store_read and did not answer (result: not PG_OK): it is away, or would have taken too long. */
void busy_reply_unanswered(struct http_request *r, const struct pg_result *result);
#endif
