/* link: see link.h. An answer first, then what became of the dispatch so far, then the page daemon/console/pages/link.html. */
#include "link.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/form.h"
#include "../flow/respond.h"
#include "page.h"

enum { EVENT_MAX = 20, TEXT_MAX_BYTES = 1200, NUMBER_MAX = 9, ETA_MOST_MIN = 1440 };

/* What a request came with and comes to, beside the answer itself. */
struct visit {
	struct http_request *request;
	int status;
	const char *notice; /* of link.html; NULL: none */
	int64_t seen;       /* the incident's version that the answering page showed; 0: none did */
};

static struct visit *visit_of(const struct respond *r)
{
	return r->ctx;
}

/* ---- the page ---- */

/* The link ends with its dispatch. */
static bool has_expired(const struct respond *r)
{
	return !incident_is_open(r->incident.state) || r->row.state == DISPATCH_CANCELLED;
}

/* Whoever is logged in has a list to go back to. Whether the session still holds is that page's affair. */
static void add_way_back(cJSON *view, const struct http_request *request)
{
	const char *cookies = http_header(request, "Cookie");
	if (cookies != NULL && strstr(cookies, "__Host-sigap=") != NULL)
		cJSON_AddTrueToObject(view, "back");
}

static void reply_gone(struct http_request *request, bool ended)
{
	cJSON *view = cJSON_CreateObject();
	cJSON_AddBoolToObject(view, "ended", ended);
	add_way_back(view, request);
	page_reply(request, 404, "link_gone", view, PAGE_PRIVATE, NULL);
}

static void add_place(cJSON *view, const struct respond *r)
{
	char degrees[16];
	const struct incident_row *i = &r->incident;
	cJSON_AddStringToObject(view, "place", page_place(r->arena, r->flow->rules->gazetteer, i->region));
	if (i->place_text != NULL)
		cJSON_AddStringToObject(view, "place_text", i->place_text);
	if (!i->has_position)
		return;
	snprintf(degrees, sizeof degrees, "%.5f", i->lat);
	cJSON_AddStringToObject(view, "lat", degrees);
	snprintf(degrees, sizeof degrees, "%.5f", i->lon);
	cJSON_AddStringToObject(view, "lon", degrees);
}

static void add_answer_by(cJSON *view, const struct respond *r)
{
	char by[PAGE_TIME];
	struct wall now = db_clock_now(&r->flow->clock);
	int64_t left_us = r->row.accept_by.us - now.us;
	int64_t minutes = left_us < 0 ? -left_us / 60000000 : (left_us + 59999999) / 60000000;
	if (r->row.state != DISPATCH_NOTIFIED && r->row.state != DISPATCH_SEEN)
		return;
	page_time(r->row.accept_by, now, r->flow->rules->policy->utc_offset_s, by);
	cJSON_AddStringToObject(view, "answer_by", by);
	cJSON_AddNumberToObject(view, "minutes", (double)minutes);
	cJSON_AddBoolToObject(view, "late", left_us < 0);
}

static void add_answers(cJSON *view, const struct respond *r)
{
	static const enum dispatch_event answers[] = {ON_ACCEPT, ON_DECLINE, ON_EN_ROUTE, ON_ON_SCENE, ON_COMPLETE};
	cJSON *fitting = cJSON_CreateObject();
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct dispatch_step s = dispatch_step(r->row.state, answers[i]);
		if (s.fits && !s.repeats)
			cJSON_AddTrueToObject(fitting, dispatch_event_names[answers[i]]);
	}
	if (fitting->child != NULL)
		cJSON_AddItemToObject(view, "answers", fitting);
	else
		cJSON_Delete(fitting);
}

/* rows: of sql/read_link.sql. Without the database the page has no history, but the answer still counts. */
static void add_history(cJSON *view, const struct respond *r, const struct pg_result *rows)
{
	struct json_fault fault;
	bool there = rows->status == PG_OK && rows->rows > 0;
	cJSON *history = there ? json_parse(pg_text(rows, 0, 0), pg_length(rows, 0, 0), &fault) : NULL;
	if (history == NULL)
		return;
	for (cJSON *e = history->child; e != NULL; e = e->next) {
		const cJSON *number = json_member(e, "number");
		bool is_new = visit_of(r)->seen > 0 && cJSON_IsNumber(number) &&
		              number->valuedouble > (double)visit_of(r)->seen;
		cJSON_AddBoolToObject(e, "new", is_new);
	}
	cJSON_AddItemToObject(view, "history", history);
}

static cJSON *view_of(const struct respond *r)
{
	char eta[PAGE_TIME];
	const struct visit *v = visit_of(r);
	const struct policy *policy = r->flow->rules->policy;
	cJSON *view = cJSON_CreateObject();
	cJSON_AddNumberToObject(view, "number", (double)r->incident.number);
	cJSON_AddNumberToObject(view, "version", (double)r->incident.version);
	cJSON_AddStringToObject(view, "state", dispatch_state_names[r->row.state]);
	cJSON_AddStringToObject(view, "type", page_type(policy, r->incident.type, v->request));
	cJSON_AddStringToObject(view, "urgency", urgency_names[r->incident.urgency]);
	cJSON_AddStringToObject(view, "task", r->row.task);
	if (v->notice != NULL)
		cJSON_AddStringToObject(view, "notice", v->notice);
	if (r->eta_now.us != 0 && (r->row.state == DISPATCH_ACCEPTED || r->row.state == DISPATCH_EN_ROUTE)) {
		page_time(r->eta_now, db_clock_now(&r->flow->clock), policy->utc_offset_s, eta);
		cJSON_AddStringToObject(view, "eta", eta);
	}
	add_place(view, r);
	add_answer_by(view, r);
	add_answers(view, r);
	add_way_back(view, v->request);
	return view;
}

