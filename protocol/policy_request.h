/* policy_request: the bodies of POST /v1/policy/check, PUT /v1/policy and POST /v1/policy/dry-run. */
#ifndef SIGAP_PROTOCOL_POLICY_REQUEST_H
#define SIGAP_PROTOCOL_POLICY_REQUEST_H
#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "problem.h"

enum { POLICY_TEXT_MAX = 256 * 1024 /* bytes of a policy */, POLICY_BODY_MAX = 600 * 1024 /* bytes */ };

struct policy_request {
	cJSON *tree;        /* owns text */
	const char *text;   /* the policy as it is to be kept, comments and all; NULL when absent */
	int base_version;   /* of PUT: the version that it was made from; 0: there was none */
	bool force;         /* of PUT: put in force with its holes */
	const char *report; /* of a dry run: the report's JSON */
	size_t report_len;
	char *rendered; /* owns report when it stood inside another document; NULL: it is the body itself */
};

/* All: 400 / 422 in *ret_problem like report_request_read, with the type invalid-policy. */
/* {text} */
bool policy_request_read_check(const char *body, size_t len, struct policy_request *ret, struct problem *ret_problem);
/* {text, base_version, force?} */
bool policy_request_read_put(const char *body, size_t len, struct policy_request *ret, struct problem *ret_problem);
/* A report as in POST /v1/reports, which is not looked into; or {report, policy?}: the same with the policy (in text) that shall decide about it. In the first form
 * report is body itself. */
bool policy_request_read_dry_run(const char *body, size_t len, struct policy_request *ret, struct problem *ret_problem);
/* The faults of the report are faults of the body that it stood in: their pointers begin with #/report then. */
void policy_request_nest(const struct policy_request *r, struct problem *p);
void policy_request_free(struct policy_request *r);
#endif
