/* attach: see attach.h. Like coordinate: load → decide → write event n+1; who loses a race loads and decides again. */
#include "attach.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "../../protocol/json.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "deliver.h"
#include "escalate.h"
#include "numbers.h"
#include "recent.h"
#include "replan.h"

enum { TRIES_MOST = 30 };

/* Who waits for one incident; the first is under way. */
struct attach_line {
	struct uuid incident;
	struct attach *first, *last;
	UT_hash_handle hh;
};
struct attach_lines {
	struct attach_line *by_incident;
};

static void load(struct attach *a);

/* ---- one after the other ---- */

/* Takes the first out; the next one is under way. */
static void leave_line(struct attach_lines *lines, struct attach_line *line)
{
	line->first = line->first->next;
	if (line->first == NULL) {
		HASH_DEL(lines->by_incident, line);
		free(line);
	} else {
		load(line->first);
	}
}

/* The database is away: for all who wait here. */
static void give_up_line(struct attach_lines *lines, struct attach_line *line)
{
	struct attach *a = line->first, *next;
	HASH_DEL(lines->by_incident, line);
	free(line);
	for (; a != NULL; a = next) {
		next = a->next;
		a->done(a, ATTACH_UNAVAILABLE, 0);
	}
}

/* Its arena may be gone after done. */
static void finish(struct attach *a, enum attach_end end)
{
	struct attach_lines *lines = a->flow->attaching;
	if (end == ATTACH_UNAVAILABLE) {
		give_up_line(lines, a->line);
		return;
	}
	if (end == ATTACH_KEPT)
		recent_attached(a->flow->recent, a);
	leave_line(lines, a->line);
	a->done(a, end, a->row.number);
}

static void join_line(struct attach *a)
{
	struct attach_lines *lines = a->flow->attaching;
	struct attach_line *line;
	HASH_FIND(hh, lines->by_incident, &a->incident, sizeof a->incident, line);
	if (line != NULL) {
		a->line = line;
		line->last->next = a;
		line->last = a;
		return;
	}
	line = calloc(1, sizeof *line);
	if (line == NULL)
		abort();
	*line = (struct attach_line){.incident = a->incident, .first = a, .last = a};
	HASH_ADD(hh, lines->by_incident, incident, sizeof line->incident, line);
	a->line = line;
	load(a);
}

/* ---- write ---- */

static void on_known(void *ctx, const struct pg_result *r)
{
	struct attach *a = ctx;
	if (r->status != PG_OK) {
		finish(a, ATTACH_UNAVAILABLE);
	} else if (pg_bool(r, 0, 0)) {
		metric_add(M_REPORTS_REPEATED, 1);
		finish(a, ATTACH_REPEATED);
	} else if (++a->tries < TRIES_MOST) {
		load(a);
	} else {
		log_error("attach.given_up", "incident=%lld tries=%d", (long long)a->row.number, a->tries);
		finish(a, ATTACH_UNAVAILABLE);
	}
}

/* Another event came first, or the report's key is known. */
static void look_why(struct attach *a)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_text(p, a->report.gateway);
	pg_param_text(p, a->report.external_id);
	store_query(a->flow->store, SQL_NOTE_REPEAT, p, on_known, a);
}

static void on_written(void *ctx, struct change *c, enum store_end end, int version, struct wall at)
{
	(void)version;
	struct attach *a = ctx;
	struct flow *f = a->flow;
	fault_point("attach.written");
	deliver_release(f->deliver, a->rules, a->plan, a->leased, end == STORE_KEPT);
	if (end == STORE_KEPT) {
		db_clock_set(&f->clock, at);
		for (size_t i = 0; i < a->plan->deadline_count; i++)
			escalate_look(f->escalate, (int64_t)a->plan->deadlines[i].after_s * 1000);
		metric_add(M_REPORTS_ATTACHED, 1);
		metric_add(M_DISPATCHES, (int64_t)a->plan->dispatch_count);
	}
	(void)c;
	rules_drop(&a->rules);
	if (end == STORE_CONFLICT)
		look_why(a);
	else
		finish(a, end == STORE_KEPT ? ATTACH_KEPT : ATTACH_UNAVAILABLE);
}

static void put_plan(struct json_out *j, const struct plan *p)
{
	struct buf planned;
	buf_init(&planned, 64 * 1024);
	plan_render_opened(p, &planned);
	json_key(j, "plan");
	json_put_raw(j, planned.data, planned.len);
	buf_free(&planned);
}

