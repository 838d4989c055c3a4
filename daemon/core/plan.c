/* plan: see plan.h. What a report sets in motion: who is told, who is asked, which clocks run. */
#include "plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "place_offer.h"
#include "plan_parts.h"

enum { SCRATCH_MAX = 64 * 1024 };

const char *const clock_names[CLOCKS] = {
        [CLOCK_ACCEPT] = "accept",   [CLOCK_ARRIVE] = "arrive", [CLOCK_COMPLETE] = "complete",
        [CLOCK_REPLACE] = "replace", [CLOCK_TRIAGE] = "triage", [CLOCK_FOLLOW_UP] = "follow_up",
};
const char *const notice_kind_names[NOTICE_KINDS] = {
        [NOTICE_CREATED] = "dispatch.created",
        [NOTICE_REMINDER] = "dispatch.reminder",
        [NOTICE_CANCELLED] = "dispatch.cancelled",
        [NOTICE_UPDATED] = "incident.updated",
        [NOTICE_RECEIPT] = "receipt",
        [NOTICE_DUTY] = "duty",
        [NOTICE_ALARM] = "alarm",
        [NOTICE_TEST] = "contact.test",
};

/* ---- the parts that the other files use ---- */

void plan_add_reason(struct plan *p, const char *format, ...)
{
	if (p->reason_count == sizeof p->reasons / sizeof *p->reasons)
		return;
	va_list ap;
	va_start(ap, format);
	vsnprintf(p->reasons[p->reason_count++], sizeof *p->reasons, format, ap);
	va_end(ap);
}

void plan_add_deadline(struct plan *p, struct uuid subject, enum clock clock, int after_s)
{
	if (p->deadline_count < PLAN_DEADLINES)
		p->deadlines[p->deadline_count++] = (struct plan_deadline){subject, clock, 0, after_s};
}

const char *plan_label(const struct policy *p, enum incident_type type)
{
	static const char *const plain[INCIDENT_TYPES] = {
	        [TYPE_UNSURE] = "Perlu telaah",
	        [TYPE_ABANDONED_PERSON] = "Orang terlantar",
	        [TYPE_UNCLAIMED_BODY] = "Jenazah tanpa keluarga",
	        [TYPE_SHACKLED_PATIENT] = "Pasien dipasung",
	        [TYPE_OTHER_SOCIAL] = "Masalah sosial lain",
	        [TYPE_NOT_A_REPORT] = "Bukan laporan",
	        [TYPE_STATUS_QUERY] = "Tanya perkembangan",
	        [TYPE_FOLLOWUP] = "Informasi tambahan",
	};
	return p->types[type].label_id != NULL ? p->types[type].label_id : plain[type];
}

static const char *words_for_place(struct plan_work *w)
{
	const char *code = w->about.region, *name = w->place_name;
	enum region_level level = region_code_level(code);
	if (level == LEVEL_VILLAGE)
		return plan_sms_safe(w, name != NULL ? name : code);
	if (level == LEVEL_DISTRICT && name != NULL)
		return arena_printf(w->arena, "Kec. %s, desa belum pasti", plan_sms_safe(w, name));
	return "lokasi belum pasti";
}

struct plan_work plan_work_begin(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *about,
                                 struct plan *plan)
{
	struct plan_work w = {.arena = a, .setting = s, .about = *about, .plan = plan};
	const struct region *place = gazetteer_by_code(s->gazetteer, about->region);
	w.place_name = place == NULL ? NULL : place->name;
	buf_init(&w.scratch, SCRATCH_MAX);
	uuid_format(about->incident, w.incident);
	snprintf(w.number, sizeof w.number, "%lld", (long long)about->number);
	w.place_words = words_for_place(&w);
	return w;
}

void plan_work_end(struct plan_work *w)
{
	buf_free(&w->scratch);
}

const char *plan_summary(struct plan_work *w)
{
	static const char *const words[URGENCIES] = {
	        [URGENCY_NORMAL] = ", biasa, ",
	        [URGENCY_HIGH] = ", tinggi, ",
	        [URGENCY_CRITICAL] = ", kritis, ",
	};
	buf_reset(&w->scratch);
	buf_adds(&w->scratch, plan_label(w->setting->policy, w->about.type));
	buf_adds(&w->scratch, words[w->about.urgency]);
	buf_adds(&w->scratch, w->place_words);
	return arena_strndup(w->arena, w->scratch.data, w->scratch.len);
}

/* ---- what is known ---- */

struct sureness {
	bool type, place;
	bool incident; /* a report of something, or at least nothing sure to be no report */
};

static struct sureness sureness_of(const struct policy *p, const struct triage *t)
{
	struct sureness sure = {
	        .type = t->type != TYPE_UNSURE && t->type_confidence >= p->type_threshold,
	        .place = region_code_level(t->place.code) == LEVEL_VILLAGE && t->place.confidence >= p->place_threshold,
	};
	bool silent = t->type == TYPE_NOT_A_REPORT || t->type == TYPE_STATUS_QUERY || t->type == TYPE_FOLLOWUP;
	sure.incident = !(sure.type && silent);
	return sure;
}

