/* merge: an incident that is the same real event as another, and its undoing: two incidents change together or not at all. See order.h. */
#include "../../protocol/json.h"
#include "access.h"
#include "order.h"

/* The other one on its way; what is called when it is there. */
struct second {
	struct order *order;
	void (*next)(struct order *o);
};

bool order_is_about_two(const struct order *o)
{
	return o->event == INCIDENT_ON_MERGE || o->event == INCIDENT_ON_SPLIT || o->event == INCIDENT_ON_NOT_DUPLICATE;
}

/* What speaks against merging into the other one, or NULL. */
static const char *obstacle(const struct order *o)
{
	const struct incident_row *into = &o->other;
	if (uuid_equal(into->id, o->incident.id))
		return "an incident cannot be merged into itself, nor differ from itself";
	if (into->state == INCIDENT_MERGED && o->event == INCIDENT_ON_MERGE)
		return arena_printf(o->arena, "incident %lld was itself merged into incident %lld: name that one",
		                    (long long)into->number, (long long)into->merged_into_number);
	return NULL;
}

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct second *x = ctx;
	struct order *o = x->order;
	const char *told;
	if (r->status != PG_OK) {
		order_reply_unavailable(o);
		return;
	}
	bool known = incident_rows_read(o->arena, r, &o->other, NULL, 0, &told) >= 0;
	if (o->event == INCIDENT_ON_SPLIT) { /* whoever may decide about the one may take it out of the other */
		if (known)
			x->next(o);
		else
			order_reply_conflict(o);
		return;
	}
	const char *why = known && access_covers(o->who, NULL, o->other.region)
	                          ? obstacle(o)
	                          : "no incident with this id or number in your area";
	if (why != NULL)
		order_reply_invalid(o, o->event == INCIDENT_ON_MERGE ? "#/into" : "#/incident", why);
	else
		x->next(o);
}

void order_load_other(struct order *o, void (*next)(struct order *o))
{
	struct second *x = arena_new_of(o->arena, struct second);
	struct uuid id = {{0}};
	*x = (struct second){o, next};
	if (o->event == INCIDENT_ON_SPLIT)
		id = o->incident.merged_into;
	else if (o->asked.into != NULL)
		uuid_parse(o->asked.into, &id);
	struct pg_params *p = store_params(o->flow->store);
	if (uuid_is_nil(id))
		pg_param_null(p);
	else
		pg_param_uuid(p, id);
	pg_param_bigint(p, o->asked.into_number);
	store_query(o->flow->store, SQL_LOAD_INCIDENT, p, on_loaded, x);
}

/* The other one's event: its state stays, it notes whom it took in or gave back. */
static const char *tied_data(const struct order *o, const char *state)
{
	struct buf out;
	struct json_out j;
	char id[UUID_TEXT];
	bool merge = o->event == INCIDENT_ON_MERGE;
	buf_init(&out, 8 * 1024);
	json_out_init(&j, &out);
	json_begin_object(&j);
	json_member_string(&j, "from", state);
	json_member_string(&j, "to", state);
	uuid_format(o->incident.id, id);
	json_member_int(&j, merge ? "merged" : "released", o->incident.number);
	json_member_string(&j, merge ? "merged_id" : "released_id", id);
	if (o->asked.reason != NULL)
		json_member_string(&j, "reason", o->asked.reason);
	json_end_object(&j);
	const char *text = arena_strndup(o->arena, out.data, out.len);
	buf_free(&out);
	return text;
}

void order_tie_other(struct order *o)
{
	bool merge = o->event == INCIDENT_ON_MERGE;
	o->change.judged = o->other.id;
	o->change.decision = merge ? "same" : "different";
	if (o->event == INCIDENT_ON_NOT_DUPLICATE)
		return; /* the other one stays as it is: the suggestion alone is decided */
	enum incident_event event = merge ? INCIDENT_ON_ABSORB : INCIDENT_ON_RELEASE;
	struct incident_step step = incident_step(o->other.state, event);
	o->tied = (struct change){
	        .incident = o->other.id,
	        .expected = o->other.version,
	        .actor = o->actor,
	        .kind = incident_event_names[event],
	        .data = tied_data(o, incident_state_names[step.next]),
	};
	o->change.tied = &o->tied;
	if (merge)
		o->change.merged_into = o->other.id;
}
