/* policy_request: see policy_request.h. */
#include "policy_request.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "members.h"

/* const char *: bytes, so that a text without line breaks is no fault of its own. */
static void read_policy_text(const struct member_at *at, const cJSON *value, void *target)
{
	const char *text = member_string(at, value);
	if (text == NULL)
		return;
	if (strlen(text) > POLICY_TEXT_MAX)
		member_fault(at, "must be at most %d bytes", POLICY_TEXT_MAX);
	else
		memcpy((char *)target + at->member->offset, &text, sizeof text);
}

/* Any object: it is read by its own reader. */
static void read_report(const struct member_at *at, const cJSON *value, void *target)
{
	char *text = cJSON_IsObject(value) ? cJSON_PrintUnformatted(value) : NULL;
	if (text == NULL)
		member_fault(at, "must be a report as in POST /v1/reports");
	else
		memcpy((char *)target + at->member->offset, &text, sizeof text);
}

#define FIELD(field) .offset = offsetof(struct policy_request, field)
static const struct member check_members[] = {
        {.name = "text", .read = read_policy_text, FIELD(text), .max = POLICY_TEXT_MAX},
        {0},
};
static const struct member put_members[] = {
        {.name = "text", .read = read_policy_text, FIELD(text), .max = POLICY_TEXT_MAX},
        {.name = "base_version", .read = member_int, FIELD(base_version), .least = 0, .most = INT_MAX},
        {.name = "force", .read = member_flag, FIELD(force)},
        {0},
};
static const struct member dry_run_members[] = {
        {.name = "report", .read = read_report, FIELD(rendered)},
        {.name = "policy", .read = read_policy_text, FIELD(text), .max = POLICY_TEXT_MAX},
        {0},
};
static const char fault_type[] = "invalid-policy";

static bool end(struct policy_request *r, const struct problem *p)
{
	if (r->tree != NULL && p->error_count == 0)
		return true;
	policy_request_free(r);
	return false;
}

bool policy_request_read_check(const char *body, size_t len, struct policy_request *ret, struct problem *ret_problem)
{
	*ret = (struct policy_request){.tree = NULL};
	if (members_read_body(body, len, check_members, ret, fault_type, &ret->tree, ret_problem))
		members_need(ret_problem, ret->text != NULL, "#/text");
	return end(ret, ret_problem);
}

bool policy_request_read_put(const char *body, size_t len, struct policy_request *ret, struct problem *ret_problem)
{
	*ret = (struct policy_request){.tree = NULL};
	if (members_read_body(body, len, put_members, ret, fault_type, &ret->tree, ret_problem)) {
		members_need(ret_problem, ret->text != NULL, "#/text");
		members_need(ret_problem, members_given(ret->tree, "base_version"), "#/base_version");
	}
	return end(ret, ret_problem);
}

/* Does it speak of a report, rather than being one? */
static bool holds_report(const char *body, size_t len)
{
	struct json_fault fault;
	cJSON *tree = json_parse(body, len, &fault);
	bool holds = tree != NULL && (json_member(tree, "report") != NULL || json_member(tree, "policy") != NULL);
	cJSON_Delete(tree);
	return holds;
}

bool policy_request_read_dry_run(const char *body, size_t len, struct policy_request *ret, struct problem *ret_problem)
{
	*ret = (struct policy_request){.report = body, .report_len = len};
	if (!holds_report(body, len))
		return true;
	if (members_read_body(body, len, dry_run_members, ret, fault_type, &ret->tree, ret_problem))
		members_need(ret_problem, ret->rendered != NULL, "#/report");
	if (!end(ret, ret_problem) || ret->rendered == NULL)
		return false;
	ret->report = ret->rendered;
	ret->report_len = strlen(ret->rendered);
	return true;
}

void policy_request_nest(const struct policy_request *r, struct problem *p)
{
	for (size_t i = 0; r->rendered != NULL && i < p->error_count && i < PROBLEM_MAX_ERRORS; i++) {
		char *pointer = p->errors[i].pointer, whole[sizeof p->errors[i].pointer + 16];
		snprintf(whole, sizeof whole, "#/report%s", pointer[0] == '#' ? pointer + 1 : pointer);
		snprintf(pointer, sizeof p->errors[i].pointer, "%.*s", (int)sizeof p->errors[i].pointer - 1, whole);
	}
}

void policy_request_free(struct policy_request *r)
{
	cJSON_Delete(r->tree);
	cJSON_free(r->rendered);
	*r = (struct policy_request){.tree = NULL};
}
