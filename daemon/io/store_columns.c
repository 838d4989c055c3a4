/* store_columns: see store_columns.h. Each table of columns below lists one part of a statement: element type by element type, in the order of its $n. */
#include "store_columns.h"

#include <stdlib.h>

enum { COLUMNS_MOST = 29 };
struct columns {
	struct pg_array
	        *of[PG_JSON + 1][COLUMNS_MOST]; /* by element type, so that memory is reused whatever the part */
};

struct columns *columns_new(void)
{
	struct columns *c = calloc(1, sizeof *c);
	if (c == NULL)
		abort();
	for (int type = 0; type <= PG_JSON; type++)
		for (int i = 0; i < COLUMNS_MOST; i++)
			c->of[type][i] = pg_array_new((enum pg_type)type);
	return c;
}

void columns_free(struct columns **columns)
{
	if (*columns == NULL)
		return;
	for (int type = 0; type <= PG_JSON; type++)
		for (int i = 0; i < COLUMNS_MOST; i++)
			pg_array_free(&(*columns)->of[type][i]);
	free(*columns);
	*columns = NULL;
}

/* Takes n empty arrays of the given types into a[]. */
static void take(struct columns *c, const enum pg_type *types, size_t n, struct pg_array **a)
{
	int used[PG_JSON + 1] = {0};
	for (size_t i = 0; i < n; i++) {
		a[i] = c->of[types[i]][used[types[i]]++];
		pg_array_reset(a[i]);
	}
}

static void give(struct pg_array *const *a, size_t n, struct pg_params *params)
{
	for (size_t i = 0; i < n; i++)
		pg_param_array(params, a[i]);
}

#define COUNT(types) (sizeof(types) / sizeof *(types))

/* ---- parts that plans and changes share ---- */

static void put_dispatch(struct pg_array **a, const struct plan_dispatch *d)
{
	pg_array_text(a[0], d->agency->slug);
	pg_array_text(a[1], d->role);
	pg_array_text(a[2], d->task);
	pg_array_text(a[3], d->ladders);
	pg_array_text(a[4], d->why);
	pg_array_int(a[5], d->accept_s);
	pg_array_int(a[6], d->arrive_s);
	pg_array_int(a[7], d->complete_s);
}

static void put_uuid_or_null(struct pg_array *a, struct uuid id)
{
	if (uuid_is_nil(id))
		pg_array_null(a);
	else
		pg_array_uuid(a, id);
}

static void put_notice(struct pg_array **a, const struct plan_notice *m, bool leased)
{
	put_uuid_or_null(a[0], m->about);
	pg_array_text(a[1], notice_kind_names[m->kind]);
	pg_array_text(a[2], channel_kind_names[m->channel]);
	put_uuid_or_null(a[3], m->contact != NULL ? m->contact->id : (struct uuid){{0}});
	pg_array_text(a[4], m->address);
	pg_array_textn(a[5], m->body, m->body_len);
	pg_array_int(a[6], m->priority);
	pg_array_bool(a[7], leased);
	pg_array_text(a[8], m->via);
}

static void put_deadline(struct pg_array **a, struct uuid subject, enum clock clock, int step, int after_s)
{
	pg_array_uuid(a[0], subject);
	pg_array_text(a[1], clock_names[clock]);
	pg_array_int(a[2], step);
	pg_array_int(a[3], after_s);
}

/* ---- commit_plans ---- */

