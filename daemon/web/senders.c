/* senders: see senders.h. */
#include "senders.h"

#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/mark_request.h"
#include "../../protocol/phone.h"
#include "../core/conversation.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/incoming.h"
#include "../flow/row_reply.h"
#include "../flow/rules.h"

struct asked {
	struct flow *flow;
	struct http_request *request;
	struct uuid id;
};

static struct asked *asked_new(void *ctx, struct http_request *r)
{
	struct asked *q = arena_new_of(r->arena, struct asked);
	q->flow = ctx;
	q->request = r;
	return q;
}

/* The address in the path: a telephone in any form, or GATEWAY:HANDLE. NULL after a reply when it is neither. */
static const char *address_of(struct http_request *r)
{
	char phone[PHONE_MAX];
	const char *given = r->segments[0], *colon = strchr(given, ':');
	if (colon != NULL && colon > given && colon[1] != '\0' && strlen(given) < ADDRESS_MAX)
		return given;
	if (phone_normalise(given, phone))
		return arena_strdup(r->arena, phone);
	http_reply_fault(r, 404, "not-found", "a sender is named by his telephone (+62812…) or by GATEWAY:HANDLE");
	return NULL;
}

static void on_json(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	row_reply(q->request, r, "there are no such senders");
}

void senders_get_all(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct form form;
	bool readable = form_parse(r->query, r->query_len, &form);
	const char *mark = form_given(&form, "mark");
	int kind = mark == NULL ? SENDER_MARKS : name_index(sender_mark_names, SENDER_MARKS, mark);
	form_free(&form);
	if (!readable || kind < 0) {
		http_reply_fault(r, 400, "malformed-query", "mark must be blocked, prank or automatic");
		return;
	}
	struct pg_params *p = store_params(q->flow->store);
	if (kind == SENDER_MARKS)
		pg_param_null(p);
	else
		pg_param_text(p, sender_mark_names[kind]);
	pg_param_text(p, access_actor(r));
	pg_param_text(p, access_identity(r)->scope);
	store_read(q->flow->store, SQL_READ_SENDERS, p, on_json, q);
}

void senders_get(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	const char *address = address_of(r);
	if (address == NULL)
		return;
	struct pg_params *p = store_params(q->flow->store);
	pg_param_text(p, address);
	pg_param_text(p, access_actor(r));
	pg_param_text(p, access_identity(r)->scope);
	store_read(q->flow->store, SQL_READ_SENDER, p, on_json, q);
}

/* ---- marks ---- */

static void on_marked(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	if (r->status != PG_OK) {
		busy_reply(q->request, "the database is away");
		return;
	}
	if (r->rows == 0) {
		http_reply_fault(q->request, 403, "outside-scope", "this sender reports from outside your area");
		return;
	}
	struct buf body;
	struct json_out j;
	char id[UUID_TEXT];
	uuid_format(q->id, id);
	buf_init(&body, 1024);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_member_string(&j, "id", id);
	json_member_time(&j, "made_at", pg_time(r, 0, 0).us);
	json_end_object(&j);
	http_reply_buf(q->request, 201, "application/json", &body);
	buf_free(&body);
}

/* What the body alone cannot tell. */
static void check_mark(const struct asked *q, const struct mark_request *b, struct uuid *ret_report, struct problem *p)
{
	problem_init(p, 422, "invalid-mark", NULL);
	*ret_report = (struct uuid){{0}};
	if (b->report != NULL && !uuid_parse(b->report, ret_report))
		problem_error(p, "#/report", "must be the id of a report (a UUID)");
	if (b->until_us != 0 && b->until_us <= db_clock_now(&q->flow->clock).us)
		problem_error(p, "#/until", "must be in the future; leave it out for a mark without end");
}

static void add_mark(struct asked *q, const char *address, const struct mark_request *b, struct uuid report)
{
	struct pg_params *p = store_params(q->flow->store);
	q->id = uuid_make();
	pg_param_uuid(p, q->id);
	pg_param_text(p, address);
	pg_param_text(p, b->mark);
	pg_param_text(p, b->reason);
	pg_param_text(p, access_actor(q->request));
	if (b->until_us != 0)
		pg_param_time(p, (struct wall){b->until_us});
	else
		pg_param_null(p);
	if (uuid_is_nil(report))
		pg_param_null(p);
	else
		pg_param_uuid(p, report);
	pg_param_text(p, access_identity(q->request)->scope);
	store_query(q->flow->store, SQL_ADD_MARK, p, on_marked, q);
}

void senders_post_mark(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct mark_request b;
	struct problem problem;
	struct uuid report;
	const char *address = address_of(r);
	if (address == NULL)
		return;
	if (!mark_request_read(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	check_mark(q, &b, &report, &problem);
	if (problem.error_count > 0)
		http_reply_problem(r, &problem);
	else
		add_mark(q, address, &b, report);
	mark_request_free(&b);
}

static void on_retired(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	if (r->status != PG_OK) {
		busy_reply(q->request, "the database is away");
		return;
	}
	if (pg_bigint(r, 0, 0) == 0) {
		http_reply_fault(q->request, 404, "not-found", "this sender has no mark of this id that is in force");
		return;
	}
	struct buf body;
	struct json_out j;
	buf_init(&body, 256);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_member_time(&j, "retired_at", pg_time(r, 0, 1).us);
	json_end_object(&j);
	http_reply_buf(q->request, 200, "application/json", &body);
	buf_free(&body);
}

void senders_post_retire(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	const char *address = address_of(r);
	if (address == NULL)
		return;
	if (!uuid_parse(r->segments[1], &q->id)) {
		http_reply_fault(r, 404, "not-found", "the mark's id must be a UUID");
		return;
	}
	struct pg_params *p = store_params(q->flow->store);
	pg_param_text(p, address);
	pg_param_uuid(p, q->id);
	pg_param_null(p);
	pg_param_text(p, access_actor(r));
	pg_param_text(p, access_identity(r)->scope);
	store_query(q->flow->store, SQL_RETIRE_MARK, p, on_retired, q);
}
