/* coordinate: see coordinate.h. Like respond: load → ask the table → write event n+1; who loses a race loads and asks again. */
#include "coordinate.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "access.h"
#include "deliver.h"
#include "escalate.h"
#include "order.h"
#include "replan.h"
#include "stand_down.h"

enum { TRIES_MOST = 30 };

static void load(struct order *o);

/* ---- write ---- */

/* The incident that this one was merged into, taken out of or differs from; the report that was taken out. */
static void put_other(struct json_out *j, const struct order *o)
{
	char id[UUID_TEXT];
	if (o->event == INCIDENT_ON_DETACH) {
		uuid_format(o->detached.id, id);
		json_member_string(j, "report", id);
		json_member_int(j, "number", o->detached.number);
		uuid_format(o->tied.incident, id);
		json_member_string(j, "opened_id", id);
	}
	if (!order_is_about_two(o))
		return;
	bool merge = o->event == INCIDENT_ON_MERGE;
	uuid_format(o->other.id, id);
	if (o->event == INCIDENT_ON_NOT_DUPLICATE) {
		json_member_int(j, "incident", o->other.number);
		json_member_string(j, "incident_id", id);
		return;
	}
	json_member_int(j, merge ? "into" : "out_of", o->other.number);
	json_member_string(j, merge ? "into_id" : "out_of_id", id);
}

static void put_cancelled(struct json_out *j, const struct change *c)
{
	char id[UUID_TEXT];
	if (c->dispatch_count == 0)
		return;
	json_key(j, "cancelled");
	json_begin_array(j);
	for (int i = 0; i < c->dispatch_count; i++) {
		uuid_format(c->dispatches[i].id, id);
		json_put_string(j, id);
	}
	json_end_array(j);
}

static const char *event_data(const struct order *o)
{
	struct buf out;
	struct json_out j;
	const struct event_request *q = &o->asked;
	const struct {
		const char *key, *value;
	} said[] = {
	        {"type", q->type},
	        {"urgency", q->urgency},
	        {"village_code", q->village_code},
	        {"place_text", q->place_text},
	        {"agency", q->agency},
	        {"handed_to", q->to},
	        {"disposition", o->change.disposition},
	        {"evidence", q->evidence},
	        {"reason", q->reason},
	        {"note", q->note},
	};
	buf_init(&out, 128 * 1024);
	json_out_init(&j, &out);
	json_begin_object(&j);
	json_member_string(&j, "from", incident_state_names[o->incident.state]);
	json_member_string(&j, "to", incident_state_names[o->step.next]);
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (said[i].value != NULL)
			json_member_string(&j, said[i].key, said[i].value);
	put_other(&j, o);
	put_cancelled(&j, &o->change);
	if (o->event == INCIDENT_ON_TRIAGE || o->event == INCIDENT_ON_DISPATCH) {
		struct buf planned;
		buf_init(&planned, 64 * 1024);
		plan_render_opened(o->plan, &planned);
		json_key(&j, "plan");
		json_put_raw(&j, planned.data, planned.len);
		buf_free(&planned);
	}
	json_end_object(&j);
	const char *text = arena_strndup(o->arena, out.data, out.len);
	buf_free(&out);
	return text;
}

static void on_written(void *ctx, struct change *c, enum store_end end, int version, struct wall at)
{
	(void)at;
	struct order *o = ctx;
	struct flow *f = o->flow;
	if (o->plan != NULL)
		deliver_release(f->deliver, o->rules, o->plan, o->leased, end == STORE_KEPT);
	order_detached(o, end == STORE_KEPT);
	if (end == STORE_KEPT) {
		for (int i = 0; i < c->dispatch_count; i++)
			deliver_void(f->deliver, c->dispatches[i].id);
		for (size_t i = 0; o->plan != NULL && i < o->plan->deadline_count; i++)
			escalate_look(f->escalate, (int64_t)o->plan->deadlines[i].after_s * 1000);
		for (int i = 0; i < c->arm_count; i++)
			escalate_look(f->escalate, (int64_t)c->arms[i].after_s * 1000);
		o->incident.state = o->step.next;
		o->incident.version = version;
		if (c->type != NULL)
			o->incident.type = o->triage.type;
		if (c->urgency != NULL)
			o->incident.urgency = o->triage.urgency;
		if (c->region != NULL)
			o->incident.region = c->region;
		o->incident.merged_into = c->merged_into;
		o->incident.merged_into_number = o->other.number;
	}
	struct rules *rules = o->rules; /* the reply names agencies of the plan; afterwards the order is gone */
	if (end == STORE_CONFLICT && ++o->tries < TRIES_MOST)
		load(o);
	else if (end == STORE_KEPT)
		order_reply_done(o);
	else
		order_reply_unavailable(o);
	rules_drop(&rules);
}

