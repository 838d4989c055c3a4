/* api: every route of the daemon, in one table. protocol/openapi.yaml describes the same; a test holds both together. */
#ifndef SIGAP_FLOW_API_H
#define SIGAP_FLOW_API_H
#include "../io/http.h"
extern const struct http_route api_routes[];
extern const size_t api_route_count;
#endif
