/* report_request: see report_request.h. */
#include "report_request.h"

#include <math.h>
#include <string.h>

#include "members.h"
#include "phone.h"

const char *const report_types[] = {
        "abandoned_person", "unclaimed_body", "shackled_patient", "other_social",
        "not_a_report",     "status_query",   "followup",         NULL,
};
const char *const report_urgencies[] = {"critical", "high", "normal", NULL};

static void read_phone(const struct member_at *at, const cJSON *value, void *target)
{
	struct report_request *r = target;
	const char *text = member_string(at, value);
	if (text != NULL && !phone_normalise(text, r->phone))
		member_fault(at, "must be a telephone number such as \"+628123456789\" or \"08123456789\"");
}

static void read_occurred_at(const struct member_at *at, const cJSON *value, void *target)
{
	struct report_request *r = target;
	r->has_occurred_at = member_time(at, value, &r->occurred_at_us);
}

/* An empty id is a mistake of the sender's program: it would make all its reports one. */
static void read_external_id(const struct member_at *at, const cJSON *value, void *target)
{
	struct report_request *r = target;
	size_t faults = at->problem->error_count;
	r->external_id = member_string(at, value);
	if (r->external_id == NULL && at->problem->error_count == faults)
		member_fault(at, "must have 1 to %d characters and not be blank", at->member->max);
}

#define FIELD(field) .offset = offsetof(struct report_request, field)
static const struct member place_members[] = {
        {.name = "village_code", .read = member_region_code, FIELD(village_code)},
        {.name = "text", .read = member_text, FIELD(place_text), .max = 500},
        {.name = "lat", .read = member_number, FIELD(lat), .least = -90, .most = 90},
        {.name = "lon", .read = member_number, FIELD(lon), .least = -180, .most = 180},
        {0},
};
static const struct member reporter_members[] = {
        {.name = "phone", .read = read_phone, .max = 50},
        {.name = "name", .read = member_text, FIELD(reporter_name), .max = 200},
        {.name = "anonymous", .read = member_flag, FIELD(anonymous)},
        {0},
};
static const struct member report_members[] = {
        {.name = "text", .read = member_text, FIELD(text), .max = REPORT_TEXT_MAX},
        {.name = "type", .read = member_word, FIELD(type), .words = report_types},
        {.name = "urgency", .read = member_word, FIELD(urgency), .words = report_urgencies},
        {.name = "place", .read = member_object, .members = place_members},
        {.name = "reporter", .read = member_object, .members = reporter_members},
        {.name = "occurred_at", .read = read_occurred_at},
        {.name = "external_id", .read = read_external_id, .max = 200},
        {0},
};

/* What no member can say alone. */
static void check_whole(struct report_request *r, struct problem *p)
{
	if (r->text == NULL && r->type == NULL && !members_faulty(p, "#/text") && !members_faulty(p, "#/type"))
		problem_error(p, "", "text or type is needed; a text that is all blank counts as absent");
	const cJSON *place = json_member(r->tree, "place");
	bool lat = members_given(place, "lat"), lon = members_given(place, "lon");
	if (lat != lon)
		problem_error(p, lat ? "#/place/lon" : "#/place/lat", "lat and lon come together; this one is missing");
	r->has_position = !isnan(r->lat) && !isnan(r->lon);
	if (!r->has_position)
		r->lat = r->lon = 0;
}

bool report_request_read(const char *body, size_t len, struct report_request *ret, struct problem *ret_problem)
{
	*ret = (struct report_request){.lat = NAN, .lon = NAN};
	bool read = members_read_body(body, len, report_members, ret, "invalid-report", &ret->tree, ret_problem);
	if (read)
		check_whole(ret, ret_problem);
	if (read && ret_problem->error_count == 0)
		return true;
	report_request_free(ret);
	return false;
}

void report_request_free(struct report_request *r)
{
	cJSON_Delete(r->tree);
	*r = (struct report_request){0};
}