/* The village when it is sure, else the district that the text names, else the regency. */
static const char *region_of(const struct policy *p, const struct triage *t, bool place_sure)
{
	if (place_sure)
		return t->place.code;
	bool district = region_code_level(t->place.district) == LEVEL_DISTRICT;
	return district && region_code_within(t->place.district, p->regency) ? t->place.district : p->regency;
}

/* ---- dispatches ---- */

/* "rule 1 of abandoned_person (high): police serving 64.09.03" */
static const char *why_of(struct plan_work *w, size_t rule, const struct agency *agency, const char *code)
{
	const char *serves = "";
	for (size_t j = 0; j < agency->jurisdiction_count; j++)
		if (strlen(agency->jurisdiction[j]) > strlen(serves) &&
		    region_code_within(code, agency->jurisdiction[j]))
			serves = agency->jurisdiction[j];
	char digits[] = {(char)('0' + (rule + 1) / 10), (char)('0' + (rule + 1) % 10), '\0'};
	const char *parts[] = {
	        "rule ",     digits + (digits[0] == '0'),
	        " of ",      incident_type_names[w->about.type],
	        " (",        urgency_names[w->about.urgency],
	        "): ",       agency_kind_names[agency->kind],
	        " serving ", serves,
	};
	buf_reset(&w->scratch);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		buf_adds(&w->scratch, parts[i]);
	return arena_strndup(w->arena, w->scratch.data, w->scratch.len);
}

/* Applies the type's rules at code: the village, or the regency when the village is not sure. */
static void dispatch_by_rules(struct plan_work *w, unsigned flags, const char *code)
{
	const struct type_rules *type = &w->setting->policy->types[w->about.type];
	for (size_t i = 0; i < type->count; i++) {
		const struct dispatch_rule *rule = &type->rules[i];
		if (!policy_rule_applies(rule, w->about.urgency, flags))
			continue;
		const struct agency *found[PLAN_DISPATCHES];
		size_t n =
		        directory_route(w->setting->directory, rule->kind, code, rule->level, found, PLAN_DISPATCHES);
		if (n == 0)
			plan_add_reason(w->plan, "rule %zu: no %s serves %s", i + 1, agency_kind_names[rule->kind],
			                code);
		for (size_t k = 0; k < n; k++)
			plan_add_dispatch(w, rule, found[k], why_of(w, i, found[k], code));
	}
}

/* ---- people ---- */

/* A human decides: the triage clock runs and whoever is on duty is told. */
static void ask_human(struct plan_work *w)
{
	const struct policy *policy = w->setting->policy;
	int within_s = policy->triage_s[w->about.urgency];
	char minutes[16];
	snprintf(minutes, sizeof minutes, "%d", (within_s + 59) / 60);
	w->plan->state = "open";
	plan_add_deadline(w->plan, w->about.incident, CLOCK_TRIAGE, within_s);
	const struct reply_value values[] = {{"menit", minutes}};
	if (plan_tell_people(w, NULL, "duty_triage", values, 1) == 0)
		plan_add_reason(w->plan, "nobody on duty for %s has a phone: left to the triage ladder",
		                w->about.region);
}

void plan_answer_reporter(struct plan_work *w, const struct plan_reply *reply)
{
	enum { MORE_MAX = 4, OWN = 2 };
	char at[6];
	struct reply_value values[MORE_MAX + OWN];
	size_t n = reply->value_count < MORE_MAX ? reply->value_count : MORE_MAX;
	clock_format(w->setting->now.us, w->setting->policy->utc_offset_s, at);
	for (size_t i = 0; i < n; i++)
		values[i] = (struct reply_value){reply->values[i].name, plan_sms_safe(w, reply->values[i].value)};
	values[n] = (struct reply_value){"no", w->number};
	values[n + 1] = (struct reply_value){"jam", at};
	struct plan_notice *answer =
	        plan_add_sms(w, NOTICE_RECEIPT, arena_strdup(w->arena, reply->to), reply->key, values, n + OWN);
	if (answer != NULL)
		answer->via = reply->via;
}

static void answer_reporter(struct plan_work *w, const struct plan_input *in, const char *key,
                            const struct reply_value *more, size_t n)
{
	const struct plan_reply reply = {key, in->reporter_phone, in->via, more, n};
	plan_answer_reporter(w, &reply);
}

/* The one question about the place: between two when exactly two are possible. */
static void ask_place(struct plan_work *w, const struct plan_input *in)
{
	struct place_offer offer;
	const struct region *r[OFFERED_MAX] = {NULL, NULL};
	place_offer_make(w->setting->gazetteer, &in->triage->place, &offer);
	for (size_t i = 0; i < offer.count; i++)
		r[i] = gazetteer_by_code(w->setting->gazetteer, offer.code[i]);
	const struct reply_value values[] = {
	        {"a", r[0] != NULL ? r[0]->name : ""},
	        {"b", r[1] != NULL ? r[1]->name : ""},
	};
	answer_reporter(w, in, place_offer_key(&offer), values, 2);
	w->plan->asks = "place";
}

