/* gateway: see gateway.h. */
#include "gateway.h"

#include <string.h>

#include "../../protocol/json.h"
#include "../base/log.h"
#include "busy.h"
#include "deliver.h"
#include "gateway_counts.h"
#include "parts.h"
#include "spooled.h"

#define DAY_US (INT64_C(86400) * 1000000)

enum {
	AT_ONCE = 16, /* messages of one call */
	RAW_MOST = 1200 * 1024,
	UNKNOWN_AGAIN_MS = 1500, /* a report may be faster than our own record of the attempt that it is about */
};

/* One call on its way. Lives in its request's arena; ends in finish(). */
struct call {
	struct flow *flow;
	struct http_request *request;
	const struct conf_gateway *gateway;
	enum door door;
	struct inbound all;
	const char *content_type;
	const char *raw, *raw_key;
	size_t raw_len;
	size_t next; /* message to begin */
	int under_way;
	bool failed;
	bool beginning; /* what ends while others are begun does not finish the call */
	struct event *again;
};

static void count(const struct call *c, enum gateway_count what, size_t n)
{
	gateway_counts_add(c->flow->gateway_counts, c->gateway->name, what, n);
}

/* ---- the end ---- */

static void finish(struct call *c)
{
	const struct gateway_answer ok = channel_accepted(c->gateway->channel, &c->gateway->out, c->door);
	struct http_request *r = c->request;
	bool failed = c->failed;
	if (!failed) {
		count(c, GATEWAY_MESSAGES, c->all.message_count);
		gateway_counts_heard(c->flow->gateway_counts, c->gateway->name);
	}
	inbound_free(&c->all);
	if (c->again != NULL)
		event_free(c->again);
	/* the call goes with the request */
	if (failed)
		busy_reply(r, "what this call brought is not all known to be kept: send it again");
	else
		http_reply(r, ok.status, ok.content_type, ok.body, strlen(ok.body), NULL);
}

static void go_on(struct call *c);

static void ended(struct call *c, bool kept)
{
	c->under_way--;
	c->failed |= !kept;
	if (!c->beginning)
		go_on(c);
}

/* ---- raw form ---- */

/* What came, verbatim but for our own token: the query, and with a body an empty line and the body. */
static void copy_raw(struct call *c)
{
	const struct http_request *r = c->request;
	struct buf raw;
	buf_init(&raw, RAW_MOST);
	const char *token = strstr(r->query, "token=");
	while (token != NULL && token != r->query && token[-1] != '&')
		token = strstr(token + 1, "token=");
	if (token == NULL) {
		buf_add(&raw, r->query, r->query_len);
	} else {
		const char *rest = strchr(token, '&');
		buf_add(&raw, r->query, (size_t)(token - r->query));
		if (rest != NULL)
			buf_adds(&raw, rest + 1);
	}
	if (r->body_len > 0) {
		buf_adds(&raw, "\n\n");
		buf_add(&raw, r->body, r->body_len);
	}
	c->raw = arena_strndup(r->arena, raw.data, raw.len);
	c->raw_len = raw.len;
	c->raw_key = incoming_hash_key(r->arena, c->raw, c->raw_len);
	buf_free(&raw);
}

static void on_raw_kept(void *ctx, const struct pg_result *r)
{
	ended(ctx, r->status == PG_OK);
}

/* A call of which not exactly one message comes is kept whole under a key of its own; its messages name it. */
static void keep_raw(struct call *c)
{
	uint8_t print[32];
	sha256(c->raw, c->raw_len, print);
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, uuid_make());
	pg_param_text(p, c->gateway->name);
	pg_param_text(p, c->raw_key);
	pg_param_bytes(p, print, sizeof print);
	pg_param_text(p, c->content_type);
	pg_param_bytes(p, c->raw, c->raw_len);
	c->under_way++;
	store_query(c->flow->store, SQL_KEEP_INBOUND, p, on_raw_kept, c);
}

/* ---- messages ---- */

static void on_message_end(struct incoming *in, bool kept)
{
	struct call *c = in->ctx;
	incoming_free(&in);
	ended(c, kept);
}

static void on_message(struct incoming *in, bool kept)
{
	if (!kept && spooled_takes(in->flow))
		spooled_message(in, on_message_end);
	else
		on_message_end(in, kept);
}

