/* shifts: see shifts.h. */
#include "shifts.h"

#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../../protocol/roster_request.h"
#include "../base/metrics.h"
#include "../core/shift_check.h"
#include "access.h"
#include "busy.h"
#include "change_reply.h"
#include "roster.h"
#include "row_reply.h"
#include "rules.h"

enum {
	DAY_S = 86400,
	DAYS_DEFAULT = 7,
	DAYS_MOST = 92,
	DAYS_KEPT = 31,
	SPANS_MOST = 4096,
	GAPS_MOST = 512,
	ROLES_MOST = 4
};

static struct wall plus(struct wall t, int64_t seconds)
{
	return (struct wall){t.us + seconds * 1000000};
}

/* A request while the database is asked. */
struct asked {
	struct flow *flow;
	struct http_request *request;
	struct arena *arena;
	struct rules *rules; /* held; NULL: not needed */
	struct wall from, until;
	const char *person;
	struct uuid id;
};

static struct asked *asked_new(void *ctx, struct http_request *r)
{
	struct asked *q = arena_new_of(r->arena, struct asked);
	q->flow = ctx;
	q->request = r;
	q->arena = r->arena;
	return q;
}

static void reply_away(struct asked *q)
{
	busy_reply(q->request, "the database is away: nothing is known to have changed, look before you repeat");
}

static void refuse(struct asked *q, const char *pointer, const char *detail)
{
	struct problem p;
	problem_init(&p, 422, "invalid-request", NULL);
	problem_error(&p, pointer, "%s", detail);
	http_reply_problem(q->request, &p);
}

/* ---- what the roster says ---- */

static void put_span(struct json_out *j, const struct duty_span *s, struct wall now, const struct pg_result *r)
{
	struct wall asked = {0}, accepted = {0}, refused = {0};
	bool lost = s->person->phone == NULL || s->person->phone[0] == '\0';
	char id[UUID_TEXT];
	uuid_format(s->id, id);
	for (int i = 0; i < r->rows; i++) {
		if (pg_time(r, i, 2).us != s->from.us || strcmp(pg_text(r, i, 0), s->person->slug) != 0 ||
		    strcmp(pg_text(r, i, 1), s->role) != 0)
			continue;
		asked = pg_time(r, i, 4);
		accepted = pg_time(r, i, 6);
		refused = pg_time(r, i, 7);
		lost |= pg_bool(r, i, 9);
	}
	json_begin_object(j);
	json_member_string(j, "id", uuid_is_nil(s->id) ? NULL : id);
	json_member_string(j, "person", s->person->slug);
	json_member_string(j, "role", s->role);
	json_member_time(j, "from", s->from.us);
	json_member_time(j, "until", s->until.us);
	json_member_string(j, "source", s->source);
	json_member_string(j, "rotation", s->rotation);
	json_member_bool(j, "now", s->from.us <= now.us && now.us < s->until.us);
	json_member_time(j, "asked_at", asked.us);
	json_member_time(j, "accepted_at", accepted.us);
	json_member_time(j, "refused_at", refused.us);
	json_member_bool(j, "unreachable", lost);
	json_end_object(j);
}

static void put_spans(struct json_out *j, const struct asked *q, const struct pg_result *r)
{
	const struct roster *roster = &q->rules->directory.roster;
	struct duty_span *spans = arena_array(q->arena, struct duty_span, SPANS_MOST);
	size_t n = roster_spans(roster, q->arena, q->from, q->until, spans, SPANS_MOST);
	struct wall now = db_clock_now(&q->flow->clock);
	json_key(j, "shifts");
	json_begin_array(j);
	for (size_t i = 0; i < n && i < SPANS_MOST; i++) {
		struct duty_span whole = roster_whole(roster, &spans[i]);
		put_span(j, &whole, now, r);
	}
	json_end_array(j);
}

