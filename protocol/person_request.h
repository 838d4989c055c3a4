/* person_request: the body of PUT /v1/people/{slug}. */
#ifndef SIGAP_PROTOCOL_PERSON_REQUEST_H
#define SIGAP_PROTOCOL_PERSON_REQUEST_H
#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "phone.h"
#include "problem.h"

struct person_request {
	cJSON *tree;      /* owns the strings below */
	const char *slug; /* NULL when absent: that of the path */
	const char *name;
	char phone[PHONE_MAX]; /* E.164, "": none */
	bool keeps_phone;      /* it is not spoken of: the one that is known stays. null takes it away */
	const char *role;      /* "coordinator" or "officer" */
	const char *scope;     /* code prefix, "": everywhere */
	int version;           /* that was seen; 0: the person is new */
	bool force;
};
/* {name, role, scope, phone?, slug?, version?, force?}: 400 / 422 (invalid-entry) in *ret_problem like report_request_read. */
bool person_request_read(const char *body, size_t len, struct person_request *ret, struct problem *ret_problem);
void person_request_free(struct person_request *r);
#endif