static const enum pg_type report_types[] = {
        PG_UUID, PG_TEXT, PG_TEXT,   PG_BYTEA,  PG_TEXT, PG_BYTEA,       PG_INT8, PG_TEXT, PG_TEXT, PG_TEXT,
        PG_TEXT, PG_TEXT, PG_FLOAT8, PG_FLOAT8, PG_BOOL, PG_TIMESTAMPTZ, PG_JSON, PG_TEXT, PG_TEXT, PG_UUID,
        PG_TEXT, PG_TEXT, PG_TEXT,   PG_TEXT,   PG_TEXT, PG_JSON,        PG_TEXT, PG_UUID, PG_TEXT,
};
static const enum pg_type report_dispatch_types[] = {
        PG_INT4, PG_UUID, PG_UUID, PG_TEXT, PG_TEXT, PG_TEXT, PG_JSON, PG_TEXT, PG_INT4, PG_INT4, PG_INT4,
};
static const enum pg_type report_notice_types[] = {
        PG_INT4, PG_UUID, PG_UUID, PG_UUID, PG_TEXT, PG_TEXT, PG_UUID, PG_TEXT, PG_TEXT, PG_INT4, PG_BOOL, PG_TEXT,
};
static const enum pg_type report_deadline_types[] = {PG_INT4, PG_UUID, PG_TEXT, PG_INT4, PG_INT4};

static void put_position(struct pg_array **a, bool has, double lat, double lon)
{
	if (has) {
		pg_array_double(a[0], lat);
		pg_array_double(a[1], lon);
	} else {
		pg_array_null(a[0]);
		pg_array_null(a[1]);
	}
}

static void put_occurred(struct pg_array *a, const struct store_report *r)
{
	if (r->has_occurred_at)
		pg_array_time(a, r->occurred_at);
	else
		pg_array_null(a);
}

static void put_report(struct pg_array **a, const struct store_report *r)
{
	const struct plan *p = r->plan;
	bool incident = !uuid_is_nil(p->incident);
	pg_array_uuid(a[0], r->id);
	pg_array_text(a[1], r->gateway);
	pg_array_text(a[2], r->external_id);
	pg_array_bytes(a[3], r->fingerprint, sizeof r->fingerprint);
	pg_array_text(a[4], r->content_type);
	pg_array_bytes(a[5], r->raw, r->raw_len);
	pg_array_bigint(a[6], p->number);
	pg_array_text(a[7], r->source);
	pg_array_text(a[8], r->text);
	pg_array_text(a[9], incident_type_names[r->type]);
	pg_array_text(a[10], urgency_names[r->urgency]);
	pg_array_text(a[11], r->place_text);
	put_position(&a[12], r->has_position, r->lat, r->lon);
	pg_array_bool(a[14], r->anonymous);
	put_occurred(a[15], r);
	pg_array_text(a[16], r->triage);
	pg_array_text(a[17], r->phone);
	pg_array_text(a[18], r->name);
	put_uuid_or_null(a[19], p->incident);
	pg_array_text(a[20], incident ? p->state : NULL);
	pg_array_text(a[21], incident ? incident_type_names[p->type] : NULL);
	pg_array_text(a[22], incident ? urgency_names[p->urgency] : NULL);
	pg_array_text(a[23], incident ? p->region : NULL);
	pg_array_text(a[24], incident ? p->summary : NULL);
	pg_array_text(a[25], incident ? r->opened : NULL);
	pg_array_text(a[26], r->asks);
	put_uuid_or_null(a[27], r->answers);
	pg_array_text(a[28], incident ? "opens" : NULL);
}

