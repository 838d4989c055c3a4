/* states: the state tables of core, printed. */
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
        {0, NULL},
};
static const struct effect_name incident_effects[] = {
        {INCIDENT_STOP_TRIAGE_CLOCK, "stop_triage_clock"},
        {INCIDENT_PLAN_AGAIN, "plan_again"},
        {INCIDENT_CANCEL_DISPATCHES, "cancel_dispatches"},
        {INCIDENT_ARM_TRIAGE, "arm_triage"},
        {INCIDENT_CLIMB, "climb"},
        {0, NULL},
};

static const char *effects_text(struct ctl *c, const struct effect_name *names, unsigned effects)
{
	const char *text = "";
	for (; names->name != NULL; names++)
		if ((effects & names->bit) != 0)
			text = arena_printf(c->arena, "%s%s%s", text, *text != '\0' ? " " : "", names->name);
	return text;
}

int command_states(struct ctl *c)
{
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	for (int s = 0; s < DISPATCH_STATES; s++)
		for (int e = 0; e < DISPATCH_EVENTS; e++) {
			struct dispatch_step step = dispatch_step((enum dispatch_state)s, (enum dispatch_event)e);
			if (step.fits)
				table_add(t, (const char *[]){
				                     "dispatch", dispatch_state_names[s], dispatch_event_names[e],
				                     dispatch_state_names[step.next],
				                     step.repeats ? "repeats"
				                                  : effects_text(c, dispatch_effects, step.effects)});
		}
	for (int s = 0; s < INCIDENT_STATES; s++)
		for (int e = 0; e < INCIDENT_EVENTS; e++) {
			struct incident_step step = incident_step((enum incident_state)s, (enum incident_event)e);
			if (step.fits)
				table_add(t, (const char *[]){"incident", incident_state_names[s],
				                              incident_event_names[e], incident_state_names[step.next],
				                              effects_text(c, incident_effects, step.effects)});
		}
	table_print(t, "");
	return CTL_OK;
}
