/* climb: see climb.h. Core says which event it is and who acts; here the targets become notices and dispatches. */
#include "climb.h"

#include <string.h>

#include "../../protocol/json.h"
#include "../base/log.h"
#include "../core/escalation.h"
#include "deliver.h"
#include "incident_row.h"
#include "rules.h"

enum { DUTY_MOST = 4, BEHIND_LEAST_S = 2 };

struct decision {
	struct climb climb; /* first: what escalate sees */
	enum clock clock;
	int step;
	struct wall now, since; /* since: when the first rung of this clock was meant to act; us 0: this is the first */
	struct incident_row incident;
	bool has_dispatch;
	struct dispatch_row dispatch;
	struct uuid root; /* the dispatch that this one stands in for, or itself */
	const struct agency *agency;
	const char *ladders;
	const char *involved; /* slugs of agencies dispatched already, separated by spaces */
	struct escalation escalation;
};

/* ---- what is known now ---- */

static bool is_involved(const struct decision *x, const char *slug)
{
	size_t len = strlen(slug);
	for (const char *p = x->involved; (p = strstr(p, slug)) != NULL; p += len)
		if ((p == x->involved || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static bool agency_usable(void *ctx, const char *slug)
{
	const struct decision *x = ctx;
	const struct agency *a = directory_agency(&x->climb.rules->directory, slug);
	return a != NULL && !a->retired && a->contact_count > 0 && !is_involved(x, slug);
}

static bool person_usable(void *ctx, const char *slug)
{
	const struct decision *x = ctx;
	const struct person *p = directory_person(&x->climb.rules->directory, slug);
	return p != NULL && p->phone != NULL;
}

static size_t reachable_on_duty(const struct decision *x)
{
	const struct person *people[DUTY_MOST];
	size_t n = directory_on_duty(&x->climb.rules->directory, x->now, x->incident.region, people, DUTY_MOST);
	size_t reachable = 0;
	for (size_t i = 0; i < n; i++)
		reachable += people[i]->phone != NULL;
	return reachable;
}

/* Begun seconds since then; 0 when it is still to come. */
static int seconds_since(const struct decision *x, struct wall then)
{
	int64_t us = x->now.us - then.us;
	return us > 0 ? (int)((us + 999999) / 1000000) : 0;
}

/* How late the answer, the arrival, the decision is: since the moment it was wanted, not since the last rung. */
static int late_s(const struct decision *x)
{
	struct wall by = x->since.us != 0 ? x->since : x->climb.set_for;
	if (x->has_dispatch && (x->clock == CLOCK_ARRIVE || x->clock == CLOCK_REPLACE) && x->dispatch.arrive_by.us != 0)
		by = x->dispatch.arrive_by;
	else if (x->has_dispatch && (x->clock == CLOCK_ACCEPT || x->clock == CLOCK_REPLACE))
		by = x->dispatch.accept_by;
	return seconds_since(x, by);
}

/* ---- words ---- */

struct clock_words {
	const char *reason; /* English, for the event's data and a new dispatch's reason */
	const char *people; /* Indonesian, for telephones */
};
static const struct clock_words clock_words[CLOCKS] = {
        [CLOCK_ACCEPT] = {"no answer from", "belum ada jawaban"},
        [CLOCK_ARRIVE] = {"not arrived:", "belum tiba"},
        [CLOCK_COMPLETE] = {"not completed:", "belum selesai"},
        [CLOCK_REPLACE] = {"declined by", "ditolak"},
        [CLOCK_TRIAGE] = {"awaits triage", "menunggu telaah"},
        [CLOCK_FOLLOW_UP] = {"handed over, follow-up is due", "perlu kunjungan lanjutan"},
};
static const struct clock_words end_words[DISPATCH_EVENTS] = {
        [ON_LAPSE] = {"accepted, but nobody has set out:", "sanggup tetapi tidak berangkat, diminta lagi:"},
        [ON_EXPIRE] = {"ended without any answer from", "diakhiri tanpa jawaban"},
};

static struct clock_words words_of(const struct decision *x)
{
	return x->escalation.event == ON_SILENCE ? clock_words[x->clock] : end_words[x->escalation.event];
}

static const char *about_agency(const struct decision *x, const char *words)
{
	return x->has_dispatch ? arena_printf(x->climb.arena, "%s %s", words,
	                                      x->agency != NULL ? x->agency->name : x->dispatch.agency)
	                       : words;
}

/* ---- act ---- */

static void remind(struct decision *x, const struct plan_setting *setting, const struct plan_extra_input *extra)
{
	struct plan_dispatch_view view = dispatch_row_view(&x->dispatch, x->agency);
	view.lapsed = x->escalation.event == ON_LAPSE;
	view.state = dispatch_state_names[x->escalation.next];
	if (view.lapsed) {
		view.accept_by_us = x->now.us + (int64_t)x->escalation.after_s * 1000000;
		view.arrive_by_us = 0;
		view.version++;
	}
	if (x->agency != NULL)
		plan_remind(x->climb.arena, setting, extra, &view, NOTICE_REMINDER, late_s(x), x->climb.plan);
}

static void dispatch_to(struct decision *x, const struct plan_setting *setting, const struct plan_extra_input *extra,
                        const struct rung *rung)
{
	const struct agency *to = directory_agency(&x->climb.rules->directory, rung->slug);
	const char *why = arena_printf(x->climb.arena, "rung %s after %s", rung_target_names[rung->target],
	                               about_agency(x, words_of(x).reason));
	struct plan *more =
	        plan_extra(x->climb.arena, setting, extra, to, x->has_dispatch ? x->dispatch.role : "assist",
	                   x->has_dispatch ? x->dispatch.task : "bantuan", x->dispatch.accept_s, x->dispatch.arrive_s,
	                   x->dispatch.complete_s, x->ladders, why);
	for (size_t i = 0; i < more->dispatch_count; i++)
		more->dispatches[i].for_dispatch = x->root;
	plan_join(x->climb.plan, more);
}

static void tell_people(struct decision *x, const struct plan_setting *setting, const struct plan_extra_input *extra,
                        const struct person *only)
{
	plan_tell_duty(x->climb.arena, setting, extra, only, late_s(x), about_agency(x, words_of(x).people),
	               x->climb.plan);
}

static void act_on(struct decision *x, const struct plan_setting *setting, const struct plan_extra_input *extra,
                   const struct rung *rung)
{
	switch (rung->target) {
	case RUNG_AGAIN:
		remind(x, setting, extra);
		break;
	case RUNG_UP:
	case RUNG_AGENCY:
		dispatch_to(x, setting, extra, rung);
		break;
	case RUNG_DUTY:
		tell_people(x, setting, extra, NULL);
		break;
	case RUNG_PERSON:
		tell_people(x, setting, extra, directory_person(&x->climb.rules->directory, rung->slug));
		break;
	case RUNG_TARGETS:
		break;
	}
}

static void act(struct decision *x)
{
	const struct plan_setting setting = rules_setting(x->climb.flow, x->climb.rules);
	const struct plan_extra_input extra = incident_row_extra(&x->incident);
	const struct escalation *e = &x->escalation;
	struct plan *plan = x->climb.plan = arena_new_of(x->climb.arena, struct plan);
	if (e->remind)
		remind(x, &setting, &extra);
	for (size_t i = 0; e->event == ON_SILENCE && i < e->act.count; i++)
		act_on(x, &setting, &extra, e->act.rungs[i]);
	if (e->event != ON_SILENCE || e->act.count == 0)
		tell_people(x, &setting, &extra, NULL);
	for (size_t i = 0; i < plan->notice_count; i++)
		if (uuid_is_nil(plan->notices[i].about) && x->has_dispatch)
			plan->notices[i].about = x->dispatch.id; /* void once the dispatch is answered */
}

/* ---- the event ---- */

static void put_rung(struct json_out *j, const struct rung *r)
{
	json_member_string(j, "rung", r == NULL ? "duty" : rung_target_names[r->target]);
	if (r != NULL && r->slug != NULL)
		json_member_string(j, "target", r->slug);
}

static void put_dispatches(struct json_out *j, const struct plan *p)
{
	char id[UUID_TEXT];
	if (p->dispatch_count == 0)
		return;
	uuid_format(p->dispatches[0].id, id);
	json_member_string(j, "new_dispatch", id);
	json_member_string(j, "new_agency", p->dispatches[0].agency->slug);
	if (p->dispatch_count == 1)
		return;
	json_key(j, "new_dispatches");
	json_begin_array(j);
	for (size_t i = 0; i < p->dispatch_count; i++) {
		json_begin_object(j);
		uuid_format(p->dispatches[i].id, id);
		json_member_string(j, "dispatch", id);
		json_member_string(j, "agency", p->dispatches[i].agency->slug);
		json_end_object(j);
	}
	json_end_array(j);
}

/* Of a group, rung and target are the first's, and rungs has them all. */
static void put_act(struct json_out *j, const struct ladder_act *act)
{
	json_member_int(j, "step", act->step);
	put_rung(j, act->count > 0 ? act->rungs[0] : NULL);
	if (act->count > 1) {
		json_key(j, "rungs");
		json_begin_array(j);
		for (size_t i = 0; i < act->count; i++) {
			json_begin_object(j);
			put_rung(j, act->rungs[i]);
			json_end_object(j);
		}
		json_end_array(j);
	}
	json_member_bool(j, "repeat", act->repeat);
	if (act->skipped[0] != '\0')
		json_member_string(j, "skipped", act->skipped);
}

/* A rung: what acted, and how late. A lapse or an end: from which state to which, and why. */
static const char *event_data(const struct decision *x)
{
	const struct escalation *e = &x->escalation;
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
	if (e->event == ON_SILENCE) {
		put_act(&j, &e->act);
	} else {
		json_member_string(&j, "from", dispatch_state_names[x->dispatch.state]);
		json_member_string(&j, "to", dispatch_state_names[e->next]);
		json_member_string(&j, "reason", about_agency(x, words_of(x).reason));
	}
	json_member_int(&j, "late_s", late_s(x));
	int behind = seconds_since(x, x->climb.set_for);
	if (behind >= BEHIND_LEAST_S) /* the daemon's own lateness: it was away or very busy */
		json_member_int(&j, "behind_s", behind);
	if (e->armed) {
		json_member_int(&j, "next_step", e->step);
		json_member_int(&j, "after_s", e->after_s);
	}
	json_member_int(&j, "notices", (int64_t)x->climb.plan->notice_count);
	put_dispatches(&j, x->climb.plan);
	json_end_object(&j);
	const char *text = arena_strndup(x->climb.arena, out.data, out.len);
	buf_free(&out);
	return text;
}

static void fill_change(struct decision *x)
{
	struct change *c = &x->climb.change;
	const struct escalation *e = &x->escalation;
	c->incident = x->incident.id;
	c->expected = x->incident.version;
	c->actor = "clock";
	c->kind = e->event == ON_SILENCE ? "escalated" : dispatch_event_names[e->event];
	c->data = event_data(x);
	c->added = x->climb.plan;
	if (e->event != ON_SILENCE)
		c->dispatches[c->dispatch_count++] = (struct change_dispatch){
		        .id = x->dispatch.id,
		        .event = dispatch_event_names[e->event],
		        .state = dispatch_state_names[e->next],
		        .clock = e->armed ? clock_names[e->clock] : NULL,
		        .after_s = e->after_s,
		};
	if (e->armed)
		c->arms[c->arm_count++] = (struct change_arm){x->climb.subject, e->clock, e->step, e->after_s};
	else
		c->stops[c->stop_count++] = x->climb.subject;
}

/* ---- decide ---- */

/* False when its ladder cannot be read. */
static bool escalate_dispatch(struct decision *x, const struct ladder_view *view)
{
	struct stored_ladders stored;
	struct ladder_view own = *view;
	x->agency = directory_agency(&x->climb.rules->directory, x->dispatch.agency);
	own.has_contacts = x->agency != NULL && deliver_reaches(x->climb.flow->deliver, x->agency);
	if (!ladders_parse(x->climb.arena, x->ladders, &stored))
		return false;
	const struct overdue overdue = {
	        .state = x->dispatch.state,
	        .clock = x->clock,
	        .step = x->step,
	        .accept_s = x->dispatch.accept_s,
	        .silent_s = seconds_since(x, x->dispatch.accept_by) + (int64_t)x->dispatch.accept_s,
	        .expire_s = x->climb.rules->policy->expire_s,
	};
	x->escalation = escalation_of_dispatch(&stored, &overdue, &own);
	return true;
}

static bool decide(struct decision *x)
{
	const struct ladder_view view = {
	        .on_duty = reachable_on_duty(x),
	        .agency_usable = agency_usable,
	        .person_usable = person_usable,
	        .ctx = x,
	};
	if (!incident_is_open(x->incident.state))
		return true;
	if (x->has_dispatch)
		return escalate_dispatch(x, &view);
	x->escalation = escalation_of_incident(x->climb.rules->policy->triage_ladder, x->incident.state, x->clock,
	                                       x->step, &view);
	return true;
}

/* ---- read ---- */

enum { COLUMN_INCIDENT = 5, COLUMN_DISPATCH = 16, COLUMN_INVOLVED = 28, COLUMN_ROOT, COLUMN_SINCE };

static bool read_dispatch(struct decision *x, const struct pg_result *r, int row)
{
	enum { C = COLUMN_DISPATCH };
	struct arena *a = x->climb.arena;
	int state = name_index(dispatch_state_names, DISPATCH_STATES, pg_text(r, row, C + 4));
	if (state < 0)
		return false;
	x->has_dispatch = true;
	x->dispatch = (struct dispatch_row){
	        .id = pg_uuid(r, row, C),
	        .agency = arena_strdup(a, pg_text(r, row, C + 1)),
	        .role = arena_strdup(a, pg_text(r, row, C + 2)),
	        .task = arena_strdup(a, pg_text(r, row, C + 3)),
	        .state = (enum dispatch_state)state,
	        .version = pg_int(r, row, C + 5),
	        .accept_s = pg_int(r, row, C + 7),
	        .arrive_s = pg_int(r, row, C + 8),
	        .complete_s = pg_int(r, row, C + 9),
	        .accept_by = pg_time(r, row, C + 10),
	        .arrive_by = pg_time(r, row, C + 11),
	};
	x->ladders = arena_strdup(a, pg_text(r, row, C + 6));
	x->root = pg_uuid(r, row, COLUMN_ROOT);
	return true;
}

static bool read_row(struct decision *x, const struct pg_result *r, int row, int after)
{
	int clock = name_index(clock_names, CLOCKS, pg_text(r, row, 1));
	if (clock < 0 || !incident_row_read(x->climb.arena, r, row, COLUMN_INCIDENT, &x->incident))
		return false;
	x->incident.version += after;
	x->clock = (enum clock)clock;
	x->step = pg_int(r, row, 2);
	x->climb.set_for = pg_time(r, row, 3);
	x->now = pg_time(r, row, 4);
	x->since = pg_time(r, row, COLUMN_SINCE);
	x->involved = arena_strdup(x->climb.arena, pg_text(r, row, COLUMN_INVOLVED));
	x->climb.incident = x->incident.id;
	x->climb.urgency = x->incident.urgency;
	return pg_is_null(r, row, COLUMN_DISPATCH) || read_dispatch(x, r, row);
}

enum climb_end climb_decide(struct flow *f, const struct pg_result *r, int row, int after, struct climb **ret)
{
	struct arena *a = arena_new();
	struct decision *x = arena_new_of(a, struct decision);
	char id[UUID_TEXT];
	*ret = &x->climb;
	x->climb.flow = f;
	x->climb.arena = a;
	x->climb.rules = rules_hold(f->rules);
	x->climb.subject = pg_uuid(r, row, 0);
	uuid_format(x->climb.subject, id);
	if (pg_is_null(r, row, COLUMN_INCIDENT))
		return CLIMB_POINTLESS;
	if (!read_row(x, r, row, after) || !decide(x)) {
		log_error("climb.unreadable", "subject=%s", id);
		return CLIMB_UNREADABLE;
	}
	if (!x->escalation.live)
		return CLIMB_POINTLESS;
	act(x);
	fill_change(x);
	return CLIMB_DECIDED;
}

bool climb_join(struct climb *first, struct climb *second)
{
	struct change *c = &first->change, *more = &second->change;
	if (first->second != NULL || first->plan->dispatch_count + second->plan->dispatch_count > 0 ||
	    first->plan->notice_count + second->plan->notice_count > PLAN_NOTICES)
		return false;
	plan_join(first->plan, second->plan);
	c->second_kind = more->kind;
	c->second_data = more->data;
	for (int i = 0; i < more->dispatch_count; i++)
		c->dispatches[c->dispatch_count++] = more->dispatches[i];
	for (int i = 0; i < more->arm_count; i++)
		c->arms[c->arm_count++] = more->arms[i];
	for (int i = 0; i < more->stop_count; i++)
		c->stops[c->stop_count++] = more->stops[i];
	first->second = second;
	return true;
}

void climb_free(struct climb **climb)
{
	struct climb *x = *climb;
	*climb = NULL;
	if (x->second != NULL)
		climb_free(&x->second);
	struct arena *a = x->arena;
	rules_drop(&x->rules);
	arena_free(&a);
}