/* ---- decide ---- */

static bool is_same(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* Agencies at work hear what a person has found out: another village, type or urgency than they were told. */
static void tell_agencies(struct order *o, const struct plan_setting *setting)
{
	const struct incident_row *was = &o->incident;
	struct plan_extra_input now = incident_row_extra(was);
	now.type = o->plan->type;
	now.urgency = o->plan->urgency;
	now.region = o->plan->region;
	now.summary = o->plan->summary;
	if (o->asked.place_text != NULL)
		now.place_text = o->asked.place_text;
	if (now.type != was->type || now.urgency != was->urgency || !is_same(now.region, was->region) ||
	    !is_same(now.place_text, was->place_text))
		replan_tell(o->arena, setting, &now, o->rows, o->row_count, o->plan);
}

static bool plan_triage(struct order *o)
{
	const struct event_request *q = &o->asked;
	struct change *c = &o->change;
	const char *region = q->village_code != NULL ? q->village_code : o->incident.region;
	if (q->village_code != NULL && gazetteer_by_code(o->rules->gazetteer, q->village_code) == NULL) {
		order_reply_invalid(o, "#/village_code",
		                    "no area with this code is loaded: use a Kemendagri code such as 64.09.01.1003");
		return false;
	}
	const struct stated stated = {
	        .type = q->type != NULL ? q->type : incident_type_names[o->incident.type],
	        .urgency = q->urgency != NULL ? q->urgency : urgency_names[o->incident.urgency],
	        .village_code = region,
	        .place_text = q->place_text,
	};
	triage_report(o->rules->lexicon, o->rules->gazetteer, &stated, &o->triage);
	const struct plan_setting setting = rules_setting(o->flow, o->rules);
	o->plan = replan_make(o->arena, &setting, &o->incident, o->rows, o->row_count, &o->triage,
	                      q->place_text != NULL ? q->place_text : o->incident.place_text);
	tell_agencies(o, &setting);
	c->type = incident_type_names[o->triage.type];
	c->urgency = urgency_names[o->triage.urgency];
	c->region = region;
	c->place_text = q->place_text;
	c->summary = o->plan->summary;
	if (strcmp(o->plan->state, "open") == 0 && o->step.next == INCIDENT_TRIAGED)
		o->step.next = INCIDENT_OPEN; /* still not sure enough: the triage clock goes on */
	return true;
}

static bool plan_agency(struct order *o)
{
	const struct agency *to = directory_agency(&o->rules->directory, o->asked.agency);
	if (to == NULL || to->retired) {
		order_reply_invalid(o, "#/agency", "no such agency in the directory");
		return false;
	}
	if (replan_is_told(o->rows, o->row_count, to)) {
		order_reply_invalid(o, "#/agency", "this agency has a dispatch in this incident already");
		return false;
	}
	const struct type_rules *t = &o->rules->policy->types[o->incident.type];
	const struct dispatch_rule *rule = t->count > 0 ? &t->rules[0] : NULL;
	for (size_t i = 0; i < t->count; i++)
		if (t->rules[i].kind == to->kind)
			rule = &t->rules[i];
	if (rule == NULL) {
		order_reply_invalid(o, "#/event",
		                    "triage the incident first: its type has no rules, so no clocks are known");
		return false;
	}
	const struct plan_setting setting = rules_setting(o->flow, o->rules);
	const struct plan_extra_input extra = incident_row_extra(&o->incident);
	enum urgency u = o->incident.urgency;
	o->plan = plan_extra(o->arena, &setting, &extra, to, rule->role, rule->task, rule->accept_s[u],
	                     rule->arrive_s[u], rule->complete_s[u], NULL, "chosen by a coordinator");
	return true;
}

static struct plan *plan_of(struct order *o)
{
	if (o->plan == NULL)
		o->plan = arena_new_of(o->arena, struct plan);
	return o->plan;
}

/* Why nothing is wanted any more, in the words for people's telephones. */
static const char *ending_words(const struct order *o)
{
	static const char *const words[INCIDENT_EVENTS] = {
	        [INCIDENT_ON_CANCEL] = "dibatalkan",
	        [INCIDENT_ON_WITHDRAW] = "laporan ditarik pelapor",
	        [INCIDENT_ON_FALSE_REPORT] = "tidak terbukti",
	        [INCIDENT_ON_CLOSE] = "selesai ditangani",
	};
	if (o->event == INCIDENT_ON_MERGE)
		return arena_printf(o->arena, "digabung ke %lld", (long long)o->other.number);
	return words[o->event] != NULL ? words[o->event] : "selesai";
}

/* The same for the dispatches that end; partners read it, so it holds nothing that was said against somebody. */
static const char *ending_reason(const struct order *o)
{
	if (o->asked.reason != NULL)
		return o->asked.reason;
	if (o->event == INCIDENT_ON_FALSE_REPORT)
		return "false report";
	if (o->event == INCIDENT_ON_MERGE)
		return arena_printf(o->arena, "merged into incident %lld", (long long)o->other.number);
	return "incident closed";
}

/* Every dispatch that was asked ends, its clock stops, and whoever was told hears of it. */
static void cancel_dispatches(struct order *o, const struct plan_setting *setting)
{
	struct change *c = &o->change;
	const struct stand_down s = {o->arena, *setting, &o->incident, c, plan_of(o)};
	for (int i = 0; i < o->row_count; i++)
		if (!stand_down_dispatch(&s, &o->rows[i], ending_reason(o)))
			c->stops[c->stop_count++] = o->rows[i].id; /* declined: its replacement is no longer sought */
	stand_down_people(&s, o->told, ending_words(o));
}

static void tell_duty(struct order *o, const struct plan_setting *setting)
{
	const struct plan_extra_input about = incident_row_extra(&o->incident);
	const char *words = incident_is_open(o->step.next) ? "pelapor menarik laporan, mohon diputuskan"
	                                                   : "pelapor menarik laporan";
	plan_tell_duty(o->arena, setting, &about, NULL, 0, words, plan_of(o));
}

/* The incident's own clock: one at most, whatever the plan brought along. */
static void set_clock(struct order *o)
{
	struct change *c = &o->change;
	const struct policy *policy = o->rules->policy;
	bool planned = o->plan != NULL && o->event == INCIDENT_ON_TRIAGE;
	if (o->step.effects & INCIDENT_ARM_TRIAGE)
		c->arms[c->arm_count++] =
		        (struct change_arm){o->incident.id, CLOCK_TRIAGE, 0, policy->triage_s[o->incident.urgency]};
	else if (o->step.effects & INCIDENT_ARM_FOLLOW_UP)
		c->arms[c->arm_count++] = (struct change_arm){o->incident.id, CLOCK_FOLLOW_UP, 0, policy->follow_up_s};
	else if ((o->step.effects & INCIDENT_STOP_TRIAGE_CLOCK) && !(planned && o->step.next == INCIDENT_OPEN))
		c->stops[c->stop_count++] = o->incident.id;
	size_t kept = 0;
	for (size_t i = 0; planned && i < o->plan->deadline_count; i++)
		if (o->step.next == INCIDENT_OPEN || !uuid_equal(o->plan->deadlines[i].subject, o->incident.id))
			o->plan->deadlines[kept++] = o->plan->deadlines[i];
	if (planned)
		o->plan->deadline_count = kept;
}

static void perform(struct order *o)
{
	struct change *c = &o->change;
	const struct plan_setting setting = rules_setting(o->flow, o->rules);
	if (o->step.effects & INCIDENT_TELL_DUTY)
		tell_duty(o, &setting);
	if (o->step.effects & INCIDENT_CANCEL_DISPATCHES)
		cancel_dispatches(o, &setting);
	set_clock(o);
	c->state = o->step.next != o->incident.state ? incident_state_names[o->step.next] : NULL;
	if (o->event == INCIDENT_ON_CLOSE)
		c->disposition = o->asked.disposition;
	if (o->event == INCIDENT_ON_FALSE_REPORT)
		c->disposition = disposition_names[DISPOSITION_FALSE_REPORT];
	if (order_is_about_two(o))
		order_tie_other(o);
	if (o->event == INCIDENT_ON_DETACH)
		order_tie_opened(o);
}

static void decide(struct order *o)
{
	struct change *c = &o->change;
	*c = (struct change){.incident = o->incident.id, .expected = o->incident.version, .actor = o->actor};
	o->plan = NULL;
	struct rules *rules = o->rules = rules_hold(o->flow->rules);
	if ((o->event == INCIDENT_ON_TRIAGE && !plan_triage(o)) ||
	    (o->event == INCIDENT_ON_DISPATCH && !plan_agency(o))) {
		rules_drop(&rules); /* the order has gone with its reply */
		return;
	}
	perform(o);
	c->kind = incident_event_kind(o->event);
	c->data = event_data(o);
	c->added = o->plan;
	o->leased = arena_array(o->arena, bool, PLAN_NOTICES);
	if (o->plan != NULL)
		deliver_reserve(o->flow->deliver, o->plan, o->leased);
	c->leased = o->leased;
	c->done = on_written;
	c->ctx = o;
	store_change(o->flow->store, c);
}

/* ---- load ---- */

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct order *o = ctx;
	if (r->status != PG_OK) {
		order_reply_unavailable(o);
		return;
	}
	o->row_count = incident_rows_read(o->arena, r, &o->incident, o->rows, ORDER_ROWS_MOST, &o->told);
	if (o->row_count < 0 || (o->who != NULL && !access_covers(o->who, NULL, o->incident.region))) {
		order_reply_unknown(o);
		return;
	}
	o->step = incident_step(o->incident.state, o->event);
	if (!o->step.fits || (o->asked.version != 0 && o->asked.version != o->incident.version))
		order_reply_conflict(o);
	else if (order_is_about_two(o))
		order_load_other(o, decide);
	else if (o->event == INCIDENT_ON_DETACH)
		order_load_report(o, decide);
	else
		decide(o);
}

