/* shifts: people speak of the roster: what it says, who takes a shift, who stands in for whom, what one shift tells the next. By API, and an answer by SMS. */
#ifndef SIGAP_FLOW_SHIFTS_H
#define SIGAP_FLOW_SHIFTS_H
#include "flow.h"

struct person;

void shifts_get(void *ctx, struct http_request *r);           /* GET /v1/shifts */
void shifts_post_accept(void *ctx, struct http_request *r);   /* POST /v1/shifts/accept */
void shifts_post_override(void *ctx, struct http_request *r); /* POST /v1/shifts/overrides */
void shifts_post_swap(void *ctx, struct http_request *r);     /* POST /v1/shifts/swaps */
void shifts_get_notes(void *ctx, struct http_request *r);     /* GET /v1/handover-notes */
void shifts_post_note(void *ctx, struct http_request *r);     /* POST /v1/handover-notes */

enum shift_answer_end { SHIFT_ANSWER_TAKEN, SHIFT_ANSWER_NONE, SHIFT_ANSWER_UNAVAILABLE };
/* An answer of a person to the question before a shift: accepts or refuses the nearest one that is open; anew: also one that
 * was answered before and has not begun; begun: or has. message names the SMS: the same one
 * again has no other effect. done(ctx, end, begins) from the loop. */
struct shift_answer {
	const char *person; /* slug */
	bool accepts, anew, begun;
	const char *message;
	void (*done)(void *ctx, enum shift_answer_end end, struct wall begins);
	void *ctx;
	struct flow *flow;
};
/* answer lives until done. */
void shifts_answer(struct flow *f, struct shift_answer *answer);
#endif
