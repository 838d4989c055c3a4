/* query: see query.h. */
#include "query.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../core/dispatch_state.h"
#include "../core/incident_state.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/deliver.h"
#include "../flow/row_reply.h"
#include "../flow/rules.h"

/* What a read returns beside its JSON (column 0), for the check of access. */
struct read {
	struct flow *flow;
	struct http_request *request;
	int source, agency, region; /* columns, 0: none */
};

static bool may_see(const struct read *q, const struct pg_result *r)
{
	const struct identity *who = access_identity(q->request);
	if (who->role == ROLE_SOURCE)
		return q->source != 0 && strcmp(pg_text(r, 0, q->source), access_actor(q->request)) == 0;
	return q->region == 0 ||
	       access_covers(who, q->agency != 0 ? pg_text(r, 0, q->agency) : NULL, pg_text(r, 0, q->region));
}

static void on_json(void *ctx, const struct pg_result *r)
{
	struct read *q = ctx;
	static const char missing[] = "nothing with this id that you may see";
	if (r->status == PG_OK && r->rows > 0 && !pg_is_null(r, 0, 0) && !may_see(q, r))
		http_reply_fault(q->request, 404, "not-found", missing);
	else
		row_reply(q->request, r, missing);
}

static struct read *read_new(void *ctx, struct http_request *r)
{
	struct read *q = arena_new_of(r->arena, struct read);
	q->flow = ctx;
	q->request = r;
	return q;
}

static void ask(struct read *q, enum sql statement, const struct pg_params *p)
{
	store_read(q->flow->store, statement, p, on_json, q);
}

/* The id in the path, or replies 404. */
static bool id_of(struct http_request *r, struct uuid *ret)
{
	if (uuid_parse(r->segments[0], ret))
		return true;
	http_reply_fault(r, 404, "not-found", "the id must be a UUID");
	return false;
}

/* ---- one object ---- */

void query_report(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	struct uuid id;
	if (!id_of(r, &id))
		return;
	q->source = 1;
	q->region = 2;
	struct pg_params *p = store_params(q->flow->store);
	const struct identity *who = access_identity(r);
	pg_param_uuid(p, id);
	pg_param_text(p, access_actor(r));
	pg_param_text(p, who->scope);
	if (who->role == ROLE_SOURCE)
		pg_param_text(p, access_actor(r));
	else
		pg_param_null(p);
	ask(q, SQL_READ_REPORT, p);
}

void query_incident(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	struct uuid id;
	char *end = NULL;
	long long number = 0;
	bool by_id = uuid_parse(r->segments[0], &id);
	if (!by_id && ((number = strtoll(r->segments[0], &end, 10)) <= 0 || *end != '\0')) {
		http_reply_fault(r, 404, "not-found", "an incident is named by its id (a UUID) or its number");
		return;
	}
	q->region = 1;
	struct pg_params *p = store_params(q->flow->store);
	if (by_id)
		pg_param_uuid(p, id);
	else
		pg_param_null(p);
	pg_param_bigint(p, number);
	pg_param_text(p, access_actor(r));
	pg_param_text(p, access_identity(r)->scope);
	ask(q, SQL_READ_INCIDENT, p);
}

void query_dispatch(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	struct uuid id;
	if (!id_of(r, &id))
		return;
	q->agency = 1;
	q->region = 2;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_uuid(p, id);
	ask(q, SQL_READ_DISPATCH, p);
}

void query_notice(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	struct uuid id;
	if (!id_of(r, &id))
		return;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_uuid(p, id);
	pg_param_text(p, access_identity(r)->scope);
	ask(q, SQL_READ_NOTICE, p);
}

/* ---- lists ---- */

static void text_or_null(struct pg_params *p, const char *text)
{
	if (text == NULL || text[0] == '\0' || !utf8_valid(text, strlen(text)))
		pg_param_null(p);
	else
		pg_param_text(p, text);
}

/* A filter's value must be one of names, or `also`; absent is fine. */
static bool filter_fits(const struct form *form, const char *key, const char *const *names, int n, const char *also)
{
	const char *value = form_given(form, key);
	return value == NULL || strcmp(value, also) == 0 || name_index(names, n, value) >= 0;
}

/* Which of two words the query says under the key, the first when it says nothing. -1: replied 400. */
static int choice_of(struct http_request *r, const char *key, const char *const words[2])
{
	struct form form;
	bool readable = form_parse(r->query, r->query_len, &form);
	const char *value = form_value(&form, key);
	int chosen = !readable ? -1 : value == NULL ? 0 : name_index(words, 2, value);
	form_free(&form);
	if (chosen < 0)
		http_reply_fault(r, 400, "malformed-query", "%s must be %s or %s", key, words[0], words[1]);
	return chosen;
}

