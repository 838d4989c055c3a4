/* store_rows: see store_rows.h. */
#include "store_rows.h"

/* Of the row types. */
enum {
	REPORT_COLUMNS = 31,
	DISPATCH_COLUMNS = 13,
	NOTICE_COLUMNS = 12,
	DEADLINE_COLUMNS = 5,
	CHANGE_COLUMNS = 25,
	DISPATCH_CHANGE_COLUMNS = 8,
	STOPPED_COLUMNS = 2,
	ATTEMPT_COLUMNS = 13,
};

/* ---- rows that plans and changes share ---- */

static void put_position(struct pg_params *p, bool has, double lat, double lon)
{
	if (has) {
		pg_row_double(p, lat);
		pg_row_double(p, lon);
	} else {
		pg_row_null(p, PG_FLOAT8);
		pg_row_null(p, PG_FLOAT8);
	}
}

static void put_time(struct pg_params *p, bool has, struct wall at)
{
	if (has)
		pg_row_time(p, at);
	else
		pg_row_null(p, PG_TIMESTAMPTZ);
}

/* What a report opens an incident with; plan NULL: it opens none. */
static void put_opened(struct pg_params *p, const struct plan *plan, const char *opened)
{
	pg_row_text(p, plan != NULL ? plan->state : NULL);
	pg_row_text(p, plan != NULL ? incident_type_names[plan->type] : NULL);
	pg_row_text(p, plan != NULL ? urgency_names[plan->urgency] : NULL);
	pg_row_text(p, plan != NULL ? plan->region : NULL);
	pg_row_text(p, plan != NULL ? plan->summary : NULL);
	pg_row_json(p, plan != NULL ? opened : NULL);
}

static void put_report(struct pg_params *p, int ord, const struct store_report *r, int64_t number, const char *relation,
                       struct uuid incident, const struct plan *opens)
{
	pg_row_begin(p, REPORT_COLUMNS);
	pg_row_int(p, ord);
	pg_row_uuid(p, r->id);
	pg_row_text(p, r->gateway);
	pg_row_text(p, r->external_id);
	pg_row_bytes(p, r->fingerprint, sizeof r->fingerprint);
	pg_row_text(p, r->content_type);
	pg_row_bytes(p, r->raw, r->raw_len);
	pg_row_bigint(p, number);
	pg_row_text(p, r->source);
	pg_row_text(p, r->text);
	pg_row_text(p, incident_type_names[r->type]);
	pg_row_text(p, urgency_names[r->urgency]);
	pg_row_text(p, r->place_text);
	put_position(p, r->has_position, r->lat, r->lon);
	pg_row_bool(p, r->anonymous);
	put_time(p, r->has_occurred_at, r->occurred_at);
	pg_row_json(p, r->triage);
	pg_row_text(p, r->phone);
	pg_row_text(p, r->name);
	pg_row_text(p, relation);
	pg_row_text(p, r->asks);
	pg_row_uuid(p, r->answers);
	pg_row_uuid(p, incident);
	put_opened(p, opens, r->opened);
	put_time(p, r->received.us != 0, r->received);
	pg_row_end(p);
}

/* event: the number of the incident's event that makes them. */
static void put_dispatches(struct pg_params *p, int ord, struct uuid incident, int event, const struct plan *plan)
{
	for (size_t i = 0; i < plan->dispatch_count; i++) {
		const struct plan_dispatch *d = &plan->dispatches[i];
		pg_row_begin(p, DISPATCH_COLUMNS);
		pg_row_int(p, ord);
		pg_row_uuid(p, d->id);
		pg_row_uuid(p, incident);
		pg_row_int(p, event);
		pg_row_text(p, d->agency->slug);
		pg_row_text(p, d->role);
		pg_row_text(p, d->task);
		pg_row_json(p, d->ladders);
		pg_row_text(p, d->why);
		pg_row_int(p, d->accept_s);
		pg_row_int(p, d->arrive_s);
		pg_row_int(p, d->complete_s);
		pg_row_uuid(p, d->for_dispatch);
		pg_row_end(p);
	}
}

