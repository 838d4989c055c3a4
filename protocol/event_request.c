/* event_request: see event_request.h. */
#include "event_request.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "report_request.h"
#include "utf8.h"

enum { ETA_MINUTES_MAX = 1440, NEEDS_MAX = 4, EVIDENCE_LEAST = 10, DIGITS_MAX = 15 };
#define NUMBER_MAX 999999999999999.0 /* exact in JSON */

/* An event that needs something said: at least one of these members. */
struct rule {
	const char *event;
	struct need {
		const char *pointer;
		size_t offset; /* of the string in struct event_request */
	} needs[NEEDS_MAX];
};

static void read_eta(const struct member_at *at, const cJSON *value, void *target)
{
	struct event_request *r = target;
	if (cJSON_IsString(value)) {
		r->has_eta = member_time(at, value, &r->eta_us);
		return;
	}
	double minutes = cJSON_IsNumber(value) ? value->valuedouble : 0;
	if (minutes < 1 || minutes > ETA_MINUTES_MAX || minutes != floor(minutes)) {
		member_fault(at, "must be whole minutes from now, 1 to %d, or an RFC 3339 time in double quotes",
		             ETA_MINUTES_MAX);
		return;
	}
	r->has_eta = true;
	r->eta_minutes = (int)minutes;
}

/* A UUID as text: 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == 'x' ? strchr("0123456789abcdefABCDEF", text[i]) == NULL || text[i] == '\0'
		                   : text[i] != form[i])
			return false;
	return true;
}

/* 1 to 15 digits, the first not 0. */
static int64_t digits(const char *text)
{
	size_t n = strspn(text, "0123456789");
	return text[n] == '\0' && n >= 1 && n <= DIGITS_MAX && text[0] != '0' ? strtoll(text, NULL, 10) : 0;
}

/* An incident or a report: its number, as a number or in digits, or its id. */
static bool read_named(const cJSON *value, const char **ret_id, int64_t *ret_number)
{
	const char *text = cJSON_GetStringValue(value);
	double number = cJSON_IsNumber(value) ? value->valuedouble : 0;
	if (text != NULL && is_uuid(text))
		*ret_id = text;
	else if (text != NULL)
		*ret_number = digits(text);
	else if (number >= 1 && number <= NUMBER_MAX && number == floor(number))
		*ret_number = (int64_t)number;
	return *ret_id != NULL || *ret_number != 0;
}

static void read_into(const struct member_at *at, const cJSON *value, void *target)
{
	struct event_request *r = target;
	if (!read_named(value, &r->into, &r->into_number))
		member_fault(at, "must be the number of an incident, or its id (a UUID)");
}

static void read_other(const struct member_at *at, const cJSON *value, void *target)
{
	struct event_request *r = target;
	if (r->into != NULL || r->into_number != 0)
		member_fault(at, "belongs to the event not_duplicate, \"into\" to merge: say one of them");
	else
		read_into(at, value, target);
}

static void read_report(const struct member_at *at, const cJSON *value, void *target)
{
	struct event_request *r = target;
	if (!read_named(value, &r->report, &r->report_number))
		member_fault(at, "must be the number of a report, or its id (a UUID)");
}

#define FIELD(field) .offset = offsetof(struct event_request, field)
static const char *const dispatch_events[] = {"seen", "accept", "decline", "en_route", "on_scene", "complete", NULL};
static const struct member dispatch_members[] = {
        {.name = "event", .read = member_word, FIELD(event), .words = dispatch_events},
        {.name = "version", .read = member_int, FIELD(version), .least = 1, .most = INT_MAX},
        {.name = "reason", .read = member_text, FIELD(reason), .max = 500},
        {.name = "note", .read = member_text, FIELD(note), .max = 2000},
        {.name = "eta", .read = read_eta},
        {0},
};
static const struct rule dispatch_rules[] = {
        {"decline", {{"#/reason", FIELD(reason)}}},
        {0},
};

static const char *const incident_events[] = {"triage",   "dispatch",     "note",          "hand_over", "cancel",
                                              "withdraw", "false_report", "close",         "reopen",    "merge",
                                              "split",    "detach",       "not_duplicate", "claim",     NULL};
const char *const event_dispositions[] = {"handled",   "reunited", "referred", "buried", "released",
                                          "not_found", "refused",  "other",    NULL};
