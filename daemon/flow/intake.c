/* intake: see intake.h. */
#include "intake.h"

#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/report_request.h"
#include "../../protocol/rfc3339.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "access.h"
#include "attach.h"
#include "busy.h"
#include "deliver.h"
#include "escalate.h"
#include "numbers.h"
#include "report_answer.h"
#include "spooled.h"

/* ---- the path ---- */

static bool opens_incident(const struct intake *in)
{
	return !uuid_is_nil(in->plan->incident);
}

static void count_taken(const struct intake *in)
{
	metric_add(in->sms ? M_REPORTS_SMS : M_REPORTS_HTTP, 1);
	metric_observe(M_REPORT_SECONDS, (double)(mono_now().us - in->received.us) / 1e6);
}

/* The end of what was planned; kept: its notices leave. known: the database, or the disk, has said what became of it. */
static void end_planned(struct intake *in, enum intake_end end, bool kept, bool known, struct wall at)
{
	struct flow *f = in->flow;
	bool opened = opens_incident(in);
	struct uuid incident = in->plan->incident;
	struct rules *rules = in->rules; /* the answer names agencies of the plan; afterwards in is gone */
	if (kept && end == INTAKE_SPOOLED)
		deliver_release_spooled(f->deliver, rules, in->plan, in->report.leased);
	else
		deliver_release(f->deliver, rules, in->plan, in->report.leased, kept);
	if (kept) {
		count_taken(in);
		metric_add(M_DISPATCHES, (int64_t)in->plan->dispatch_count);
	}
	if (opened && end == INTAKE_KEPT && in->match.answer == DUPLICATE_SUGGEST)
		recent_suggest(f->recent, incident, in->report.id, &in->match);
	in->answer(in, end, at);
	rules_drop(&rules);
	if (opened)
		recent_settled(f->recent, incident, kept, known, at);
}

/* Its key is on disk: as a report, this one or another; or as a message that waits to be taken, and must go on waiting. */
static enum intake_end known_as(struct intake *in, const struct spool_record *known)
{
	if (known->kind == SPOOL_MESSAGE)
		return INTAKE_UNAVAILABLE;
	in->spooled.id = known->id;
	in->spooled.number = known->number;
	bool same = memcmp(known->fingerprint, in->report.fingerprint, sizeof known->fingerprint) == 0;
	return same ? INTAKE_SPOOLED : INTAKE_REUSED;
}

static void on_spooled(void *ctx, enum spool_end end, const struct spool_record *known)
{
	struct intake *in = ctx;
	struct wall now = db_clock_now(&in->flow->clock);
	enum intake_end what = end == SPOOL_NOT ? INTAKE_UNAVAILABLE : INTAKE_SPOOLED;
	if (known != NULL) {
		what = known_as(in, known);
	} else {
		in->spooled.id = in->report.id;
		in->spooled.number = in->plan->number;
	}
	end_planned(in, what, end == SPOOL_KEPT, end != SPOOL_NOT && what != INTAKE_UNAVAILABLE, now);
}

/* The history says that it waited there, and since when. What would have waited in the outbox now waits in memory. */
static void spool(struct intake *in)
{
	struct store_report *r = &in->report;
	char since[RFC3339_MAX];
	deliver_release(in->flow->deliver, in->rules, in->plan, in->leased, false);
	deliver_reserve(in->flow->deliver, in->plan, in->leased);
	if (r->received.us == 0)
		r->received = db_clock_now(&in->flow->clock);
	rfc3339_format(r->received.us, since);
	if (r->opened != NULL)
		r->opened = arena_printf(in->arena, "%.*s,\"spooled_at\":\"%s\"}", (int)strlen(r->opened) - 1,
		                         r->opened, since);
	spooled_report(in->flow, in->arena, r, on_spooled, in);
}

static void on_committed(void *ctx, struct store_report *report, enum store_end end, struct wall at)
{
	static const enum intake_end ends[] = {[STORE_KEPT] = INTAKE_KEPT,
	                                       [STORE_REPEATED] = INTAKE_REPEATED,
	                                       [STORE_REFUSED] = INTAKE_REFUSED,
	                                       [STORE_UNAVAILABLE] = INTAKE_UNAVAILABLE};
	struct intake *in = ctx;
	struct flow *f = in->flow;
	(void)report;
	fault_point("intake.committed");
	if (end == STORE_UNAVAILABLE && spooled_is_open(f)) {
		spool(in);
		store_give_up_reports(f->store); /* the same key may wait there: it must not be committed first */
		return;
	}
	if (end == STORE_KEPT) {
		db_clock_set(&f->clock, at);
		for (size_t i = 0; i < in->plan->deadline_count; i++)
			escalate_look(f->escalate, (int64_t)in->plan->deadlines[i].after_s * 1000);
	} else if (end == STORE_REPEATED) {
		metric_add(M_REPORTS_REPEATED, 1);
	}
	end_planned(in, ends[end], end == STORE_KEPT, end != STORE_UNAVAILABLE, at);
}