void columns_reports(struct columns *c, struct store_report *const *reports, int n, int lease_s, struct uuid owner,
                     struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	take(c, report_types, COUNT(report_types), a);
	for (int i = 0; i < n; i++)
		put_report(a, reports[i]);
	give(a, COUNT(report_types), params);

	take(c, report_dispatch_types, COUNT(report_dispatch_types), a);
	for (int i = 0; i < n; i++) {
		const struct plan *p = reports[i]->plan;
		for (size_t d = 0; d < p->dispatch_count; d++) {
			pg_array_int(a[0], i + 1);
			pg_array_uuid(a[1], p->dispatches[d].id);
			pg_array_uuid(a[2], p->incident);
			put_dispatch(&a[3], &p->dispatches[d]);
		}
	}
	give(a, COUNT(report_dispatch_types), params);

	take(c, report_notice_types, COUNT(report_notice_types), a);
	for (int i = 0; i < n; i++) {
		const struct plan *p = reports[i]->plan;
		for (size_t m = 0; m < p->notice_count; m++) {
			pg_array_int(a[0], i + 1);
			pg_array_uuid(a[1], p->notices[m].id);
			put_uuid_or_null(a[2], p->incident);
			put_notice(&a[3], &p->notices[m], reports[i]->leased[m]);
		}
	}
	give(a, COUNT(report_notice_types), params);
	pg_param_int(params, lease_s);
	pg_param_uuid(params, owner);

	take(c, report_deadline_types, COUNT(report_deadline_types), a);
	for (int i = 0; i < n; i++) {
		const struct plan *p = reports[i]->plan;
		for (size_t l = 0; l < p->deadline_count; l++) {
			const struct plan_deadline *x = &p->deadlines[l];
			pg_array_int(a[0], i + 1);
			put_deadline(&a[1], x->subject, x->clock, x->step, x->after_s);
		}
	}
	give(a, COUNT(report_deadline_types), params);
}

/* ---- apply_changes ---- */

static const enum pg_type change_types[] = {
        PG_UUID, PG_INT4, PG_TEXT, PG_TEXT, PG_JSON, PG_TEXT, PG_TEXT, PG_TEXT,
        PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_UUID, PG_TEXT, PG_TEXT,
};
static const enum pg_type change_update_types[] = {
        PG_INT4, PG_UUID, PG_TEXT, PG_TEXT, PG_TIMESTAMPTZ, PG_TEXT, PG_TEXT, PG_INT4,
};
static const enum pg_type change_dispatch_types[] = {
        PG_INT4, PG_UUID, PG_TEXT, PG_TEXT, PG_TEXT, PG_JSON, PG_TEXT, PG_INT4, PG_INT4, PG_INT4, PG_UUID,
};
static const enum pg_type change_notice_types[] = {
        PG_INT4, PG_UUID, PG_UUID, PG_TEXT, PG_TEXT, PG_UUID, PG_TEXT, PG_TEXT, PG_INT4, PG_BOOL, PG_TEXT,
};
static const enum pg_type change_arm_types[] = {PG_INT4, PG_UUID, PG_TEXT, PG_INT4, PG_INT4};
static const enum pg_type change_stop_types[] = {PG_INT4, PG_UUID};
static const enum pg_type change_report_types[] = {
        PG_INT4,   PG_UUID,   PG_BYTEA, PG_TEXT,        PG_BYTEA, PG_INT8, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT,
        PG_FLOAT8, PG_FLOAT8, PG_BOOL,  PG_TIMESTAMPTZ, PG_JSON,  PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_UUID,
};

static void put_change(struct pg_array **a, const struct change *c)
{
	pg_array_uuid(a[0], c->incident);
	pg_array_int(a[1], c->expected);
	pg_array_text(a[2], c->actor);
	pg_array_text(a[3], c->kind);
	pg_array_text(a[4], c->data);
	pg_array_text(a[5], c->state);
	pg_array_text(a[6], c->type);
	pg_array_text(a[7], c->urgency);
	pg_array_text(a[8], c->region);
	pg_array_text(a[9], c->place_text);
	pg_array_text(a[10], c->summary);
	pg_array_text(a[11], c->disposition);
	put_uuid_or_null(a[12], c->merged_into);
	pg_array_text(a[13], c->report != NULL ? c->report->gateway : NULL);
	pg_array_text(a[14], c->report != NULL ? c->report->external_id : NULL);
}

static void put_update(struct pg_array **a, int ord, const struct change_dispatch *d)
{
	pg_array_int(a[0], ord);
	pg_array_uuid(a[1], d->id);
	pg_array_text(a[2], d->event);
	pg_array_text(a[3], d->state);
	if (d->eta.us != 0)
		pg_array_time(a[4], d->eta);
	else
		pg_array_null(a[4]);
	pg_array_text(a[5], d->reason);
	pg_array_text(a[6], d->clock);
	pg_array_int(a[7], d->after_s);
}

