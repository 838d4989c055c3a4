/* report_request: the body of POST /v1/reports, bytes -> struct, every fault named by its JSON pointer. */
#ifndef SIGAP_PROTOCOL_REPORT_REQUEST_H
#define SIGAP_PROTOCOL_REPORT_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "problem.h"

enum { REPORT_TEXT_MAX = 4000 /* characters */, REPORT_BODY_MAX = 64 * 1024 /* bytes */ };

struct report_request {
	cJSON *tree;         /* owns every string below */
	const char *text;    /* NULL when absent; at least one of text and type is there */
	const char *type;    /* one of the seven type names of DESIGN 8, or NULL */
	const char *urgency; /* critical, high, normal, or NULL */
	const char *
	        village_code; /* "64.09.01.1003" shape checked (or a shorter prefix: province, regency, district), existence not; or NULL */
	const char *place_text;
	bool has_position;
	double lat, lon; /* WGS 84 degrees, in range, both or none */
	char phone[20];  /* E.164 ("+628111…") or "" */
	const char *reporter_name;
	bool anonymous;
	bool has_occurred_at;
	int64_t occurred_at_us;  /* Unix microseconds, UTC */
	const char *external_id; /* 1..200 characters or NULL */
};

/* The words allowed for type and urgency, ended by NULL. */
extern const char *const report_types[], *const report_urgencies[];

/* Reads and checks body. Unknown members are faults too (a misspelt "vilage_code" must not be silently dropped). null counts as absent,
 * and so does a text, place.text, reporter.name or reporter.phone that is all blank. Texts are kept as written.
 * Returns true with *ret filled (free with report_request_free), or false with *ret_problem: 400 malformed-json for what is not JSON,
 * 422 invalid-report with one error per fault otherwise. */
bool report_request_read(const char *body, size_t len, struct report_request *ret, struct problem *ret_problem);
void report_request_free(struct report_request *r);
#endif
