/* stand_down: see stand_down.h. */
#include "stand_down.h"

bool stand_down_dispatch(const struct stand_down *s, struct dispatch_row *d, const char *reason)
{
	struct change *c = s->change;
	struct dispatch_step step = dispatch_step(d->state, ON_CANCEL);
	if (!step.fits || step.repeats || c->dispatch_count == CHANGE_DISPATCHES)
		return false;
	c->stops[c->stop_count++] = d->id;
	c->dispatches[c->dispatch_count++] = (struct change_dispatch){
	        .id = d->id,
	        .event = dispatch_event_names[ON_CANCEL],
	        .state = dispatch_state_names[step.next],
	        .reason = reason,
	};
	d->state = step.next;
	d->version++;
	const struct plan_dispatch_view view = dispatch_row_view(d, directory_agency(s->setting.directory, d->agency));
	const struct plan_extra_input about = incident_row_extra(s->incident);
	if ((step.effects & EFFECT_STAND_DOWN) && view.agency != NULL)
		plan_remind(s->arena, &s->setting, &about, &view, NOTICE_CANCELLED, 0, s->plan);
	return true;
}

void stand_down_people(const struct stand_down *s, const char *phones, const char *reason)
{
	const struct plan_extra_input about = incident_row_extra(s->incident);
	plan_stand_down_people(s->arena, &s->setting, &about, phones, reason, s->plan);
}

/* Does one stand in for the other, or both for a third? */
static bool stand_together(const struct dispatch_row *a, const struct dispatch_row *b)
{
	return uuid_equal(a->for_dispatch, b->id) || uuid_equal(b->for_dispatch, a->id) ||
	       (!uuid_is_nil(a->for_dispatch) && uuid_equal(a->for_dispatch, b->for_dispatch));
}

void stand_down_family(const struct dispatch_row *rows, int n, struct uuid of, bool *member)
{
	for (int i = 0; i < n; i++)
		member[i] = uuid_equal(rows[i].id, of);
	for (bool more = true; more;) {
		more = false;
		for (int i = 0; i < n; i++)
			for (int k = 0; !member[i] && k < n; k++)
				if (member[k] && stand_together(&rows[i], &rows[k]))
					more = member[i] = true;
	}
	for (int i = 0; i < n; i++)
		member[i] &= !uuid_equal(rows[i].id, of);
}