static void put_changes(struct columns *c, struct change *const *changes, int n, struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	take(c, change_types, COUNT(change_types), a);
	for (int i = 0; i < n; i++)
		put_change(a, changes[i]);
	give(a, COUNT(change_types), params);
	take(c, change_update_types, COUNT(change_update_types), a);
	for (int i = 0; i < n; i++)
		for (int d = 0; d < changes[i]->dispatch_count; d++)
			put_update(a, i + 1, &changes[i]->dispatches[d]);
	give(a, COUNT(change_update_types), params);
}

static void put_added(struct columns *c, struct change *const *changes, int n, int lease_s, struct uuid owner,
                      struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	take(c, change_dispatch_types, COUNT(change_dispatch_types), a);
	for (int i = 0; i < n; i++) {
		const struct plan *p = changes[i]->added;
		for (size_t d = 0; p != NULL && d < p->dispatch_count; d++) {
			pg_array_int(a[0], i + 1);
			pg_array_uuid(a[1], p->dispatches[d].id);
			put_dispatch(&a[2], &p->dispatches[d]);
			put_uuid_or_null(a[10], p->dispatches[d].for_dispatch);
		}
	}
	give(a, COUNT(change_dispatch_types), params);
	take(c, change_notice_types, COUNT(change_notice_types), a);
	for (int i = 0; i < n; i++) {
		const struct plan *p = changes[i]->added;
		for (size_t m = 0; p != NULL && m < p->notice_count; m++) {
			pg_array_int(a[0], i + 1);
			pg_array_uuid(a[1], p->notices[m].id);
			put_notice(&a[2], &p->notices[m], changes[i]->leased[m]);
		}
	}
	give(a, COUNT(change_notice_types), params);
	pg_param_int(params, lease_s);
	pg_param_uuid(params, owner);
}

static void put_arms(struct columns *c, struct change *const *changes, int n, struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	take(c, change_arm_types, COUNT(change_arm_types), a);
	for (int i = 0; i < n; i++) {
		for (int l = 0; l < changes[i]->arm_count; l++) {
			const struct change_arm *x = &changes[i]->arms[l];
			pg_array_int(a[0], i + 1);
			put_deadline(&a[1], x->subject, x->clock, x->step, x->after_s);
		}
		const struct plan *p = changes[i]->added;
		for (size_t l = 0; p != NULL && l < p->deadline_count; l++) {
			const struct plan_deadline *x = &p->deadlines[l];
			pg_array_int(a[0], i + 1);
			put_deadline(&a[1], x->subject, x->clock, x->step, x->after_s);
		}
	}
	give(a, COUNT(change_arm_types), params);
	take(c, change_stop_types, COUNT(change_stop_types), a);
	for (int i = 0; i < n; i++) {
		for (int x = 0; x < changes[i]->stop_count; x++) {
			pg_array_int(a[0], i + 1);
			pg_array_uuid(a[1], changes[i]->stops[x]);
		}
	}
	give(a, COUNT(change_stop_types), params);
}

/* The reports that changes bring with them. */
static void put_brought(struct columns *c, struct change *const *changes, int n, struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	take(c, change_report_types, COUNT(change_report_types), a);
	for (int i = 0; i < n; i++) {
		const struct store_report *r = changes[i]->report;
		if (r == NULL)
			continue;
		const char *const words[] = {r->source, r->text, incident_type_names[r->type],
		                             urgency_names[r->urgency], r->place_text};
		pg_array_int(a[0], i + 1);
		pg_array_uuid(a[1], r->id);
		pg_array_bytes(a[2], r->fingerprint, sizeof r->fingerprint);
		pg_array_text(a[3], r->content_type);
		pg_array_bytes(a[4], r->raw, r->raw_len);
		pg_array_bigint(a[5], changes[i]->report_number);
		for (int w = 0; w < 5; w++)
			pg_array_text(a[6 + w], words[w]);
		put_position(&a[11], r->has_position, r->lat, r->lon);
		pg_array_bool(a[13], r->anonymous);
		put_occurred(a[14], r);
		const char *const more[] = {r->triage, r->phone, r->name, r->relation, r->asks};
		for (int w = 0; w < 5; w++)
			pg_array_text(a[15 + w], more[w]);
		put_uuid_or_null(a[20], r->answers);
	}
	give(a, COUNT(change_report_types), params);
}

