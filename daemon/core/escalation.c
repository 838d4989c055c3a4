/* escalation: see escalation.h. Whether an event fits and what it does is the state tables' word; here is only which event it is. */
#include "escalation.h"

static bool is_live(enum dispatch_state state, enum clock clock)
{
	enum clock runs = state == DISPATCH_DECLINED ? CLOCK_REPLACE : dispatch_clock(state);
	return runs == clock && runs != CLOCKS && dispatch_step(state, ON_SILENCE).fits;
}

static enum dispatch_event event_of(const struct overdue *o, const struct ladder_act *act)
{
	if (!act->repeat)
		return ON_SILENCE;
	if (o->clock == CLOCK_ARRIVE && dispatch_step(o->state, ON_LAPSE).fits)
		return ON_LAPSE;
	if (o->clock == CLOCK_ACCEPT && o->silent_s >= o->expire_s && dispatch_step(o->state, ON_EXPIRE).fits)
		return ON_EXPIRE;
	return ON_SILENCE;
}

/* Has somebody else got the task by this act, or is there nobody left to give it to? */
static bool is_given_on(const struct ladder_act *act)
{
	for (size_t i = 0; i < act->count; i++)
		if (act->rungs[i]->target == RUNG_UP || act->rungs[i]->target == RUNG_AGENCY)
			return true;
	return act->repeat;
}

static void arm(struct escalation *e, enum clock clock, int step, int after_s)
{
	e->armed = true;
	e->clock = clock;
	e->step = step;
	e->after_s = after_s;
}

struct escalation escalation_of_dispatch(const struct stored_ladders *l, const struct overdue *o,
                                         const struct ladder_view *view)
{
	struct escalation e = {.live = is_live(o->state, o->clock), .next = o->state};
	if (!e.live)
		return e;
	e.act = ladder_act(l, o->clock, o->step, view);
	e.event = event_of(o, &e.act);
	struct dispatch_step step = dispatch_step(o->state, e.event);
	e.next = step.next;
	if (step.effects & EFFECT_ARM_ACCEPT) {
		e.remind = true;
		arm(&e, CLOCK_ACCEPT, 0, o->accept_s);
	} else if (step.effects & EFFECT_CLIMB) {
		if (o->clock != CLOCK_REPLACE)
			arm(&e, o->clock, e.act.next_step, e.act.wait_s);
		else if (!is_given_on(&e.act))
			arm(&e, CLOCK_REPLACE, e.act.next_step, 0);
	}
	return e;
}

struct escalation escalation_of_incident(const struct ladder *triage, enum incident_state state, enum clock clock,
                                         int step, const struct ladder_view *view)
{
	struct incident_step s = incident_step(state, INCIDENT_ON_SILENCE);
	enum clock runs = state == INCIDENT_HANDED_OVER ? CLOCK_FOLLOW_UP : CLOCK_TRIAGE;
	struct escalation e = {.live = s.fits && (s.effects & INCIDENT_CLIMB) != 0 && clock == runs,
	                       .event = ON_SILENCE};
	if (!e.live)
		return e;
	e.act = ladder_walk(triage, step, true, view);
	arm(&e, clock, e.act.next_step, e.act.wait_s);
	return e;
}
