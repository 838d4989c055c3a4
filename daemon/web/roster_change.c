/* roster_change: see roster_change.h. */
#include "roster_change.h"

#include <string.h>

#include "../../protocol/roster_request.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/change_reply.h"
#include "../flow/row_reply.h"
#include "../flow/rules.h"

struct asked {
	struct flow *flow;
	struct http_request *request;
	struct roster_request body; /* read; freed before the reply */
	const char *name;           /* of what is made: its id or slug */
	const char *missing;        /* what a reply of no row means */
	int missing_status;
};

static struct asked *asked_new(void *ctx, struct http_request *r)
{
	struct asked *q = arena_new_of(r->arena, struct asked);
	q->flow = ctx;
	q->request = r;
	return q;
}

static const char *make_id(struct asked *q, struct uuid id)
{
	char *text = arena_alloc(q->request->arena, UUID_TEXT);
	uuid_format(id, text);
	return text;
}

/* ---- what there is ---- */

static void on_roster(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	row_reply(q->request, r, "there is no roster");
}

void roster_change_get(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	store_read(q->flow->store, SQL_READ_ROSTER, store_params(q->flow->store), on_roster, q);
}

/* ---- the end of a change: one row with the moment, or none ---- */

static void reply(struct asked *q, const struct pg_result *r, int status, const char *at_key)
{
	struct buf body;
	struct json_out j;
	if (r->status != PG_OK) {
		busy_reply(q->request,
		           "the database is away: nothing is known to have changed, look before you repeat");
		return;
	}
	if (r->rows == 0) {
		http_reply_fault(q->request, q->missing_status, q->missing_status == 404 ? "not-found" : "name-taken",
		                 "%s", q->missing);
		return;
	}
	buf_init(&body, 1024);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_member_string(&j, "id", q->name);
	json_member_time(&j, at_key, pg_time(r, 0, 0).us);
	json_end_object(&j);
	change_reply(q->flow, q->request, status, &body);
	buf_free(&body);
}

static void on_made(void *ctx, const struct pg_result *r)
{
	reply(ctx, r, 201, "made_at");
}

static void on_retired(void *ctx, const struct pg_result *r)
{
	reply(ctx, r, 200, "retired_at");
}

/* ---- what a body alone cannot tell: do these people exist, is it not over yet ---- */

static void check_person(const struct asked *q, const char *slug, const char *pointer, struct problem *p)
{
	if (directory_person(&q->flow->rules->directory, slug) == NULL)
		problem_error(p, pointer, "no person with this slug: see GET /v1/people");
}

static void check_end(const struct asked *q, struct problem *p)
{
	if (q->body.until_us != 0 && q->body.until_us <= db_clock_now(&q->flow->clock).us)
		problem_error(p, "#/until", "must be in the future: what has been cannot be changed");
}

/* Replies 422 when there is a fault; the body is free then. */
static bool refused(struct asked *q, const struct problem *p)
{
	if (p->error_count == 0)
		return false;
	roster_request_free(&q->body);
	http_reply_problem(q->request, p);
	return true;
}

static bool rules_away(struct asked *q, const char *why)
{
	if (why == NULL)
		return false;
	roster_request_free(&q->body);
	busy_reply(q->request, why);
	return true;
}

/* ---- single shifts ---- */

static void on_shift_rules(void *ctx, const char *why)
{
	struct asked *q = ctx;
	const struct roster_request *b = &q->body;
	struct problem problem;
	if (rules_away(q, why))
		return;
	problem_init(&problem, 422, "invalid-request", NULL);
	check_person(q, b->person, "#/person", &problem);
	check_end(q, &problem);
	if (refused(q, &problem))
		return;
	const struct person *person = directory_person(&q->flow->rules->directory, b->person);
	struct uuid id = uuid_make();
	q->name = make_id(q, id);
	struct pg_params *p = store_params(q->flow->store);
	pg_param_uuid(p, id);
	pg_param_text(p, b->person);
	pg_param_text(p, b->role != NULL ? b->role : person->role);
	pg_param_time(p, (struct wall){b->from_us});
	pg_param_time(p, (struct wall){b->until_us});
	pg_param_text(p, access_actor(q->request));
	roster_request_free(&q->body);
	store_query(q->flow->store, SQL_ADD_SHIFT, p, on_made, q);
}

