/* gateway: see gateway.h. */
#include "gateway.h"

#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/phone.h"
#include "../../protocol/sms_answer.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "busy.h"
#include "coordinate.h"
#include "deliver.h"
#include "intake.h"
#include "respond.h"
#include "roster.h"
#include "shifts.h"
#include "sms_reply.h"

enum { CONTACTS_MOST = 8, RAW_MOST = 128 * 1024 };

/* One SMS on its way. */
struct incoming {
	struct flow *flow;
	struct http_request *request;
	struct arena *arena;
	const char *gateway;
	const char *external_id;
	const char *text;
	char phone[PHONE_MAX]; /* "" when the sender is no telephone */
	const char *raw;
	size_t raw_len;
	struct sms_answer answer;
	const struct person *person; /* only while deciding */
	struct intake intake;
	struct respond respond;
	struct shift_answer shift;
	struct wall shift_begins;
	const struct contact *contacts[CONTACTS_MOST]; /* whose answer it is when it is about no shift; only in rules */
	size_t contact_count;
	struct rules *rules;   /* held while the shift is looked for */
	const char *reply_key; /* text for the partner who answered, NULL: none */
	const char *reply_state;
	int64_t reply_number;
};

static void report(struct incoming *in);

/* Kannel texts any body to the sender: an empty text is the only right answer. */
static void reply_ok(struct http_request *r)
{
	http_reply(r, 200, "text/plain; charset=utf-8", "", 0, NULL);
}

/* ---- raw form ---- */

/* What came, verbatim but for our own token: the query, and for POST an empty line and the body. */
static void keep_raw(struct incoming *in)
{
	const struct http_request *r = in->request;
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
	in->raw = arena_strndup(in->arena, raw.data, raw.len);
	in->raw_len = raw.len;
	buf_free(&raw);
}

static void fingerprint(const struct incoming *in, uint8_t ret[32])
{
	const char *both = arena_printf(in->arena, "%s\n%s", in->phone, in->text);
	sha256(both, strlen(both), ret);
}

/* ---- a partner's answer ---- */

static void reply_about_shift(const struct incoming *in)
{
	struct roster_time t = roster_time(in->flow, in->shift_begins);
	const struct reply_value values[] = {{"tgl", t.day}, {"jam", t.clock}};
	sms_reply_send(in->flow, in->phone, in->reply_key, values, 2);
}

static void on_kept(void *ctx, const struct pg_result *r)
{
	struct incoming *in = ctx;
	if (r->status != PG_OK) {
		busy_reply(in->request, "the database is away");
		return;
	}
	bool is_new = pg_bool(r, 0, 0);
	if (is_new && in->reply_key != NULL && in->phone[0] != '\0') {
		if (in->reply_state != NULL)
			sms_reply_partner(in->flow, in->phone, in->reply_key, in->reply_number, in->reply_state);
		else
			reply_about_shift(in);
	}
	reply_ok(in->request);
}

/* The answer has had its effect; only now is the message kept: after a crash in between the gateway sends it again, and a repeated answer does no harm. */
static void keep(struct incoming *in)
{
	uint8_t print[32];
	fingerprint(in, print);
	struct pg_params *p = store_params(in->flow->store);
	pg_param_uuid(p, uuid_make());
	pg_param_text(p, in->gateway);
	pg_param_text(p, in->external_id);
	pg_param_bytes(p, print, sizeof print);
	pg_param_text(p, http_header(in->request, "Content-Type"));
	pg_param_bytes(p, in->raw, in->raw_len);
	fault_point("gateway.answered");
	store_query(in->flow->store, SQL_KEEP_INBOUND, p, on_kept, in);
}

static void on_responded(struct respond *r, enum respond_end how)
{
	struct incoming *in = r->ctx;
	in->reply_number = r->incident.number;
	in->reply_state = dispatch_state_names[r->row.state];
	switch (how) {
	case RESPOND_DONE:
	case RESPOND_REPEATS:
		in->reply_key = "partner_recorded";
		break;
	case RESPOND_CONFLICT:
		in->reply_key = "partner_conflict";
		break;
	case RESPOND_UNKNOWN:
	case RESPOND_AMBIGUOUS:
		in->reply_key = "partner_which";
		break;
	case RESPOND_UNAVAILABLE:
		busy_reply(in->request, "the database is away");
		return;
	}
	keep(in);
}

static void on_claimed(void *ctx, bool known, bool available)
{
	struct incoming *in = ctx;
	in->reply_number = in->answer.number;
	in->reply_state = "claimed";
	in->reply_key = known ? "partner_recorded" : "partner_which";
	if (available)
		keep(in);
	else
		busy_reply(in->request, "the database is away");
}

