/* person_request: see person_request.h. */
#include "person_request.h"

#include <limits.h>
#include <string.h>

#include "members.h"

enum { NAME_MAX_CHARACTERS = 160, SLUG_MAX = 64, PHONE_TEXT_MAX = 40 };

static void read_phone(const struct member_at *at, const cJSON *value, void *target)
{
	const char *text = member_string(at, value);
	char *phone = (char *)target + at->member->offset;
	if (text != NULL && !phone_normalise(text, phone))
		member_fault(at, "is no telephone number; write it as \"+62812...\"");
}

/* A code, or "" for everywhere, which the plain reader takes for absent. */
static void read_scope(const struct member_at *at, const cJSON *value, void *target)
{
	const char *scope = cJSON_IsString(value) ? value->valuestring : NULL;
	if (scope == NULL || scope[0] != '\0')
		member_region_code(at, value, target);
	else
		memcpy((char *)target + at->member->offset, &scope, sizeof scope);
}

static void read_name(const struct member_at *at, const cJSON *value, void *target)
{
	const char *name = member_string(at, value);
	if (name != NULL && strpbrk(name, "\r\n\t") != NULL)
		member_fault(at, "must stand on one line");
	else
		memcpy((char *)target + at->member->offset, &name, sizeof name);
}

#define FIELD(field) .offset = offsetof(struct person_request, field)
static const char *const roles[] = {"coordinator", "officer", NULL};
static const struct member members[] = {
        {.name = "slug", .read = member_text, FIELD(slug), .max = SLUG_MAX},
        {.name = "name", .read = read_name, FIELD(name), .max = NAME_MAX_CHARACTERS},
        {.name = "phone", .read = read_phone, FIELD(phone), .max = PHONE_TEXT_MAX},
        {.name = "role", .read = member_word, FIELD(role), .words = roles},
        {.name = "scope", .read = read_scope, FIELD(scope)},
        {.name = "version", .read = member_int, FIELD(version), .least = 0, .most = INT_MAX},
        {.name = "force", .read = member_flag, FIELD(force)},
        {0},
};

bool person_request_read(const char *body, size_t len, struct person_request *ret, struct problem *ret_problem)
{
	*ret = (struct person_request){.tree = NULL};
	if (members_read_body(body, len, members, ret, "invalid-entry", &ret->tree, ret_problem)) {
		members_need(ret_problem, ret->name != NULL, "#/name");
		members_need(ret_problem, ret->role != NULL, "#/role");
		if (ret->scope == NULL && !members_faulty(ret_problem, "#/scope"))
			problem_error(ret_problem, "#/scope",
			              "this member is needed: an area's code, or \"\" for everywhere");
		ret->keeps_phone = json_member(ret->tree, "phone") == NULL;
		if (ret_problem->error_count == 0)
			return true;
	}
	person_request_free(ret);
	return false;
}

void person_request_free(struct person_request *r)
{
	cJSON_Delete(r->tree);
	*r = (struct person_request){.tree = NULL};
}
