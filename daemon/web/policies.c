/* policies: see policies.h. */
#include "policies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/policy_request.h"
#include "../../protocol/report_request.h"
#include "../core/plan.h"
#include "../core/policy_check.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/change_reply.h"
#include "../flow/row_reply.h"
#include "../flow/rules.h"
#include "holes.h"

enum { REPLY_MOST = 4 * 1024 * 1024 };
static const char draft_name[] = "policy"; /* how faults name the text */

/* A request while the database is asked. */
struct asked {
	struct flow *flow;
	struct http_request *request;
	const char *text;
	int base_version;
	bool force;
};

static struct asked *asked_new(void *ctx, struct http_request *r)
{
	struct asked *q = arena_new_of(r->arena, struct asked);
	q->flow = ctx;
	q->request = r;
	return q;
}

/* ---- reading ---- */

static void on_json(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	row_reply(q->request, r, "there is no such version: see GET /v1/policy/versions");
}

void policies_get(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	store_read(q->flow->store, SQL_READ_POLICY, store_params(q->flow->store), on_json, q);
}

void policies_get_versions(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	store_read(q->flow->store, SQL_READ_POLICY_VERSIONS, store_params(q->flow->store), on_json, q);
}

void policies_get_version(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	char *end;
	errno = 0;
	long version = strtol(r->segments[0], &end, 10);
	if (*end != '\0' || errno != 0 || version < 1 || version > INT32_MAX) {
		http_reply_fault(r, 404, "not-found",
		                 "a version of the policy is a number: see GET /v1/policy/versions");
		return;
	}
	struct pg_params *p = store_params(q->flow->store);
	pg_param_int(p, (int32_t)version);
	store_read(q->flow->store, SQL_READ_POLICY_VERSION, p, on_json, q);
}

/* ---- checking ---- */

static void put_faults(struct json_out *j, const struct policy_checked *c)
{
	json_key(j, "faults");
	json_begin_array(j);
	for (size_t i = 0; i < c->fault_count; i++) {
		const struct policy_fault *f = &c->faults[i];
		json_begin_object(j);
		json_key(j, "line");
		if (f->line > 0)
			json_put_int(j, f->line);
		else
			json_put_null(j);
		json_key(j, "column");
		if (f->column > 0)
			json_put_int(j, f->column);
		else
			json_put_null(j);
		json_member_string(j, "message", f->message);
		json_end_object(j);
	}
	json_end_array(j);
}

static void check(struct asked *q, struct policy_checked *ret)
{
	const struct rules *rules = q->flow->rules;
	policy_check_read(q->request->arena, draft_name, q->text, strlen(q->text), ret);
	if (ret->policy != NULL)
		policy_check_holes(q->request->arena, &rules->directory, rules->gazetteer,
		                   db_clock_now(&q->flow->clock), ret);
}

static void on_check_rules(void *ctx, const char *why)
{
	struct asked *q = ctx;
	struct policy_checked checked;
	struct buf body;
	struct json_out j;
	if (why != NULL) {
		busy_reply(q->request, why);
		return;
	}
	check(q, &checked);
	buf_init(&body, REPLY_MOST);
	json_out_init(&j, &body);
	json_begin_object(&j);
	put_faults(&j, &checked);
	holes_put(&j, checked.holes, checked.hole_count);
	json_member_int(&j, "cases", (int64_t)checked.cases);
	json_member_bool(&j, "valid", checked.policy != NULL);
	json_end_object(&j);
	http_reply_buf(q->request, 200, "application/json", &body);
	buf_free(&body);
}

