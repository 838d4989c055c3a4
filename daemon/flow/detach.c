/* detach: a report that was taken for the same event is taken out again. It opens an incident of its own, planned by the rules in force, in the transaction that takes
 * it out: both histories tell. See order.h. */
#include <string.h>

#include "../../protocol/json.h"
#include "../base/fault.h"
#include "deliver.h"
#include "escalate.h"
#include "order.h"
#include "recent.h"

struct wanted {
	struct order *order;
	void (*next)(struct order *o);
};

enum {
	R_ID,
	R_NUMBER,
	R_TEXT,
	R_TYPE,
	R_URGENCY,
	R_PLACE,
	R_LAT,
	R_LON,
	R_VILLAGE,
	R_PLACE_SURE,
	R_STATED,
	R_RELATION,
	R_PHONE,
	R_SOURCE
};

static const char *copy(struct arena *a, const struct pg_result *r, int column)
{
	return pg_is_null(r, 0, column) ? NULL : arena_strndup(a, pg_text(r, 0, column), pg_length(r, 0, column));
}

static void read_row(struct order *o, const struct pg_result *r)
{
	struct arena *a = o->arena;
	bool placed = !pg_is_null(r, 0, R_PLACE_SURE) &&
	              pg_double(r, 0, R_PLACE_SURE) >= o->flow->rules->policy->place_threshold;
	o->detached = (struct detached){
	        .id = pg_uuid(r, 0, R_ID),
	        .number = pg_bigint(r, 0, R_NUMBER),
	        .text = copy(a, r, R_TEXT),
	        .type = copy(a, r, R_TYPE),
	        .urgency = copy(a, r, R_URGENCY),
	        .place_text = copy(a, r, R_PLACE),
	        .village_code = placed ? copy(a, r, R_VILLAGE) : NULL,
	        .type_stated = pg_bool(r, 0, R_STATED),
	        .phone = copy(a, r, R_PHONE),
	        .source = copy(a, r, R_SOURCE),
	        .has_position = !pg_is_null(r, 0, R_LAT),
	};
	if (o->detached.has_position) {
		o->detached.lat = pg_double(r, 0, R_LAT);
		o->detached.lon = pg_double(r, 0, R_LON);
	}
}

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct wanted *w = ctx;
	struct order *o = w->order;
	if (r->status != PG_OK) {
		order_reply_unavailable(o);
	} else if (r->rows == 0) {
		order_reply_invalid(o, "#/report", "no report with this id or number belongs to the incident");
	} else if (!pg_is_null(r, 0, R_RELATION) && strcmp(pg_text(r, 0, R_RELATION), "opens") == 0) {
		order_reply_invalid(o, "#/report",
		                    "this report opened the incident: only what came later can be taken out");
	} else {
		read_row(o, r);
		w->next(o);
	}
}

void order_load_report(struct order *o, void (*next)(struct order *o))
{
	struct wanted *w = arena_new_of(o->arena, struct wanted);
	struct uuid id;
	*w = (struct wanted){o, next};
	struct pg_params *p = store_params(o->flow->store);
	if (o->asked.report != NULL && uuid_parse(o->asked.report, &id))
		pg_param_uuid(p, id);
	else
		pg_param_null(p);
	pg_param_bigint(p, o->asked.report_number);
	pg_param_uuid(p, o->incident.id);
	store_query(o->flow->store, SQL_LOAD_REPORT, p, on_loaded, w);
}

/* What the report says by itself; a person has looked at it, so it is about something, whatever the machine thinks. */
static void triage(struct order *o)
{
	struct detached *d = &o->detached;
	const struct stated stated = {.text = d->text,
	                              .type = d->type_stated ? d->type : NULL,
	                              .urgency = d->urgency,
	                              .village_code = d->village_code,
	                              .place_text = d->text == NULL ? d->place_text : NULL};
	triage_report(o->rules->lexicon, o->rules->gazetteer, &stated, &d->triage);
	if (d->triage.type >= TYPE_NOT_A_REPORT)
		d->triage.type = TYPE_UNSURE;
}

static const char *opened_data(const struct order *o)
{
	struct buf text;
	char id[UUID_TEXT];
	buf_init(&text, 64 * 1024);
	plan_render_opened(o->detached.plan, &text);
	uuid_format(o->incident.id, id);
	size_t len = text.len > 0 ? text.len - 1 : 0; /* without its "}" */
	const char *data = arena_printf(o->arena, "%.*s,\"out_of\":%lld,\"out_of_id\":\"%s\"}", (int)len, text.data,
	                                (long long)o->incident.number, id);
	buf_free(&text);
	return data;
}

void order_tie_opened(struct order *o)
{
	struct detached *d = &o->detached;
	const struct plan_setting setting = rules_setting(o->flow, o->rules);
	triage(o);
	const bool by_hand = strcmp(d->source, "web") == 0; /* anybody could type anybody's number */
	const struct plan_input input = {.triage = &d->triage,
	                                 .number = d->number,
	                                 .place_text = d->place_text,
	                                 .has_position = d->has_position,
	                                 .lat = d->lat,
	                                 .lon = d->lon,
	                                 .reporter_phone = by_hand ? NULL : d->phone};
	d->plan = plan_make(o->arena, &setting, &input);
	d->leased = arena_array(o->arena, bool, d->plan->notice_count + 1);
	deliver_reserve(o->flow->deliver, d->plan, d->leased);
	o->tied = (struct change){
	        .incident = d->plan->incident,
	        .actor = o->actor,
	        .kind = "opened",
	        .data = opened_data(o),
	        .opens = d->number,
	        .state = d->plan->state,
	        .type = incident_type_names[d->plan->type],
	        .urgency = urgency_names[d->plan->urgency],
	        .region = d->plan->region,
	        .place_text = d->place_text,
	        .summary = d->plan->summary,
	        .has_position = d->has_position,
	        .lat = d->lat,
	        .lon = d->lon,
	        .moves = d->id,
	        .added = d->plan,
	        .leased = d->leased,
	};
	o->change.tied = &o->tied;
	o->change.reports = -1;
	fault_point("attach.detaching");
}

void order_detached(struct order *o, bool kept)
{
	struct detached *d = &o->detached;
	if (d->plan == NULL)
		return;
	deliver_release(o->flow->deliver, o->rules, d->plan, d->leased, kept);
	for (size_t i = 0; kept && i < d->plan->deadline_count; i++)
		escalate_look(o->flow->escalate, (int64_t)d->plan->deadlines[i].after_s * 1000);
	if (!kept)
		return;
	const struct store_report report = {.text = d->text,
	                                    .place_text = d->place_text,
	                                    .phone = d->phone,
	                                    .has_position = d->has_position,
	                                    .lat = d->lat,
	                                    .lon = d->lon};
	recent_detached(o->flow->recent, o->incident.id, o->tied.incident, &report, &d->triage);
}