static void put_gaps(struct json_out *j, const struct asked *q)
{
	struct duty_gap *gaps = arena_array(q->arena, struct duty_gap, GAPS_MOST);
	size_t n = roster_gaps(&q->rules->directory.roster, q->arena, "coordinator", q->rules->policy->regency, q->from,
	                       q->until, gaps, GAPS_MOST);
	json_key(j, "gaps");
	json_begin_array(j);
	for (size_t i = 0; i < n && i < GAPS_MOST; i++) {
		json_begin_object(j);
		json_member_time(j, "from", gaps[i].from.us);
		json_member_time(j, "until", gaps[i].until.us);
		json_end_object(j);
	}
	json_end_array(j);
}

static void on_checks(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	struct rules *held = q->rules; /* a reply ends the request and its memory */
	if (r->status != PG_OK) {
		busy_reply_unanswered(q->request, r);
	} else {
		struct buf body;
		struct json_out j;
		buf_init(&body, 4 * 1024 * 1024);
		json_out_init(&j, &body);
		json_begin_object(&j);
		json_member_time(&j, "from", q->from.us);
		json_member_time(&j, "until", q->until.us);
		put_spans(&j, q, r);
		put_gaps(&j, q);
		json_end_object(&j);
		http_reply_buf(q->request, 200, "application/json", &body);
		buf_free(&body);
	}
	rules_drop(&held);
}

static const char *window_fault(struct asked *q)
{
	struct form form;
	if (!form_parse(q->request->query, q->request->query_len, &form))
		return "the query could not be read";
	struct wall now = db_clock_now(&q->flow->clock);
	q->from = now;
	bool read = form_time(&form, "from", &q->from.us);
	q->until = plus(q->from, DAYS_DEFAULT * DAY_S);
	read = read && form_time(&form, "until", &q->until.us);
	form_free(&form);
	if (!read)
		return "from and until are RFC 3339 times, such as 2026-11-22T00:00:00Z (a + is written %2B)";
	if (q->from.us < plus(now, -(int64_t)DAYS_KEPT * DAY_S).us)
		return "from must be at most 31 days ago: what was before is not kept in the roster";
	if (q->until.us <= q->from.us || q->until.us > plus(q->from, (int64_t)DAYS_MOST * DAY_S).us)
		return "until must be later than from, by at most 92 days";
	return NULL;
}

void shifts_get(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	const char *fault = window_fault(q);
	if (fault != NULL) {
		http_reply_fault(r, 400, "malformed-query", "%s", fault);
		return;
	}
	q->rules = rules_hold(q->flow->rules);
	struct pg_params *p = store_params(q->flow->store);
	pg_param_time(p, q->from);
	pg_param_time(p, q->until);
	store_read(q->flow->store, SQL_LOAD_SHIFT_CHECKS, p, on_checks, q);
}

/* ---- accepting for somebody ---- */

/* The shifts of that person that begin then and have not ended, with role or (NULL) any; at most ROLES_MOST. */
static size_t shifts_beginning(const struct asked *q, const char *person, const char *role, int64_t starts_us,
                               struct duty_span *ret)
{
	const struct roster *roster = &q->flow->rules->directory.roster;
	struct wall starts = {starts_us}, then = {starts_us + 1};
	struct duty_span *spans = arena_array(q->arena, struct duty_span, SPANS_MOST);
	size_t n = roster_spans(roster, q->arena, starts, then, spans, SPANS_MOST), found = 0;
	for (size_t i = 0; i < n && i < SPANS_MOST && found < ROLES_MOST; i++) {
		struct duty_span whole = roster_whole(roster, &spans[i]);
		if (whole.from.us == starts_us && strcmp(whole.person->slug, person) == 0 &&
		    (role == NULL || strcmp(whole.role, role) == 0) &&
		    whole.until.us > db_clock_now(&q->flow->clock).us)
			ret[found++] = whole;
	}
	return found;
}

static void on_accepted(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	if (r->status != PG_OK || r->rows == 0) {
		reply_away(q);
		return;
	}
	metric_add(M_SHIFTS_ACCEPTED, 1);
	roster_watch_soon(q->flow->roster);
	struct buf body;
	struct json_out j;
	buf_init(&body, 1024);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_member_string(&j, "person", q->person);
	json_member_time(&j, "starts_at", q->from.us);
	json_member_time(&j, "accepted_at", pg_time(r, 0, 0).us);
	json_end_object(&j);
	http_reply_buf(q->request, 200, "application/json", &body);
	buf_free(&body);
}