/* A source that states the type and no urgency gets at least the type's own: a body must not count as normal because nobody said otherwise. */
static void default_urgency(struct intake *in)
{
	const struct type_rules *type = &in->rules->policy->types[in->triage.type];
	if (in->stated.type != NULL && in->stated.urgency == NULL && type->defined &&
	    in->triage.urgency < type->default_urgency)
		in->triage.urgency = type->default_urgency;
}

/* What is it, where is it: read once, under one snapshot of the rules, which holds to the end. */
static void read_report(struct intake *in)
{
	struct store_report *r = &in->report;
	in->rules = rules_hold(in->flow->rules);
	triage_report(in->rules->lexicon, in->rules->gazetteer, &in->stated, &in->triage);
	default_urgency(in);
	if (r->place_text == NULL && in->triage.place_text[0] != '\0')
		r->place_text = in->triage.place_text;
	r->type = in->read_as != TYPE_UNSURE ? in->read_as : in->triage.type;
	r->urgency = in->triage.urgency;
}

const char *intake_triage_json(struct arena *a, const struct triage *t, const struct gazetteer *g, const char *turn)
{
	struct buf text;
	buf_init(&text, 64 * 1024);
	triage_render(t, g, &text);
	const char *kept = arena_strndup(a, text.data, text.len);
	if (turn != NULL)
		kept = arena_printf(a, "%.*s,\"turn\":%s}", (int)text.len - 1, kept, turn);
	buf_free(&text);
	return kept;
}

static const char *triage_text_of(struct intake *in)
{
	return intake_triage_json(in->arena, &in->triage, in->rules->gazetteer, in->turn_json);
}

