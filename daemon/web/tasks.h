/* tasks: what an agency has to do, for one of its people who has logged in: the open dispatches, the soonest deadline first, and the last that have ended. */
#ifndef SIGAP_FLOW_TASKS_H
#define SIGAP_FLOW_TASKS_H
#include "../flow/flow.h"
void tasks_get_page(void *ctx, struct http_request *r); /* GET /tugas */
#endif
