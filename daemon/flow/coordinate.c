/* coordinate: see coordinate.h. Like respond: load → ask the table → write event n+1; who loses a race loads and asks again. */
#include "coordinate.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/event_request.h"
#include "../../protocol/json.h"
#include "../base/log.h"
#include "access.h"
#include "busy.h"
#include "deliver.h"
#include "escalate.h"
#include "incident_row.h"
#include "rules.h"

enum { TRIES_MOST = 30, ROWS_MOST = CHANGE_DISPATCHES };

struct order {
	struct flow *flow;
	struct arena *arena;
	struct http_request *request; /* NULL for a claim */
	const struct identity *who;   /* NULL for a claim */
	const char *actor;
	struct uuid id; /* nil: by number */
	int64_t number;
	struct event_request asked; /* strings copied into arena */
	enum incident_event event;  /* INCIDENT_EVENTS: a claim */
	void (*claimed)(void *ctx, bool known, bool available);
	void *ctx;
	int tries;
	/* loaded */
	struct incident_row incident;
	struct dispatch_row rows[ROWS_MOST];
	int row_count;
	struct rules *rules;
	struct incident_step step;
	struct triage triage;
	struct plan *plan;
	bool *leased;
	struct change change;
};

static void load(struct order *o);

/* ---- replies ---- */

static void render(const struct order *o, struct buf *out)
{
	struct json_out j;
	char id[UUID_TEXT];
	json_out_init(&j, out);
	json_begin_object(&j);
	uuid_format(o->incident.id, id);
	json_member_string(&j, "id", id);
	json_member_int(&j, "number", o->incident.number);
	json_member_string(&j, "state", incident_state_names[o->incident.state]);
	json_member_int(&j, "version", o->incident.version);
	json_member_string(&j, "type", incident_type_names[o->incident.type]);
	json_member_string(&j, "urgency", urgency_names[o->incident.urgency]);
	json_member_string(&j, "region", o->incident.region);
	json_key(&j, "dispatches");
	json_begin_array(&j);
	for (size_t i = 0; o->plan != NULL && i < o->plan->dispatch_count; i++) {
		json_begin_object(&j);
		uuid_format(o->plan->dispatches[i].id, id);
		json_member_string(&j, "id", id);
		json_member_string(&j, "agency", o->plan->dispatches[i].agency->slug);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
}

static void reply_done(struct order *o)
{
	if (o->claimed != NULL) {
		o->claimed(o->ctx, true, true);
		return;
	}
	struct buf body;
	buf_init(&body, 64 * 1024);
	render(o, &body);
	http_reply_buf(o->request, 200, "application/json", &body);
	buf_free(&body);
}

static void reply_conflict(struct order *o)
{
	struct problem p;
	struct buf current, allowed;
	if (o->claimed != NULL) {
		o->claimed(o->ctx, true, true); /* the incident has ended: nothing left to claim */
		return;
	}
	buf_init(&current, 64 * 1024);
	buf_init(&allowed, 512);
	o->plan = NULL;
	buf_adds(&current, "\"current\":");
	render(o, &current);
	incident_allowed(o->incident.state, &allowed);
	problem_init(&p, 409, "state-conflict", NULL);
	snprintf(p.detail, sizeof p.detail, "\"%s\" does not fit: the incident is %s at version %d; possible now: %s",
	         o->asked.event, incident_state_names[o->incident.state], o->incident.version, allowed.data);
	p.extension = current.data;
	http_reply_problem(o->request, &p);
	buf_free(&current);
	buf_free(&allowed);
}

static void reply_unknown(struct order *o)
{
	if (o->claimed != NULL)
		o->claimed(o->ctx, false, true);
	else
		http_reply_fault(o->request, 404, "not-found", "no incident with this id or number in your area");
}

static void reply_unavailable(struct order *o)
{
	if (o->claimed != NULL)
		o->claimed(o->ctx, false, false);
	else
		busy_reply(o->request,
		           "the database is away: nothing is known to have changed, look before you repeat");
}

static void reply_invalid(struct order *o, const char *pointer, const char *detail)
{
	struct problem p;
	problem_init(&p, 422, "invalid-event", NULL);
	problem_error(&p, pointer, "%s", detail);
	http_reply_problem(o->request, &p);
}

/* ---- write ---- */

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
	        {"disposition", q->disposition},
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
	if (o->plan != NULL) {
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
	}
	rules_drop(&o->rules);
	if (end == STORE_CONFLICT && ++o->tries < TRIES_MOST)
		load(o);
	else if (end == STORE_KEPT)
		reply_done(o);
	else
		reply_unavailable(o);
}