void shifts_post_accept(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct roster_request body;
	struct problem problem;
	if (!roster_request_read_accept(r->body, r->body_len, &body, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	struct duty_span shifts[ROLES_MOST];
	q->person = arena_strdup(r->arena, body.person);
	q->from.us = body.starts_us;
	roster_request_free(&body);
	size_t n = shifts_beginning(q, q->person, NULL, q->from.us, shifts);
	if (n == 0) {
		refuse(q, "#/starts_at", "no shift of this person begins then, or it has ended: see GET /v1/shifts");
		return;
	}
	struct pg_array *roles = pg_array_new(PG_TEXT), *ends = pg_array_new(PG_TIMESTAMPTZ);
	for (size_t i = 0; i < n; i++) {
		pg_array_text(roles, shifts[i].role);
		pg_array_time(ends, shifts[i].until);
	}
	struct pg_params *p = store_params(q->flow->store);
	pg_param_text(p, q->person);
	pg_param_time(p, q->from);
	pg_param_array(p, roles);
	pg_param_array(p, ends);
	pg_param_text(p, access_actor(r));
	pg_array_free(&roles);
	pg_array_free(&ends);
	store_query(q->flow->store, SQL_ACCEPT_SHIFT, p, on_accepted, q);
}

/* ---- standing in ---- */

/* 201 {"id", at_key}: what was made. */
static void reply_made(struct asked *q, const struct pg_result *r, const char *at_key)
{
	if (r->status != PG_OK || r->rows == 0) {
		reply_away(q);
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
	json_member_time(&j, at_key, pg_time(r, 0, 0).us);
	json_end_object(&j);
	change_reply(q->flow, q->request, 201, &body);
	buf_free(&body);
}

static void on_overridden(void *ctx, const struct pg_result *r)
{
	reply_made(ctx, r, "made_at");
}

struct stand_in {
	struct uuid id;
	const char *role, *person, *instead_of;
	struct wall from, until;
};

static void add_overrides(struct asked *q, const struct stand_in *s, size_t n, const char *reason, bool swap)
{
	struct pg_array *a[] = {pg_array_new(PG_UUID),        pg_array_new(PG_TEXT), pg_array_new(PG_TIMESTAMPTZ),
	                        pg_array_new(PG_TIMESTAMPTZ), pg_array_new(PG_TEXT), pg_array_new(PG_TEXT)};
	for (size_t i = 0; i < n; i++) {
		pg_array_uuid(a[0], s[i].id);
		pg_array_text(a[1], s[i].role);
		pg_array_time(a[2], s[i].from);
		pg_array_time(a[3], s[i].until);
		pg_array_text(a[4], s[i].person);
		pg_array_text(a[5], s[i].instead_of);
	}
	struct pg_params *p = store_params(q->flow->store);
	for (size_t i = 0; i < sizeof a / sizeof *a; i++) {
		pg_param_array(p, a[i]);
		pg_array_free(&a[i]);
	}
	pg_param_text(p, reason);
	pg_param_text(p, access_actor(q->request));
	if (swap)
		pg_param_uuid(p, q->id);
	else
		pg_param_null(p);
	store_query(q->flow->store, SQL_ADD_OVERRIDES, p, on_overridden, q);
}

/* What the body alone cannot tell: do these people exist, is it not over yet. */
static void check_override(const struct asked *q, const struct roster_request *b, struct problem *p)
{
	const struct directory *d = &q->flow->rules->directory;
	problem_init(p, 422, "invalid-request", NULL);
	if (b->person != NULL && directory_person(d, b->person) == NULL)
		problem_error(p, "#/person", "no person with this slug: see GET /v1/people");
	if (b->instead_of != NULL && directory_person(d, b->instead_of) == NULL)
		problem_error(p, "#/instead_of", "no person with this slug: see GET /v1/people");
	if (b->until_us <= db_clock_now(&q->flow->clock).us)
		problem_error(p, "#/until", "must be in the future: what has been cannot be changed");
}

void shifts_post_override(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct roster_request b;
	struct problem problem;
	if (!roster_request_read_override(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	check_override(q, &b, &problem);
	if (problem.error_count > 0) {
		http_reply_problem(r, &problem);
	} else {
		q->id = uuid_make();
		const struct stand_in one = {q->id, b.role, b.person, b.instead_of, {b.from_us}, {b.until_us}};
		add_overrides(q, &one, 1, b.reason, false);
	}
	roster_request_free(&b);
}

void shifts_post_swap(void *ctx, struct http_request *r)
{
	static const char none[] = "no shift of this person with this role begins then, or it has ended: see GET "
	                           "/v1/shifts";
	struct asked *q = asked_new(ctx, r);
	struct roster_request b;
	struct problem problem;
	struct duty_span first[ROLES_MOST], second[ROLES_MOST];
	if (!roster_request_read_swap(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	problem_init(&problem, 422, "invalid-request", NULL);
	if (shifts_beginning(q, b.person, b.role, b.starts_us, first) == 0)
		problem_error(&problem, "#/starts_at", none);
	if (shifts_beginning(q, b.with, b.role, b.with_starts_us, second) == 0)
		problem_error(&problem, "#/with_starts_at", none);
	if (problem.error_count == 0 && first[0].from.us < second[0].until.us && second[0].from.us < first[0].until.us)
		problem_error(&problem, "#/with_starts_at",
		              "both are on duty at the same time: there is nothing to swap");
	if (problem.error_count > 0) {
		http_reply_problem(r, &problem);
	} else {
		q->id = uuid_make();
		const struct stand_in both[] = {
		        {uuid_make(), b.role, b.with, b.person, first[0].from, first[0].until},
		        {uuid_make(), b.role, b.person, b.with, second[0].from, second[0].until},
		};
		add_overrides(q, both, 2, b.reason, true);
	}
	roster_request_free(&b);
}

/* ---- hand-over notes ---- */

static void on_notes(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	row_reply(q->request, r, "there are no notes");
}

void shifts_get_notes(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	store_read(q->flow->store, SQL_READ_HANDOVER_NOTES, store_params(q->flow->store), on_notes, q);
}

static void on_noted(void *ctx, const struct pg_result *r)
{
	reply_made(ctx, r, "at");
}

void shifts_post_note(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct roster_request b;
	struct problem problem;
	if (!roster_request_read_note(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	q->id = uuid_make();
	struct pg_params *p = store_params(q->flow->store);
	pg_param_uuid(p, q->id);
	pg_param_text(p, access_actor(r));
	pg_param_text(p, b.text);
	roster_request_free(&b);
	store_query(q->flow->store, SQL_ADD_HANDOVER_NOTE, p, on_noted, q);
}

/* ---- an answer by SMS ---- */

static void on_answered(void *ctx, const struct pg_result *r)
{
	struct shift_answer *a = ctx;
	if (r->status != PG_OK) {
		a->done(a->ctx, SHIFT_ANSWER_UNAVAILABLE, (struct wall){0});
		return;
	}
	if (r->rows == 0) {
		a->done(a->ctx, SHIFT_ANSWER_NONE, (struct wall){0});
		return;
	}
	metric_add(a->accepts ? M_SHIFTS_ACCEPTED : M_SHIFTS_REFUSED, 1);
	roster_watch_soon(a->flow->roster);
	a->done(a->ctx, SHIFT_ANSWER_TAKEN, pg_time(r, 0, 0));
}

void shifts_answer(struct flow *f, struct shift_answer *a)
{
	a->flow = f;
	struct pg_params *p = store_params(f->store);
	pg_param_text(p, a->person);
	pg_param_bool(p, a->accepts);
	pg_param_bool(p, a->anew);
	pg_param_text(p, a->message);
	pg_param_bool(p, a->begun);
	store_query(f->store, SQL_ANSWER_SHIFT, p, on_answered, a);
}
