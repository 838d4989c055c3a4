/* problem: RFC 9457 problem documents, the only error answer of the JSON API. */
#ifndef SIGAP_PROTOCOL_PROBLEM_H
#define SIGAP_PROTOCOL_PROBLEM_H
#include <stddef.h>

#include "buf.h"

enum { PROBLEM_MAX_ERRORS = 32 };

struct problem_error {
	char pointer
	        [256]; /* JSON pointer with a leading #: "#/place/village_code"; "" for the body as a whole and for what is outside it (header, query) */
	char detail[200]; /* what is wrong and what would be right */
};
struct problem {
	int status; /* HTTP status */
	const char *
	        type; /* last part of the type URI, static: "invalid-request" -> "https://sigap.example/problems/invalid-request"; NULL: about:blank */
	const char *title; /* static, English, the same for every problem of this type */
	char detail[256];
	struct problem_error errors[PROBLEM_MAX_ERRORS];
	size_t error_count; /* further ones are counted, not kept */
	const char *
	        extension; /* optional rendered JSON members to append, e.g. "\"current\":{...}"; NULL: none. Not owned. */
};

/* Starts a problem; title comes from the status and type. detail may be NULL. */
void problem_init(struct problem *p, int status, const char *type, const char *detail);
/* Adds one error with printf detail. pointer: "#" and an RFC 6901 pointer as it is; what a URI fragment may not hold is percent-encoded here. */
void problem_error(struct problem *p, const char *pointer, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* Renders application/problem+json. */
void problem_render(const struct problem *p, struct buf *out);
#endif