const char *plan_receipt_key(const struct policy *p, enum incident_type type, unsigned flags)
{
	const struct type_rules *rules = &p->types[type];
	for (size_t i = 0; i < rules->receipt_count; i++)
		if ((rules->receipts[i].flags_any & flags) != 0)
			return rules->receipts[i].text;
	return rules->receipt != NULL ? rules->receipt : "ack_auto";
}

/* Receipts speak of the agencies that were called; without any, the plain one. */
static void answer_incident(struct plan_work *w, const struct plan_input *in, struct sureness sure, bool told)
{
	const struct triage *t = in->triage;
	const struct plan_turn *turn = in->turn;
	if (in->reporter_phone == NULL)
		return;
	if (turn != NULL && turn->reply_key != NULL) {
		answer_reporter(w, in, turn->reply_key, turn->values, turn->value_count);
		return;
	}
	if (sure.type && !sure.place) {
		ask_place(w, in);
		return;
	}
	const char *key = "ack_auto";
	if (sure.type && told)
		key = plan_receipt_key(w->setting->policy, w->about.type, t->flags);
	else if (!sure.type && t->ask != NULL && strcmp(t->ask, "type") == 0)
		key = "ask_type";
	if (strcmp(key, "ask_type") == 0)
		w->plan->asks = "type";
	answer_reporter(w, in, key, NULL, 0);
}

/* ---- the two kinds of plan ---- */

static void plan_incident(struct plan_work *w, const struct plan_input *in, struct sureness sure)
{
	struct plan *p = w->plan;
	const char *code = sure.place ? w->about.region : w->setting->policy->regency;
	p->state = "triaged";
	if (sure.type)
		dispatch_by_rules(w, in->triage->flags, code);
	plan_tell_agencies(w);
	bool told = p->notice_count > 0;
	if (!sure.type)
		plan_add_reason(p, "type below threshold: a human decides");
	else if (!sure.place)
		plan_add_reason(p, "place below threshold: regency level told%s",
		                in->reporter_phone != NULL ? ", reporter asked" : "");
	else if (told)
		plan_add_reason(p, "type and place sure: dispatched at once");
	if (sure.type && !told)
		plan_add_reason(p, "no agency can be told: a human decides");
	if (!(sure.type && sure.place && told))
		ask_human(w);
	answer_incident(w, in, sure, told);
}

/* Nothing to dispatch. An emergency that others must handle is still read by a human, and the sender told whom to call. */
static void plan_silence(struct plan_work *w, const struct plan_input *in)
{
	struct plan *p = w->plan;
	bool emergency = p->type == TYPE_NOT_A_REPORT && p->urgency == URGENCY_CRITICAL;
	p->state = "";
	const struct plan_turn *turn = in->turn;
	if (turn != NULL && turn->silent) {
		plan_add_reason(p, "%s: no incident", turn->reason);
		if (turn->duty_key != NULL)
			plan_tell_people(w, NULL, turn->duty_key, NULL, 0);
		if (turn->reply_key != NULL && in->reporter_phone != NULL)
			answer_reporter(w, in, turn->reply_key, turn->values, turn->value_count);
		return;
	}
	plan_add_reason(p, "%s: no incident", incident_type_names[p->type]);
	if (emergency)
		plan_tell_people(w, NULL, "duty_emergency", NULL, 0);
	if (p->type == TYPE_NOT_A_REPORT && in->sms_report && in->reporter_phone != NULL)
		answer_reporter(w, in, emergency ? "emergency" : "nonreport", NULL, 0);
}

struct plan *plan_make(struct arena *a, const struct plan_setting *s, const struct plan_input *in)
{
	const struct triage *t = in->triage;
	struct sureness sure = sureness_of(s->policy, t);
	sure.incident &= in->turn == NULL || !in->turn->silent;
	struct plan *p = arena_new_of(a, struct plan);
	p->number = in->number;
	p->type = sure.type ? t->type : TYPE_UNSURE;
	p->urgency = t->urgency;
	snprintf(p->region, sizeof p->region, "%s", region_of(s->policy, t, sure.place));
	if (sure.incident)
		p->incident = uuid_is_nil(in->incident) ? s->new_id() : in->incident;
	struct plan_extra_input about = {.incident = p->incident,
	                                 .number = in->number,
	                                 .incident_version = in->incident_version > 0 ? in->incident_version : 1,
	                                 .type = p->type,
	                                 .urgency = p->urgency,
	                                 .region = p->region,
	                                 .place_text = in->place_text,
	                                 .has_position = in->has_position,
	                                 .lat = in->lat,
	                                 .lon = in->lon};
	struct plan_work w = plan_work_begin(a, s, &about, p);
	p->place_name = w.place_name;
	p->summary = w.about.summary = plan_summary(&w);
	if (sure.incident)
		plan_incident(&w, in, sure);
	else
		plan_silence(&w, in);
	plan_work_end(&w);
	return p;
}
