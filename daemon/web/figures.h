/* figures: the numbers of a period, counted from the rows of history; core/figures.h says what they are. */
#ifndef SIGAP_FLOW_FIGURES_H
#define SIGAP_FLOW_FIGURES_H
#include "../flow/flow.h"
void figures_get(void *ctx,
                 struct http_request *r); /* GET /v1/numbers?from=&until=&type=&region=&agency=&by=&format= */
#endif
