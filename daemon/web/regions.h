/* regions: places for whoever types a part of a name, or looks what lies below what. From memory. */
#ifndef SIGAP_FLOW_REGIONS_H
#define SIGAP_FLOW_REGIONS_H
#include "../flow/flow.h"
void regions_get(void *ctx, struct http_request *r); /* GET /v1/regions?under=&q=&limit= */
#endif
