/* mark_request: the body of POST /v1/senders/{address}/marks. */
#ifndef SIGAP_PROTOCOL_MARK_REQUEST_H
#define SIGAP_PROTOCOL_MARK_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "problem.h"

struct mark_request {
	cJSON *tree;        /* owns every string below */
	const char *mark;   /* "blocked", "prank" or "automatic" */
	const char *reason; /* 3 to 500 characters */
	const char *report; /* the report that it is about; NULL when absent */
	int64_t until_us;   /* Unix microseconds, 0 when absent: without end */
};
/* {mark, reason, until?, report?}: 400 / 422 in *ret_problem like report_request_read. */
bool mark_request_read(const char *body, size_t len, struct mark_request *ret, struct problem *ret_problem);
void mark_request_free(struct mark_request *r);
#endif
