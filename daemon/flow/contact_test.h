/* contact_test: a notice that asks nothing but whether it arrives: to one contact of an agency, through the ordinary outbox; and a telephone's answer to it. */
#ifndef SIGAP_FLOW_CONTACT_TEST_H
#define SIGAP_FLOW_CONTACT_TEST_H
#include "flow.h"

void contact_test_post(void *ctx, struct http_request *r); /* POST /v1/contacts/{id}/test */

enum contact_answer_end { CONTACT_ANSWER_TAKEN, CONTACT_ANSWER_NONE, CONTACT_ANSWER_UNAVAILABLE };
/* A partner's telephone said yes, and not to what. All pointers must live until done. */
struct contact_answer {
	const char *phone;           /* E.164 */
	const char *text;            /* as written */
	const char *message;         /* names the message: the same one again means the same test */
	const char *const *agencies; /* that have this telephone */
	size_t agency_count;
	bool taken; /* the owner's */
	/* Runs once, from the loop. TAKEN: it was the answer to a test of the last 24 hours, and is on record as that; NONE: it is about something else. */
	void (*done)(void *ctx, enum contact_answer_end end);
	void *ctx;
};
void contact_test_answer(struct flow *f, struct contact_answer *a);
#endif
