/* figures: see figures.h. */
#include "figures.h"

#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../core/figures.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/rules.h"

enum { DAYS_MOST = 400, ANSWER_MAX = 32 * 1024 * 1024 };
enum {
	WAITING_MOST = 4
}; /* counts, the one under way included: who comes later would wait longer than anybody looks at a screen */
static const int64_t day_us = 86400LL * 1000000;

/* A request while the database counts. */
struct asked {
	struct flow *flow;
	struct http_request *request;
	struct rules *rules; /* held */
	struct figures_table table;
	bool csv;
};

/* ---- the answer ---- */

static struct figures figures_of(const struct asked *q, const struct pg_result *r, int row)
{
	struct figures f = {.key = arena_strdup(q->request->arena, pg_text(r, row, 1))};
	int column = 2;
	f.incidents = pg_bigint(r, row, column++);
	f.reports = pg_bigint(r, row, column++);
	f.dispatches = pg_bigint(r, row, column++);
	for (int m = 0; m < MEASURES; m++) {
		struct figure *x = &f.measures[m];
		x->n = pg_bigint(r, row, column++);
		x->p50 = x->n > 0 ? pg_double(r, row, column) : 0;
		x->p90 = x->n > 0 ? pg_double(r, row, column + 1) : 0;
		column += 2;
	}
	for (int b = 0; b < BREACHES; b++)
		f.breaches[b] = pg_bigint(r, row, column++);
	return f;
}

/* The whole comes first; nothing at all comes of a period without incidents. */
static void read_rows(struct asked *q, const struct pg_result *r)
{
	struct figures *groups = arena_array(q->request->arena, struct figures, (size_t)r->rows + 1);
	q->table.total = (struct figures){.key = ""};
	q->table.groups = groups;
	for (int row = 0; row < r->rows; row++) {
		struct figures f = figures_of(q, r, row);
		if (pg_bool(r, row, 0))
			q->table.total = f;
		else
			groups[q->table.group_count++] = f;
	}
}

static void reply_csv(struct asked *q, const struct buf *body)
{
	char from[11], until[11];
	int offset_s = q->rules->policy->utc_offset_s;
	date_format(q->table.from.us, offset_s, from);
	date_format(q->table.until.us - 1, offset_s, until);
	http_reply(q->request, 200, "text/csv; charset=utf-8; header=present", body->data, body->len,
	           arena_printf(q->request->arena, "Content-Disposition: attachment; filename=\"sigap-%s-%s.csv\"\n",
	                        from, until));
}

static void on_counted(void *ctx, const struct pg_result *r)
{
	struct asked *q = ctx;
	struct rules *held = q->rules; /* a reply ends the request and its memory */
	if (store_was_too_slow(r)) {
		http_reply_fault(q->request, 504, "too-much",
		                 "counting took more than %d s and was ended: ask for a shorter period, or for one "
		                 "type, area or agency",
		                 STORE_SLOW_MOST_S);
	} else if (r->status != PG_OK) {
		busy_reply(q->request, "the database is away");
	} else {
		const struct figures_words words = {q->rules->gazetteer, &q->rules->directory, q->rules->policy};
		struct buf body;
		buf_init(&body, ANSWER_MAX);
		read_rows(q, r);
		if (q->csv)
			figures_render_csv(&q->table, &words, &body);
		else
			figures_render_json(&q->table, &words, &body);
		if (q->csv)
			reply_csv(q, &body);
		else
			http_reply_buf(q->request, 200, "application/json", &body);
		buf_free(&body);
	}
	rules_drop(&held);
}

/* ---- the question ---- */

/* A day of the policy's time zone, or a time. */
static bool read_moment(const char *text, int offset_s, struct wall absent, struct wall *ret)
{
	*ret = absent;
	return text == NULL || date_parse(text, offset_s, &ret->us) || rfc3339_parse(text, &ret->us);
}

static const char *period_fault(struct asked *q, const struct form *form)
{
	int offset_s = q->flow->rules->policy->utc_offset_s;
	struct wall today = {date_begin(db_clock_now(&q->flow->clock).us, offset_s)}, tomorrow = {today.us + day_us};
	struct wall *from = &q->table.from, *until = &q->table.until;
	if (!read_moment(form_given(form, "from"), offset_s, today, from) ||
	    !read_moment(form_given(form, "until"), offset_s,
	                 from->us < tomorrow.us ? tomorrow : (struct wall){from->us + day_us}, until))
		return "from and until are days, such as 2026-11-22, or RFC 3339 times (a + is written %2B)";
	if (until->us <= from->us || until->us - from->us > DAYS_MOST * day_us)
		return "until must be later than from, by at most 400 days; it is the first day that does not count";
	return NULL;
}

static const char *filter_fault(const struct flow *f, const struct form *form)
{
	const char *type = form_given(form, "type"), *region = form_given(form, "region"),
	           *agency = form_given(form, "agency");
	if (type != NULL && name_index(incident_type_names, INCIDENT_TYPES, type) < 0)
		return "type must be a type of incident, such as abandoned_person";
	if (region != NULL && region_code_level(region) == LEVEL_NONE)
		return "region must be a Kemendagri code, such as 64.09 or 64.09.01";
	if (agency != NULL && directory_agency(&f->rules->directory, agency) == NULL)
		return "agency must be the slug of an agency: see GET /v1/agencies";
	return NULL;
}

/* What is wrong with the query, or NULL. */
static const char *read_query(struct asked *q, const struct form *form)
{
	const char *by = form_given(form, "by"), *format = form_given(form, "format");
	int index = by == NULL ? BY_NONE : name_index(figures_by_names, BY_KINDS, by);
	if (index < 0)
		return "by must be none, type, region, agency or day";
	if (format != NULL && strcmp(format, "json") != 0 && strcmp(format, "csv") != 0)
		return "format must be json or csv";
	q->table.by = (enum figures_by)index;
	q->csv = format != NULL && strcmp(format, "csv") == 0;
	const char *fault = filter_fault(q->flow, form);
	return fault != NULL ? fault : period_fault(q, form);
}

static void count(struct asked *q, const struct form *form)
{
	struct pg_params *p = store_params(q->flow->store);
	q->rules = rules_hold(q->flow->rules);
	pg_param_time(p, q->table.from);
	pg_param_time(p, q->table.until);
	pg_param_text(p, form_given(form, "type"));
	pg_param_text(p, form_given(form, "region"));
	pg_param_text(p, form_given(form, "agency"));
	pg_param_text(p, access_identity(q->request)->scope);
	pg_param_text(p, figures_by_names[q->table.by]);
	pg_param_int(p, q->rules->policy->utc_offset_s);
	store_slow(q->flow->store, SQL_READ_NUMBERS, p, on_counted, q);
}

void figures_get(void *ctx, struct http_request *r)
{
	struct asked *q = arena_new_of(r->arena, struct asked);
	struct form form;
	*q = (struct asked){.flow = ctx, .request = r};
	if (!form_parse(r->query, r->query_len, &form)) {
		http_reply_fault(r, 400, "malformed-query", "the query could not be read");
		return;
	}
	const char *fault = read_query(q, &form);
	if (fault != NULL)
		http_reply_fault(r, 400, "malformed-query", "%s", fault);
	else if (store_slow_waiting(q->flow->store) >= WAITING_MOST)
		busy_reply(r, "other numbers are being counted: ask again soon");
	else
		count(q, &form);
	form_free(&form);
}
