/* policy: the versioned rules: what is dispatched to whom, in what time, and what follows silence. Parsed from policy.jsonc, checked, immutable. */
#ifndef SIGAP_CORE_POLICY_H
#define SIGAP_CORE_POLICY_H
#include <stdbool.h>
#include <stddef.h>

#include "../../protocol/buf.h"
#include "../base/arena.h"
#include "directory.h"
#include "gazetteer.h"
#include "types.h"

enum { POLICY_GROUP_MAX = 4 }; /* rungs that act together */
enum rung_target { RUNG_AGAIN, RUNG_DUTY, RUNG_UP, RUNG_AGENCY, RUNG_PERSON, RUNG_TARGETS };
extern const char *const rung_target_names[RUNG_TARGETS]; /* "again", "duty", "up", "agency", "person" */
struct rung {
	enum rung_target target;
	const char *
	        slug; /* of agency: and person: targets; for RUNG_UP in a plan: the agency resolved when the plan was made */
	int wait_s; /* silence allowed after this rung before the next one; of a group: that of its last rung counts */
	bool with_next; /* acts together with the rung behind it: written "to": ["duty", "up"] */
};
struct ladder {
	const char *name;
	const struct rung *rungs;
	size_t count;
	int repeat_s; /* after the last rung: duty is told again at this interval until somebody answers */
};
struct dispatch_rule {
	enum agency_kind kind;
	enum region_level level; /* jurisdictions at this level or wider are considered */
	const char *role;        /* "secure", "examine", ... shown to partners */
	const char *task;        /* Indonesian, for {tugas} in SMS: at most 40 septets */
	unsigned urgencies;      /* bit per enum urgency: when this rule applies */
	unsigned flags_any;      /* applies when one of these flags is set; 0: no condition */
	bool or_flags;           /* urgency OR flags (true) instead of urgency AND flags */
	int accept_s[URGENCIES], arrive_s[URGENCIES], complete_s[URGENCIES];
	const struct ladder *ladder; /* silence after a notice */
	const struct ladder *late;   /* silence after an accept: arrival or completion overdue */
};
struct receipt_rule {
	unsigned flags_any;
	const char *text; /* key of the reply text */
};
/* Trouble of the machine itself. Level-triggered: raised while it lasts, cleared when it is over. */
enum alarm_kind {
	ALARM_DATABASE_AWAY,
	ALARM_GATEWAY_SILENT, /* key: the gateway's name */
	ALARM_SPOOL_FILLING,
	ALARM_AUDITOR_LATE,
	ALARM_AUDITOR_REPAIRED,  /* key: what was repaired */
	ALARM_SHIFT_GAP,         /* key: beginning of the gap, RFC 3339 UTC */
	ALARM_SHIFT_UNACCEPTED,  /* key: person and beginning of the shift */
	ALARM_SHIFT_UNREACHABLE, /* the same */
	ALARM_CLOCK_STEP,
	ALARM_SPEND_NEAR, /* key: the gateway's name; four fifths of what is for everybody have been spent today */
	ALARM_SPEND_USED, /* the same: nothing is left but the reserve */
	ALARM_KINDS
};
extern const char *const alarm_kind_names[ALARM_KINDS]; /* "database_away", "gateway_silent", ... */
/* "alarms": {"shift_gap": {"tell": ["duty", "person:kabid"], "repeat": "1h"}}. What is not named tells duty, every 6 hours. */
struct alarm_rule {
	bool duty;
	const char *people[4]; /* slugs; NULL ends */
	int repeat_s;          /* told again while it lasts */
};
/* "duplicates": when a report tells an event that is known already. See duplicate.h. */
struct duplicate_rules {
	int window_s; /* "window_h": nothing older is compared; the same words of the same sender within it are the same event */
	int near_s;                   /* "near_h": so close in time another sender's report may surely mean the same */
	double attach_at, suggest_at; /* scores: from here it is sure, from here a person is asked */
	bool http_attaches; /* "http": "attach"; by default what comes with a source's own key is a report of its own, and only suggested */
};
enum { POLICY_RULES_MAX = 12, POLICY_RUNGS_MAX = 16 };
struct type_rules {
	bool defined;
	const char *label_id, *label_en;
	enum urgency default_urgency;
	const struct dispatch_rule *rules;
	size_t count;
	const char *receipt;                 /* key of the reply text: "body_advice"; NULL: "ack_auto" */
	const struct receipt_rule *receipts; /* the first that fits the report's flags goes before receipt */
	size_t receipt_count;
};
struct policy {
	const char *name;
	const char *regency; /* "64.09": where a report without a place belongs */
	double type_threshold, place_threshold;
	int triage_s[URGENCIES];            /* time for a human to decide what the machine could not */
	const struct ladder *triage_ladder; /* rungs duty and person only */
	struct type_rules types[INCIDENT_TYPES];
	const struct ladder *ladders; /* all of them, as written */
	size_t ladder_count;
	int utc_offset_s;        /* of clock times in texts: 28800 (WITA) */
	int sms_per_number_hour; /* automatic replies at most, per number and hour */
	int attempt_limit_s;     /* a notice is given up after this long: default 259200 (72 h) */
	int follow_up_s;         /* a handed-over incident is looked after again: "follow_up_within", default 7 days */
	int expire_s; /* a dispatch that nobody ever answered ends after this long: "expire_after", default 3 days */
	int stale_s;  /* a notice that left later than this says that it is late: "late_after", default 10 minutes */
	struct duplicate_rules duplicates;
	struct alarm_rule alarms[ALARM_KINDS]; /* who is told when the machine itself is in trouble: "alarms" */
};
/* Parses and validates policy.jsonc. Returns NULL with one line per fault in faults
 * ("policy.jsonc:12:5: /types/...: what is wrong, what would be right"). */
const struct policy *policy_read(struct arena *a, const char *file, const char *text, size_t len, struct buf *faults);
/* Does the rule speak of a report of that urgency with these flags (enum flag bits)? */
bool policy_rule_applies(const struct dispatch_rule *rule, enum urgency urgency, unsigned flags);

/* Holes: for every defined type, urgency and village within policy->regency, and for the regency itself, where reports without a certain village belong, at least one agency with
 * a contact and one human with a phone must be reachable: a person whose scope covers the area and who is on the roster, now or later, or the target of a person: rung. agency: and person: targets that the directory does not know are
 * holes too. Each distinct hole is one line in out. Returns the number of holes. cases (may be NULL) counts what was checked. */
size_t policy_holes(const struct policy *p, const struct directory *d, const struct gazetteer *g, struct wall now,
                    struct buf *out, size_t *cases);
/* The same with a line for each urgency, so that what two directories leave open can be compared. */
size_t policy_holes_apart(const struct policy *p, const struct directory *d, const struct gazetteer *g, struct wall now,
                          struct buf *out);
#endif