static void put_notices(struct pg_params *p, int ord, struct uuid incident, const struct plan *plan, const bool *leased)
{
	for (size_t i = 0; i < plan->notice_count; i++) {
		const struct plan_notice *m = &plan->notices[i];
		pg_row_begin(p, NOTICE_COLUMNS);
		pg_row_int(p, ord);
		pg_row_uuid(p, m->id);
		pg_row_uuid(p, incident);
		pg_row_uuid(p, m->about);
		pg_row_text(p, notice_kind_names[m->kind]);
		pg_row_text(p, channel_kind_names[m->channel]);
		pg_row_uuid(p, m->contact != NULL ? m->contact->id : (struct uuid){{0}});
		pg_row_text(p, m->address);
		pg_row_textn(p, m->body, m->body_len);
		pg_row_int(p, m->priority);
		pg_row_bool(p, leased[i]);
		pg_row_text(p, m->via);
		pg_row_end(p);
	}
}

static void put_deadline(struct pg_params *p, int ord, struct uuid subject, enum clock clock, int step, int after_s)
{
	pg_row_begin(p, DEADLINE_COLUMNS);
	pg_row_int(p, ord);
	pg_row_uuid(p, subject);
	pg_row_text(p, clock_names[clock]);
	pg_row_int(p, step);
	pg_row_int(p, after_s);
	pg_row_end(p);
}

static void put_deadlines(struct pg_params *p, int ord, const struct plan *plan)
{
	for (size_t i = 0; i < plan->deadline_count; i++) {
		const struct plan_deadline *l = &plan->deadlines[i];
		put_deadline(p, ord, l->subject, l->clock, l->step, l->after_s);
	}
}

/* ---- commit_plans ---- */

void rows_of_reports(struct store_report *const *reports, int n, int lease_s, struct uuid owner,
                     struct pg_params *params)
{
	pg_rows_begin(params);
	for (int i = 0; i < n; i++) {
		const struct plan *plan = reports[i]->plan;
		bool opens = !uuid_is_nil(plan->incident);
		put_report(params, i + 1, reports[i], plan->number, opens ? "opens" : NULL, plan->incident,
		           opens ? plan : NULL);
	}
	pg_rows_end(params);
	pg_rows_begin(params);
	for (int i = 0; i < n; i++)
		put_dispatches(params, i + 1, reports[i]->plan->incident, 1, reports[i]->plan);
	pg_rows_end(params);
	pg_rows_begin(params);
	for (int i = 0; i < n; i++)
		put_notices(params, i + 1, reports[i]->plan->incident, reports[i]->plan, reports[i]->leased);
	pg_rows_end(params);
	pg_param_int(params, lease_s);
	pg_param_uuid(params, owner);
	pg_rows_begin(params);
	for (int i = 0; i < n; i++)
		put_deadlines(params, i + 1, reports[i]->plan);
	pg_rows_end(params);
}

/* ---- apply_changes ---- */

static void put_change(struct pg_params *p, int ord, const struct change *c)
{
	pg_row_begin(p, CHANGE_COLUMNS);
	pg_row_int(p, ord);
	pg_row_uuid(p, c->incident);
	pg_row_int(p, c->expected);
	pg_row_text(p, c->actor);
	pg_row_text(p, c->kind);
	pg_row_json(p, c->data);
	pg_row_text(p, c->second_kind);
	pg_row_json(p, c->second_data);
	pg_row_text(p, c->state);
	pg_row_text(p, c->type);
	pg_row_text(p, c->urgency);
	pg_row_text(p, c->region);
	pg_row_text(p, c->place_text);
	pg_row_text(p, c->summary);
	pg_row_text(p, c->disposition);
	pg_row_uuid(p, c->merged_into);
	pg_row_text(p, c->report != NULL ? c->report->gateway : NULL);
	pg_row_text(p, c->report != NULL ? c->report->external_id : NULL);
	pg_row_bigint(p, c->opens);
	put_position(p, c->has_position, c->lat, c->lon);
	pg_row_int(p, c->reports);
	pg_row_uuid(p, c->moves);
	pg_row_uuid(p, c->judged);
	pg_row_text(p, c->decision);
	pg_row_end(p);
}