/* ---- decide ---- */

static bool is_told(const struct order *o, const struct agency *a)
{
	for (int i = 0; i < o->row_count; i++)
		if (strcmp(o->rows[i].agency, a->slug) == 0 && o->rows[i].state != DISPATCH_CANCELLED)
			return true;
	return false;
}

/* Takes out of the plan what exists already: agencies told before keep their dispatch. */
static void drop_told(const struct order *o, struct plan *p)
{
	size_t dispatches = 0, notices = 0, deadlines = 0;
	struct uuid gone[PLAN_DISPATCHES];
	size_t gone_count = 0;
	for (size_t i = 0; i < p->dispatch_count; i++) {
		if (is_told(o, p->dispatches[i].agency))
			gone[gone_count++] = p->dispatches[i].id;
		else
			p->dispatches[dispatches++] = p->dispatches[i];
	}
	p->dispatch_count = dispatches;
	for (size_t i = 0; i < p->notice_count; i++) {
		bool keep = p->notices[i].kind != NOTICE_RECEIPT;
		for (size_t g = 0; g < gone_count; g++)
			keep &= !uuid_equal(p->notices[i].about, gone[g]);
		if (keep)
			p->notices[notices++] = p->notices[i];
	}
	p->notice_count = notices;
	for (size_t i = 0; i < p->deadline_count; i++) {
		bool keep = true;
		for (size_t g = 0; g < gone_count; g++)
			keep &= !uuid_equal(p->deadlines[i].subject, gone[g]);
		if (keep)
			p->deadlines[deadlines++] = p->deadlines[i];
	}
	p->deadline_count = deadlines;
}

