/* plan_dispatch: one agency's task with its clocks and both its ladders, resolved now so that a later policy does not change them. */
#include <string.h>

#include "../../protocol/json.h"
#include "plan_parts.h"

/* Notices left free for people on duty and the reporter. */
enum { NOTICES_KEPT_FREE = PLAN_DUTY_MAX + 2 };

/* "up" becomes the wider agency of today; a second "up" the one above that. */
static void put_ladder(struct json_out *j, const char *key, const struct ladder *ladder, const struct plan_work *w,
                       const struct agency *agency)
{
	json_key(j, key);
	json_begin_array(j);
	for (size_t i = 0; i < ladder->count; i++) {
		const struct rung *rung = &ladder->rungs[i];
		const char *slug = rung->slug;
		if (rung->target == RUNG_UP) {
			if (agency != NULL)
				agency = directory_wider(w->setting->directory, agency, w->about.region);
			slug = agency != NULL ? agency->slug : NULL;
		}
		json_begin_object(j);
		json_member_string(j, "to", rung_target_names[rung->target]);
		json_member_string(j, "slug", slug);
		json_member_int(j, "wait_s", rung->wait_s);
		if (rung->with_next)
			json_member_bool(j, "with_next", true);
		json_end_object(j);
	}
	json_end_array(j);
}

/* One repeat is stored for both ladders: the shorter of the two. */
static const char *render_ladders(struct plan_work *w, const struct dispatch_rule *rule, const struct agency *agency)
{
	int repeat_s = rule->ladder->repeat_s < rule->late->repeat_s ? rule->ladder->repeat_s : rule->late->repeat_s;
	struct json_out j;
	buf_reset(&w->scratch);
	json_out_init(&j, &w->scratch);
	json_begin_object(&j);
	put_ladder(&j, "accept", rule->ladder, w, agency);
	put_ladder(&j, "late", rule->late, w, agency);
	json_member_int(&j, "repeat_s", repeat_s);
	json_end_object(&j);
	return arena_strndup(w->arena, w->scratch.data, w->scratch.len);
}

struct plan_dispatch *plan_add_dispatch(struct plan_work *w, const struct dispatch_rule *rule,
                                        const struct agency *agency, const char *why)
{
	struct plan *p = w->plan;
	for (size_t i = 0; i < p->dispatch_count; i++)
		if (p->dispatches[i].agency == agency) {
			plan_add_reason(p, "%s is told once, as %s", agency->slug, p->dispatches[i].role);
			return NULL;
		}
	if (p->dispatch_count == PLAN_DISPATCHES) {
		plan_add_reason(p, "more than %d agencies: %s is not told", PLAN_DISPATCHES, agency->slug);
		return NULL;
	}
	struct plan_dispatch *d = &p->dispatches[p->dispatch_count++];
	enum urgency u = w->about.urgency;
	*d = (struct plan_dispatch){.id = w->setting->new_id(),
	                            .agency = agency,
	                            .role = rule->role,
	                            .task = rule->task,
	                            .accept_s = rule->accept_s[u],
	                            .arrive_s = rule->arrive_s[u],
	                            .complete_s = rule->complete_s[u],
	                            .ladders = render_ladders(w, rule, agency),
	                            .why = why};
	plan_add_deadline(p, d->id, CLOCK_ACCEPT, d->accept_s);
	return d;
}

void plan_tell_agencies(struct plan_work *w)
{
	struct plan *p = w->plan;
	bool more = true;
	for (size_t round = 0; more; round++) {
		more = false;
		for (size_t i = 0; i < p->dispatch_count; i++) {
			const struct plan_dispatch *d = &p->dispatches[i];
			if (round >= d->agency->contact_count)
				continue;
			if (p->notice_count >= PLAN_NOTICES - NOTICES_KEPT_FREE) {
				plan_add_reason(p, "too many contacts: those after number %zu are left to the ladders",
				                round);
				return;
			}
			struct plan_dispatch_view view = {
			        .id = d->id,
			        .agency = d->agency,
			        .role = d->role,
			        .task = d->task,
			        .state = "notified",
			        .version = 1,
			        .accept_by_us = w->setting->now.us + (int64_t)d->accept_s * 1000000,
			};
			plan_tell_contact(w, &view, (int)i, &d->agency->contacts[round], NOTICE_CREATED, 0);
			more = true;
		}
	}
}