static const enum pg_type change_second_types[] = {PG_TEXT, PG_JSON};

static void put_second(struct columns *c, struct change *const *changes, int n, struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	take(c, change_second_types, COUNT(change_second_types), a);
	for (int i = 0; i < n; i++) {
		pg_array_text(a[0], changes[i]->second_kind);
		pg_array_text(a[1], changes[i]->second_data);
	}
	give(a, COUNT(change_second_types), params);
}

static const enum pg_type change_beside_types[] = {PG_INT8, PG_FLOAT8, PG_FLOAT8, PG_INT4, PG_UUID, PG_UUID, PG_TEXT};

/* What few changes have: incidents that they open, reports that they move, suggestions that they decide. */
static void put_beside(struct columns *c, struct change *const *changes, int n, struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	take(c, change_beside_types, COUNT(change_beside_types), a);
	for (int i = 0; i < n; i++) {
		const struct change *x = changes[i];
		pg_array_bigint(a[0], x->opens);
		put_position(&a[1], x->has_position, x->lat, x->lon);
		pg_array_int(a[3], x->reports);
		put_uuid_or_null(a[4], x->moves);
		put_uuid_or_null(a[5], x->judged);
		pg_array_text(a[6], x->decision);
	}
	give(a, COUNT(change_beside_types), params);
}

void columns_changes(struct columns *c, struct change *const *changes, int n, bool all_or_none, bool of_reports,
                     int lease_s, struct uuid owner, struct pg_params *params)
{
	put_changes(c, changes, n, params);
	put_added(c, changes, n, lease_s, owner, params);
	put_arms(c, changes, n, params);
	pg_param_bool(params, all_or_none);
	put_second(c, changes, n, params);
	if (!of_reports)
		return;
	put_brought(c, changes, n, params);
	put_beside(c, changes, n, params);
}

/* ---- finish_attempts ---- */

static const enum pg_type attempt_types[] = {
        PG_UUID, PG_INT4, PG_TEXT, PG_INT4, PG_TEXT, PG_INT4, PG_INT4, PG_TEXT, PG_INT4, PG_INT4, PG_TEXT, PG_INT4,
};

void columns_attempts(struct columns *c, struct store_attempt *const *attempts, int n, struct uuid owner,
                      struct pg_params *params)
{
	struct pg_array *a[COLUMNS_MOST];
	pg_param_uuid(params, owner);
	take(c, attempt_types, COUNT(attempt_types), a);
	for (int i = 0; i < n; i++) {
		const struct store_attempt *t = attempts[i];
		pg_array_uuid(a[0], t->notice);
		pg_array_int(a[1], t->number);
		pg_array_text(a[2], t->outcome);
		pg_array_int(a[3], t->status);
		pg_array_text(a[4], t->detail);
		pg_array_int(a[5], t->ms);
		pg_array_int(a[6], t->next_ms);
		pg_array_text(a[7], t->gateway);
		pg_array_int(a[8], t->parts);
		pg_array_int(a[9], t->cost);
		pg_array_text(a[10], t->gateway_ref[0] != '\0' ? t->gateway_ref : NULL);
		pg_array_int(a[11], t->utc_offset_s);
	}
	give(a, COUNT(attempt_types), params);
}
