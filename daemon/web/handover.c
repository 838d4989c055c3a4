/* handover: see handover.h. The database tells what happened; the roster, in memory, who has the shift and who comes next. */
#include "handover.h"

#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/rules.h"

enum { SPANS_MOST = 64, AHEAD_MOST = 4096, DAYS_MOST = 31, NEXT_DAYS = 7, NOBODY_H = 12, ANSWER_MAX = 4 * 1024 * 1024 };
static const int64_t hour_us = 3600LL * 1000000, day_us = 24 * 3600LL * 1000000;

struct asked {
	struct flow *flow;
	struct http_request *request;
	struct rules *rules; /* held */
	struct wall now, since, until;
	bool until_now; /* what is known of the database's clock may lag behind: nothing of this moment shall be left out */
};

/* ---- the answer ---- */

static void put_span(struct json_out *j, const struct duty_span *s)
{
	json_begin_object(j);
	json_member_string(j, "person", s->person->slug);
	json_member_string(j, "name", s->person->name);
	json_member_string(j, "role", s->role);
	json_member_string(j, "scope", s->person->scope);
	json_member_time(j, "from", s->from.us);
	json_member_time(j, "until", s->until.us);
	json_member_bool(j, "reachable", s->person->phone != NULL);
	json_end_object(j);
}

static void put_on_duty(struct json_out *j, const struct asked *q)
{
	struct duty_span spans[SPANS_MOST];
	size_t n = roster_at(&q->rules->directory.roster, q->now, spans, SPANS_MOST);
	json_key(j, "on_duty");
	json_begin_array(j);
	for (size_t i = 0; i < n && i < SPANS_MOST; i++)
		put_span(j, &spans[i]);
	json_end_array(j);
}

/* Of each role those who begin together, at the next change. */
static bool is_next(const struct duty_span *spans, size_t n, size_t i, struct wall now)
{
	if (spans[i].from.us <= now.us)
		return false;
	for (size_t k = 0; k < n; k++)
		if (spans[k].from.us > now.us && spans[k].from.us < spans[i].from.us &&
		    strcmp(spans[k].role, spans[i].role) == 0)
			return false;
	return true;
}

static void put_next(struct json_out *j, const struct asked *q)
{
	const struct roster *roster = &q->rules->directory.roster;
	struct arena *a = q->request->arena;
	struct duty_span *spans = arena_array(a, struct duty_span, AHEAD_MOST);
	struct wall until = {q->now.us + NEXT_DAYS * day_us};
	size_t n = roster_spans(roster, a, q->now, until, spans, AHEAD_MOST);
	n = n < AHEAD_MOST ? n : AHEAD_MOST;
	json_key(j, "next");
	json_begin_array(j);
	for (size_t i = 0; i < n; i++) {
		if (!is_next(spans, n, i, q->now))
			continue;
		struct duty_span whole = roster_whole(roster, &spans[i]);
		put_span(j, &whole);
	}
	json_end_array(j);
}

static void put_raw(struct json_out *j, const char *key, const struct pg_result *r, int column)
{
	json_key(j, key);
	json_put_raw(j, pg_text(r, 0, column), pg_length(r, 0, column));
}

static void render(const struct asked *q, const struct pg_result *r, struct buf *body)
{
	struct json_out j;
	json_out_init(&j, body);
	json_begin_object(&j);
	json_member_time(&j, "since", q->since.us);
	json_member_time(&j, "until", q->until.us);
	json_member_int(&j, "open_count", pg_bigint(r, 0, 0));
	put_raw(&j, "open", r, 1);
	json_member_int(&j, "opened", pg_bigint(r, 0, 2));
	put_raw(&j, "closed", r, 3);
	put_raw(&j, "breaches", r, 4);
	json_member_int(&j, "dead_notices", pg_bigint(r, 0, 5));
	put_raw(&j, "alarms", r, 6);
	put_raw(&j, "notes", r, 7);
	put_on_duty(&j, q);
	put_next(&j, q);
	json_end_object(&j);
}

static void on_read(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	struct rules *held = q->rules; /* a reply ends the request and its memory */
	if (r->status != PG_OK) {
		busy_reply_unanswered(q->request, r);
	} else {
		struct buf body;
		buf_init(&body, ANSWER_MAX);
		render(q, r, &body);
		http_reply_buf(q->request, 200, "application/json", &body);
		buf_free(&body);
	}
	rules_drop(&held);
}

/* ---- the question ---- */

/* When the shift that runs now began: that of the coordinator who came last. With nobody on duty, half a day ago. */
static struct wall shift_began(const struct flow *f, struct wall now)
{
	struct duty_span spans[SPANS_MOST];
	size_t n = roster_at(&f->rules->directory.roster, now, spans, SPANS_MOST);
	struct wall began = {0};
	for (size_t i = 0; i < n && i < SPANS_MOST; i++)
		if (strcmp(spans[i].role, "coordinator") == 0 && spans[i].from.us > began.us)
			began = spans[i].from;
	if (began.us == 0)
		began.us = now.us - NOBODY_H * hour_us;
	return began.us < now.us - DAYS_MOST * day_us ? (struct wall){now.us - DAYS_MOST * day_us} : began;
}

static const char *window_fault(struct asked *q)
{
	struct form form;
	if (!form_parse(q->request->query, q->request->query_len, &form))
		return "the query could not be read";
	q->until_now = form_given(&form, "until") == NULL;
	q->since = shift_began(q->flow, q->now);
	q->until = q->now;
	bool read = form_time(&form, "from", &q->since.us) && form_time(&form, "until", &q->until.us);
	form_free(&form);
	if (!read)
		return "from and until are RFC 3339 times, such as 2026-11-22T00:00:00Z (a + is written %2B)";
	if (q->until.us <= q->since.us || q->until.us - q->since.us > DAYS_MOST * day_us)
		return "until must be later than from, by at most 31 days";
	return NULL;
}

void handover_get(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct asked *q = arena_new_of(r->arena, struct asked);
	*q = (struct asked){.flow = f, .request = r, .now = db_clock_now(&f->clock)};
	const char *fault = window_fault(q);
	if (fault != NULL) {
		http_reply_fault(r, 400, "malformed-query", "%s", fault);
		return;
	}
	q->rules = rules_hold(f->rules);
	struct pg_params *p = store_params(f->store);
	pg_param_time(p, q->since);
	pg_param_time(p, q->until_now ? (struct wall){INT64_MAX} : q->until);
	pg_param_text(p, access_identity(r)->scope);
	store_read(f->store, SQL_READ_HANDOVER, p, on_read, q);
}