static void answer_as_agency(struct incoming *in)
{
	size_t n = in->contact_count;
	const char **agencies = arena_array(in->arena, const char *, n);
	for (size_t i = 0; i < n; i++)
		agencies[i] = arena_strdup(in->arena, in->contacts[i]->agency->slug);
	struct respond *r = &in->respond;
	*r = (struct respond){
	        .flow = in->flow,
	        .arena = in->arena,
	        .agencies = agencies,
	        .agency_count = n,
	        .number = in->answer.number,
	        .event = (enum dispatch_event)name_index(dispatch_event_names, DISPATCH_EVENTS, in->answer.event),
	        .eta_minutes = in->answer.eta_minutes,
	        .reason = in->answer.reason[0] != '\0' ? in->answer.reason : NULL,
	        .actor = arena_printf(in->arena, "agency:%s via sms", agencies[0]),
	        .done = on_responded,
	        .ctx = in,
	};
	respond_submit(r);
}

/* ---- the answer of a person on duty to the question before a shift ---- */

static void on_shift(void *ctx, enum shift_answer_end end, struct wall begins)
{
	struct incoming *in = ctx;
	struct rules *held = in->rules; /* a reply ends the request and its memory */
	in->shift_begins = begins;
	if (end == SHIFT_ANSWER_UNAVAILABLE) {
		busy_reply(in->request, "the database is away");
	} else if (end == SHIFT_ANSWER_TAKEN) {
		in->reply_key = in->shift.accepts ? "shift_accepted" : "shift_refused";
		keep(in);
	} else if (in->answer.shift) {
		in->reply_key = "shift_none";
		keep(in);
	} else if (in->contact_count > 0) {
		answer_as_agency(in);
	} else {
		report(in);
	}
	rules_drop(&held);
}

/* "siap" of a person on duty may be about a shift, of a partner's telephone about a dispatch. Without an incident's number an open question about a shift goes first. */
static void answer_about_shift(struct incoming *in, const struct person *person, bool accepts)
{
	in->rules = rules_hold(in->flow->rules);
	in->shift = (struct shift_answer){
	        .person = person->slug,
	        .accepts = accepts,
	        .anew = in->answer.shift || in->contact_count == 0,
	        .begun = in->answer.shift, /* "tidak bisa" of who is on duty is about something else */
	        .message = arena_printf(in->arena, "sms:%s/%s", in->gateway, in->external_id),
	        .done = on_shift,
	        .ctx = in,
	};
	shifts_answer(in->flow, &in->shift);
}

/* True when the sender is known and has answered something. */
static bool is_answer(struct incoming *in)
{
	const struct directory *d = &in->flow->rules->directory;
	if (in->phone[0] == '\0')
		return false;
	in->contact_count = directory_contacts_by_phone(d, in->phone, in->contacts, CONTACTS_MOST);
	const struct person *person = directory_person_by_phone(d, in->phone);
	if ((in->contact_count == 0 && person == NULL) || !sms_answer_read(in->text, &in->answer))
		return false;
	const char *event = in->answer.event;
	if (strcmp(event, "claim") == 0) {
		if (person == NULL || in->answer.number == 0)
			return false;
		coordinate_claim(in->flow, in->arena, in->answer.number,
		                 arena_printf(in->arena, "person:%s via sms", person->slug), on_claimed, in);
		return true;
	}
	bool accepts = strcmp(event, "accept") == 0;
	if (person != NULL && in->answer.number == 0 && (accepts || strcmp(event, "decline") == 0))
		answer_about_shift(in, person, accepts);
	else if (in->contact_count > 0)
		answer_as_agency(in);
	else
		return false;
	return true;
}

/* ---- a citizen's report ---- */

static void on_answer(struct intake *intake, enum store_end end, struct wall at)
{
	(void)at;
	struct incoming *in = intake->ctx;
	fault_point("gateway.kept");
	if (end == STORE_KEPT || end == STORE_REPEATED)
		reply_ok(in->request);
	else
		busy_reply(in->request, "the report could not be kept");
}

static void on_counted(void *ctx, const struct pg_result *r)
{
	struct incoming *in = ctx;
	struct store_report *s = &in->intake.report;
	if (r->status != PG_OK) {
		busy_reply(in->request, "the database is away");
		return;
	}
	in->intake.no_reply =
	        in->phone[0] == '\0' || pg_bigint(r, 0, 0) >= in->flow->rules->policy->sms_per_number_hour;
	in->intake.flow = in->flow;
	in->intake.arena = in->arena;
	in->intake.sms = true;
	in->intake.received = in->request->received;
	in->intake.answer = on_answer;
	in->intake.ctx = in;
	in->intake.stated = (struct stated){.text = in->text};
	s->gateway = in->gateway;
	s->external_id = in->external_id;
	fingerprint(in, s->fingerprint);
	s->content_type = http_header(in->request, "Content-Type");
	s->raw = in->raw;
	s->raw_len = in->raw_len;
	s->source = arena_printf(in->arena, "sms:%s", in->gateway);
	s->text = in->text;
	s->phone = in->phone[0] != '\0' ? in->phone : NULL;
	intake_submit(&in->intake);
}

