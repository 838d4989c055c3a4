/* replan: see replan.h. */
#include "replan.h"

#include <string.h>

bool replan_is_told(const struct dispatch_row *rows, int n, const struct agency *a)
{
	for (int i = 0; i < n; i++)
		if (strcmp(rows[i].agency, a->slug) == 0 && rows[i].state != DISPATCH_CANCELLED)
			return true;
	return false;
}

static bool holds(const struct uuid *ids, size_t n, struct uuid id)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_equal(ids[i], id))
			return true;
	return false;
}

/* Takes out of the plan what exists already: agencies told before keep their dispatch. */
static void drop_told(struct plan *p, const struct dispatch_row *rows, int n)
{
	size_t dispatches = 0, notices = 0, deadlines = 0, gone_count = 0;
	struct uuid gone[PLAN_DISPATCHES];
	for (size_t i = 0; i < p->dispatch_count; i++) {
		if (replan_is_told(rows, n, p->dispatches[i].agency))
			gone[gone_count++] = p->dispatches[i].id;
		else
			p->dispatches[dispatches++] = p->dispatches[i];
	}
	p->dispatch_count = dispatches;
	for (size_t i = 0; i < p->notice_count; i++)
		if (p->notices[i].kind != NOTICE_RECEIPT && !holds(gone, gone_count, p->notices[i].about))
			p->notices[notices++] = p->notices[i];
	p->notice_count = notices;
	for (size_t i = 0; i < p->deadline_count; i++)
		if (!holds(gone, gone_count, p->deadlines[i].subject))
			p->deadlines[deadlines++] = p->deadlines[i];
	p->deadline_count = deadlines;
}

struct plan *replan_make(struct arena *a, const struct plan_setting *s, const struct incident_row *i,
                         const struct dispatch_row *rows, int n, const struct triage *t, const char *place_text)
{
	const struct plan_input input = {
	        .triage = t,
	        .number = i->number,
	        .incident = i->id,
	        .incident_version = i->version + 1,
	        .place_text = place_text,
	        .has_position = i->has_position,
	        .lat = i->lat,
	        .lon = i->lon,
	};
	struct plan *p = plan_make(a, s, &input);
	drop_told(p, rows, n);
	return p;
}

void replan_tell(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *now,
                 const struct dispatch_row *rows, int n, struct plan *to)
{
	for (int i = 0; i < n; i++) {
		const struct agency *agency = directory_agency(s->directory, rows[i].agency);
		if (agency == NULL || !dispatch_is_open(rows[i].state))
			continue;
		const struct plan_dispatch_view view = dispatch_row_view(&rows[i], agency);
		plan_remind(a, s, now, &view, NOTICE_UPDATED, 0, to);
	}
}
