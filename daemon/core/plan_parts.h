/* plan_parts: what the files of plan share; nobody else includes it. */
#ifndef SIGAP_CORE_PLAN_PARTS_H
#define SIGAP_CORE_PLAN_PARTS_H
#include "plan.h"

enum { PLAN_DUTY_MAX = 4 };

/* One plan in the making. about: the incident as every notice shows it. */
struct plan_work {
	struct arena *arena;
	const struct plan_setting *setting;
	struct plan_extra_input about;
	char incident[UUID_TEXT], number[24];
	const char *place_name;  /* official, NULL when unknown */
	const char *place_words; /* for SMS and summary: "Labangka", "Kec. Babulu, desa belum pasti" */
	struct plan *plan;
	struct buf scratch;
};
/* Starts work on plan about an incident; plan_work_end frees the scratch memory. */
struct plan_work plan_work_begin(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *about,
                                 struct plan *plan);
void plan_work_end(struct plan_work *w);

void plan_add_reason(struct plan *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void plan_add_deadline(struct plan *p, struct uuid subject, enum clock clock, int after_s);
/* The type's Indonesian label. */
const char *plan_label(const struct policy *p, enum incident_type type);
/* "Orang terlantar, kritis, Labangka" */
const char *plan_summary(struct plan_work *w);

/* plan_dispatch.c: one dispatch with its ladders, its reason and its accept clock. NULL when the agency is in the plan already or the plan is full (a reason says so). */
struct plan_dispatch *plan_add_dispatch(struct plan_work *w, const struct dispatch_rule *rule,
                                        const struct agency *agency, const char *why);
/* Tells contact number `round` of every dispatch of the plan, then the next, as long as there is room. */
void plan_tell_agencies(struct plan_work *w);

/* plan_notice.c */
/* The text for SMS: every character in GSM-7. Returns text itself when it needs no change. */
const char *plan_sms_safe(struct plan_work *w, const char *text);
/* Appends an SMS of one part made from the reply text key. */
struct plan_notice *plan_add_sms(struct plan_work *w, enum notice_kind kind, const char *phone, const char *key,
                                 const struct reply_value *values, size_t n);
/* Appends the notice to one contact of the dispatch's agency. */
void plan_tell_contact(struct plan_work *w, const struct plan_dispatch_view *d, int index,
                       const struct contact *contact, enum notice_kind kind, int late_s);
/* Appends the same SMS to everybody on duty for the incident's area (only: to that person alone); returns how many have a phone. */
size_t plan_tell_people(struct plan_work *w, const struct person *only, const char *key,
                        const struct reply_value *values, size_t n);
/* An SMS to whoever wrote. */
void plan_answer_reporter(struct plan_work *w, const struct plan_reply *reply);
#endif
