/* plan_extra: what is added to an incident that exists: one more agency, a reminder, a word to people on duty. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "plan_parts.h"

/* The type's rule for that kind of agency, else its first, else one made from the triage clock (a type without rules). */
static struct dispatch_rule rule_for(const struct policy *p, enum incident_type type, enum agency_kind kind)
{
	const struct type_rules *rules = &p->types[type];
	for (size_t i = 0; i < rules->count; i++)
		if (rules->rules[i].kind == kind)
			return rules->rules[i];
	if (rules->count > 0)
		return rules->rules[0];
	struct dispatch_rule plain = {.role = "assist", .task = "dukungan"};
	plain.ladder = plain.late = p->triage_ladder;
	for (int u = 0; u < URGENCIES; u++)
		plain.accept_s[u] = plain.arrive_s[u] = plain.complete_s[u] = p->triage_s[u];
	return plain;
}

static void start_plan(struct plan *p, const struct plan_extra_input *in)
{
	p->incident = in->incident;
	p->number = in->number;
	p->state = "triaged";
	p->type = in->type;
	p->urgency = in->urgency;
	p->summary = in->summary;
	snprintf(p->region, sizeof p->region, "%s", in->region);
}

struct plan *plan_extra(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                        const struct agency *to, const char *role, const char *task, int accept_s, int arrive_s,
                        int complete_s, const char *ladders, const char *why)
{
	struct plan *p = arena_new_of(a, struct plan);
	start_plan(p, in);
	struct plan_work w = plan_work_begin(a, s, in, p);
	struct dispatch_rule rule = rule_for(s->policy, in->type, to->kind);
	rule.role = role != NULL ? role : rule.role;
	rule.task = task != NULL ? task : rule.task;
	rule.accept_s[in->urgency] = accept_s > 0 ? accept_s : rule.accept_s[in->urgency];
	rule.arrive_s[in->urgency] = arrive_s > 0 ? arrive_s : rule.arrive_s[in->urgency];
	rule.complete_s[in->urgency] = complete_s > 0 ? complete_s : rule.complete_s[in->urgency];
	p->place_name = w.place_name;
	struct plan_dispatch *d = plan_add_dispatch(&w, &rule, to, why);
	assert(d != NULL); /* the first of this plan */
	if (ladders != NULL)
		d->ladders = ladders;
	plan_tell_agencies(&w);
	plan_work_end(&w);
	return p;
}

void plan_join(struct plan *to, const struct plan *more)
{
	int shift = (int)to->dispatch_count;
	if (to->dispatch_count + more->dispatch_count > PLAN_DISPATCHES)
		return;
	for (size_t i = 0; i < more->dispatch_count; i++)
		to->dispatches[to->dispatch_count++] = more->dispatches[i];
	for (size_t i = 0; i < more->notice_count && to->notice_count < PLAN_NOTICES; i++) {
		struct plan_notice *n = &to->notices[to->notice_count++];
		*n = more->notices[i];
		n->dispatch += n->dispatch >= 0 ? shift : 0;
	}
	for (size_t i = 0; i < more->deadline_count && to->deadline_count < PLAN_DEADLINES; i++)
		to->deadlines[to->deadline_count++] = more->deadlines[i];
}

void plan_remind(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                 const struct plan_dispatch_view *d, enum notice_kind kind, int late_s, struct plan *to)
{
	struct plan_work w = plan_work_begin(a, s, in, to);
	for (size_t i = 0; i < d->agency->contact_count; i++)
		plan_tell_contact(&w, d, -1, &d->agency->contacts[i], kind, late_s);
	plan_work_end(&w);
}

size_t plan_tell_duty(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                      const struct person *only, int late_s, const char *reason, struct plan *to)
{
	struct plan_work w = plan_work_begin(a, s, in, to);
	char minutes[16], at[6];
	snprintf(minutes, sizeof minutes, "%d", late_s / 60);
	clock_format(s->now.us + (int64_t)in->next_s * 1000000, s->policy->utc_offset_s, at);
	const struct reply_value values[] = {
	        {"menit", minutes},
	        {"alasan", plan_sms_safe(&w, reason != NULL ? reason : "mohon diperiksa")},
	        {"atasan", plan_sms_safe(&w, in->next_name != NULL ? in->next_name : "")},
	        {"jam", at},
	};
	bool late = late_s >= 60;
	const char *key = !late ? "duty_note" : in->next_name != NULL ? "shift_alert" : "duty_alert";
	size_t told = plan_tell_people(&w, only, key, values, sizeof values / sizeof *values);
	plan_work_end(&w);
	return told;
}

static bool is_told(const struct plan *p, const char *phone)
{
	for (size_t i = 0; i < p->notice_count; i++)
		if (p->notices[i].channel == CHANNEL_SMS && strcmp(p->notices[i].address, phone) == 0)
			return true;
	return false;
}

size_t plan_stand_down_people(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                              const char *phones, const char *reason, struct plan *to)
{
	struct plan_work w = plan_work_begin(a, s, in, to);
	const struct reply_value values[] = {
	        {"no", w.number},
	        {"desa", w.place_words},
	        {"alasan", plan_sms_safe(&w, reason)},
	};
	size_t told = 0;
	for (const char *at = phones; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		const char *phone = arena_strndup(a, at, len);
		at += len;
		if (len > 0 && !is_told(to, phone) &&
		    plan_add_sms(&w, NOTICE_CANCELLED, phone, "duty_standdown", values,
		                 sizeof values / sizeof *values) != NULL)
			told++;
	}
	plan_work_end(&w);
	return told;
}

void plan_answer(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *in,
                 const struct plan_reply *reply, struct plan *p)
{
	struct plan_work w = plan_work_begin(a, s, in, p);
	plan_answer_reporter(&w, reply);
	plan_work_end(&w);
}
