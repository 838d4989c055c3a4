/* types: see types.h. */
#include "types.h"

#include <string.h>

const char *const incident_type_names[INCIDENT_TYPES] = {
        [TYPE_UNSURE] = "unsure",
        [TYPE_ABANDONED_PERSON] = "abandoned_person",
        [TYPE_UNCLAIMED_BODY] = "unclaimed_body",
        [TYPE_SHACKLED_PATIENT] = "shackled_patient",
        [TYPE_OTHER_SOCIAL] = "other_social",
        [TYPE_NOT_A_REPORT] = "not_a_report",
        [TYPE_STATUS_QUERY] = "status_query",
        [TYPE_FOLLOWUP] = "followup",
};
const char *const urgency_names[URGENCIES] = {
        [URGENCY_NORMAL] = "normal",
        [URGENCY_HIGH] = "high",
        [URGENCY_CRITICAL] = "critical",
};
const char *const agency_kind_names[AGENCY_KINDS] = {
        [KIND_POLICE] = "police",
        [KIND_DISASTER_AGENCY] = "disaster_agency",
        [KIND_HEALTH_FACILITY] = "health_facility",
        [KIND_VILLAGE_OFFICE] = "village_office",
        [KIND_SOCIAL_OFFICE] = "social_office",
        [KIND_SHELTER] = "shelter",
        [KIND_CIVIL_ORDER] = "civil_order",
        [KIND_OTHER] = "other",
};
const char *const channel_kind_names[CHANNELS] = {[CHANNEL_WEBHOOK] = "webhook", [CHANNEL_SMS] = "sms"};
const char *const region_level_names[REGION_LEVELS] = {
        [LEVEL_NONE] = "none",         [LEVEL_PROVINCE] = "province", [LEVEL_REGENCY] = "regency",
        [LEVEL_DISTRICT] = "district", [LEVEL_VILLAGE] = "village",
};
const char *const flag_names[FLAGS] = {
        "child",         "danger",         "weapon",  "injured", "pregnant",
        "body_in_water", "hospital_death", "elderly", "mental",  "disabled",
};

enum region_level region_code_level(const char *code)
{
	static const struct {
		const char *shape;
		enum region_level level;
	} shapes[] = {
	        {"99", LEVEL_PROVINCE},
	        {"99.99", LEVEL_REGENCY},
	        {"99.99.99", LEVEL_DISTRICT},
	        {"99.99.99.9999", LEVEL_VILLAGE},
	};
	size_t len = strlen(code);
	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
		if (strlen(shapes[s].shape) != len)
			continue;
		size_t i = 0;
		while (i < len && (shapes[s].shape[i] == '.' ? code[i] == '.' : code[i] >= '0' && code[i] <= '9'))
			i++;
		return i == len ? shapes[s].level : LEVEL_NONE;
	}
	return LEVEL_NONE;
}

bool region_code_within(const char *code, const char *prefix)
{
	size_t len = strlen(prefix);
	return strncmp(code, prefix, len) == 0 && (len == 0 || code[len] == '\0' || code[len] == '.');
}

int name_index(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}
