/* contact_test: see contact_test.h. */
#include "contact_test.h"

#include <string.h>

#include "../../protocol/notice_body.h"
#include "access.h"
#include "busy.h"
#include "deliver.h"
#include "rules.h"

struct asked {
	struct flow *flow;
	struct http_request *request;
	struct uuid contact;
};

/* ---- asking ---- */

static void on_made(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	char id[UUID_TEXT], body[64];
	if (r->status != PG_OK || r->rows == 0) {
		busy_reply(q->request, "the database is away: look whether a test is on its way before you repeat");
		return;
	}
	uuid_format(pg_uuid(r, 0, 0), id);
	int n = snprintf(body, sizeof body, "{\"notice\":\"%s\"}", id);
	deliver_look(q->flow->deliver, 0);
	http_reply(q->request, 202, "application/json", body, (size_t)n, NULL);
}

static bool may_try(const struct http_request *r, const struct agency *a)
{
	for (size_t i = 0; i < a->jurisdiction_count; i++)
		if (access_covers(access_identity(r), NULL, a->jurisdiction[i]))
			return true;
	return false;
}

static void make(struct asked *q, const struct contact *c)
{
	struct flow *f = q->flow;
	struct uuid notice = uuid_make();
	struct buf body;
	char id[UUID_TEXT];
	uuid_format(notice, id);
	buf_init(&body, 4096);
	if (c->channel == CHANNEL_SMS)
		replies_fill(f->rules->replies, "contact_test", NULL, 0, &body);
	else
		notice_body_test(id, db_clock_now(&f->clock).us, &body);
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, notice);
	pg_param_uuid(p, c->id);
	pg_param_text(p, channel_kind_names[c->channel]);
	pg_param_text(p, c->address);
	pg_param_text(p, body.data);
	pg_param_text(p, access_actor(q->request));
	buf_free(&body);
	store_query(f->store, SQL_ADD_CONTACT_TEST, p, on_made, q);
}

static void on_rules(void *ctx, const char *why)
{
	struct asked *q = ctx;
	if (why != NULL) {
		busy_reply(q->request, why);
		return;
	}
	const struct contact *c = directory_contact(&q->flow->rules->directory, q->contact);
	if (c == NULL || !may_try(q->request, c->agency))
		http_reply_fault(q->request, 404, "not-found", "no contact with this id that you may try");
	else
		make(q, c);
}

void contact_test_post(void *ctx, struct http_request *r)
{
	struct asked *q = arena_new_of(r->arena, struct asked);
	q->flow = ctx;
	q->request = r;
	if (uuid_parse(r->segments[0], &q->contact))
		rules_current(q->flow, on_rules, q);
	else
		http_reply_fault(r, 404, "not-found", "a contact's id is a UUID: see GET /v1/agencies");
}

/* ---- the answer ---- */

static void on_answered(void *ctx, const struct pg_result *r)
{
	struct contact_answer *a = ctx;
	a->done(a->ctx, r->status != PG_OK ? CONTACT_ANSWER_UNAVAILABLE
	                : r->rows > 0      ? CONTACT_ANSWER_TAKEN
	                                   : CONTACT_ANSWER_NONE);
}

void contact_test_answer(struct flow *f, struct contact_answer *a)
{
	struct pg_array *agencies = pg_array_new(PG_TEXT);
	for (size_t i = 0; i < a->agency_count; i++)
		pg_array_text(agencies, a->agencies[i]);
	struct pg_params *p = store_params(f->store);
	pg_param_text(p, a->phone);
	pg_param_text(p, a->text);
	pg_param_text(p, a->message);
	pg_param_array(p, agencies);
	pg_array_free(&agencies);
	store_query(f->store, SQL_ANSWER_CONTACT_TEST, p, on_answered, a);
}
