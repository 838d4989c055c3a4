/* roster_request: see roster_request.h. */
#include "roster_request.h"

#include <string.h>

#include "members.h"

enum {
	REASON_MAX = 500,
	TEXT_MAX = 2000,
	SLUG_MAX = 100,
	DAYS_MOST = 366,
	TURNS_MOST = 50,
	TURN_LEAST_S = 3600,
	TURN_MOST_S = 31 * 86400
};
static const int64_t day_us = INT64_C(86400000000);

/* const cJSON *: slugs. Whether these people are there is not known here. */
static void read_people(const struct member_at *at, const cJSON *value, void *target)
{
	const cJSON *item;
	int n = cJSON_IsArray(value) ? cJSON_GetArraySize(value) : 0;
	bool texts = n >= 1 && n <= TURNS_MOST;
	cJSON_ArrayForEach(item, value)
	{
		texts = texts && cJSON_IsString(item);
	}
	if (texts)
		memcpy((char *)target + at->member->offset, &value, sizeof value);
	else
		member_fault(at, "must be a list of 1 to %d people's slugs, in turn", TURNS_MOST);
}

#define FIELD(field) .offset = offsetof(struct roster_request, field)
static const char *const roles[] = {"coordinator", "officer", NULL};

static const struct member accept_members[] = {
        {.name = "person", .read = member_text, FIELD(person), .max = SLUG_MAX},
        {.name = "starts_at", .read = member_moment, FIELD(starts_us)},
        {0},
};
static const struct member override_members[] = {
        {.name = "role", .read = member_word, FIELD(role), .words = roles},
        {.name = "from", .read = member_moment, FIELD(from_us)},
        {.name = "until", .read = member_moment, FIELD(until_us)},
        {.name = "person", .read = member_text, FIELD(person), .max = SLUG_MAX},
        {.name = "instead_of", .read = member_text, FIELD(instead_of), .max = SLUG_MAX},
        {.name = "reason", .read = member_text, FIELD(reason), .max = REASON_MAX},
        {0},
};
static const struct member swap_members[] = {
        {.name = "role", .read = member_word, FIELD(role), .words = roles},
        {.name = "person", .read = member_text, FIELD(person), .max = SLUG_MAX},
        {.name = "starts_at", .read = member_moment, FIELD(starts_us)},
        {.name = "with", .read = member_text, FIELD(with), .max = SLUG_MAX},
        {.name = "with_starts_at", .read = member_moment, FIELD(with_starts_us)},
        {.name = "reason", .read = member_text, FIELD(reason), .max = REASON_MAX},
        {0},
};
static const struct member shift_members[] = {
        {.name = "person", .read = member_text, FIELD(person), .max = SLUG_MAX},
        {.name = "role", .read = member_word, FIELD(role), .words = roles},
        {.name = "from", .read = member_moment, FIELD(from_us)},
        {.name = "until", .read = member_moment, FIELD(until_us)},
        {0},
};
static const struct member rotation_members[] = {
        {.name = "slug", .read = member_text, FIELD(slug), .max = SLUG_MAX},
        {.name = "role", .read = member_word, FIELD(role), .words = roles},
        {.name = "people", .read = read_people, FIELD(people)},
        {.name = "from", .read = member_moment, FIELD(from_us)},
        {.name = "until", .read = member_moment, FIELD(until_us)},
        {.name = "shift_s", .read = member_int, FIELD(shift_s), .least = TURN_LEAST_S, .most = TURN_MOST_S},
        {0},
};
static const struct member note_members[] = {
        {.name = "text", .read = member_text, FIELD(text), .max = TEXT_MAX},
        {0},
};

static void check_accept(const struct roster_request *r, struct problem *p)
{
	members_need(p, r->person != NULL, "#/person");
	members_need(p, r->starts_us != 0, "#/starts_at");
}