static void report(struct incoming *in)
{
	struct pg_params *p = store_params(in->flow->store);
	pg_param_text(p, in->phone);
	store_query(in->flow->store, SQL_COUNT_REPLIES, p, on_counted, in);
}

/* ---- in ---- */

static const char *header(void *ctx, const char *name)
{
	return http_header(ctx, name);
}

static const char *hash_id(struct incoming *in)
{
	uint8_t print[32];
	struct buf hex;
	sha256(in->raw, in->raw_len, print);
	buf_init(&hex, 80);
	buf_adds(&hex, "sha256:");
	for (size_t i = 0; i < 16; i++)
		buf_addf(&hex, "%02x", print[i]);
	const char *id = arena_strndup(in->arena, hex.data, hex.len);
	buf_free(&hex);
	return id;
}

static const struct conf_gateway *gateway_of(const struct flow *f, const struct http_request *r)
{
	for (int i = 0; i < f->conf->gateway_count; i++)
		if (strcmp(f->conf->gateways[i].name, r->segments[0]) == 0)
			return &f->conf->gateways[i];
	return NULL; /* access has refused it */
}

static enum inbound_end read_call(const struct flow *f, struct http_request *r, enum door door, struct inbound *ret,
                                  char *why, size_t why_size)
{
	const struct conf_gateway *g = gateway_of(f, r);
	const struct inbound_request request = {
	        .method = r->method,
	        .url = arena_printf(r->arena, "%s%s%s%s", f->conf->public_url, r->path, r->query_len > 0 ? "?" : "",
	                            r->query),
	        .query = r->query,
	        .query_len = r->query_len,
	        .body = r->body,
	        .body_len = r->body_len,
	        .content_type = http_header(r, "Content-Type"),
	        .header = header,
	        .ctx = r,
	        .now_s = db_clock_now(&f->clock).us / 1000000,
	};
	return g->channel->read(&g->out, door, &request, ret, why, why_size);
}

void gateway_inbound(void *ctx, struct http_request *r)
{
	struct incoming *in = arena_new_of(r->arena, struct incoming);
	struct inbound all;
	char why[160] = "";
	in->flow = ctx;
	in->request = r;
	in->arena = r->arena;
	in->gateway = arena_strdup(in->arena, r->segments[0]);
	inbound_init(&all);
	bool readable = read_call(in->flow, r, DOOR_INBOUND, &all, why, sizeof why) == INBOUND_TAKEN;
	keep_raw(in);
	/* what cannot be read in full is not lost: it is kept under a key of its own, and a person reads it */
	in->external_id = hash_id(in);
	in->text = "";
	if (all.message_count > 0) {
		const struct inbound_message *m = &all.messages[0];
		if (m->external_id[0] != '\0')
			in->external_id = arena_strdup(in->arena, m->external_id);
		in->text = arena_strndup(in->arena, m->text.data, m->text.len);
		phone_normalise(m->from, in->phone);
	}
	inbound_free(&all);
	if (!readable) {
		metric_add(M_REPORTS_REFUSED, 1);
		log_warn("gateway.unreadable", "gateway=%s why=\"%s\"", in->gateway, why);
		if (in->text[0] == '\0') {
			keep(in);
			return;
		}
	}
	if (!is_answer(in))
		report(in);
}

/* ---- delivery reports ---- */

static void on_status_kept(void *ctx, const struct pg_result *r)
{
	struct http_request *request = ctx;
	if (r->status == PG_OK)
		reply_ok(request);
	else
		busy_reply(request, "the database is away");
}

void gateway_status(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct inbound all;
	struct uuid notice;
	char why[160] = "";
	inbound_init(&all);
	bool read = read_call(f, r, DOOR_STATUS, &all, why, sizeof why) == INBOUND_TAKEN && all.report_count == 1;
	struct delivery_report report = read ? all.reports[0] : (struct delivery_report){.ref = ""};
	inbound_free(&all);
	if (!read || !uuid_parse(report.ref, &notice)) {
		/* nothing of ours: asking again would not help */
		log_warn("gateway.status_unreadable", "gateway=%s why=\"%s\"", r->segments[0], why);
		reply_ok(r);
		return;
	}
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, notice);
	pg_param_text(p, delivery_state_names[report.state]);
	pg_param_text(p, report.detail);
	store_query(f->store, SQL_KEEP_DELIVERY_REPORT, p, on_status_kept, r);
	deliver_reported(f->deliver, notice, report.state);
}
