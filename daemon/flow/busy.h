/* busy: the answer when a request cannot be served now but can soon. */
#ifndef SIGAP_FLOW_BUSY_H
#define SIGAP_FLOW_BUSY_H
#include "../io/http.h"
/* 503 with Retry-After; detail says what to do. */
void busy_reply(struct http_request *r, const char *detail);
#endif
