/* session_request: the bodies of /v1/session: logging in, another password, one-time codes. */
#ifndef SIGAP_PROTOCOL_SESSION_REQUEST_H
#define SIGAP_PROTOCOL_SESSION_REQUEST_H
#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "problem.h"

struct session_request {
	cJSON *tree; /* owns every string below */
	/* POST /v1/session */
	const char *user, *password;
	const char *code; /* NULL when absent */
	/* POST /v1/session/password */
	const char *old_password, *new_password;
	/* POST /v1/session/totp; password and code as above */
	bool remove;
};
/* {user, password, code?}; {old, new}; {}, {code} or {remove: true, password}. 400 / 422 in *ret_problem like report_request_read; no value is ever repeated there. */
bool session_request_read(const char *body, size_t len, struct session_request *ret, struct problem *ret_problem);
bool session_request_read_password(const char *body, size_t len, struct session_request *ret,
                                   struct problem *ret_problem);
bool session_request_read_totp(const char *body, size_t len, struct session_request *ret, struct problem *ret_problem);
/* Overwrites what was secret. */
void session_request_free(struct session_request *r);
#endif