/* One of several: what it says and where the whole stands. */
static void set_part_of_call(struct incoming *in, const struct call *c, size_t index)
{
	const struct inbound_message *m = &c->all.messages[index];
	struct buf raw;
	struct json_out j;
	buf_init(&raw, RAW_MOST);
	json_out_init(&j, &raw);
	json_begin_object(&j);
	json_member_string(&j, "call", c->raw_key);
	json_key(&j, "at");
	json_put_int(&j, (int64_t)index);
	json_member_string(&j, "id", m->external_id);
	json_member_string(&j, "from", m->from);
	json_member_string(&j, "to", m->to);
	json_member_string(&j, "text", in->text);
	json_end_object(&j);
	in->raw = arena_strndup(in->arena, raw.data, raw.len);
	in->raw_len = raw.len;
	in->content_type = "application/json";
	buf_free(&raw);
}

/* For a gateway that gives its messages no id: the same from the same sender on the same day is the same message. Not the bytes of the call: times, nonces and the rest of a
 * batch differ when it comes again. Where there is no sender or text they must do. */
static const char *make_key(struct arena *a, const struct call *c, const struct inbound_message *m)
{
	struct buf said;
	buf_init(&said, 2 * RAW_MOST);
	buf_addf(&said, "%lld\n", (long long)(db_clock_now(&c->flow->clock).us / DAY_US));
	if (m->from[0] != '\0' && m->text.len > 0) {
		buf_addf(&said, "%s\n%s\n%lld\n", m->from, m->to, (long long)m->reported_at_us);
		buf_add(&said, m->text.data, m->text.len);
	} else {
		buf_add(&said, c->raw, c->raw_len);
	}
	const char *key = incoming_hash_key(a, said.data, said.len);
	buf_free(&said);
	return key;
}

static void begin_message(struct call *c, size_t index)
{
	const struct inbound_message *m = &c->all.messages[index];
	struct incoming *in = incoming_new(c->flow, c->gateway, m);
	in->received = c->request->received;
	if (c->all.message_count == 1) {
		in->raw = c->raw;
		in->raw_len = c->raw_len;
		in->content_type = c->content_type;
	} else {
		set_part_of_call(in, c, index);
	}
	if (in->external_id[0] == '\0')
		in->external_id = make_key(in->arena, c, m);
	in->done = on_message;
	in->ctx = c;
	c->under_way++;
	if (parts_is_part(m))
		parts_take(in, m);
	else
		incoming_take(in);
}

/* Begins as many as may be under way together; ends the call when nothing is left. What could not be kept ends it early: the gateway brings all again. */
static void go_on(struct call *c)
{
	c->beginning = true;
	while (!c->failed && c->next < c->all.message_count && c->under_way < AT_ONCE)
		begin_message(c, c->next++);
	c->beginning = false;
	if (c->under_way == 0)
		finish(c);
}

/* ---- delivery reports ---- */

static void ask_reports(struct call *c);

static void on_again(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	ask_reports(ctx);
}

/* Leaves those that r has no row for. Returns whether one of them could still be found: it names the gateway's own id, which we know once the attempt is recorded. */
static bool leave_unknown(struct call *c, const struct pg_result *r)
{
	struct delivery_report *reports = c->all.reports;
	size_t left = 0;
	bool hope = false;
	for (size_t i = 0, row = 0; i < c->all.report_count; i++) {
		if (row < (size_t)r->rows && pg_bigint(r, (int)row, 0) == (int64_t)i + 1) {
			deliver_reported(c->flow->deliver, pg_uuid(r, (int)row, 1), reports[i].state);
			row++;
			continue;
		}
		hope |= reports[i].gateway_ref[0] != '\0';
		reports[left++] = reports[i];
	}
	count(c, GATEWAY_REPORTS, c->all.report_count - left);
	c->all.report_count = left;
	return hope;
}

static void on_reports_kept(void *ctx, const struct pg_result *r)
{
	struct call *c = ctx;
	if (r->status != PG_OK) {
		ended(c, false);
	} else if (leave_unknown(c, r) && c->again == NULL) {
		c->again = evtimer_new(c->flow->base, on_again, c);
		const struct timeval wait = {.tv_sec = UNKNOWN_AGAIN_MS / 1000,
		                             .tv_usec = UNKNOWN_AGAIN_MS % 1000 * 1000};
		evtimer_add(c->again, &wait);
	} else {
		/* about nothing of ours: asking again would not help */
		count(c, GATEWAY_REPORTS_UNKNOWN, c->all.report_count);
		ended(c, true);
	}
}

static void add_report(struct pg_array *a[6], const struct delivery_report *d)
{
	struct uuid notice;
	if (uuid_parse(d->ref, &notice))
		pg_array_uuid(a[0], notice);
	else
		pg_array_null(a[0]);
	pg_array_text(a[1], d->gateway_ref);
	pg_array_text(a[2], delivery_state_names[d->state]);
	pg_array_text(a[3], d->detail);
	pg_array_int(a[4], d->part);
	pg_array_int(a[5], d->parts);
}

