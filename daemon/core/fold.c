/* fold: see fold.h. Each event is asked of the same tables that decided it; what an event says itself (from, to) must agree with them. */
#include "fold.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"

struct work {
	struct arena *arena;
	const struct policy *policy;
	struct fold_dispatch *dispatches;
	size_t count;
	struct fold_incident *incident;
	enum urgency urgency;
	const struct fold_event *event; /* the one under way */
	const cJSON *data;
};

static bool __attribute__((format(printf, 2, 3))) fail(struct work *w, const char *format, ...)
{
	char *fault = w->incident->fault;
	size_t size = sizeof w->incident->fault;
	int n = snprintf(fault, size, "event %d (%.40s): ", w->event->number, w->event->kind);
	va_list ap;
	va_start(ap, format);
	vsnprintf(fault + n, size - (size_t)n, format, ap);
	va_end(ap);
	return false;
}

/* ---- clocks ---- */

static void arm(const struct work *w, struct fold_clock *c, enum clock clock, int step, int after_s)
{
	*c = (struct fold_clock){true, clock, step, {w->event->at.us + (int64_t)after_s * 1000000}};
}

static void stop(struct fold_clock *c)
{
	c->armed = false;
}

/* The silence that follows the rung acted on: that of the last one of its group; after the ladder has ended, of every repeat. */
static void arm_next_rung(const struct work *w, struct fold_clock *c, const struct ladder *l, enum clock clock)
{
	const cJSON *step = json_member(w->data, "step");
	size_t i = cJSON_IsNumber(step) && step->valueint > 0 ? (size_t)step->valueint : 0;
	if (cJSON_IsTrue(json_member(w->data, "repeat")) || i >= l->count) {
		arm(w, c, clock, (int)l->count, l->repeat_s);
		return;
	}
	while (l->rungs[i].with_next && i + 1 < l->count)
		i++;
	arm(w, c, clock, (int)i + 1, clock == CLOCK_REPLACE ? 0 : l->rungs[i].wait_s);
}

/* What was armed next, when the event says so itself. False when it does not: it armed nothing, or was written by a version before this one. */
static bool arm_as_said(const struct work *w, struct fold_clock *c, enum clock clock)
{
	const cJSON *step = json_member(w->data, "next_step"), *after = json_member(w->data, "after_s");
	if (!cJSON_IsNumber(step) || !cJSON_IsNumber(after))
		return false;
	arm(w, c, clock, step->valueint, after->valueint);
	return true;
}

/* ---- dispatches ---- */

static struct fold_dispatch *find(const struct work *w, struct uuid id)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->dispatches[i].made && uuid_equal(w->dispatches[i].id, id))
			return &w->dispatches[i];
	return NULL;
}

/* The dispatch that the event is about, or NULL with the fault told. */
static struct fold_dispatch *subject(struct work *w)
{
	struct uuid id;
	const char *text = json_string(w->data, "dispatch");
	struct fold_dispatch *d = text != NULL && uuid_parse(text, &id) ? find(w, id) : NULL;
	if (d == NULL)
		fail(w, "no such dispatch: %.40s", text != NULL ? text : "none is named");
	return d;
}

static void cancel(struct fold_dispatch *d)
{
	d->state = dispatch_step(d->state, ON_CANCEL).next;
	stop(&d->clock);
}

/* Does one stand in for the other, or both for a third? */
static bool stand_together(const struct fold_dispatch *a, const struct fold_dispatch *b)
{
	return uuid_equal(a->for_dispatch, b->id) || uuid_equal(b->for_dispatch, a->id) ||
	       (!uuid_is_nil(a->for_dispatch) && uuid_equal(a->for_dispatch, b->for_dispatch));
}

/* Somebody took the task: of those who were asked for the same one, nobody need answer or be replaced any more. */
static void relieve(struct work *w, const struct fold_dispatch *taken)
{
	bool *family = arena_array(w->arena, bool, w->count + 1);
	for (size_t i = 0; i < w->count; i++)
		family[i] = &w->dispatches[i] == taken;
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < w->count; i++)
			for (size_t k = 0; !family[i] && w->dispatches[i].made && k < w->count; k++)
				if (family[k] && stand_together(&w->dispatches[i], &w->dispatches[k]))
					more = family[i] = true;
	}
	for (size_t i = 0; i < w->count; i++) {
		struct fold_dispatch *d = &w->dispatches[i];
		if (!family[i] || d == taken)
			continue;
		if (d->state == DISPATCH_NOTIFIED || d->state == DISPATCH_SEEN)
			cancel(d);
		else if (d->state == DISPATCH_DECLINED)
			stop(&d->clock);
	}
}