void policies_post_check(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct policy_request b;
	struct problem problem;
	if (!policy_request_read_check(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	q->text = arena_strdup(r->arena, b.text);
	policy_request_free(&b);
	rules_current(q->flow, on_check_rules, q);
}

/* ---- putting in force ---- */

/* 422 with a pointer to the text for each fault; pointer: the member that holds it. */
static void reply_faults(struct http_request *r, const char *pointer, const struct policy_checked *c)
{
	struct problem p;
	struct buf members, body;
	struct json_out j;
	problem_init(&p, 422, "invalid-policy", NULL);
	for (size_t i = 0; i < c->fault_count; i++)
		problem_error(&p, pointer, "line %d, column %d: %s", c->faults[i].line, c->faults[i].column,
		              c->faults[i].message);
	buf_init(&members, REPLY_MOST);
	json_out_init(&j, &members);
	json_begin_object(&j);
	put_faults(&j, c);
	json_end_object(&j);
	members.data[members.len - 1] = '\0'; /* only what is between the braces */
	p.extension = members.data + 1;
	buf_init(&body, REPLY_MOST);
	problem_render(&p, &body);
	http_reply_buf(r, 422, "application/problem+json", &body);
	buf_free(&body);
	buf_free(&members);
}

/* The loser is told what is in force now. */
static void on_current(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	struct problem p;
	struct buf body;
	if (r->status != PG_OK) {
		busy_reply(q->request, "the database is away");
		return;
	}
	problem_init(&p, 409, "changed-meanwhile", NULL);
	snprintf(p.detail, sizeof p.detail,
	         "version %d is not the one in force: look at what has changed, and put your change on top of it",
	         q->base_version);
	p.extension = arena_printf(q->request->arena, "\"current\":%s", r->rows > 0 ? pg_text(r, 0, 0) : "null");
	buf_init(&body, REPLY_MOST);
	problem_render(&p, &body);
	http_reply_buf(q->request, 409, "application/problem+json", &body);
	buf_free(&body);
}

static void on_put(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	if (r->status != PG_OK) {
		busy_reply(q->request,
		           "the database is away: nothing is known to have changed, look before you repeat");
		return;
	}
	if (pg_is_null(r, 0, 0)) {
		store_query(q->flow->store, SQL_READ_POLICY, store_params(q->flow->store), on_current, q);
		return;
	}
	struct buf body;
	buf_init(&body, 64);
	buf_addf(&body, "{\"version\":%d}", pg_int(r, 0, 0));
	change_reply(q->flow, q->request, 200, &body);
	buf_free(&body);
}

static void on_put_rules(void *ctx, const char *why)
{
	struct asked *q = ctx;
	struct policy_checked checked;
	if (why != NULL) {
		busy_reply(q->request, why);
		return;
	}
	check(q, &checked);
	if (checked.policy == NULL) {
		reply_faults(q->request, "#/text", &checked);
		return;
	}
	if (checked.hole_count > 0 && !q->force) {
		holes_reply(q->request, "this policy leaves holes; \"force\": true puts it in force all the same",
		            checked.holes, checked.hole_count);
		return;
	}
	struct pg_params *p = store_params(q->flow->store);
	pg_param_int(p, q->base_version);
	pg_param_text(p, q->text);
	pg_param_text(p, access_actor(q->request));
	pg_param_int(p, (int32_t)checked.hole_count);
	store_query(q->flow->store, SQL_PUT_POLICY, p, on_put, q);
}

void policies_put(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct policy_request b;
	struct problem problem;
	if (!policy_request_read_put(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	q->text = arena_strdup(r->arena, b.text);
	q->base_version = b.base_version;
	q->force = b.force;
	policy_request_free(&b);
	rules_current(q->flow, on_put_rules, q);
}

/* ---- dry run ---- */

/* The plan of the report under the setting. */
static void reply_plan(struct http_request *r, const struct flow *f, const struct report_request *q,
                       const struct plan_setting *setting)
{
	struct triage triage;
	struct buf body;
	const struct stated stated = {q->text, q->type, q->urgency, q->village_code, q->place_text};
	triage_report(f->rules->lexicon, setting->gazetteer, &stated, &triage);
	const struct plan_input input = {.triage = &triage,
	                                 .place_text = q->place_text,
	                                 .has_position = q->has_position,
	                                 .lat = q->lat,
	                                 .lon = q->lon,
	                                 .reporter_phone = q->phone[0] != '\0' ? q->phone : NULL};
	const struct plan *plan = plan_make(r->arena, setting, &input);
	buf_init(&body, 256 * 1024);
	buf_adds(&body, "{\"triage\":");
	triage_render(&triage, setting->gazetteer, &body);
	buf_adds(&body, ",\"plan\":");
	plan_render(plan, setting, &body);
	buf_adds(&body, "}\n");
	http_reply_buf(r, 200, "application/json", &body);
	buf_free(&body);
}

/* With the policy that the request brings, or the one in force; false: it has faults, and that is the reply. */
static bool setting_of(struct http_request *r, const struct flow *f, const struct policy_request *b,
                       struct plan_setting *ret)
{
	struct policy_checked draft;
	*ret = rules_setting(f, f->rules);
	if (b->text == NULL)
		return true;
	policy_check_read(r->arena, draft_name, b->text, strlen(b->text), &draft);
	ret->policy = draft.policy;
	if (draft.policy == NULL)
		reply_faults(r, "#/policy", &draft);
	return draft.policy != NULL;
}

static void dry_run(struct http_request *r, const struct flow *f, const struct policy_request *b)
{
	struct problem problem;
	struct report_request q;
	struct plan_setting setting;
	if (!report_request_read(b->report, b->report_len, &q, &problem)) {
		policy_request_nest(b, &problem);
		http_reply_problem(r, &problem);
		return;
	}
	if (q.village_code != NULL && gazetteer_by_code(f->rules->gazetteer, q.village_code) == NULL) {
		problem_init(&problem, 422, "invalid-report", NULL);
		problem_error(&problem, "#/place/village_code", "no area with this code is loaded");
		policy_request_nest(b, &problem);
		http_reply_problem(r, &problem);
	} else if (setting_of(r, f, b, &setting)) {
		reply_plan(r, f, &q, &setting);
	}
	report_request_free(&q);
}

void policies_post_dry_run(void *ctx, struct http_request *r)
{
	struct policy_request b;
	struct problem problem;
	if (!policy_request_read_dry_run(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	dry_run(r, ctx, &b);
	policy_request_free(&b);
}