static void ask_reports(struct call *c)
{
	static const enum pg_type types[6] = {PG_UUID, PG_TEXT, PG_TEXT, PG_TEXT, PG_INT4, PG_INT4};
	struct pg_params *p = store_params(c->flow->store);
	struct pg_array *a[6];
	for (int i = 0; i < 6; i++)
		a[i] = pg_array_new(types[i]);
	for (size_t i = 0; i < c->all.report_count; i++)
		add_report(a, &c->all.reports[i]);
	pg_param_text(p, c->gateway->name);
	for (int i = 0; i < 6; i++) {
		pg_param_array(p, a[i]);
		pg_array_free(&a[i]);
	}
	store_query(c->flow->store, SQL_KEEP_DELIVERY_REPORT, p, on_reports_kept, c);
}

/* ---- the call ---- */

static const char *header(void *ctx, const char *name)
{
	return http_header(ctx, name);
}

static enum inbound_end read_call(struct call *c, char *why, size_t why_size)
{
	struct http_request *r = c->request;
	const struct inbound_request request = {
	        .method = r->method,
	        .url = arena_printf(r->arena, "%s%s%s%s", c->flow->conf->public_url, r->path,
	                            r->query_len > 0 ? "?" : "", r->query),
	        .query = r->query,
	        .query_len = r->query_len,
	        .body = r->body,
	        .body_len = r->body_len,
	        .content_type = c->content_type,
	        .header = header,
	        .ctx = r,
	        .now_s = db_clock_now(&c->flow->clock).us / 1000000,
	};
	return c->gateway->channel->read(&c->gateway->out, c->door, &request, &c->all, why, why_size);
}

/* Is there a text to be taken in what was not understood in full? */
static void drop_empty(struct inbound *all)
{
	if (all->message_count == 1 && all->messages[0].text.len == 0) {
		inbound_message_free(&all->messages[0]);
		all->message_count = 0;
	}
}

static void refuse(struct call *c, const char *why)
{
	struct http_request *r = c->request;
	log_warn("gateway.forged", "gateway=%s why=\"%s\"", c->gateway->name, why);
	count(c, GATEWAY_FORGED, 1);
	inbound_free(&c->all);
	http_reply_fault(r, 403, "forged",
	                 "the call's signature or secret is missing or does not fit: check the secret of this gateway "
	                 "in sigapd.conf and public_url");
}

static void answer_challenge(struct call *c)
{
	struct http_request *r = c->request;
	const char *text = arena_strdup(r->arena, c->all.challenge);
	inbound_free(&c->all);
	http_reply(r, 200, "text/plain; charset=utf-8", text, strlen(text), NULL);
}

static void begin(struct call *c, bool readable)
{
	copy_raw(c);
	if (!readable)
		drop_empty(&c->all);
	c->beginning = true;
	/* what cannot be read in full is not lost: it is kept under a key of its own, and a person reads it */
	if (c->all.message_count > 1 || (!readable && c->all.message_count == 0))
		keep_raw(c);
	if (c->all.report_count > 0) {
		c->under_way++;
		ask_reports(c);
	}
	go_on(c);
}

static void take(struct flow *f, struct http_request *r, enum door door)
{
	static const char *const unreadable[DOORS] = {"gateway.unreadable", "gateway.status_unreadable"};
	char why[160] = "";
	struct call *c = arena_new_of(r->arena, struct call);
	c->flow = f;
	c->request = r;
	c->gateway = conf_gateway_named(f->conf, r->segments[0]); /* access has refused what there is not */
	c->door = door;
	c->content_type = arena_strdup(r->arena, http_header(r, "Content-Type"));
	inbound_init(&c->all);
	switch (read_call(c, why, sizeof why)) {
	case INBOUND_TAKEN:
		begin(c, true);
		return;
	case INBOUND_CHALLENGE:
		answer_challenge(c);
		return;
	case INBOUND_FORGED:
		refuse(c, why);
		return;
	case INBOUND_UNREADABLE:
		count(c, GATEWAY_UNREADABLE, 1);
		log_warn(unreadable[door], "gateway=%s why=\"%s\"", c->gateway->name, why);
		begin(c, false);
		return;
	}
}

void gateway_inbound(void *ctx, struct http_request *r)
{
	take(ctx, r, DOOR_INBOUND);
}

void gateway_status(void *ctx, struct http_request *r)
{
	take(ctx, r, DOOR_STATUS);
}