static void make_plan(struct intake *in, int64_t number)
{
	struct store_report *r = &in->report;
	const struct plan_setting setting = rules_setting(in->flow, in->rules);
	const struct plan_input input = {
	        .triage = &in->triage,
	        .number = number,
	        .place_text = r->place_text,
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
	r->asks = in->plan->asks;
	r->plan = in->plan;
}

static void give_up(struct intake *in)
{
	struct rules *rules = in->rules;
	in->answer(in, INTAKE_UNAVAILABLE, (struct wall){0});
	rules_drop(&rules);
}

static void on_number(void *ctx, int64_t number)
{
	struct intake *in = ctx;
	struct store_report *r = &in->report;
	if (number == 0) {
		give_up(in);
		return;
	}
	make_plan(in, number);
	r->triage = triage_text_of(in);
	if (opens_incident(in)) {
		struct buf text;
		buf_init(&text, 64 * 1024);
		plan_render_opened(in->plan, &text);
		r->opened = arena_strndup(in->arena, text.data, text.len);
		buf_free(&text);
		recent_begin(in->flow->recent, in->plan->incident, &in->facts);
	}
	r->leased = in->leased = arena_array(in->arena, bool, in->plan->notice_count + 1);
	r->done = on_committed;
	r->ctx = in;
	fault_point("intake.planned");
	if (spooled_at_once(in->flow)) {
		spool(in);
		return;
	}
	deliver_reserve(in->flow->deliver, in->plan, in->leased);
	store_report(in->flow->store, r);
}

/* ---- what is known already ---- */

static void route(struct intake *in);

static void on_attached(struct attach *a, enum attach_end end, int64_t incident_number)
{
	static const enum intake_end ends[] = {[ATTACH_KEPT] = INTAKE_KEPT,
	                                       [ATTACH_REPEATED] = INTAKE_REPEATED,
	                                       [ATTACH_UNAVAILABLE] = INTAKE_UNAVAILABLE};
	(void)incident_number;
	struct intake *in = a->ctx;
	fault_point("intake.attached");
	if (end == ATTACH_ENDED) {
		in->attach = NULL;
		in->own = true;
		route(in);
		return;
	}
	if (end == ATTACH_KEPT)
		count_taken(in);
	struct rules *rules = in->rules;
	in->answer(in, ends[end], db_clock_now(&in->flow->clock));
	rules_drop(&rules);
}

static void become_part(struct intake *in)
{
	struct attach *a = in->attach = arena_new_of(in->arena, struct attach);
	a->flow = in->flow;
	a->arena = in->arena;
	a->report = in->report;
	a->report.relation = "duplicate";
	a->report.triage = triage_text_of(in);
	a->incident = in->match.incident;
	a->score = in->match.verdict.score;
	a->reasons = recent_reasons(in->arena, &in->match.verdict);
	a->read = &in->triage;
	if (in->sms && !in->no_reply)
		a->reply = (struct plan_reply){
		        .key = "merged", .to = in->reply_to != NULL ? in->reply_to : in->report.phone, .via = in->via};
	a->done = on_attached;
	a->ctx = in;
	attach_submit(a);
}

static void on_settled(void *ctx, bool available)
{
	struct intake *in = ctx;
	if (available)
		route(in);
	else
		give_up(in);
}

/* A message that sets nothing in motion repeats nothing either. */
static bool is_about_something(const struct intake *in)
{
	const struct triage *t = &in->triage;
	if (in->turn != NULL && in->turn->silent)
		return false;
	bool silent = t->type == TYPE_NOT_A_REPORT || t->type == TYPE_STATUS_QUERY || t->type == TYPE_FOLLOWUP;
	return !silent || t->type_confidence < in->rules->policy->type_threshold;
}

/* Part of an incident that is known, or one of its own. */
static void route(struct intake *in)
{
	struct flow *f = in->flow;
	bool away = spooled_at_once(
	        f); /* nothing can become part of anything; a message waits for that, a report does not */
	bool may_attach = !in->own && (in->sms || (in->rules->policy->duplicates.http_attaches && !away));
	in->match.answer = DUPLICATE_NO;
	if (is_about_something(in))
		recent_find(f->recent, &in->facts, may_attach, &in->match);
	if (in->match.answer != DUPLICATE_ATTACH) {
		numbers_take(f->numbers, on_number, in);
	} else if (in->match.in_flight) {
		in->waiter = (struct recent_waiter){.go = on_settled, .ctx = in};
		recent_wait(f->recent, in->match.incident, &in->waiter);
	} else {
		become_part(in);
	}
}

static void take(struct intake *in)
{
	in->report.id = uuid_make();
	read_report(in);
	recent_read(in->flow->recent, &in->report, &in->triage, &in->facts);
	route(in);
}

static void on_found(void *ctx, const struct spool_record *found)
{
	struct intake *in = ctx;
	if (found == NULL)
		take(in);
	else
		in->answer(in, known_as(in, found), db_clock_now(&in->flow->clock));
}

void intake_submit(struct intake *in)
{
	if (in->report.received.us != 0) /* it is what waits there */
		take(in);
	else
		spooled_find(in->flow, in->report.gateway, in->report.external_id, on_found, in);
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

/* 202: kept, but not yet where it belongs. */
static void answer_spooled(const struct intake *in, struct http_request *r)
{
	struct buf body;
	struct json_out j;
	char id[UUID_TEXT];
	uuid_format(in->spooled.id, id);
	buf_init(&body, 1024);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_member_string(&j, "id", id);
	json_member_int(&j, "number", in->spooled.number);
	json_member_string(&j, "state", "spooled");
	json_end_object(&j);
	buf_addc(&body, '\n');
	http_reply(r, 202, "application/json", body.data, body.len,
	           arena_printf(r->arena, "Location: /v1/reports/%s\n", id));
	buf_free(&body);
}

static void on_answer(struct intake *in, enum intake_end end, struct wall at)
{
	struct http_request *r = in->ctx;
	switch (end) {
	case INTAKE_KEPT:
		if (in->attach == NULL)
			answer_kept(in, r, at);
		else /* its incident is in the database */
			report_answer_again(in->flow, r, in->report.gateway, in->report.external_id,
			                    in->report.fingerprint);
		return;
	case INTAKE_REPEATED:
		report_answer_again(in->flow, r, in->report.gateway, in->report.external_id, in->report.fingerprint);
		return;
	case INTAKE_SPOOLED:
		answer_spooled(in, r);
		return;
	case INTAKE_REUSED:
		report_answer_reused(r);
		return;
	case INTAKE_REFUSED:
		http_reply_fault(r, 500, "report-refused",
		                 "the database refused this report; the fault is logged, please tell the operator");
		return;
	case INTAKE_UNAVAILABLE:
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
	/* a user's keys are not those of a token that happens to have his name */
	s->gateway = arena_printf(in->arena, "%s:%s", who->session != NULL ? "console" : "http", who->name);
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