static void on_history(void *ctx, const struct pg_result *rows)
{
	struct respond *r = ctx;
	cJSON *view = view_of(r);
	add_history(view, r, rows);
	page_reply(visit_of(r)->request, visit_of(r)->status, "link", view, PAGE_PRIVATE, NULL);
}

static void reply_page(struct respond *r, int status, const char *notice)
{
	struct visit *v = visit_of(r);
	v->status = status;
	v->notice = notice;
	struct pg_params *p = store_params(r->flow->store);
	pg_param_uuid(p, r->row.id);
	pg_param_int(p, r->flow->rules->policy->utc_offset_s);
	store_read(r->flow->store, SQL_READ_LINK, p, on_history, r);
}

/* ---- requests ---- */

static void on_answered(struct respond *r, enum respond_end how)
{
	struct http_request *request = visit_of(r)->request;
	if (how == RESPOND_UNAVAILABLE)
		page_reply_busy(request);
	else if (how == RESPOND_UNKNOWN || how == RESPOND_AMBIGUOUS || has_expired(r))
		reply_gone(request, how != RESPOND_UNKNOWN);
	else if (how == RESPOND_CONFLICT || !r->step.fits)
		reply_page(r, 409, "stale");
	else if (r->read_only && !r->step.repeats)
		reply_page(r, 422, "reason");
	else
		reply_page(r, 200, r->step.repeats ? "again" : "stored");
}

/* Opening the page is being seen; a page that cannot be "seen" any more is shown all the same. */
static void on_seen(struct respond *r, enum respond_end how)
{
	bool shown = how == RESPOND_DONE || how == RESPOND_REPEATS || how == RESPOND_CONFLICT;
	if (shown && !has_expired(r))
		reply_page(r, 200, NULL);
	else
		on_answered(r, how);
}

static struct respond *begin(struct flow *f, struct http_request *request)
{
	struct respond *r = arena_new_of(request->arena, struct respond);
	struct visit *v = arena_new_of(request->arena, struct visit);
	v->request = request;
	r->flow = f;
	r->arena = request->arena;
	r->eta_minutes = -1;
	r->actor = "partner via link";
	r->ctx = v;
	r->done = on_answered;
	if (f->rules == NULL) {
		page_reply_busy(request);
		return NULL;
	}
	if (!link_token_read(f->rules->link_key, request->segments[0], &r->dispatch)) {
		reply_gone(request, false);
		return NULL;
	}
	return r;
}

void link_get(void *ctx, struct http_request *request)
{
	struct respond *r = begin(ctx, request);
	if (r == NULL)
		return;
	r->event = ON_SEEN;
	r->done = on_seen;
	respond_submit(r);
}

/* ---- the form ---- */

/* The field as text; NULL when it is absent or blank. One that is no text, or too long, is a fault. */
static const char *text_field(struct arena *a, const struct form *form, const char *name, size_t max, bool *ret_fault)
{
	const struct form_field *f = form_field(form, name);
	if (f == NULL || f->value_len == 0)
		return NULL;
	if (f->value_len > max || !utf8_valid(f->value, f->value_len)) {
		*ret_fault = true;
		return NULL;
	}
	return f->value[strspn(f->value, " \t\r\n")] != '\0' ? arena_strdup(a, f->value) : NULL;
}

/* Digits only, at most most; -1 when absent. */
static int number_field(struct arena *a, const struct form *form, const char *name, int most, bool *ret_fault)
{
	const char *text = text_field(a, form, name, NUMBER_MAX, ret_fault);
	if (text == NULL)
		return -1;
	int n = strspn(text, "0123456789") == strlen(text) ? atoi(text) : -1;
	if (n < 0 || n > most)
		*ret_fault = true;
	return n;
}

/* Fills the answer; false when the form holds none. */
static bool read_answer(struct respond *r, const struct form *form)
{
	bool fault = false;
	const char *event = text_field(r->arena, form, "event", EVENT_MAX, &fault);
	const char *choice = text_field(r->arena, form, "choice", TEXT_MAX_BYTES, &fault);
	const char *reason = text_field(r->arena, form, "reason", TEXT_MAX_BYTES, &fault);
	int e = event == NULL ? -1 : name_index(dispatch_event_names, ON_CANCEL, event); /* the answers only */
	int seen = number_field(r->arena, form, "seen", 999999999, &fault);
	r->note = text_field(r->arena, form, "note", TEXT_MAX_BYTES, &fault);
	r->eta_minutes = number_field(r->arena, form, "eta", ETA_MOST_MIN, &fault);
	r->reason = choice == NULL || reason == NULL ? (choice != NULL ? choice : reason)
	                                             : arena_printf(r->arena, "%s; %s", choice, reason);
	r->event = (enum dispatch_event)(e >= 0 ? e : 0);
	visit_of(r)->seen = seen > 0 ? seen : 0;
	return e >= 0 && !fault;
}

void link_post(void *ctx, struct http_request *request)
{
	struct respond *r = begin(ctx, request);
	struct form form;
	if (r == NULL)
		return;
	if (!form_parse(request->body, request->body_len, &form)) {
		http_reply_fault(request, 400, "malformed-form", "the form could not be read");
		return;
	}
	bool readable = read_answer(r, &form);
	form_free(&form);
	if (!readable) {
		http_reply_fault(
		        request, 422, "invalid-event",
		        "event must be accept, decline, en_route, on_scene or complete; choice, reason and note "
		        "must be texts, eta a number of minutes");
		return;
	}
	r->read_only = r->event == ON_DECLINE && r->reason == NULL;
	respond_submit(r);
}
