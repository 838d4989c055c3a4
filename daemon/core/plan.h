/* plan: policy x directory x triaged report -> everything that shall exist. A plan is data: the same document is committed, printed by `sigapctl route` and shown to people. */
#ifndef SIGAP_CORE_PLAN_H
#define SIGAP_CORE_PLAN_H
#include <stddef.h>
#include <stdint.h>

#include "../../protocol/buf.h"
#include "../base/arena.h"
#include "../base/clock.h"
#include "../base/id.h"
#include "directory.h"
#include "policy.h"
#include "replies.h"
#include "triage.h"

/* What the clocks of a subject are called in the deadline table. */
enum clock {
	CLOCK_ACCEPT,
	CLOCK_ARRIVE,
	CLOCK_COMPLETE,
	CLOCK_REPLACE, /* after a decline */
	CLOCK_TRIAGE,
	CLOCK_FOLLOW_UP, /* of an incident that was handed over */
	CLOCKS
};
extern const char *const clock_names[CLOCKS]; /* "accept", "arrive", "complete", "replace", "triage", "follow_up" */

enum notice_kind {
	NOTICE_CREATED,
	NOTICE_REMINDER,
	NOTICE_CANCELLED,
	NOTICE_UPDATED,
	NOTICE_RECEIPT,
	NOTICE_DUTY,
	NOTICE_ALARM, /* to people: the machine itself is in trouble */
	NOTICE_TEST,  /* asks nothing but whether it arrives */
	NOTICE_KINDS
};
extern const char *const notice_kind_names
        [NOTICE_KINDS]; /* "dispatch.created", "dispatch.reminder", "dispatch.cancelled", "incident.updated", "receipt", "duty", "alarm", "contact.test" */

struct plan_notice {
	struct uuid id;
	enum notice_kind kind;
	int priority; /* 0 new incidents, 1 reminders and duty, 2 receipts and the rest */
	enum channel_kind channel;
	const struct contact *contact; /* NULL for citizens and people */
	struct uuid about;             /* the dispatch it is about, existing ones too; nil: none */
	const char *address;           /* URL or phone it goes to, or "GATEWAY:HANDLE" */
	const char *via;               /* the gateway to try first; NULL: any */
	int dispatch;                  /* index in plan.dispatches, -1: none */
	const char *body;              /* rendered: webhook JSON or SMS text */
	size_t body_len;
};
struct plan_dispatch {
	struct uuid id;
	const struct agency *agency;
	const char *role, *task;
	struct uuid for_dispatch; /* the dispatch whose silence or refusal made this one; nil: none */
	int accept_s, arrive_s, complete_s;
	const char *
	        ladders; /* JSON {"accept":[{"to","slug","wait_s"}],"late":[…],"repeat_s":n}: stored, so a later policy does not change it */
	const char *why; /* English: the rule and the jurisdiction that chose this agency */
};
struct plan_deadline {
	struct uuid subject;
	enum clock clock;
	int step;
	int after_s;
};

enum { PLAN_DISPATCHES = 12, PLAN_NOTICES = 200 /* a stand-down reaches everyone who was told */, PLAN_DEADLINES = 14 };
struct plan {
	struct uuid incident; /* nil: no incident (not_a_report, status_query) */
	int64_t number;       /* report number = number of the incident it opens */
	const char *state;    /* "open" (a human must triage) or "triaged"; "" without an incident */
	enum incident_type type;
	enum urgency urgency;
	char region[REGION_CODE_MAX]; /* village, or the widest area known */
	const char *place_name;       /* official name of region, or NULL */
	const char *summary;          /* without personal data, Indonesian: "Orang terlantar, kritis, Labangka" */
	struct plan_dispatch dispatches[PLAN_DISPATCHES];
	size_t dispatch_count;
	struct plan_notice notices[PLAN_NOTICES];
	size_t notice_count;
	struct plan_deadline deadlines[PLAN_DEADLINES];
	size_t deadline_count;
	char reasons[8][160];
	const char *asks; /* what the reporter is asked by it: "place", "type"; NULL: nothing */
	size_t reason_count; /* decisions not tied to one dispatch: "place below threshold: regency level told, reporter asked" */
};

