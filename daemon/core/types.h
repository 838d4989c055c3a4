/* types: the words of the field as enums, each with its name as used in SQL, API and configuration. */
#ifndef SIGAP_CORE_TYPES_H
#define SIGAP_CORE_TYPES_H
#include <stdbool.h>

enum incident_type {
	TYPE_UNSURE,
	TYPE_ABANDONED_PERSON,
	TYPE_UNCLAIMED_BODY,
	TYPE_SHACKLED_PATIENT,
	TYPE_OTHER_SOCIAL,
	TYPE_NOT_A_REPORT,
	TYPE_STATUS_QUERY,
	TYPE_FOLLOWUP,
	INCIDENT_TYPES
};
extern const char *const incident_type_names[INCIDENT_TYPES]; /* "unsure", "abandoned_person", ... */

enum urgency { URGENCY_NORMAL, URGENCY_HIGH, URGENCY_CRITICAL, URGENCIES };
extern const char *const urgency_names[URGENCIES];

enum agency_kind {
	KIND_POLICE,
	KIND_DISASTER_AGENCY,
	KIND_HEALTH_FACILITY,
	KIND_VILLAGE_OFFICE,
	KIND_SOCIAL_OFFICE,
	KIND_SHELTER,
	KIND_CIVIL_ORDER,
	KIND_OTHER,
	AGENCY_KINDS
};
extern const char *const agency_kind_names[AGENCY_KINDS];

enum channel_kind { CHANNEL_WEBHOOK, CHANNEL_SMS, CHANNELS };
extern const char *const channel_kind_names[CHANNELS];

/* Levels of Kemendagri codes: "64" province, "64.09" regency, "64.09.01" district, "64.09.01.1003" village. */
enum region_level { LEVEL_NONE, LEVEL_PROVINCE, LEVEL_REGENCY, LEVEL_DISTRICT, LEVEL_VILLAGE, REGION_LEVELS };
extern const char *const region_level_names[REGION_LEVELS]; /* "none", "province", "regency", "district", "village" */
enum { REGION_CODE_MAX = 14 };
/* The level of a well-formed code, LEVEL_NONE for anything else. */
enum region_level region_code_level(const char *code);
/* True when prefix is code or one of its ancestors ("64.09" of "64.09.01.1003"; never "64.0"). "" is everyone's ancestor. */
bool region_code_within(const char *code, const char *prefix);

/* Flags of a report that conditions of the policy may name. */
enum flag {
	FLAG_CHILD = 1 << 0,
	FLAG_DANGER = 1 << 1,
	FLAG_WEAPON = 1 << 2,
	FLAG_INJURED = 1 << 3,
	FLAG_PREGNANT = 1 << 4,
	FLAG_BODY_IN_WATER = 1 << 5,
	FLAG_HOSPITAL_DEATH = 1 << 6,
	FLAG_ELDERLY = 1 << 7,
	FLAG_MENTAL = 1 << 8,
	FLAG_DISABLED = 1 << 9
};
enum { FLAGS = 10 };
extern const char *const flag_names
        [FLAGS]; /* by bit: "child", "danger", "weapon", "injured", "pregnant", "body_in_water", "hospital_death", "elderly", "mental", "disabled" */

/* The index of name in names[n], or -1. */
int name_index(const char *const *names, int n, const char *name);
#endif
