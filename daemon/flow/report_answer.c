/* report_answer: see report_answer.h. One view, filled from the plan or from the database, so that both answers are the same bytes. */
#include "report_answer.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "busy.h"

struct view_dispatch {
	struct uuid id;
	const char *agency, *role;
	struct wall accept_by;
};
struct view {
	struct uuid report, incident; /* incident nil: none */
	int64_t number, incident_number;
	const char *state, *type, *urgency; /* of the incident as it was opened */
	const char *triage;                 /* JSON */
	size_t dispatch_count;
	struct view_dispatch dispatches[PLAN_DISPATCHES];
};

static void put_uuid(struct json_out *j, const char *key, struct uuid id)
{
	char text[UUID_TEXT];
	uuid_format(id, text);
	json_member_string(j, key, text);
}

static void put_dispatch(struct json_out *j, const struct view_dispatch *d)
{
	char time[RFC3339_MAX];
	rfc3339_format(d->accept_by.us, time);
	json_begin_object(j);
	put_uuid(j, "id", d->id);
	json_member_string(j, "agency", d->agency);
	json_member_string(j, "role", d->role);
	json_member_string(j, "state", "notified");
	json_member_string(j, "accept_by", time);
	json_end_object(j);
}

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct view_dispatch *)a)->id.b, ((const struct view_dispatch *)b)->id.b, 16);
}

static void render(struct view *v, struct buf *out)
{
	struct json_out j;
	qsort(v->dispatches, v->dispatch_count, sizeof *v->dispatches, by_id);
	json_out_init(&j, out);
	json_begin_object(&j);
	put_uuid(&j, "id", v->report);
	json_member_int(&j, "number", v->number);
	json_key(&j, "incident");
	if (uuid_is_nil(v->incident)) {
		json_put_null(&j);
	} else {
		json_begin_object(&j);
		put_uuid(&j, "id", v->incident);
		json_member_int(&j, "number", v->incident_number);
		json_member_string(&j, "state", v->state);
		json_member_string(&j, "type", v->type);
		json_member_string(&j, "urgency", v->urgency);
		json_end_object(&j);
	}
	json_key(&j, "triage");
	json_put_raw(&j, v->triage, strlen(v->triage));
	json_key(&j, "dispatches");
	json_begin_array(&j);
	for (size_t i = 0; i < v->dispatch_count; i++)
		put_dispatch(&j, &v->dispatches[i]);
	json_end_array(&j);
	json_end_object(&j);
	buf_addc(out, '\n');
}

void report_answer_render(const struct store_report *r, struct wall at, struct buf *out)
{
	const struct plan *p = r->plan;
	struct view v = {
	        .report = r->id,
	        .incident = p->incident,
	        .number = p->number,
	        .incident_number = p->number,
	        .state = p->state,
	        .type = incident_type_names[p->type],
	        .urgency = urgency_names[p->urgency],
	        .triage = r->triage,
	        .dispatch_count = p->dispatch_count,
	};
	for (size_t i = 0; i < p->dispatch_count; i++)
		v.dispatches[i] = (struct view_dispatch){
		        .id = p->dispatches[i].id,
		        .agency = p->dispatches[i].agency->slug,
		        .role = p->dispatches[i].role,
		        .accept_by = {at.us + (int64_t)p->dispatches[i].accept_s * 1000000},
		};
	render(&v, out);
}

/* ---- again ---- */

struct again {
	struct http_request *request;
	uint8_t fingerprint[32];
};

static void reply_again(struct http_request *request, const struct pg_result *r)
{
	struct view v = {
	        .report = pg_uuid(r, 0, 1),
	        .number = pg_bigint(r, 0, 2),
	        .triage = pg_text(r, 0, 5),
	        .incident_number = pg_bigint(r, 0, 7),
	        .state = pg_text(r, 0, 8),
	        .type = pg_text(r, 0, 9),
	        .urgency = pg_text(r, 0, 10),
	};
	if (!pg_is_null(r, 0, 6))
		v.incident = pg_uuid(r, 0, 6);
	for (int row = 0; row < r->rows && v.dispatch_count < PLAN_DISPATCHES; row++)
		if (!pg_is_null(r, row, 11))
			v.dispatches[v.dispatch_count++] = (struct view_dispatch){.id = pg_uuid(r, row, 11),
			                                                          .agency = pg_text(r, row, 12),
			                                                          .role = pg_text(r, row, 13),
			                                                          .accept_by = pg_time(r, row, 14)};
	struct buf body;
	char id[UUID_TEXT], location[64];
	buf_init(&body, 64 * 1024);
	render(&v, &body);
	uuid_format(v.report, id);
	snprintf(location, sizeof location, "Location: /v1/reports/%s\n", id);
	http_reply(request, 201, "application/json", body.data, body.len, location);
	buf_free(&body);
}

void report_answer_reused(struct http_request *r)
{
	http_reply_fault(r, 422, "key-reused",
	                 "this Idempotency-Key was used before with another body: use a new key for a new report");
}

static void on_answer(void *ctx, const struct pg_result *r)
{
	struct again *a = ctx;
	if (r->status != PG_OK || r->rows == 0)
		busy_reply(a->request, "the database is away: send the report again with the same Idempotency-Key");
	else if (pg_length(r, 0, 0) != 32 || memcmp(pg_text(r, 0, 0), a->fingerprint, 32) != 0)
		report_answer_reused(a->request);
	else if (pg_is_null(r, 0, 1))
		http_reply_fault(a->request, 409, "key-reused", "this key belongs to a message that is no report");
	else
		reply_again(a->request, r);
}

void report_answer_again(struct flow *f, struct http_request *r, const char *gateway, const char *external_id,
                         const uint8_t fingerprint[32])
{
	struct again *a = arena_new_of(r->arena, struct again);
	a->request = r;
	memcpy(a->fingerprint, fingerprint, 32);
	struct pg_params *p = store_params(f->store);
	pg_param_text(p, gateway);
	pg_param_text(p, external_id);
	store_query(f->store, SQL_LOAD_ANSWER, p, on_answer, a);
}
