/* escalate: see escalate.h. Claim → load → decide → apply; a deadline whose incident changed meanwhile is loaded and decided again. */
#include "escalate.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../core/ladder.h"
#include "deliver.h"
#include "incident_row.h"
#include "look.h"
#include "rules.h"

enum { CLAIM_MOST = 200, CLAIM_LEASE_S = 5, DUTY_MOST = 4 };

struct escalate {
	struct flow *flow;
	struct look look;
	bool claiming, again; /* again: a look fell due while a claim was under way */
};

/* One deadline that has run out. */
struct firing {
	struct escalate *escalate;
	struct arena *arena;
	struct rules *rules;
	enum clock clock;
	int step;
	struct wall set_for, now;
	struct incident_row incident;
	bool has_dispatch;
	struct dispatch_row dispatch;
	const char *ladders;
	const char *involved; /* slugs of agencies dispatched already, separated by spaces */
	struct ladder_act act;
	struct plan *plan;
	bool *leased;
	struct change change;
};

static void load(struct escalate *e, const struct pg_array *subjects);

/* ---- what is known now ---- */

static bool is_involved(const struct firing *x, const char *slug)
{
	size_t len = strlen(slug);
	for (const char *p = x->involved; (p = strstr(p, slug)) != NULL; p += len)
		if ((p == x->involved || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static bool agency_usable(void *ctx, const char *slug)
{
	const struct firing *x = ctx;
	const struct agency *a = directory_agency(&x->rules->directory, slug);
	return a != NULL && !a->retired && a->contact_count > 0 && !is_involved(x, slug);
}

static bool person_usable(void *ctx, const char *slug)
{
	const struct firing *x = ctx;
	const struct person *p = directory_person(&x->rules->directory, slug);
	return p != NULL && p->phone != NULL;
}

static size_t reachable_on_duty(const struct firing *x)
{
	const struct person *people[DUTY_MOST];
	size_t n = directory_on_duty(&x->rules->directory, x->now, x->incident.region, people, DUTY_MOST);
	size_t reachable = 0;
	for (size_t i = 0; i < n; i++)
		reachable += people[i]->phone != NULL;
	return reachable;
}

/* ---- decide ---- */

static int late_s(const struct firing *x)
{
	struct wall by = x->set_for;
	if (x->has_dispatch && x->clock == CLOCK_ACCEPT)
		by = x->dispatch.accept_by;
	else if (x->has_dispatch && x->clock == CLOCK_ARRIVE && x->dispatch.arrive_by.us != 0)
		by = x->dispatch.arrive_by;
	int64_t late = (x->now.us - by.us) / 1000000;
	return late > 0 ? (int)late : 0;
}

/* For the event's data and a new dispatch's reason: English, like every reason that is stored. */
static const char *overdue_reason(const struct firing *x, const struct agency *a)
{
	static const char *const what[CLOCKS] = {
	        [CLOCK_ACCEPT] = "no answer from",   [CLOCK_ARRIVE] = "not arrived:",
	        [CLOCK_COMPLETE] = "not completed:", [CLOCK_REPLACE] = "declined by",
	        [CLOCK_TRIAGE] = "awaits triage",
	};
	return x->has_dispatch
	               ? arena_printf(x->arena, "%s %s", what[x->clock], a != NULL ? a->name : x->dispatch.agency)
	               : what[x->clock];
}

/* The same for people's telephones: Indonesian. */
static const char *words_for_people(const struct firing *x, const struct agency *a)
{
	static const char *const what[CLOCKS] = {
	        [CLOCK_ACCEPT] = "belum ada jawaban", [CLOCK_ARRIVE] = "belum tiba",
	        [CLOCK_COMPLETE] = "belum selesai",   [CLOCK_REPLACE] = "ditolak",
	        [CLOCK_TRIAGE] = "menunggu telaah",
	};
	return x->has_dispatch
	               ? arena_printf(x->arena, "%s %s", what[x->clock], a != NULL ? a->name : x->dispatch.agency)
	               : what[x->clock];
}

static void act(struct firing *x, const struct plan_setting *setting, const struct agency *agency)
{
	const struct plan_extra_input extra = incident_row_extra(&x->incident);
	const struct directory *d = &x->rules->directory;
	enum rung_target target = x->act.rung == NULL ? RUNG_DUTY : x->act.rung->target;
	const struct agency *to;
	switch (target) {
	case RUNG_AGAIN: {
		const struct plan_dispatch_view view = dispatch_row_view(&x->dispatch, agency);
		plan_remind(x->arena, setting, &extra, &view, NOTICE_REMINDER, late_s(x), x->plan);
		break;
	}
	case RUNG_UP:
	case RUNG_AGENCY:
		to = directory_agency(d, x->act.rung->slug);
		x->plan = plan_extra(x->arena, setting, &extra, to, x->has_dispatch ? x->dispatch.role : "assist",
		                     x->has_dispatch ? x->dispatch.task : "bantuan", x->dispatch.accept_s,
		                     x->dispatch.arrive_s, x->dispatch.complete_s, x->ladders,
		                     arena_printf(x->arena, "rung %s after %s", rung_target_names[target],
		                                  overdue_reason(x, agency)));
		break;
	case RUNG_DUTY:
		plan_tell_duty(x->arena, setting, &extra, NULL, late_s(x), words_for_people(x, agency), x->plan);
		break;
	case RUNG_PERSON:
		plan_tell_duty(x->arena, setting, &extra, directory_person(d, x->act.rung->slug), late_s(x),
		               words_for_people(x, agency), x->plan);
		break;
	default:
		break;
	}
	for (size_t i = 0; i < x->plan->notice_count; i++)
		if (uuid_is_nil(x->plan->notices[i].about) && x->has_dispatch)
			x->plan->notices[i].about = x->dispatch.id; /* void once the dispatch is answered */
}

static const char *event_data(const struct firing *x)
{
	struct buf out;
	struct json_out j;
	char id[UUID_TEXT];
	buf_init(&out, 64 * 1024);
	json_out_init(&j, &out);
	json_begin_object(&j);
	if (x->has_dispatch) {
		uuid_format(x->dispatch.id, id);
		json_member_string(&j, "dispatch", id);
		json_member_string(&j, "agency", x->dispatch.agency);
	}
	json_member_string(&j, "clock", clock_names[x->clock]);
	json_member_int(&j, "step", x->act.step);
	json_member_string(&j, "rung", x->act.rung == NULL ? "duty" : rung_target_names[x->act.rung->target]);
	if (x->act.rung != NULL && x->act.rung->slug != NULL)
		json_member_string(&j, "target", x->act.rung->slug);
	json_member_bool(&j, "repeat", x->act.repeat);
	json_member_int(&j, "late_s", late_s(x));
	json_member_int(&j, "notices", (int64_t)x->plan->notice_count);
	if (x->act.skipped[0] != '\0')
		json_member_string(&j, "skipped", x->act.skipped);
	for (size_t i = 0; i < x->plan->dispatch_count; i++) {
		uuid_format(x->plan->dispatches[i].id, id);
		json_member_string(&j, "new_dispatch", id);
		json_member_string(&j, "new_agency", x->plan->dispatches[i].agency->slug);
	}
	json_end_object(&j);
	const char *text = arena_strndup(x->arena, out.data, out.len);
	buf_free(&out);
	return text;
}

/* What is armed after this rung. A declined dispatch climbs without pauses until somebody else has its task, then rests. */
static void arm_next(struct firing *x)
{
	struct uuid subject = x->has_dispatch ? x->dispatch.id : x->incident.id;
	bool rests = x->clock == CLOCK_REPLACE && (x->plan->dispatch_count > 0 || x->act.repeat || x->act.rung == NULL);
	if (rests) {
		x->change.stops[x->change.stop_count++] = subject;
		return;
	}
	x->change.arms[x->change.arm_count++] = (struct change_arm){
	        .subject = subject,
	        .clock = x->clock,
	        .step = x->act.next_step,
	        .after_s = x->clock == CLOCK_REPLACE ? 0 : x->act.wait_s,
	};
}

static bool decide(struct firing *x)
{
	const struct ladder_view view = {
	        .has_contacts = x->has_dispatch,
	        .on_duty = reachable_on_duty(x),
	        .agency_usable = agency_usable,
	        .person_usable = person_usable,
	        .ctx = x,
	};
	const struct agency *agency = NULL;
	if (x->has_dispatch) {
		struct stored_ladders stored;
		agency = directory_agency(&x->rules->directory, x->dispatch.agency);
		struct ladder_view own = view;
		own.has_contacts = agency != NULL && agency->contact_count > 0 &&
		                   deliver_reaches(x->escalate->flow->deliver, agency);
		if (!ladders_parse(x->arena, x->ladders, &stored))
			return false;
		x->act = ladder_act(&stored, x->clock, x->step, &own);
	} else {
		x->act = ladder_walk(x->rules->policy->triage_ladder, x->step, true, &view);
	}
	const struct plan_setting setting = rules_setting(x->escalate->flow, x->rules);
	x->plan = arena_new_of(x->arena, struct plan);
	act(x, &setting, agency);
	arm_next(x);
	return true;
}

/* ---- apply ---- */

static void firing_free(struct firing *x)
{
	struct arena *a = x->arena;
	rules_drop(&x->rules);
	arena_free(&a);
}

static void on_applied(void *ctx, struct change *c, enum store_end end, int version, struct wall at)
{
	(void)version;
	struct firing *x = ctx;
	struct escalate *e = x->escalate;
	fault_point("escalate.applied");
	deliver_release(e->flow->deliver, x->rules, x->plan, x->leased, end == STORE_KEPT);
	if (end == STORE_KEPT) {
		metric_add(M_DEADLINES_FIRED, 1);
		metric_add(M_DISPATCHES, (int64_t)x->plan->dispatch_count);
		metric_observe(M_DEADLINE_LATENESS, (double)(at.us - x->set_for.us) / 1e6);
		for (int i = 0; i < c->arm_count; i++)
			escalate_look(e, (int64_t)c->arms[i].after_s * 1000);
		for (size_t i = 0; i < x->plan->deadline_count; i++)
			escalate_look(e, (int64_t)x->plan->deadlines[i].after_s * 1000);
	} else if (end == STORE_CONFLICT) {
		struct pg_array *subject = pg_array_new(PG_UUID);
		pg_array_uuid(subject, x->has_dispatch ? x->dispatch.id : x->incident.id);
		load(e, subject);
		pg_array_free(&subject);
	}
	/* anything else: the claim's lease ends and the deadline is due again */
	firing_free(x);
}

static void apply(struct firing *x)
{
	struct change *c = &x->change;
	c->incident = x->incident.id;
	c->expected = x->incident.version;
	c->actor = "clock";
	c->kind = "escalated";
	c->data = event_data(x);
	c->added = x->plan;
	x->leased = arena_array(x->arena, bool, x->plan->notice_count + 1);
	deliver_reserve(x->escalate->flow->deliver, x->plan, x->leased);
	c->leased = x->leased;
	c->done = on_applied;
	c->ctx = x;
	fault_point("escalate.decided");
	store_change(x->escalate->flow->store, c);
}

/* ---- load ---- */

static bool read_dispatch(struct firing *x, const struct pg_result *r, int row, int column)
{
	int state = name_index(dispatch_state_names, DISPATCH_STATES, pg_text(r, row, column + 4));
	if (state < 0)
		return false;
	x->has_dispatch = true;
	x->dispatch = (struct dispatch_row){
	        .id = pg_uuid(r, row, column),
	        .agency = arena_strdup(x->arena, pg_text(r, row, column + 1)),
	        .role = arena_strdup(x->arena, pg_text(r, row, column + 2)),
	        .task = arena_strdup(x->arena, pg_text(r, row, column + 3)),
	        .state = (enum dispatch_state)state,
	        .version = pg_int(r, row, column + 5),
	        .accept_s = pg_int(r, row, column + 7),
	        .arrive_s = pg_int(r, row, column + 8),
	        .complete_s = pg_int(r, row, column + 9),
	        .accept_by = pg_time(r, row, column + 10),
	        .arrive_by = pg_time(r, row, column + 11),
	};
	x->ladders = arena_strdup(x->arena, pg_text(r, row, column + 6));
	return true;
}

/* Is the deadline about something that still runs? */
static bool is_live(const struct firing *x)
{
	if (!incident_is_open(x->incident.state))
		return false;
	if (!x->has_dispatch)
		return x->clock == CLOCK_TRIAGE && x->incident.state == INCIDENT_OPEN;
	if (x->clock == CLOCK_REPLACE)
		return x->dispatch.state == DISPATCH_DECLINED;
	return dispatch_is_open(x->dispatch.state) && dispatch_clock(x->dispatch.state) == x->clock;
}

static void on_dropped(void *ctx, const struct pg_result *r)
{
	(void)ctx, (void)r;
}

static void drop(struct escalate *e, struct uuid subject)
{
	char id[UUID_TEXT];
	uuid_format(subject, id);
	log_warn("escalate.pointless", "subject=%s", id);
	struct pg_params *p = store_params(e->flow->store);
	pg_param_uuid(p, subject);
	store_query(e->flow->store, SQL_DROP_DEADLINE, p, on_dropped, NULL);
}

static void fire_row(struct escalate *e, const struct pg_result *r, int row)
{
	struct arena *a = arena_new();
	struct firing *x = arena_new_of(a, struct firing);
	x->escalate = e;
	x->arena = a;
	x->rules = rules_hold(e->flow->rules);
	int clock = name_index(clock_names, CLOCKS, pg_text(r, row, 1));
	x->clock = clock < 0 ? CLOCK_TRIAGE : (enum clock)clock;
	x->step = pg_int(r, row, 2);
	x->set_for = pg_time(r, row, 3);
	x->now = pg_time(r, row, 4);
	x->involved = arena_strdup(a, pg_text(r, row, 28));
	bool readable = clock >= 0 && incident_row_read(a, r, row, 5, &x->incident) &&
	                (pg_is_null(r, row, 16) || read_dispatch(x, r, row, 16));
	char id[UUID_TEXT];
	uuid_format(pg_uuid(r, row, 0), id);
	if (!readable) {
		log_error("escalate.unreadable", "subject=%s", id);
	} else if (!is_live(x)) {
		drop(e, pg_uuid(r, row, 0));
	} else if (!decide(x)) {
		log_error("escalate.ladder_unreadable", "subject=%s", id);
	} else {
		apply(x);
		return;
	}
	firing_free(x);
}

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct escalate *e = ctx;
	for (int row = 0; r->status == PG_OK && row < r->rows; row++)
		fire_row(e, r, row);
}

static void load(struct escalate *e, const struct pg_array *subjects)
{
	struct pg_params *p = store_params(e->flow->store);
	pg_param_array(p, subjects);
	store_query(e->flow->store, SQL_LOAD_DEADLINES, p, on_loaded, e);
}

/* ---- claim ---- */

static void on_claimed(void *ctx, const struct pg_result *r)
{
	struct escalate *e = ctx;
	e->claiming = false;
	if (e->again)
		escalate_look(e, 0);
	e->again = false;
	if (r->status != PG_OK)
		return;
	int last = r->rows - 1;
	if (last == CLAIM_MOST)
		escalate_look(e, 0);
	else if (!pg_is_null(r, last, 1))
		escalate_look(e, clock_ms_until(pg_time(r, last, 1), pg_time(r, last, 2)));
	if (last == 0)
		return;
	fault_point("escalate.claimed");
	struct pg_array *subjects = pg_array_new(PG_UUID);
	for (int row = 0; row < last; row++)
		pg_array_uuid(subjects, pg_uuid(r, row, 0));
	load(e, subjects);
	pg_array_free(&subjects);
}

static void on_look(void *ctx)
{
	struct escalate *e = ctx;
	e->again = e->claiming;
	if (e->claiming || !e->flow->ready || e->flow->draining)
		return;
	struct pg_params *p = store_params(e->flow->store);
	pg_param_int(p, CLAIM_LEASE_S);
	pg_param_int(p, CLAIM_MOST);
	e->claiming = true;
	store_query(e->flow->store, SQL_CLAIM_DEADLINES, p, on_claimed, e);
}

void escalate_look(struct escalate *e, int64_t after_ms)
{
	look_within(&e->look, after_ms);
}

struct escalate *escalate_open(struct flow *f)
{
	struct escalate *e = calloc(1, sizeof *e);
	if (e == NULL)
		abort();
	e->flow = f;
	look_open(&e->look, f->base, on_look, e);
	return e;
}

void escalate_close(struct escalate **e)
{
	if (*e == NULL)
		return;
	look_close(&(*e)->look);
	free(*e);
	*e = NULL;
}