static void perform(struct work *w, struct fold_dispatch *d, unsigned effects)
{
	if (effects & EFFECT_STOP_CLOCK)
		stop(&d->clock);
	if (effects & EFFECT_ARM_ACCEPT)
		arm(w, &d->clock, CLOCK_ACCEPT, 0, d->accept_s);
	if (effects & EFFECT_ARM_ARRIVE)
		arm(w, &d->clock, CLOCK_ARRIVE, 0, d->arrive_s);
	if (effects & EFFECT_ARM_COMPLETE)
		arm(w, &d->clock, CLOCK_COMPLETE, 0, d->complete_s);
	if (effects & EFFECT_CLIMB_NOW)
		arm(w, &d->clock, CLOCK_REPLACE, 0, 0);
	if (effects & EFFECT_RELIEVE)
		relieve(w, d);
	if (effects & EFFECT_ENGAGE)
		w->incident->state = incident_step(w->incident->state, INCIDENT_ON_ENGAGE).next;
}

/* What the event says of its own states must be what the tables say. */
static bool agrees(struct work *w, const char *member, const char *state)
{
	const char *said = json_string(w->data, member);
	return said == NULL || strcmp(said, state) == 0 ||
	       fail(w, "it says %s %.20s, but it is %s", member, said, state);
}

static bool answered(struct work *w, enum dispatch_event event)
{
	struct fold_dispatch *d = subject(w);
	if (d == NULL || !agrees(w, "from", dispatch_state_names[d->state]))
		return false;
	struct dispatch_step s = dispatch_step(d->state, event);
	if (!s.fits)
		return fail(w, "it does not fit, the dispatch is %s", dispatch_state_names[d->state]);
	d->state = s.next;
	if (!s.repeats)
		perform(w, d, s.effects);
	return agrees(w, "to", dispatch_state_names[d->state]);
}

/* Those that the event made. */
static void make_dispatches(struct work *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct fold_dispatch *d = &w->dispatches[i];
		if (d->made_by != w->event->number)
			continue;
		d->made = true;
		d->state = DISPATCH_NOTIFIED;
		arm(w, &d->clock, CLOCK_ACCEPT, 0, d->accept_s);
	}
}

/* ---- the ladder climbs ---- */

static bool escalated_dispatch(struct work *w, enum clock clock)
{
	struct stored_ladders l;
	struct fold_dispatch *d = subject(w);
	if (d == NULL)
		return false;
	enum clock running = d->state == DISPATCH_DECLINED ? CLOCK_REPLACE : dispatch_clock(d->state);
	if (!dispatch_step(d->state, ON_SILENCE).fits || clock != running)
		return fail(w, "it does not fit, the dispatch is %s", dispatch_state_names[d->state]);
	if (arm_as_said(w, &d->clock, clock))
		return true;
	bool given_on = json_member(w->data, "new_dispatch") != NULL || cJSON_IsTrue(json_member(w->data, "repeat"));
	if (clock == CLOCK_REPLACE && given_on) {
		stop(&d->clock);
		return true;
	}
	if (!ladders_parse(w->arena, d->ladders, &l))
		return fail(w, "its ladders cannot be read");
	bool unanswered = clock == CLOCK_ACCEPT || clock == CLOCK_REPLACE;
	arm_next_rung(w, &d->clock, unanswered ? &l.accept : &l.late, clock);
	return true;
}

static bool escalated(struct work *w)
{
	const char *name = json_string(w->data, "clock");
	int clock = name == NULL ? -1 : name_index(clock_names, CLOCKS, name);
	if (clock < 0)
		return fail(w, "it names no clock");
	if (json_member(w->data, "dispatch") != NULL)
		return escalated_dispatch(w, (enum clock)clock);
	if (!incident_step(w->incident->state, INCIDENT_ON_SILENCE).fits)
		return fail(w, "it does not fit, the incident is %s", incident_state_names[w->incident->state]);
	if (!arm_as_said(w, &w->incident->clock, (enum clock)clock))
		arm_next_rung(w, &w->incident->clock, w->policy->triage_ladder, (enum clock)clock);
	return true;
}

/* ---- the incident ---- */

static void read_urgency(struct work *w, const cJSON *plan)
{
	const char *name = json_string(plan, "urgency");
	int u = name == NULL ? -1 : name_index(urgency_names, URGENCIES, name);
	if (u >= 0)
		w->urgency = (enum urgency)u;
}

static void arm_triage(struct work *w)
{
	arm(w, &w->incident->clock, CLOCK_TRIAGE, 0, w->policy->triage_s[w->urgency]);
}

static bool opened(struct work *w)
{
	const char *name = json_string(w->data, "state");
	int state = name == NULL ? -1 : name_index(incident_state_names, INCIDENT_STATES, name);
	if (state != INCIDENT_OPEN && state != INCIDENT_TRIAGED)
		return fail(w, "it names no state to begin with");
	w->incident->state = (enum incident_state)state;
	read_urgency(w, w->data);
	if (state == INCIDENT_OPEN)
		arm_triage(w);
	return true;
}