static void load(struct order *o)
{
	struct pg_params *p = store_params(o->flow->store);
	if (uuid_is_nil(o->id))
		pg_param_null(p);
	else
		pg_param_uuid(p, o->id);
	pg_param_bigint(p, o->number);
	store_query(o->flow->store, SQL_LOAD_INCIDENT, p, on_loaded, o);
}

void coordinate_claim(struct flow *f, struct arena *a, int64_t number, const char *actor,
                      void (*done)(void *ctx, bool known, bool available), void *ctx)
{
	struct order *o = arena_new_of(a, struct order);
	o->flow = f;
	o->arena = a;
	o->number = number;
	o->actor = actor;
	o->event = INCIDENT_ON_CLAIM;
	o->claimed = done;
	o->ctx = ctx;
	load(o);
}

static void keep_strings(struct order *o, const struct event_request *q)
{
	struct event_request *k = &o->asked;
	*k = *q;
	k->tree = NULL;
	const char **const strings[] = {&k->event,        &k->reason,     &k->note,   &k->type,        &k->urgency,
	                                &k->village_code, &k->place_text, &k->agency, &k->disposition, &k->to,
	                                &k->evidence,     &k->into,       &k->report};
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		*strings[i] = arena_strdup(o->arena, *strings[i]);
}

void coordinate_post_event(void *ctx, struct http_request *r)
{
	struct event_request q;
	struct problem p;
	struct order *o = arena_new_of(r->arena, struct order);
	char *end = NULL;
	o->flow = ctx;
	o->arena = r->arena;
	o->request = r;
	o->who = access_identity(r);
	o->actor = access_actor(r);
	if (!uuid_parse(r->segments[0], &o->id) &&
	    ((o->number = strtoll(r->segments[0], &end, 10)) <= 0 || end == NULL || *end != '\0')) {
		http_reply_fault(r, 404, "not-found", "an incident is named by its id (a UUID) or its number");
		return;
	}
	if (!incident_event_read(r->body, r->body_len, &q, &p)) {
		http_reply_problem(r, &p);
		return;
	}
	keep_strings(o, &q);
	event_request_free(&q);
	o->event = (enum incident_event)name_index(incident_event_names, INCIDENT_EVENTS, o->asked.event);
	load(o);
}
