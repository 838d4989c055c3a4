/* watch: health, metrics, and the look at the queues that makes everything right even when nothing wakes the daemon. */
#ifndef SIGAP_FLOW_WATCH_H
#define SIGAP_FLOW_WATCH_H
#include "flow.h"
struct watch;
struct watch *watch_open(struct flow *f);
void watch_close(struct watch **w);
void watch_healthz(void *ctx, struct http_request *r); /* GET /healthz: the loop runs */
void watch_readyz(void *ctx, struct http_request *r);  /* GET /readyz: reports can be taken */
void watch_metrics(void *ctx, struct http_request *r); /* GET /metrics */
#endif