static const struct member place_members[] = {
        {.name = "village_code", .read = member_region_code, FIELD(village_code)},
        {.name = "text", .read = member_text, FIELD(place_text), .max = 500},
        {0},
};
static const struct member incident_members[] = {
        {.name = "event", .read = member_word, FIELD(event), .words = incident_events},
        {.name = "version", .read = member_int, FIELD(version), .least = 1, .most = INT_MAX},
        {.name = "reason", .read = member_text, FIELD(reason), .max = 500},
        {.name = "note", .read = member_text, FIELD(note), .max = 2000},
        {.name = "type", .read = member_word, FIELD(type), .words = report_types},
        {.name = "urgency", .read = member_word, FIELD(urgency), .words = report_urgencies},
        {.name = "village_code", .read = member_region_code, FIELD(village_code)},
        {.name = "place_text", .read = member_text, FIELD(place_text), .max = 500},
        {.name = "place", .read = member_object, .members = place_members},
        {.name = "agency", .read = member_text, FIELD(agency), .max = 100},
        {.name = "disposition", .read = member_word, FIELD(disposition), .words = event_dispositions},
        {.name = "to", .read = member_text, FIELD(to), .max = 200},
        {.name = "evidence", .read = member_text, FIELD(evidence), .max = 2000},
        {.name = "into", .read = read_into},
        {.name = "incident", .read = read_other},
        {.name = "report", .read = read_report},
        {0},
};
static const struct rule incident_rules[] = {
        {"triage",
         {{"#/type", FIELD(type)},
          {"#/urgency", FIELD(urgency)},
          {"#/village_code", FIELD(village_code)},
          {"#/place/village_code", FIELD(village_code)}}},
        {"dispatch", {{"#/agency", FIELD(agency)}}},
        {"note", {{"#/note", FIELD(note)}}},
        {"hand_over", {{"#/to", FIELD(to)}}},
        {"cancel", {{"#/reason", FIELD(reason)}}},
        {"withdraw", {{"#/reason", FIELD(reason)}}},
        {"false_report", {{"#/evidence", FIELD(evidence)}}},
        {"close", {{"#/disposition", FIELD(disposition)}}},
        {"reopen", {{"#/reason", FIELD(reason)}}},
        {0},
};

/* True when one of the needs is met, or was tried and is named as a fault already. */
static bool met(const struct need *needs, const struct event_request *r, const struct problem *p)
{
	for (int i = 0; i < NEEDS_MAX && needs[i].pointer != NULL; i++)
		if (*(const char *const *)((const char *)r + needs[i].offset) != NULL ||
		    members_faulty(p, needs[i].pointer))
			return true;
	return false;
}

static void check_needs(const struct rule *rules, const struct event_request *r, struct problem *p)
{
	const struct rule *rule = rules;
	while (rule->event != NULL && strcmp(rule->event, r->event) != 0)
		rule++;
	if (rule->event == NULL || met(rule->needs, r, p))
		return;
	if (rule->needs[1].pointer == NULL) {
		problem_error(p, rule->needs[0].pointer, "the event %s needs this member, not blank", rule->event);
		return;
	}
	struct buf list;
	buf_init(&list, 120);
	for (int i = 0; i < NEEDS_MAX && rule->needs[i].pointer != NULL; i++)
		buf_addf(&list, "%s%s", i == 0 ? "" : ", ", rule->needs[i].pointer + 2);
	problem_error(p, "", "the event %s needs at least one of: %s", rule->event, list.data);
	buf_free(&list);
}

/* What no table of needs can say: "other" says nothing by itself, what is held against a citizen must say something, and an
 * incident is named in one of two ways. */
static void check_more(const struct event_request *r, struct problem *p)
{
	bool other = strcmp(r->event, "close") == 0 && r->disposition != NULL && strcmp(r->disposition, "other") == 0;
	bool merge = strcmp(r->event, "merge") == 0;
	if (other && r->note == NULL && !members_faulty(p, "#/note"))
		problem_error(p, "#/note", "the disposition other needs this member, not blank");
	if (strcmp(r->event, "false_report") == 0 && r->evidence != NULL && utf8_length(r->evidence) < EVIDENCE_LEAST)
		problem_error(p, "#/evidence", "must say what proves it, in at least %d characters", EVIDENCE_LEAST);
	if (merge && r->into == NULL && r->into_number == 0 && !members_faulty(p, "#/into"))
		problem_error(p, "#/into", "the event merge needs this member, not blank");
	if (strcmp(r->event, "not_duplicate") == 0 && r->into == NULL && r->into_number == 0 &&
	    !members_faulty(p, "#/incident"))
		problem_error(p, "#/incident", "the event not_duplicate needs this member, not blank");
	if (strcmp(r->event, "detach") == 0 && r->report == NULL && r->report_number == 0 &&
	    !members_faulty(p, "#/report"))
		problem_error(p, "#/report", "the event detach needs this member, not blank");
}

/* The first row of either table is the event with its words. */
static void name_events(const struct member *members, struct problem *p)
{
	struct member_at at = {.member = &members[0], .top = members, .problem = p};
	member_word(&at, NULL, NULL);
}

static bool event_read(const char *body, size_t len, const struct member *members, const struct rule *rules,
                       struct event_request *ret, struct problem *ret_problem)
{
	*ret = (struct event_request){.eta_minutes = -1};
	bool read = members_read_body(body, len, members, ret, "invalid-event", &ret->tree, ret_problem);
	if (read && ret->event != NULL) {
		check_needs(rules, ret, ret_problem);
		check_more(ret, ret_problem);
	} else if (read && !members_faulty(ret_problem, "#/event"))
		name_events(members, ret_problem);
	if (read && ret_problem->error_count == 0)
		return true;
	event_request_free(ret);
	return false;
}

bool dispatch_event_read(const char *body, size_t len, struct event_request *ret, struct problem *ret_problem)
{
	return event_read(body, len, dispatch_members, dispatch_rules, ret, ret_problem);
}

bool incident_event_read(const char *body, size_t len, struct event_request *ret, struct problem *ret_problem)
{
	return event_read(body, len, incident_members, incident_rules, ret, ret_problem);
}

void event_request_free(struct event_request *r)
{
	cJSON_Delete(r->tree);
	*r = (struct event_request){0};
}
