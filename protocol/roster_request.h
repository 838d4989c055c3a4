/* roster_request: the bodies of POST /v1/shifts, /v1/shifts/accept, /v1/shifts/overrides, /v1/shifts/swaps, /v1/rotations and /v1/handover-notes. */
#ifndef SIGAP_PROTOCOL_ROSTER_REQUEST_H
#define SIGAP_PROTOCOL_ROSTER_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "problem.h"

struct roster_request {
	cJSON *tree;                            /* owns every string below; NULL when absent */
	const char *role;                       /* "coordinator" or "officer" */
	const char *person, *instead_of, *with; /* slugs */
	const char *reason;                     /* at most 500 characters */
	const char *text;                       /* at most 2000 characters */
	int64_t starts_us, with_starts_us;      /* Unix microseconds, 0 when absent */
	int64_t from_us, until_us;
	const char *slug;    /* of a rotation */
	const cJSON *people; /* of a rotation: an array of 1 to 50 slugs, in turn */
	int shift_s;         /* of a rotation: how long a turn lasts, 3600 to 31 days */
};

/* All: 400 / 422 in *ret_problem like report_request_read. */
/* {person, starts_at}: that person's shift that begins then is accepted for him. */
bool roster_request_read_accept(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem);
/* {role, from, until, person?, instead_of?, reason?}: one of person and instead_of at least; from before until, at most 366 days. */
bool roster_request_read_override(const char *body, size_t len, struct roster_request *ret,
                                  struct problem *ret_problem);
/* {role, person, starts_at, with, with_starts_at, reason?}: two people take each other's shift. */
bool roster_request_read_swap(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem);
/* {person, from, until, role?}: a single shift; from before until, at most 366 days. */
bool roster_request_read_shift(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem);
/* {slug, role, people, from, shift_s, until?} */
bool roster_request_read_rotation(const char *body, size_t len, struct roster_request *ret,
                                  struct problem *ret_problem);
/* {text} */
bool roster_request_read_note(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem);
void roster_request_free(struct roster_request *r);
#endif