static const char *event_data(const struct attach *a)
{
	struct buf out;
	struct json_out j;
	char id[UUID_TEXT];
	const struct change *c = &a->change;
	buf_init(&out, 128 * 1024);
	json_out_init(&j, &out);
	json_begin_object(&j);
	uuid_format(a->report.id, id);
	json_member_string(&j, "report", id);
	json_member_int(&j, "number", a->number);
	json_member_string(&j, "relation", a->report.relation);
	json_member_string(&j, "from", incident_state_names[a->row.state]);
	json_member_string(&j, "to", incident_state_names[a->step.next]);
	if (a->score > 0)
		json_member_double(&j, "score", a->score);
	if (a->reasons != NULL) {
		json_key(&j, "reasons");
		json_put_raw(&j, a->reasons, strlen(a->reasons));
	}
	if (c->place_text != NULL)
		json_member_string(&j, "place_text", c->place_text);
	if (a->raises) {
		json_member_string(&j, "type", c->type);
		json_member_string(&j, "urgency", c->urgency);
		json_member_string(&j, "village_code", c->region);
		put_plan(&j, a->plan);
	}
	json_end_object(&j);
	const char *text = arena_strndup(a->arena, out.data, out.len);
	buf_free(&out);
	return text;
}

/* ---- decide ---- */

static bool is_village(const char *region)
{
	return region_code_level(region) == LEVEL_VILLAGE;
}

/* What is known with this report: the incident's own, and the report's where that says more. */
static struct triage known_now(const struct attach *a)
{
	struct triage t = *a->read;
	const struct incident_row *i = &a->row;
	bool sure = t.type_confidence >= a->rules->policy->type_threshold;
	if (!sure || i->urgency > t.urgency)
		t.urgency = i->urgency;
	if (i->type != TYPE_UNSURE) {
		t.type = i->type;
		t.type_confidence = 1;
	}
	if (is_village(i->region)) {
		snprintf(t.place.code, sizeof t.place.code, "%s", i->region);
		t.place.confidence = 1;
	} else if (region_code_level(i->region) == LEVEL_DISTRICT && t.place.district[0] == '\0') {
		snprintf(t.place.district, sizeof t.place.district, "%s", i->region);
	}
	return t;
}

/* Another agency is wanted because of something the report is the first to tell (a weapon, a child). */
static bool flags_call_somebody(const struct attach *a, const struct triage *t, const struct plan *p)
{
	const struct type_rules *type = &a->rules->policy->types[p->type];
	for (size_t r = 0; r < type->count; r++)
		for (size_t d = 0; (type->rules[r].flags_any & t->flags) != 0 && d < p->dispatch_count; d++)
			if (p->dispatches[d].agency->kind == type->rules[r].kind)
				return true;
	return false;
}

/* Makes the incident take over what the report knows better, as a triage by the machine; never against a person's. */
static void take_over(struct attach *a, const struct plan_setting *setting)
{
	const struct incident_row *i = &a->row;
	struct incident_step step = incident_step(i->state, INCIDENT_ON_TRIAGE);
	a->raises = false;
	a->step = (struct incident_step){.fits = true, .next = i->state};
	if (a->read == NULL || i->triaged_by_a_person || i->state == INCIDENT_HANDED_OVER || !step.fits)
		return;
	struct triage t = known_now(a);
	const char *place = i->place_text != NULL ? i->place_text : a->report.place_text;
	struct plan *p = replan_make(a->arena, setting, i, a->rows, a->row_count, &t, place);
	bool type = i->type == TYPE_UNSURE && p->type != TYPE_UNSURE;
	bool village = !is_village(i->region) && is_village(p->region);
	if (uuid_is_nil(p->incident) ||
	    (!type && !village && p->urgency <= i->urgency && !flags_call_somebody(a, &t, p)))
		return;
	a->raises = true;
	a->plan = p;
	a->step = step;
	if (strcmp(p->state, "open") == 0 && step.next == INCIDENT_TRIAGED)
		a->step.next = INCIDENT_OPEN; /* still not sure enough: the triage clock begins anew */
	struct change *c = &a->change;
	c->state = a->step.next != i->state ? incident_state_names[a->step.next] : NULL;
	c->type = incident_type_names[p->type];
	c->urgency = urgency_names[p->urgency];
	c->region = p->region;
	c->summary = p->summary;
}

/* The incident's own clock: runs on only while a person must still decide. */
static void set_clock(struct attach *a)
{
	size_t kept = 0;
	if (!a->raises)
		return;
	for (size_t i = 0; i < a->plan->deadline_count; i++)
		if (a->step.next == INCIDENT_OPEN || !uuid_equal(a->plan->deadlines[i].subject, a->row.id))
			a->plan->deadlines[kept++] = a->plan->deadlines[i];
	a->plan->deadline_count = kept;
	if (a->step.next != INCIDENT_OPEN)
		a->change.stops[a->change.stop_count++] = a->row.id;
}

/* Of hundreds that tell the same the agencies hear at 1, 2, 5, 10, 20, 50, 100 … */
static bool is_worth_telling(int more)
{
	while (more >= 10 && more % 10 == 0)
		more /= 10;
	return more == 1 || more == 2 || more == 5;
}

static void tell_agencies(struct attach *a, const struct plan_setting *setting, bool news)
{
	struct plan_extra_input about = incident_row_extra(&a->row);
	const int more = a->row.report_count; /* that there were, the first not counted, and this one */
	if (a->silent || !(news || is_worth_telling(more)))
		return;
	if (a->raises) {
		about.type = a->plan->type;
		about.urgency = a->plan->urgency;
		about.region = a->plan->region;
		about.summary = a->plan->summary;
	} else if (strcmp(a->report.relation, "duplicate") == 0) {
		about.more_reports = more;
	}
	if (a->change.place_text != NULL)
		about.place_text = a->change.place_text;
	replan_tell(a->arena, setting, &about, a->rows, a->row_count, a->plan);
}

