/* disclose: see disclose.h. The log entry and what is shown are one statement: the answer leaves when both are committed. */
#include "disclose.h"

#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../../protocol/reason_request.h"
#include "../flow/access.h"
#include "../flow/row_reply.h"

static void on_json(void *ctx, const struct pg_result *r)
{
	row_reply(ctx, r, "nothing with this id that you may see");
}

void disclose_reporter(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct reason_request body;
	struct problem problem;
	struct uuid id;
	if (!uuid_parse(r->segments[0], &id)) {
		http_reply_fault(r, 404, "not-found", "the id must be a UUID");
		return;
	}
	if (!reason_request_read(r->body, r->body_len, &body, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, id);
	pg_param_text(p, access_actor(r));
	pg_param_text(p, access_identity(r)->scope);
	pg_param_text(p, body.reason);
	reason_request_free(&body);
	store_read(f->store, SQL_READ_REPORTER, p, on_json, r);
}

void disclose_log(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct form form;
	int64_t after;
	bool readable = form_parse(r->query, r->query_len, &form);
	const char *object = form_given(&form, "object");
	if (!readable || !form_number(&form, "after", &after) ||
	    (object != NULL && !utf8_valid(object, strlen(object)))) {
		http_reply_fault(
		        r, 400, "malformed-query",
		        "object is such as incident:ID, report:ID, reporter:ID or person:SLUG; after is the id of an "
		        "entry: those before it are listed");
	} else {
		struct pg_params *p = store_params(f->store);
		pg_param_text(p, object);
		if (after > 0)
			pg_param_bigint(p, after);
		else
			pg_param_null(p);
		pg_param_text(p, access_identity(r)->scope);
		store_read(f->store, SQL_READ_ACCESS_LOG, p, on_json, r);
	}
	form_free(&form);
}