void roster_change_post_shift(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct problem problem;
	if (roster_request_read_shift(r->body, r->body_len, &q->body, &problem))
		rules_current(q->flow, on_shift_rules, q);
	else
		http_reply_problem(r, &problem);
}

/* Takes back what has the id of the path. */
static void retire_by_id(void *ctx, struct http_request *r, enum sql statement, const char *missing)
{
	struct asked *q = asked_new(ctx, r);
	struct uuid id;
	if (!uuid_parse(r->segments[0], &id)) {
		http_reply_fault(r, 404, "not-found", "the id must be a UUID: see GET /v1/roster");
		return;
	}
	q->name = r->segments[0];
	q->missing = missing;
	q->missing_status = 404;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_uuid(p, id);
	pg_param_text(p, access_actor(r));
	store_query(q->flow->store, statement, p, on_retired, q);
}

void roster_change_retire_shift(void *ctx, struct http_request *r)
{
	retire_by_id(ctx, r, SQL_RETIRE_SHIFT, "no single shift with this id that has not ended: see GET /v1/roster");
}

void roster_change_retire_override(void *ctx, struct http_request *r)
{
	retire_by_id(ctx, r, SQL_RETIRE_OVERRIDE, "no override with this id that counts still: see GET /v1/roster");
}

/* ---- rotations ---- */

static void check_turns(const struct asked *q, struct problem *p)
{
	const cJSON *item;
	int i = 0;
	cJSON_ArrayForEach(item, q->body.people)
	{
		check_person(q, item->valuestring, arena_printf(q->request->arena, "#/people/%d", i), p);
		i++;
	}
}

static void on_rotation_rules(void *ctx, const char *why)
{
	struct asked *q = ctx;
	const struct roster_request *b = &q->body;
	struct problem problem;
	const cJSON *item;
	if (rules_away(q, why))
		return;
	problem_init(&problem, 422, "invalid-request", NULL);
	if (!directory_slug_valid(b->slug))
		problem_error(&problem, "#/slug", "may have only a-z, 0-9 and single - between them, 64 at most");
	check_turns(q, &problem);
	check_end(q, &problem);
	if (refused(q, &problem))
		return;
	struct pg_array *people = pg_array_new(PG_TEXT);
	cJSON_ArrayForEach(item, b->people)
	{
		pg_array_text(people, item->valuestring);
	}
	q->name = arena_strdup(q->request->arena, b->slug);
	q->missing = "there is or was a rotation of this name, and who was on duty then stays known: choose another";
	q->missing_status = 409;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_text(p, b->slug);
	pg_param_text(p, b->role);
	pg_param_array(p, people);
	pg_array_free(&people);
	pg_param_time(p, (struct wall){b->from_us});
	pg_param_int(p, b->shift_s);
	if (b->until_us != 0)
		pg_param_time(p, (struct wall){b->until_us});
	else
		pg_param_null(p);
	pg_param_text(p, access_actor(q->request));
	roster_request_free(&q->body);
	store_query(q->flow->store, SQL_ADD_ROTATION, p, on_made, q);
}

void roster_change_post_rotation(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct problem problem;
	if (roster_request_read_rotation(r->body, r->body_len, &q->body, &problem))
		rules_current(q->flow, on_rotation_rules, q);
	else
		http_reply_problem(r, &problem);
}

void roster_change_retire_rotation(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	q->name = r->segments[0];
	q->missing = "no rotation of this name that counts still: see GET /v1/roster";
	q->missing_status = 404;
	if (!directory_slug_valid(q->name)) {
		http_reply_fault(r, 404, "not-found", "%s", q->missing);
		return;
	}
	struct pg_params *p = store_params(q->flow->store);
	pg_param_text(p, q->name);
	pg_param_text(p, access_actor(r));
	store_query(q->flow->store, SQL_RETIRE_ROTATION, p, on_retired, q);
}
