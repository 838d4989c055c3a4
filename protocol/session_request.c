/* session_request: see session_request.h. */
#include "session_request.h"

#include <openssl/crypto.h>
#include <string.h>

#include "members.h"

enum { USER_MAX = 64, PASSWORD_MAX = 256, CODE_MAX = 16 };

#define FIELD(field) .offset = offsetof(struct session_request, field)
static const struct member login_members[] = {
        {.name = "user", .read = member_text, FIELD(user), .max = USER_MAX},
        {.name = "password", .read = member_text, FIELD(password), .max = PASSWORD_MAX},
        {.name = "code", .read = member_text, FIELD(code), .max = CODE_MAX},
        {0},
};
static const struct member password_members[] = {
        {.name = "old", .read = member_text, FIELD(old_password), .max = PASSWORD_MAX},
        {.name = "new", .read = member_text, FIELD(new_password), .max = PASSWORD_MAX},
        {0},
};
static const struct member totp_members[] = {
        {.name = "code", .read = member_text, FIELD(code), .max = CODE_MAX},
        {.name = "remove", .read = member_flag, FIELD(remove)},
        {.name = "password", .read = member_text, FIELD(password), .max = PASSWORD_MAX},
        {0},
};

static bool read(const char *body, size_t len, const struct member *table, const char *type,
                 struct session_request *ret, struct problem *ret_problem)
{
	*ret = (struct session_request){.remove = false};
	return members_read_body(body, len, table, ret, type, &ret->tree, ret_problem);
}

static bool finish(struct session_request *r, const struct problem *p)
{
	if (r->tree != NULL && p->error_count == 0)
		return true;
	session_request_free(r);
	return false;
}

bool session_request_read(const char *body, size_t len, struct session_request *ret, struct problem *ret_problem)
{
	if (read(body, len, login_members, "invalid-login", ret, ret_problem)) {
		members_need(ret_problem, ret->user != NULL, "#/user");
		members_need(ret_problem, ret->password != NULL, "#/password");
	}
	return finish(ret, ret_problem);
}

bool session_request_read_password(const char *body, size_t len, struct session_request *ret,
                                   struct problem *ret_problem)
{
	if (read(body, len, password_members, "invalid-password", ret, ret_problem)) {
		members_need(ret_problem, ret->old_password != NULL, "#/old");
		members_need(ret_problem, ret->new_password != NULL, "#/new");
	}
	return finish(ret, ret_problem);
}

bool session_request_read_totp(const char *body, size_t len, struct session_request *ret, struct problem *ret_problem)
{
	if (read(body, len, totp_members, "invalid-code", ret, ret_problem)) {
		if (ret->remove)
			members_need(ret_problem, ret->password != NULL, "#/password");
		else if (ret->password != NULL)
			problem_error(ret_problem, "#/password", "goes with remove only");
		if (ret->remove && ret->code != NULL)
			problem_error(ret_problem, "#/code", "goes without remove only");
	}
	return finish(ret, ret_problem);
}

static void wipe(const char *text)
{
	if (text != NULL)
		OPENSSL_cleanse((void *)(uintptr_t)text, strlen(text)); /* the tree's own memory */
}

void session_request_free(struct session_request *r)
{
	wipe(r->password);
	wipe(r->code);
	wipe(r->old_password);
	wipe(r->new_password);
	cJSON_Delete(r->tree);
	*r = (struct session_request){.remove = false};
}
