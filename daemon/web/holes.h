/* holes: how the API tells that somebody would not be reached. */
#ifndef SIGAP_FLOW_HOLES_H
#define SIGAP_FLOW_HOLES_H
#include "../../protocol/json.h"
#include "../io/http.h"

/* "holes": the first of them, "hole_count": how many there are. */
void holes_put(struct json_out *j, const char *const *holes, size_t n);
/* 422 policy-holes; detail says what leaves them, and that "force" does it all the same. */
void holes_reply(struct http_request *r, const char *detail, const char *const *holes, size_t n);
#endif
