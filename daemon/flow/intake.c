/* intake: see intake.h. */
#include "intake.h"

#include <string.h>

#include "../../protocol/report_request.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "access.h"
#include "busy.h"
#include "deliver.h"
#include "escalate.h"
#include "numbers.h"
#include "report_answer.h"

/* ---- the path ---- */

static void on_committed(void *ctx, struct store_report *report, enum store_end end, struct wall at)
{
	struct intake *in = ctx;
	struct flow *f = in->flow;
	fault_point("intake.committed");
	deliver_release(f->deliver, in->rules, in->plan, report->leased, end == STORE_KEPT);
	if (end == STORE_KEPT) {
		db_clock_set(&f->clock, at);
		for (size_t i = 0; i < in->plan->deadline_count; i++)
			escalate_look(f->escalate, (int64_t)in->plan->deadlines[i].after_s * 1000);
		metric_add(in->sms ? M_REPORTS_SMS : M_REPORTS_HTTP, 1);
		metric_add(M_DISPATCHES, (int64_t)in->plan->dispatch_count);
		metric_observe(M_REPORT_SECONDS, (double)(mono_now().us - in->received.us) / 1e6);
	} else if (end == STORE_REPEATED) {
		metric_add(M_REPORTS_REPEATED, 1);
	}
	struct rules *rules = in->rules; /* the answer names agencies of the plan; afterwards in is gone */
	in->answer(in, end, at);
	rules_drop(&rules);
}

/* A source that states the type and no urgency gets at least the type's own: a body must not count as normal because nobody said otherwise. */
static void default_urgency(struct intake *in)
{
	const struct type_rules *type = &in->rules->policy->types[in->triage.type];
	if (in->stated.type != NULL && in->stated.urgency == NULL && type->defined &&
	    in->triage.urgency < type->default_urgency)
		in->triage.urgency = type->default_urgency;
}

/* Triage and plan: decided here, in one go, from one snapshot. */
static void decide(struct intake *in, int64_t number)
{
	struct flow *f = in->flow;
	struct store_report *r = &in->report;
	in->rules = rules_hold(f->rules);
	triage_report(in->rules->lexicon, in->rules->gazetteer, &in->stated, &in->triage);
	default_urgency(in);
	const char *place = r->place_text != NULL           ? r->place_text
	                    : in->triage.place_text[0] != 0 ? in->triage.place_text
	                                                    : NULL;
	r->place_text = place;
	const struct plan_setting setting = rules_setting(f, in->rules);
	const struct plan_input input = {
	        .triage = &in->triage,
	        .number = number,
	        .place_text = place,
	        .has_position = r->has_position,
	        .lat = r->lat,
	        .lon = r->lon,
	        .reporter_phone = in->no_reply           ? NULL
	                          : in->reply_to != NULL ? in->reply_to
	                                                 : r->phone,
	        .via = in->via,
	        .turn = in->turn,
	        .sms_report = in->sms,
	};
	in->plan = plan_make(in->arena, &setting, &input);
	r->type = in->read_as != TYPE_UNSURE ? in->read_as : in->triage.type;
	r->asks = in->plan->asks;
	r->urgency = in->triage.urgency;
	r->plan = in->plan;
}

const char *intake_triage_json(struct arena *a, const struct buf *rendered, const char *turn_json)
{
	const char *json = arena_strndup(a, rendered->data, rendered->len);
	if (turn_json == NULL)
		return json;
	return arena_printf(a, "%.*s,\"turn\":%s}", (int)rendered->len - 1, json, turn_json);
}

static void on_number(void *ctx, int64_t number)
{
	struct intake *in = ctx;
	struct store_report *r = &in->report;
	if (number == 0) {
		in->answer(in, STORE_UNAVAILABLE, (struct wall){0});
		return;
	}
	decide(in, number);
	struct buf text;
	buf_init(&text, 64 * 1024);
	triage_render(&in->triage, in->rules->gazetteer, &text);
	r->triage = intake_triage_json(in->arena, &text, in->turn_json);
	buf_reset(&text);
	if (!uuid_is_nil(in->plan->incident)) {
		plan_render_opened(in->plan, &text);
		r->opened = arena_strndup(in->arena, text.data, text.len);
	}
	buf_free(&text);
	bool *leased = arena_array(in->arena, bool, in->plan->notice_count + 1);
	deliver_reserve(in->flow->deliver, in->plan, leased);
	r->leased = leased;
	r->done = on_committed;
	r->ctx = in;
	fault_point("intake.planned");
	store_report(in->flow->store, r);
}

void intake_submit(struct intake *in)
{
	in->report.id = uuid_make();
	numbers_take(in->flow->numbers, on_number, in);
}

/* ---- POST /v1/reports ---- */

static void answer_kept(struct intake *in, struct http_request *r, struct wall at)
{
	struct buf body;
	buf_init(&body, 64 * 1024);
	report_answer_render(&in->report, at, &body);
	char location[64];
	char id[UUID_TEXT];
	uuid_format(in->report.id, id);
	snprintf(location, sizeof location, "Location: /v1/reports/%s\n", id);
	fault_point("intake.answering");
	http_reply(r, 201, "application/json", body.data, body.len, location);
	buf_free(&body);
}