static void decide(struct attach *a)
{
	struct change *c = &a->change;
	a->rules = rules_hold(a->flow->rules);
	const struct plan_setting setting = rules_setting(a->flow, a->rules);
	*c = (struct change){.incident = a->row.id,
	                     .expected = a->row.version,
	                     .actor = a->actor != NULL ? a->actor : a->report.source};
	a->plan = NULL;
	take_over(a, &setting);
	if (a->plan == NULL) {
		a->plan = arena_new_of(a->arena, struct plan);
		a->plan->incident = a->row.id;
	}
	a->plan->number = a->number;
	if (a->row.place_text == NULL && a->report.place_text != NULL)
		c->place_text = a->report.place_text;
	set_clock(a);
	tell_agencies(a, &setting, a->raises || c->place_text != NULL);
	const struct plan_extra_input about = incident_row_extra(&a->row);
	if (a->duty != NULL)
		plan_tell_duty(a->arena, &setting, &about, NULL, 0, a->duty, a->plan);
	if (a->reply.key != NULL && !a->silent && a->replies < a->rules->policy->sms_per_number_hour)
		plan_answer(a->arena, &setting, &about, &a->reply, a->plan);
	c->kind = "report_attached";
	c->data = event_data(a);
	c->added = a->plan;
	c->report = &a->report;
	c->report_number = a->number;
	a->leased = arena_array(a->arena, bool, PLAN_NOTICES);
	deliver_reserve(a->flow->deliver, a->plan, a->leased);
	c->leased = a->leased;
	c->done = on_written;
	c->ctx = a;
	fault_point("attach.decided");
	store_change(a->flow->store, c);
}

/* ---- load ---- */

/* By likeness alone, and a person has found out meanwhile that the incident is of another type, or elsewhere. */
static bool has_become_another(const struct attach *a)
{
	const struct incident_row *i = &a->row;
	if (strcmp(a->report.relation, "duplicate") != 0 || a->read == NULL || a->score >= 1)
		return false;
	bool type = i->type != TYPE_UNSURE && a->read->type != TYPE_UNSURE && i->type != a->read->type;
	bool village =
	        is_village(i->region) && a->read->place.code[0] != '\0' && strcmp(i->region, a->read->place.code) != 0;
	return type || village;
}

static void on_counted(void *ctx, const struct pg_result *r)
{
	struct attach *a = ctx;
	if (r->status != PG_OK) {
		finish(a, ATTACH_UNAVAILABLE);
		return;
	}
	a->replies = (int)pg_bigint(r, 0, 0);
	decide(a);
}

/* How many automatic answers the number got this hour: asked only now, as those who came before have got theirs. */
static void count_replies(struct attach *a)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_text(p, a->reply.to);
	store_query(a->flow->store, SQL_COUNT_REPLIES, p, on_counted, a);
}

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct attach *a = ctx;
	const char *told;
	if (r->status != PG_OK) {
		finish(a, ATTACH_UNAVAILABLE);
		return;
	}
	a->row_count = incident_rows_read(a->arena, r, &a->row, a->rows, CHANGE_DISPATCHES, &told);
	if (a->row_count >= 0 && a->row.state == INCIDENT_MERGED && ++a->tries < TRIES_MOST) {
		a->incident = a->row.merged_into; /* the one that goes on */
		load(a);
	} else if (a->row_count < 0 || !incident_is_open(a->row.state)) {
		recent_ended(a->flow->recent, a->incident);
		finish(a, ATTACH_ENDED);
	} else if (has_become_another(a)) {
		finish(a, ATTACH_ENDED);
	} else if (a->reply.key != NULL && a->reply.to != NULL && !a->silent) {
		count_replies(a);
	} else {
		a->reply.key = NULL;
		decide(a);
	}
}

static void load(struct attach *a)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_uuid(p, a->incident);
	pg_param_bigint(p, 0);
	store_query(a->flow->store, SQL_LOAD_INCIDENT, p, on_loaded, a);
}

static void on_number(void *ctx, int64_t number)
{
	struct attach *a = ctx;
	if (number == 0) {
		a->done(a, ATTACH_UNAVAILABLE, 0);
		return;
	}
	a->number = number;
	join_line(a);
}

void attach_submit(struct attach *a)
{
	a->report.id = uuid_make();
	a->next = NULL;
	a->tries = 0;
	numbers_take(a->flow->numbers, on_number, a);
}

struct attach_lines *attach_open(struct flow *f)
{
	(void)f;
	struct attach_lines *l = calloc(1, sizeof *l);
	if (l == NULL)
		abort();
	return l;
}

void attach_close(struct attach_lines **l)
{
	free(*l);
	*l = NULL;
}