/* What a plan is made of besides the report. */
struct plan_setting {
	const struct policy *policy;
	const struct directory *directory;
	const struct gazetteer *gazetteer;
	const struct replies *replies;
	struct wall now;             /* database time, for texts and duty; deadlines are relative */
	const char *link_base;       /* "https://sigap.example/d/" */
	const uint8_t *link_key;     /* 32 bytes */
	struct uuid (*new_id)(void); /* uuid_make; tests give a counter */
};
/* An SMS to whoever wrote. */
struct plan_reply {
	const char *key, *to;
	const char *via; /* the gateway to try first; NULL: any */
	const struct reply_value *
	        values; /* beside {no}, the report's number, and {jam}; the same name goes before these. In GSM-7 or not: it is made so */
	size_t value_count;
};
/* What went before decides something beside the report's own words (conversation.h). */
struct plan_turn {
	bool silent; /* opens no incident, dispatches nobody, gets no text but reply_key */
	const char
	        *reply_key; /* the reporter's text instead of the plan's own; NULL: none when silent, else the plan's */
	const struct reply_value *values; /* for it, beside {no} and {jam} */
	size_t value_count;
	const char *duty_key; /* silent: the text for whoever is on duty; NULL: none */
	const char *reason;   /* English */
};
struct plan_input {
	const struct triage *triage;
	int64_t number;
	const char *place_text; /* as shown to partners, may be NULL */
	bool has_position;
	double lat, lon;
	const char *reporter_phone;   /* E.164 or GATEWAY:HANDLE; NULL: no receipt */
	struct uuid incident;         /* planned again: the incident that exists; nil: a new one */
	int incident_version;         /* its version with the event under way; 0 for a new one */
	const char *via;              /* the gateway that brought the report, and should bring the answer; NULL: any */
	const struct plan_turn *turn; /* NULL: none */
	bool sms_report;              /* arrived by SMS: unanswered texts get a receipt or a question */
};
/* The text that a reporter of that type gets when agencies are told. */
const char *plan_receipt_key(const struct policy *p, enum incident_type type, unsigned flags);
/* Decides. Everything returned lives in the arena. Never fails: an uncertain report becomes an open incident with a triage deadline and a notice to the person on duty. */
struct plan *plan_make(struct arena *a, const struct plan_setting *s, const struct plan_input *in);

/* The dispatches, notices and deadlines for one more agency of an incident that exists (a rung's target, a coordinator's choice): same rendering, same ladders.
 * What is NULL or 0 (role, task, times, ladders) comes from the policy: the type's rule for that kind of agency, else its first rule. */
struct plan_extra_input {
	struct uuid incident;
	int64_t number;
	int incident_version;
	enum incident_type type;
	enum urgency urgency;
	const char *region, *place_text, *summary;
	bool has_position;
	double lat, lon;
	const char *next_name; /* plan_tell_duty: who is told next when nobody answers ("Polres PPU"); NULL: not said */
	int next_s;            /* and in how many seconds */
	int more_reports; /* plan_remind with NOTICE_UPDATED: so many told the same after the first one; 0: the news is another */
};
struct plan *plan_extra(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                        const struct agency *to, const char *role, const char *task, int accept_s, int arrive_s,
                        int complete_s, const char *ladders, const char *why);
/* Appends what is in more (dispatches, notices, deadlines) to a plan for the same incident, as far as there is room. */
void plan_join(struct plan *to, const struct plan *more);
/* Notices for an existing dispatch: NOTICE_REMINDER (again), NOTICE_CANCELLED (stand-down) or NOTICE_UPDATED, to all contacts of the agency.
 * Appends to to->notices, with dispatch -1: it is none of that plan's own. */
struct plan_dispatch_view {
	struct uuid id;
	const struct agency *agency;
	const char *role, *task, *state;
	int version;
	int64_t accept_by_us, arrive_by_us;
	int accept_s; /* a reminder to answer says how long nobody has: this and what it is late */
	bool lapsed;  /* it had accepted, but nobody came: asked again */
};
void plan_remind(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                 const struct plan_dispatch_view *d, enum notice_kind kind, int late_s, struct plan *to);
/* An SMS to people on duty (or one person) about something overdue. Appends; returns the number of people told. late_s: 0 when nothing is overdue.
 * reason: Indonesian, for the SMS: "belum ada jawaban Polsek Babulu"; NULL: none. */
size_t plan_tell_duty(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                      const struct person *only, int late_s, const char *reason, struct plan *to);
/* An SMS that nothing is wanted any more, to telephones that were told of the incident (separated by spaces), but not to those that this plan
 * tells something already. reason: Indonesian, for the SMS: "selesai ditangani". Appends, as NOTICE_CANCELLED: no later answer makes it void. Returns the number told. */
size_t plan_stand_down_people(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                              const char *phones, const char *reason, struct plan *to);
/* An SMS to a reporter. Appends. */
void plan_answer(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                 const struct plan_reply *reply, struct plan *p);
/* Renders the plan as one JSON document (sigapctl route, incident event 1's data uses a shorter form made by plan_render_opened). */
void plan_render(const struct plan *p, const struct plan_setting *s, struct buf *out);
void plan_render_opened(const struct plan *p, struct buf *out);
#endif
