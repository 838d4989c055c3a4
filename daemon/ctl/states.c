/* states: the state tables of core, printed and drawn. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/dispatch_state.h"
#include "../core/incident_state.h"
#include "commands.h"
#include "table.h"

static const struct column columns[] = {
        {"object", CELL_TEXT}, {"state", CELL_TEXT}, {"event", CELL_TEXT}, {"next", CELL_TEXT}, {"effects", CELL_TEXT},
};

struct effect_name {
	unsigned bit;
	const char *name;
};
static const struct effect_name dispatch_effects[] = {
        {EFFECT_STOP_CLOCK, "stop_clock"},
        {EFFECT_ARM_ARRIVE, "arm_arrive"},
        {EFFECT_ARM_COMPLETE, "arm_complete"},
        {EFFECT_CLIMB_NOW, "climb_now"},
        {EFFECT_CLIMB, "climb"},
        {EFFECT_STAND_DOWN, "stand_down"},
        {EFFECT_ENGAGE, "engage"},
        {EFFECT_ARM_ACCEPT, "arm_accept"},
        {EFFECT_RELIEVE, "relieve"},
        {EFFECT_TELL_DUTY, "tell_duty"},
        {0, NULL},
};
static const struct effect_name incident_effects[] = {
        {INCIDENT_STOP_TRIAGE_CLOCK, "stop_triage_clock"},
        {INCIDENT_PLAN_AGAIN, "plan_again"},
        {INCIDENT_CANCEL_DISPATCHES, "cancel_dispatches"},
        {INCIDENT_ARM_TRIAGE, "arm_triage"},
        {INCIDENT_CLIMB, "climb"},
        {INCIDENT_ARM_FOLLOW_UP, "arm_follow_up"},
        {INCIDENT_TELL_DUTY, "tell_duty"},
        {0, NULL},
};

static const char *effects_text(struct ctl *c, const struct effect_name *names, unsigned effects)
{
	const char *text = "";
	for (; names->name != NULL; names++) {
		if ((effects & names->bit) != 0)
			text = arena_printf(c->arena, "%s%s%s", text, *text != '\0' ? " " : "", names->name);
		effects &= ~names->bit;
	}
	assert(effects == 0); /* every effect has its name above */
	return text;
}

/* One entry of a table: what an event does in a state. */
struct entry {
	bool fits;
	int next;
	const char *effects;
};
/* Both tables in one form. */
struct machine {
	const char *object;
	const char *const *states, *const *events;
	int state_count, event_count;
	struct entry (*entry)(struct ctl *c, int state, int event);
};

static struct entry dispatch_entry(struct ctl *c, int state, int event)
{
	struct dispatch_step s = dispatch_step((enum dispatch_state)state, (enum dispatch_event)event);
	return (struct entry){s.fits, (int)s.next,
	                      s.repeats ? "repeats" : effects_text(c, dispatch_effects, s.effects)};
}

static struct entry incident_entry(struct ctl *c, int state, int event)
{
	struct incident_step s = incident_step((enum incident_state)state, (enum incident_event)event);
	return (struct entry){s.fits, (int)s.next, effects_text(c, incident_effects, s.effects)};
}

static const struct machine machines[] = {
        {"dispatch", dispatch_state_names, dispatch_event_names, DISPATCH_STATES, DISPATCH_EVENTS, dispatch_entry},
        {"incident", incident_state_names, incident_event_names, INCIDENT_STATES, INCIDENT_EVENTS, incident_entry},
};
enum { MACHINES = sizeof machines / sizeof *machines };

static void add_rows(struct ctl *c, struct table *t, const struct machine *m)
{
	for (int s = 0; s < m->state_count; s++)
		for (int e = 0; e < m->event_count; e++) {
			struct entry x = m->entry(c, s, e);
			if (x.fits)
				table_add(t, (const char *[]){m->object, m->states[s], m->events[e], m->states[x.next],
				                              x.effects});
		}
}

/* The events that lead from one state to another, "accept, en_route"; "" when none does. */
static const char *events_between(struct ctl *c, const struct machine *m, int from, int to)
{
	const char *text = "";
	for (int e = 0; e < m->event_count; e++) {
		struct entry x = m->entry(c, from, e);
		if (x.fits && x.next == to)
			text = arena_printf(c->arena, "%s%s%s", text, *text != '\0' ? ", " : "", m->events[e]);
	}
	return text;
}

/* Mermaid: what changes the state. State 0 is the first; what nothing leads out of is the end. */
static void draw(struct ctl *c, const struct machine *m)
{
	printf("```mermaid\nstateDiagram-v2\n    [*] --> %s\n", m->states[0]);
	for (int from = 0; from < m->state_count; from++) {
		bool leaves = false;
		for (int to = 0; to < m->state_count; to++) {
			const char *events = from == to ? "" : events_between(c, m, from, to);
			if (*events != '\0')
				printf("    %s --> %s: %s\n", m->states[from], m->states[to], events);
			leaves |= *events != '\0';
		}
		if (!leaves)
			printf("    %s --> [*]\n", m->states[from]);
	}
	puts("```");
}

int command_states(struct ctl *c)
{
	if (ctl_option(c, "diagram") != NULL) {
		for (int i = 0; i < MACHINES; i++) {
			fputs(i > 0 ? "\n" : "", stdout);
			draw(c, &machines[i]);
		}
		return CTL_OK;
	}
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	for (int i = 0; i < MACHINES; i++)
		add_rows(c, t, &machines[i]);
	table_print(t, "");
	return CTL_OK;
}