static void on_answer(struct intake *in, enum store_end end, struct wall at)
{
	struct http_request *r = in->ctx;
	switch (end) {
	case STORE_KEPT:
		answer_kept(in, r, at);
		return;
	case STORE_REPEATED:
		report_answer_again(in->flow, r, in->report.gateway, in->report.external_id, in->report.fingerprint);
		return;
	case STORE_REFUSED:
		http_reply_fault(r, 500, "report-refused",
		                 "the database refused this report; the fault is logged, please tell the operator");
		return;
	default:
		busy_reply(r,
		           "the database is away and the report is not known to be kept: send it again with the same "
		           "Idempotency-Key");
	}
}

/* Idempotency-Key, quoted (RFC draft: a structured string) or bare. NULL when absent, "" when unusable. */
static const char *idempotency_key(struct http_request *r)
{
	const char *raw = http_header(r, "Idempotency-Key");
	if (raw == NULL)
		return NULL;
	size_t len = strlen(raw);
	if (len >= 2 && raw[0] == '"' && raw[len - 1] == '"') {
		raw++;
		len -= 2;
	}
	if (len == 0 || len > 200)
		return "";
	for (size_t i = 0; i < len; i++)
		if (raw[i] < 0x21 || raw[i] > 0x7e)
			return "";
	return arena_strndup(r->arena, raw, len);
}

static void fill(struct intake *in, struct http_request *r, const struct report_request *q)
{
	struct store_report *s = &in->report;
	const struct identity *who = access_identity(r);
	s->gateway = arena_printf(in->arena, "http:%s", who->name);
	s->source = access_actor(r);
	s->content_type = "application/json";
	s->raw = r->body;
	s->raw_len = r->body_len;
	sha256(r->body, r->body_len, s->fingerprint);
	s->text = arena_strdup(in->arena, q->text);
	s->place_text = arena_strdup(in->arena, q->place_text);
	s->phone = q->phone[0] != '\0' ? arena_strdup(in->arena, q->phone) : NULL;
	s->name = arena_strdup(in->arena, q->reporter_name);
	s->has_position = q->has_position;
	s->lat = q->lat;
	s->lon = q->lon;
	s->anonymous = q->anonymous;
	s->has_occurred_at = q->has_occurred_at;
	s->occurred_at = (struct wall){q->occurred_at_us};
	in->stated = (struct stated){.text = s->text,
	                             .type = arena_strdup(in->arena, q->type),
	                             .urgency = arena_strdup(in->arena, q->urgency),
	                             .village_code = arena_strdup(in->arena, q->village_code),
	                             .place_text = s->place_text};
}

/* The village must exist and lie where this source may report from. Replies itself when not. */
static bool place_fits(struct flow *f, struct http_request *r, const char *code)
{
	struct problem p;
	if (code == NULL)
		return true;
	if (gazetteer_by_code(f->rules->gazetteer, code) == NULL) {
		problem_init(&p, 422, "invalid-report", "the report names a place that is not known here");
		problem_error(
		        &p, "#/place/village_code",
		        "no area with code %.13s is loaded: use a Kemendagri code such as 64.09.01.1003, or leave it "
		        "out and name the place in place.text",
		        code);
	} else if (!region_code_within(code, access_identity(r)->scope)) {
		problem_init(&p, 403, "outside-scope", "this token may not report from there");
		problem_error(&p, "#/place/village_code", "this token's scope is %.13s", access_identity(r)->scope);
	} else {
		return true;
	}
	metric_add(M_REPORTS_REFUSED, 1);
	http_reply_problem(r, &p);
	return false;
}

void intake_post_report(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct problem p;
	struct report_request q;
	const char *key = idempotency_key(r);
	if (key != NULL && key[0] == '\0') {
		metric_add(M_REPORTS_REFUSED, 1);
		http_reply_fault(r, 400, "invalid-key",
		                 "Idempotency-Key must be 1 to 200 printable ASCII characters without spaces");
		return;
	}
	if (!report_request_read(r->body, r->body_len, &q, &p)) {
		metric_add(M_REPORTS_REFUSED, 1);
		http_reply_problem(r, &p);
		return;
	}
	if (place_fits(f, r, q.village_code)) {
		struct intake *in = arena_new_of(r->arena, struct intake);
		in->flow = f;
		in->arena = r->arena;
		in->received = r->received;
		in->answer = on_answer;
		in->ctx = r;
		fill(in, r, &q);
		/* without any key each post is a report of its own */
		char own[UUID_TEXT];
		uuid_format(uuid_make(), own);
		in->report.external_id = key != NULL             ? key
		                         : q.external_id != NULL ? arena_strdup(r->arena, q.external_id)
		                                                 : arena_strdup(r->arena, own);
		intake_submit(in);
	}
	report_request_free(&q);
}