static bool plan_triage(struct order *o)
{
	const struct event_request *q = &o->asked;
	struct change *c = &o->change;
	const char *region = q->village_code != NULL ? q->village_code : o->incident.region;
	if (q->village_code != NULL && gazetteer_by_code(o->rules->gazetteer, q->village_code) == NULL) {
		reply_invalid(o, "#/village_code",
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
	const struct plan_input input = {
	        .triage = &o->triage,
	        .number = o->incident.number,
	        .incident = o->incident.id,
	        .incident_version = o->incident.version + 1,
	        .place_text = q->place_text != NULL ? q->place_text : o->incident.place_text,
	        .has_position = o->incident.has_position,
	        .lat = o->incident.lat,
	        .lon = o->incident.lon,
	};
	o->plan = plan_make(o->arena, &setting, &input);
	drop_told(o, o->plan);
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
		reply_invalid(o, "#/agency", "no such agency in the directory");
		return false;
	}
	if (is_told(o, to)) {
		reply_invalid(o, "#/agency", "this agency has a dispatch in this incident already");
		return false;
	}
	const struct type_rules *t = &o->rules->policy->types[o->incident.type];
	const struct dispatch_rule *rule = t->count > 0 ? &t->rules[0] : NULL;
	for (size_t i = 0; i < t->count; i++)
		if (t->rules[i].kind == to->kind)
			rule = &t->rules[i];
	if (rule == NULL) {
		reply_invalid(o, "#/event", "triage the incident first: its type has no rules, so no clocks are known");
		return false;
	}
	const struct plan_setting setting = rules_setting(o->flow, o->rules);
	const struct plan_extra_input extra = incident_row_extra(&o->incident);
	enum urgency u = o->incident.urgency;
	o->plan = plan_extra(o->arena, &setting, &extra, to, rule->role, rule->task, rule->accept_s[u],
	                     rule->arrive_s[u], rule->complete_s[u], NULL, "chosen by a coordinator");
	return true;
}

/* Stand-down: every open dispatch ends, its clock stops, its agency is told. */
static void cancel_dispatches(struct order *o)
{
	struct change *c = &o->change;
	const struct plan_setting setting = rules_setting(o->flow, o->rules);
	const struct plan_extra_input extra = incident_row_extra(&o->incident);
	if (o->plan == NULL)
		o->plan = arena_new_of(o->arena, struct plan);
	for (int i = 0; i < o->row_count; i++) {
		struct dispatch_row *d = &o->rows[i];
		struct dispatch_step s = dispatch_step(d->state, ON_CANCEL);
		c->stops[c->stop_count++] = d->id;
		if (!s.fits || s.repeats)
			continue;
		c->dispatches[c->dispatch_count++] = (struct change_dispatch){.id = d->id,
		                                                              .event = "cancel",
		                                                              .state = dispatch_state_names[s.next],
		                                                              .reason = o->asked.reason};
		d->state = s.next;
		d->version++;
		const struct plan_dispatch_view view =
		        dispatch_row_view(d, directory_agency(&o->rules->directory, d->agency));
		if ((s.effects & EFFECT_STAND_DOWN) && view.agency != NULL)
			plan_remind(o->arena, &setting, &extra, &view, NOTICE_CANCELLED, 0, o->plan);
	}
}

static void perform(struct order *o)
{
	struct change *c = &o->change;
	if (o->step.effects & INCIDENT_CANCEL_DISPATCHES)
		cancel_dispatches(o);
	bool open = o->plan != NULL && o->step.next == INCIDENT_OPEN && o->event == INCIDENT_ON_TRIAGE;
	if ((o->step.effects & INCIDENT_STOP_TRIAGE_CLOCK) && !open)
		c->stops[c->stop_count++] = o->incident.id;
	if (o->step.effects & INCIDENT_ARM_TRIAGE)
		c->arms[c->arm_count++] = (struct change_arm){o->incident.id, CLOCK_TRIAGE, 0,
		                                              o->rules->policy->triage_s[o->incident.urgency]};
	c->state = o->step.next != o->incident.state ? incident_state_names[o->step.next] : NULL;
	c->disposition = o->event == INCIDENT_ON_CLOSE ? o->asked.disposition : NULL;
}

static void decide(struct order *o)
{
	struct change *c = &o->change;
	bool claim = o->event == INCIDENT_EVENTS;
	*c = (struct change){.incident = o->incident.id, .expected = o->incident.version, .actor = o->actor};
	o->plan = NULL;
	o->step = claim ? (struct incident_step){.fits = incident_is_open(o->incident.state), .next = o->incident.state}
	                : incident_step(o->incident.state, o->event);
	if (!o->step.fits || (o->asked.version != 0 && o->asked.version != o->incident.version)) {
		reply_conflict(o);
		return;
	}
	struct rules *rules = o->rules = rules_hold(o->flow->rules);
	if ((o->event == INCIDENT_ON_TRIAGE && !plan_triage(o)) ||
	    (o->event == INCIDENT_ON_DISPATCH && !plan_agency(o))) {
		rules_drop(&rules); /* the order has gone with its reply */
		return;
	}
	perform(o);
	c->kind = claim ? "claimed" : incident_event_names[o->event];
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

static void read_dispatch(struct order *o, const struct pg_result *r, int row)
{
	int state = name_index(dispatch_state_names, DISPATCH_STATES, pg_text(r, row, 16));
	if (pg_is_null(r, row, 12) || state < 0)
		return;
	if (o->row_count == ROWS_MOST) {
		log_error("coordinate.too_many_dispatches", "incident=%lld most=%d", (long long)o->incident.number,
		          ROWS_MOST);
		return;
	}
	o->rows[o->row_count++] = (struct dispatch_row){
	        .id = pg_uuid(r, row, 12),
	        .agency = arena_strdup(o->arena, pg_text(r, row, 13)),
	        .role = arena_strdup(o->arena, pg_text(r, row, 14)),
	        .task = arena_strdup(o->arena, pg_text(r, row, 15)),
	        .state = (enum dispatch_state)state,
	        .version = pg_int(r, row, 17),
	        .accept_by = pg_time(r, row, 18),
	        .arrive_by = pg_time(r, row, 19),
	};
}

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct order *o = ctx;
	if (r->status != PG_OK) {
		reply_unavailable(o);
		return;
	}
	if (r->rows == 0 || !incident_row_read(o->arena, r, 0, 0, &o->incident) ||
	    (o->who != NULL && !access_covers(o->who, NULL, o->incident.region))) {
		reply_unknown(o);
		return;
	}
	o->row_count = 0;
	for (int row = 0; row < r->rows; row++)
		read_dispatch(o, r, row);
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
	o->event = INCIDENT_EVENTS;
	o->claimed = done;
	o->ctx = ctx;
	load(o);
}

static void keep_strings(struct order *o, const struct event_request *q)
{
	struct event_request *k = &o->asked;
	*k = *q;
	k->tree = NULL;
	const char **const strings[] = {&k->event,        &k->reason,     &k->note,   &k->type,       &k->urgency,
	                                &k->village_code, &k->place_text, &k->agency, &k->disposition};
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
