/* reason_request: the body of POST /v1/reports/{id}/reporter: why somebody wants to see what is sensitive. */
#ifndef SIGAP_PROTOCOL_REASON_REQUEST_H
#define SIGAP_PROTOCOL_REASON_REQUEST_H
#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "problem.h"

struct reason_request {
	cJSON *tree;        /* owns the string below */
	const char *reason; /* 10 to 300 characters */
};
/* {reason}: 400 / 422 in *ret_problem like report_request_read. */
bool reason_request_read(const char *body, size_t len, struct reason_request *ret, struct problem *ret_problem);
void reason_request_free(struct reason_request *r);
#endif