/* What is wrong with a list's query, or NULL. */
static const char *incidents_fault(const struct form *form, int64_t *ret_after)
{
	const char *region = form_given(form, "region");
	if (!filter_fits(form, "state", incident_state_names, INCIDENT_STATES, "open"))
		return "state must be open (not ended), triaged, in_progress, handed_over, closed, cancelled or merged";
	if (!filter_fits(form, "type", incident_type_names, INCIDENT_TYPES, ""))
		return "type must be a type of incident, such as abandoned_person";
	if (region != NULL && region_code_level(region) == LEVEL_NONE)
		return "region must be a Kemendagri code, such as 64.09 or 64.09.01";
	if (!form_number(form, "after", ret_after))
		return "after must be the number of an incident: those with smaller numbers are listed";
	return NULL;
}

void query_incidents(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	struct form form;
	if (!form_parse(r->query, r->query_len, &form)) {
		http_reply_fault(r, 400, "malformed-query", "the query could not be read");
		return;
	}
	int64_t after;
	const char *fault = incidents_fault(&form, &after);
	if (fault != NULL) {
		form_free(&form);
		http_reply_fault(r, 400, "malformed-query", "%s", fault);
		return;
	}
	struct pg_params *p = store_params(q->flow->store);
	text_or_null(p, form_value(&form, "state"));
	text_or_null(p, form_value(&form, "type"));
	text_or_null(p, form_value(&form, "region"));
	if (after > 0)
		pg_param_bigint(p, after);
	else
		pg_param_null(p);
	pg_param_text(p, access_identity(r)->scope);
	form_free(&form);
	ask(q, SQL_READ_INCIDENTS, p);
}

void query_board(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	struct pg_params *p = store_params(q->flow->store);
	pg_param_text(p, access_identity(r)->scope);
	ask(q, SQL_READ_BOARD, p);
}

void query_dispatches(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	const struct identity *who = access_identity(r);
	struct form form;
	if (!form_parse(r->query, r->query_len, &form)) {
		http_reply_fault(r, 400, "malformed-query", "the query could not be read");
		return;
	}
	if (!filter_fits(&form, "state", dispatch_state_names, DISPATCH_STATES, "open")) {
		form_free(&form);
		http_reply_fault(r, 400, "malformed-query",
		                 "state must be open or a state of a dispatch, such as notified");
		return;
	}
	struct pg_params *p = store_params(q->flow->store);
	text_or_null(p, who->role == ROLE_AGENCY ? who->agency : form_value(&form, "agency"));
	text_or_null(p, form_value(&form, "state"));
	pg_param_text(p, who->scope);
	form_free(&form);
	ask(q, SQL_READ_DISPATCHES, p);
}

/* A list of which there are two kinds, the first unless ?state= says the other. scoped: the statement's $2 is the reader's scope. */
static void ask_by_state(void *ctx, struct http_request *r, enum sql statement, const char *const states[2],
                         bool scoped)
{
	struct read *q = read_new(ctx, r);
	int state = choice_of(r, "state", states);
	if (state < 0)
		return;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_text(p, states[state]);
	if (scoped)
		pg_param_text(p, access_identity(r)->scope);
	ask(q, statement, p);
}

void query_outbox(void *ctx, struct http_request *r)
{
	static const char *const states[] = {"dead", "waiting"};
	ask_by_state(ctx, r, SQL_READ_OUTBOX, states, true);
}

void query_alarms(void *ctx, struct http_request *r)
{
	static const char *const states[] = {"active", "all"};
	ask_by_state(ctx, r, SQL_READ_ALARMS, states, false);
}

void query_duplicates(void *ctx, struct http_request *r)
{
	static const char *const states[] = {"open", "all"};
	ask_by_state(ctx, r, SQL_READ_DUPLICATES, states, true);
}

void query_list(void *ctx, struct http_request *r, enum sql statement)
{
	static const char *const whole[] = {"0", "1"};
	struct read *q = read_new(ctx, r);
	int all = choice_of(r, "all", whole);
	if (all < 0)
		return;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_bool(p, all == 1);
	ask(q, statement, p);
}

/* ---- replay ---- */

static void on_replayed(void *ctx, const struct pg_result *r)
{
	struct read *q = ctx;
	if (r->status != PG_OK) {
		busy_reply(q->request, "the database is away");
	} else if (!pg_bool(r, 0, 0)) {
		http_reply_fault(q->request, 404, "not-found", "no such notice on the list of those given up");
	} else {
		deliver_look(q->flow->deliver, 0);
		http_reply(q->request, 200, "application/json", "{\"state\":\"waiting\"}", 19, NULL);
	}
}

void query_replay(void *ctx, struct http_request *r)
{
	struct read *q = read_new(ctx, r);
	struct uuid id;
	if (!id_of(r, &id))
		return;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_uuid(p, id);
	pg_param_text(p, access_identity(r)->scope);
	store_query(q->flow->store, SQL_REPLAY_DEAD, p, on_replayed, q);
}
