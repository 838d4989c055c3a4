/* reason_request: see reason_request.h. */
#include "reason_request.h"

#include "members.h"

enum { REASON_LEAST = 10, REASON_MAX = 300 };

static const struct member reason_members[] = {
        {.name = "reason", .read = member_text, .offset = offsetof(struct reason_request, reason), .max = REASON_MAX},
        {0},
};

static void check(const struct reason_request *r, struct problem *p)
{
	members_need(p, r->reason != NULL, "#/reason");
	if (r->reason != NULL && utf8_length(r->reason) < REASON_LEAST)
		problem_error(p, "#/reason", "must say why, in at least %d characters", REASON_LEAST);
}

bool reason_request_read(const char *body, size_t len, struct reason_request *ret, struct problem *ret_problem)
{
	*ret = (struct reason_request){NULL, NULL};
	if (members_read_body(body, len, reason_members, ret, "invalid-request", &ret->tree, ret_problem)) {
		check(ret, ret_problem);
		if (ret_problem->error_count == 0)
			return true;
	}
	reason_request_free(ret);
	return false;
}

void reason_request_free(struct reason_request *r)
{
	cJSON_Delete(r->tree);
	*r = (struct reason_request){NULL, NULL};
}
