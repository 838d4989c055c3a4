/* mark_request: see mark_request.h. */
#include "mark_request.h"

#include "members.h"

enum { REASON_MAX = 500, REASON_LEAST = 3, ID_MAX = 36 };

#define FIELD(field) .offset = offsetof(struct mark_request, field)
static const char *const marks[] = {"blocked", "prank", "automatic", NULL};
static const struct member mark_members[] = {
        {.name = "mark", .read = member_word, FIELD(mark), .words = marks},
        {.name = "reason", .read = member_text, FIELD(reason), .max = REASON_MAX},
        {.name = "report", .read = member_text, FIELD(report), .max = ID_MAX},
        {.name = "until", .read = member_moment, FIELD(until_us)},
        {0},
};

bool mark_request_read(const char *body, size_t len, struct mark_request *ret, struct problem *ret_problem)
{
	*ret = (struct mark_request){.until_us = 0};
	if (members_read_body(body, len, mark_members, ret, "invalid-mark", &ret->tree, ret_problem)) {
		members_need(ret_problem, ret->mark != NULL, "#/mark");
		members_need(ret_problem, ret->reason != NULL, "#/reason");
		if (ret->reason != NULL && utf8_length(ret->reason) < REASON_LEAST)
			problem_error(ret_problem, "#/reason", "must say why, in at least %d characters", REASON_LEAST);
		if (ret_problem->error_count == 0)
			return true;
	}
	mark_request_free(ret);
	return false;
}

void mark_request_free(struct mark_request *r)
{
	cJSON_Delete(r->tree);
	*r = (struct mark_request){.until_us = 0};
}