/* until is later than from, but not too late. */
static void check_window(const struct roster_request *r, struct problem *p)
{
	if (r->from_us != 0 && r->until_us != 0 && r->until_us <= r->from_us)
		problem_error(p, "#/until", "must be later than from");
	else if (r->from_us != 0 && r->until_us - r->from_us > DAYS_MOST * day_us)
		problem_error(p, "#/until", "must be at most %d days after from", DAYS_MOST);
}

static void check_shift(const struct roster_request *r, struct problem *p)
{
	members_need(p, r->person != NULL, "#/person");
	members_need(p, r->from_us != 0, "#/from");
	members_need(p, r->until_us != 0, "#/until");
	check_window(r, p);
}

static void check_rotation(const struct roster_request *r, struct problem *p)
{
	members_need(p, r->slug != NULL, "#/slug");
	members_need(p, r->role != NULL, "#/role");
	members_need(p, r->people != NULL, "#/people");
	members_need(p, r->from_us != 0, "#/from");
	members_need(p, r->shift_s != 0, "#/shift_s");
	if (r->until_us != 0 && r->from_us != 0 && r->until_us <= r->from_us)
		problem_error(p, "#/until", "must be later than from");
}

static void check_override(const struct roster_request *r, struct problem *p)
{
	members_need(p, r->role != NULL, "#/role");
	members_need(p, r->from_us != 0, "#/from");
	members_need(p, r->until_us != 0, "#/until");
	check_window(r, p);
	bool tried = members_faulty(p, "#/person") || members_faulty(p, "#/instead_of");
	if (r->person == NULL && r->instead_of == NULL && !tried)
		problem_error(p, "", "say who is on duty (person), who is not (instead_of), or both");
	else if (r->person != NULL && r->instead_of != NULL && strcmp(r->person, r->instead_of) == 0)
		problem_error(p, "#/instead_of", "must be somebody else than person");
}

static void check_swap(const struct roster_request *r, struct problem *p)
{
	members_need(p, r->role != NULL, "#/role");
	members_need(p, r->person != NULL, "#/person");
	members_need(p, r->starts_us != 0, "#/starts_at");
	members_need(p, r->with != NULL, "#/with");
	members_need(p, r->with_starts_us != 0, "#/with_starts_at");
	if (r->person != NULL && r->with != NULL && strcmp(r->person, r->with) == 0)
		problem_error(p, "#/with", "must be somebody else than person");
}

static void check_note(const struct roster_request *r, struct problem *p)
{
	members_need(p, r->text != NULL, "#/text");
}

static bool roster_read(const char *body, size_t len, const struct member *members,
                        void (*check)(const struct roster_request *r, struct problem *p), struct roster_request *ret,
                        struct problem *ret_problem)
{
	*ret = (struct roster_request){0};
	if (members_read_body(body, len, members, ret, "invalid-request", &ret->tree, ret_problem)) {
		check(ret, ret_problem);
		if (ret_problem->error_count == 0)
			return true;
	}
	roster_request_free(ret);
	return false;
}

bool roster_request_read_accept(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem)
{
	return roster_read(body, len, accept_members, check_accept, ret, ret_problem);
}

bool roster_request_read_override(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem)
{
	return roster_read(body, len, override_members, check_override, ret, ret_problem);
}

bool roster_request_read_swap(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem)
{
	return roster_read(body, len, swap_members, check_swap, ret, ret_problem);
}

bool roster_request_read_shift(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem)
{
	return roster_read(body, len, shift_members, check_shift, ret, ret_problem);
}

bool roster_request_read_rotation(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem)
{
	return roster_read(body, len, rotation_members, check_rotation, ret, ret_problem);
}

bool roster_request_read_note(const char *body, size_t len, struct roster_request *ret, struct problem *ret_problem)
{
	return roster_read(body, len, note_members, check_note, ret, ret_problem);
}

void roster_request_free(struct roster_request *r)
{
	cJSON_Delete(r->tree);
	*r = (struct roster_request){0};
}
