/* plan_render: a plan as JSON, whole and as the first event of an incident. */
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "plan.h"

static void member_id(struct json_out *j, const char *key, struct uuid id)
{
	char text[UUID_TEXT];
	uuid_format(id, text);
	json_member_string(j, key, uuid_is_nil(id) ? NULL : text);
}

static void put_head(struct json_out *j, const struct plan *p)
{
	json_member_int(j, "number", p->number);
	json_member_string(j, "state", p->state);
	json_member_string(j, "type", incident_type_names[p->type]);
	json_member_string(j, "urgency", urgency_names[p->urgency]);
	json_member_string(j, "region", p->region);
	json_member_string(j, "place_name", p->place_name);
	json_member_string(j, "summary", p->summary);
}

static void put_reasons(struct json_out *j, const struct plan *p)
{
	json_key(j, "reasons");
	json_begin_array(j);
	for (size_t i = 0; i < p->reason_count; i++)
		json_put_string(j, p->reasons[i]);
	json_end_array(j);
}

static void put_agency(struct json_out *j, const struct agency *g)
{
	json_key(j, "agency");
	json_begin_object(j);
	json_member_string(j, "slug", g->slug);
	json_member_string(j, "name", g->name);
	json_member_string(j, "kind", agency_kind_names[g->kind]);
	json_end_object(j);
}

static void put_dispatch(struct json_out *j, const struct plan_dispatch *d, const struct plan_setting *s)
{
	char accept_by[RFC3339_MAX];
	rfc3339_format(s->now.us + (int64_t)d->accept_s * 1000000, accept_by);
	json_begin_object(j);
	member_id(j, "id", d->id);
	put_agency(j, d->agency);
	json_member_string(j, "role", d->role);
	json_member_string(j, "task", d->task);
	json_member_int(j, "accept_s", d->accept_s);
	json_member_int(j, "arrive_s", d->arrive_s);
	json_member_int(j, "complete_s", d->complete_s);
	json_member_string(j, "accept_by", accept_by);
	json_member_string(j, "why", d->why);
	json_key(j, "ladders");
	json_put_raw(j, d->ladders, strlen(d->ladders));
	json_end_object(j);
}

static void put_notice(struct json_out *j, const struct plan_notice *n)
{
	json_begin_object(j);
	member_id(j, "id", n->id);
	json_member_string(j, "kind", notice_kind_names[n->kind]);
	json_member_int(j, "priority", n->priority);
	json_member_string(j, "channel", channel_kind_names[n->channel]);
	member_id(j, "about", n->about);
	member_id(j, "contact", n->contact != NULL ? n->contact->id : (struct uuid){{0}});
	json_member_string(j, "agency", n->contact != NULL ? n->contact->agency->slug : NULL);
	json_member_string(j, "address", n->address);
	json_member_int(j, "dispatch", n->dispatch);
	json_key(j, "body");
	json_put_stringn(j, n->body, n->body_len);
	json_end_object(j);
}

static void put_deadline(struct json_out *j, const struct plan_deadline *d)
{
	json_begin_object(j);
	member_id(j, "subject", d->subject);
	json_member_string(j, "clock", clock_names[d->clock]);
	json_member_int(j, "step", d->step);
	json_member_int(j, "after_s", d->after_s);
	json_end_object(j);
}

void plan_render(const struct plan *p, const struct plan_setting *s, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	member_id(&j, "incident", p->incident);
	put_head(&j, p);
	json_key(&j, "dispatches");
	json_begin_array(&j);
	for (size_t i = 0; i < p->dispatch_count; i++)
		put_dispatch(&j, &p->dispatches[i], s);
	json_end_array(&j);
	json_key(&j, "notices");
	json_begin_array(&j);
	for (size_t i = 0; i < p->notice_count; i++)
		put_notice(&j, &p->notices[i]);
	json_end_array(&j);
	json_key(&j, "deadlines");
	json_begin_array(&j);
	for (size_t i = 0; i < p->deadline_count; i++)
		put_deadline(&j, &p->deadlines[i]);
	json_end_array(&j);
	put_reasons(&j, p);
	json_end_object(&j);
}

void plan_render_opened(const struct plan *p, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	put_head(&j, p);
	json_key(&j, "dispatches");
	json_begin_array(&j);
	for (size_t i = 0; i < p->dispatch_count; i++) {
		const struct plan_dispatch *d = &p->dispatches[i];
		json_begin_object(&j);
		member_id(&j, "id", d->id);
		json_member_string(&j, "agency", d->agency->slug);
		json_member_string(&j, "role", d->role);
		json_member_string(&j, "why", d->why);
		json_end_object(&j);
	}
	json_end_array(&j);
	put_reasons(&j, p);
	json_end_object(&j);
}
