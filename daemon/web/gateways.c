/* gateways: see gateways.h. What all daemons did is in the database; breakers, and when a gateway last brought something, are this daemon's own. */
#include "gateways.h"

#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../flow/busy.h"
#include "../flow/deliver.h"
#include "../flow/gate.h"
#include "../flow/gateway_counts.h"
#include "../flow/rules.h"

struct asked {
	struct flow *flow;
	struct http_request *request;
};

static void put_or_null(struct json_out *j, const char *key, int64_t value)
{
	json_key(j, key);
	if (value > 0)
		json_put_int(j, value);
	else
		json_put_null(j);
}

/* The same words as sigapctl gateways: what lasts, the worst first. */
static const char *state_of(const char *alarm, bool shut)
{
	if (shut || strcmp(alarm, "gateway_silent") == 0)
		return "failing";
	if (strcmp(alarm, "spend_cap_used") == 0)
		return "cap used";
	return strcmp(alarm, "spend_cap_near") == 0 ? "cap nearly used" : "ok";
}

/* NULL: this daemon's configuration does not name it, another's does. A gate keeps the name that it is first asked for by: the configuration's, which lasts. */
static const struct gate *gate_here(const struct flow *f, const char *name)
{
	const struct conf_gateway *g = conf_gateway_named(f->conf, name);
	return g == NULL ? NULL : deliver_gate(f->deliver, g->name);
}

static struct wall wall_of(const struct flow *f, struct mono at)
{
	return (struct wall){at.us == 0 ? 0 : db_clock_now(&f->clock).us - (mono_now().us - at.us)};
}

static void put_gateway(struct json_out *j, const struct flow *f, const struct pg_result *r, int row)
{
	const char *name = pg_text(r, row, 0);
	const struct gate *gate = gate_here(f, name);
	bool shut = gate != NULL && breaker_is_open(&gate->breaker);
	json_begin_object(j);
	json_member_string(j, "name", name);
	json_member_string(j, "kind", pg_text(r, row, 1));
	json_member_int(j, "position", pg_int(r, row, 2));
	json_member_int(j, "price", pg_bigint(r, row, 3));
	put_or_null(j, "daily_cap", pg_bigint(r, row, 4));
	json_member_int(j, "reserve", pg_int(r, row, 5));
	put_or_null(j, "per_minute", pg_int(r, row, 6));
	json_member_string(j, "state", state_of(pg_text(r, row, 11), shut));
	json_member_string(j, "breaker", gate == NULL ? NULL : shut ? "open" : "closed");
	json_member_time(j, "failing_since", wall_of(f, gate != NULL ? gate->failing_since : (struct mono){0}).us);
	json_key(j, "today");
	json_begin_object(j);
	json_member_int(j, "parts", pg_bigint(r, row, 7));
	json_member_int(j, "cost", pg_bigint(r, row, 8));
	json_member_int(j, "sent", pg_bigint(r, row, 9));
	json_member_int(j, "failed", pg_bigint(r, row, 10));
	json_end_object(j);
	json_member_time(j, "last_heard_at", gateway_counts_last_heard(f->gateway_counts, name).us);
	json_end_object(j);
}

static void on_read(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	if (r->status != PG_OK) {
		busy_reply_unanswered(q->request, r);
		return;
	}
	struct buf body;
	struct json_out j;
	buf_init(&body, 1024 * 1024);
	json_out_init(&j, &body);
	json_begin_array(&j);
	for (int row = 0; row < r->rows; row++)
		put_gateway(&j, q->flow, r, row);
	json_end_array(&j);
	http_reply_buf(q->request, 200, "application/json", &body);
	buf_free(&body);
}

void gateways_get(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct asked *q = arena_new_of(r->arena, struct asked);
	int offset_s = f->rules->policy->utc_offset_s;
	*q = (struct asked){f, r};
	struct pg_params *p = store_params(f->store);
	pg_param_time(p, (struct wall){date_begin(db_clock_now(&f->clock).us, offset_s)});
	pg_param_int(p, offset_s);
	store_read(f->store, SQL_READ_GATEWAY_HEALTH, p, on_read, q);
}
