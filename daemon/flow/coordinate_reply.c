/* coordinate_reply: how an order ends: its answers. */
#include <string.h>

#include "../../protocol/json.h"
#include "busy.h"
#include "order.h"

static void put_incident(struct json_out *j, const char *key, struct uuid which, int64_t number)
{
	char id[UUID_TEXT];
	json_key(j, key);
	if (uuid_is_nil(which)) {
		json_put_null(j);
		return;
	}
	uuid_format(which, id);
	json_begin_object(j);
	json_member_string(j, "id", id);
	json_member_int(j, "number", number);
	json_end_object(j);
}

static void render(const struct order *o, struct buf *out)
{
	struct json_out j;
	char id[UUID_TEXT];
	json_out_init(&j, out);
	json_begin_object(&j);
	uuid_format(o->incident.id, id);
	json_member_string(&j, "id", id);
	json_member_int(&j, "number", o->incident.number);
	json_member_string(&j, "state", incident_state_names[o->incident.state]);
	json_member_int(&j, "version", o->incident.version);
	json_member_string(&j, "type", incident_type_names[o->incident.type]);
	json_member_string(&j, "urgency", urgency_names[o->incident.urgency]);
	json_member_string(&j, "region", o->incident.region);
	put_incident(&j, "merged_into", o->incident.merged_into, o->incident.merged_into_number);
	const struct plan *made = o->detached.plan != NULL ? o->detached.plan : o->plan;
	if (o->detached.plan != NULL)
		put_incident(&j, "opened", o->tied.incident, o->tied.opens);
	json_key(&j, "dispatches");
	json_begin_array(&j);
	for (size_t i = 0; made != NULL && i < made->dispatch_count; i++) {
		json_begin_object(&j);
		uuid_format(made->dispatches[i].id, id);
		json_member_string(&j, "id", id);
		json_member_string(&j, "agency", made->dispatches[i].agency->slug);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
}

void order_reply_done(struct order *o)
{
	if (o->claimed != NULL) {
		o->claimed(o->ctx, true, true);
		return;
	}
	struct buf body;
	buf_init(&body, 64 * 1024);
	render(o, &body);
	http_reply_buf(o->request, 200, "application/json", &body);
	buf_free(&body);
}

void order_reply_conflict(struct order *o)
{
	struct problem p;
	struct buf current, allowed;
	if (o->claimed != NULL) {
		o->claimed(o->ctx, true, true); /* the incident has ended: nothing left to claim */
		return;
	}
	buf_init(&current, 64 * 1024);
	buf_init(&allowed, 512);
	o->plan = o->detached.plan = NULL;
	buf_adds(&current, "\"current\":");
	render(o, &current);
	incident_allowed(o->incident.state, &allowed);
	problem_init(&p, 409, "state-conflict", NULL);
	snprintf(p.detail, sizeof p.detail, "\"%s\" does not fit: the incident is %s at version %d; possible now: %s",
	         o->asked.event, incident_state_names[o->incident.state], o->incident.version, allowed.data);
	p.extension = current.data;
	http_reply_problem(o->request, &p);
	buf_free(&current);
	buf_free(&allowed);
}

void order_reply_unknown(struct order *o)
{
	if (o->claimed != NULL)
		o->claimed(o->ctx, false, true);
	else
		http_reply_fault(o->request, 404, "not-found", "no incident with this id or number in your area");
}

void order_reply_unavailable(struct order *o)
{
	if (o->claimed != NULL)
		o->claimed(o->ctx, false, false);
	else
		busy_reply(o->request,
		           "the database is away: nothing is known to have changed, look before you repeat");
}

void order_reply_invalid(struct order *o, const char *pointer, const char *detail)
{
	struct problem p;
	problem_init(&p, 422, "invalid-event", NULL);
	problem_error(&p, pointer, "%s", detail);
	http_reply_problem(o->request, &p);
}