static void perform_incident(struct work *w, unsigned effects)
{
	if (effects & INCIDENT_STOP_TRIAGE_CLOCK)
		stop(&w->incident->clock);
	if (effects & INCIDENT_ARM_TRIAGE)
		arm_triage(w);
	if (effects & INCIDENT_ARM_FOLLOW_UP)
		arm(w, &w->incident->clock, CLOCK_FOLLOW_UP, 0, w->policy->follow_up_s);
	for (size_t i = 0; i < w->count && (effects & INCIDENT_CANCEL_DISPATCHES); i++)
		if (w->dispatches[i].made)
			cancel(&w->dispatches[i]);
}

/* A human has triaged, but the plan is not sure enough all the same: the clock begins anew. */
static bool still_open(struct work *w)
{
	const cJSON *plan = json_member(w->data, "plan");
	const char *to = json_string(w->data, "to"), *planned = json_string(plan, "state");
	read_urgency(w, plan);
	bool open = to != NULL && strcmp(to, incident_state_names[INCIDENT_OPEN]) == 0;
	if (!open)
		return false;
	w->incident->state = INCIDENT_OPEN;
	if (planned != NULL && strcmp(planned, to) == 0)
		arm_triage(w);
	return true;
}

static bool decided(struct work *w, enum incident_event event)
{
	struct fold_incident *i = w->incident;
	if (!agrees(w, "from", incident_state_names[i->state]))
		return false;
	struct incident_step s = incident_step(i->state, event);
	if (!s.fits)
		return fail(w, "it does not fit, the incident is %s", incident_state_names[i->state]);
	if (event == INCIDENT_ON_TRIAGE && still_open(w))
		return true;
	i->state = s.next;
	perform_incident(w, s.effects);
	return agrees(w, "to", incident_state_names[i->state]);
}

/* A report that belongs to it came: what it knew better was a triage by the machine, the plan that came of it stands beside. */
static bool attached(struct work *w)
{
	if (!incident_is_open(w->incident->state))
		return fail(w, "it does not fit, the incident is %s", incident_state_names[w->incident->state]);
	if (json_member(w->data, "plan") != NULL)
		return decided(w, INCIDENT_ON_TRIAGE);
	const char *state = incident_state_names[w->incident->state];
	return agrees(w, "from", state) && agrees(w, "to", state);
}

/* ---- all of it ---- */

static bool apply(struct work *w)
{
	const char *kind = w->event->kind;
	int of_dispatch = name_index(dispatch_event_names, DISPATCH_EVENTS, kind);
	int of_incident = incident_event_of_kind(kind);
	if ((w->event->number == 1) != (strcmp(kind, "opened") == 0))
		return fail(w, "a history begins with \"opened\" and nothing else");
	if (w->event->number == 1)
		return opened(w);
	if (strcmp(kind, "escalated") == 0)
		return escalated(w);
	if (strcmp(kind, "report_attached") == 0)
		return attached(w);
	if (of_dispatch >= 0 && json_member(w->data, "dispatch") != NULL)
		return answered(w, (enum dispatch_event)of_dispatch);
	if (of_incident >= 0)
		return decided(w, (enum incident_event)of_incident);
	return fail(w, "an unknown kind of event");
}

static bool fold_one(struct work *w)
{
	struct json_fault fault;
	const char *data = w->event->data;
	cJSON *tree = json_parse(data, strlen(data), &fault);
	if (tree == NULL)
		return fail(w, "its data cannot be read: %.80s", fault.detail);
	w->data = tree;
	bool ok = apply(w);
	if (ok)
		make_dispatches(w);
	cJSON_Delete(tree);
	return ok;
}

bool fold_events(struct arena *a, const struct policy *policy, const struct fold_event *events, size_t count,
                 struct fold_dispatch *dispatches, size_t dispatch_count, struct fold_incident *ret)
{
	struct work w = {.arena = a,
	                 .policy = policy,
	                 .dispatches = dispatches,
	                 .count = dispatch_count,
	                 .incident = ret,
	                 .urgency = URGENCY_NORMAL};
	*ret = (struct fold_incident){.state = INCIDENT_OPEN};
	for (size_t i = 0; i < dispatch_count; i++) {
		dispatches[i].made = false;
		dispatches[i].state = DISPATCH_NOTIFIED;
		dispatches[i].clock = (struct fold_clock){0};
	}
	for (size_t i = 0; i < count; i++) {
		w.event = &events[i];
		if (events[i].number != (int)i + 1)
			return fail(&w, "number %zu is expected here", i + 1);
		if (!fold_one(&w))
			return false;
		ret->version = events[i].number;
	}
	if (count > 0)
		return true;
	snprintf(ret->fault, sizeof ret->fault, "no events");
	return false;
}