static void put_dispatch_changes(struct pg_params *p, int ord, const struct change *c)
{
	for (int i = 0; i < c->dispatch_count; i++) {
		const struct change_dispatch *d = &c->dispatches[i];
		pg_row_begin(p, DISPATCH_CHANGE_COLUMNS);
		pg_row_int(p, ord);
		pg_row_uuid(p, d->id);
		pg_row_text(p, d->event);
		pg_row_text(p, d->state);
		put_time(p, d->eta.us != 0, d->eta);
		pg_row_text(p, d->reason);
		pg_row_text(p, d->clock);
		pg_row_int(p, d->after_s);
		pg_row_end(p);
	}
}

/* The dispatches and notices that changes make. */
static void put_added(struct change *const *changes, int n, struct pg_params *params)
{
	pg_rows_begin(params);
	for (int i = 0; i < n; i++)
		if (changes[i]->added != NULL)
			put_dispatches(params, i + 1, changes[i]->incident, changes[i]->expected + 1,
			               changes[i]->added);
	pg_rows_end(params);
	pg_rows_begin(params);
	for (int i = 0; i < n; i++)
		if (changes[i]->added != NULL)
			put_notices(params, i + 1, changes[i]->incident, changes[i]->added, changes[i]->leased);
	pg_rows_end(params);
}

static void put_clocks(struct change *const *changes, int n, struct pg_params *params)
{
	pg_rows_begin(params);
	for (int i = 0; i < n; i++) {
		for (int l = 0; l < changes[i]->arm_count; l++) {
			const struct change_arm *a = &changes[i]->arms[l];
			put_deadline(params, i + 1, a->subject, a->clock, a->step, a->after_s);
		}
		if (changes[i]->added != NULL)
			put_deadlines(params, i + 1, changes[i]->added);
	}
	pg_rows_end(params);
	pg_rows_begin(params);
	for (int i = 0; i < n; i++) {
		for (int x = 0; x < changes[i]->stop_count; x++) {
			pg_row_begin(params, STOPPED_COLUMNS);
			pg_row_int(params, i + 1);
			pg_row_uuid(params, changes[i]->stops[x]);
			pg_row_end(params);
		}
	}
	pg_rows_end(params);
}

void rows_of_changes(struct change *const *changes, int n, bool all_or_none, bool of_reports, int lease_s,
                     struct uuid owner, struct pg_params *params)
{
	pg_rows_begin(params);
	for (int i = 0; i < n; i++)
		put_change(params, i + 1, changes[i]);
	pg_rows_end(params);
	pg_rows_begin(params);
	for (int i = 0; i < n; i++)
		put_dispatch_changes(params, i + 1, changes[i]);
	pg_rows_end(params);
	put_added(changes, n, params);
	pg_param_int(params, lease_s);
	pg_param_uuid(params, owner);
	put_clocks(changes, n, params);
	pg_param_bool(params, all_or_none);
	if (!of_reports)
		return;
	pg_rows_begin(params); /* that changes bring with them */
	for (int i = 0; i < n; i++)
		if (changes[i]->report != NULL)
			put_report(params, i + 1, changes[i]->report, changes[i]->report_number,
			           changes[i]->report->relation, changes[i]->incident, NULL);
	pg_rows_end(params);
}

/* ---- finish_attempts ---- */

void rows_of_attempts(struct store_attempt *const *attempts, int n, int lease_s, struct uuid owner,
                      struct pg_params *params)
{
	pg_param_uuid(params, owner);
	pg_param_int(params, lease_s);
	pg_rows_begin(params);
	for (int i = 0; i < n; i++) {
		const struct store_attempt *t = attempts[i];
		pg_row_begin(params, ATTEMPT_COLUMNS);
		pg_row_int(params, i + 1);
		pg_row_uuid(params, t->notice);
		pg_row_int(params, t->number);
		pg_row_text(params, t->outcome);
		pg_row_int(params, t->status);
		pg_row_text(params, t->detail);
		pg_row_int(params, t->ms);
		pg_row_int(params, t->next_ms);
		pg_row_text(params, t->gateway);
		pg_row_int(params, t->parts);
		pg_row_int(params, t->cost);
		pg_row_text(params, t->gateway_ref[0] != '\0' ? t->gateway_ref : NULL);
		pg_row_int(params, t->utc_offset_s);
		pg_row_end(params);
	}
	pg_rows_end(params);
}
