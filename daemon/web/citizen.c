/* citizen: see citizen.h. */
#include "citizen.h"

#include <string.h>

#include "../base/metrics.h"
#include "../core/conversation_text.h"
#include "../core/ration.h"
#include "../flow/intake.h"
#include "citizen_form.h"
#include "page.h"

enum { PARTIES = 16384, KEPT_MAX = 16 * 1024, HASH_HEX = 16 };
enum counted { REPORTS, GUESSES, COUNTED };
/* Of one address: a household, or a village behind one telephone mast. One receipt in 33 million is right. */
static const struct ration_rule of_one[COUNTED][RATION_RULES] = {
        [REPORTS] = {{5, 600}, {30, 86400}}, [GUESSES] = {{10, 600}, {60, 86400}}};
/* Of this host's own: behind a proxy that is not named it is everybody. */
static const struct ration_rule of_all[COUNTED][RATION_RULES] = {
        [REPORTS] = {{100, 600}, {2000, 86400}}, [GUESSES] = {{300, 600}, {5000, 86400}}};
static const char gateway[] = "web:lapor", source[] = "web"; /* no gateway of sigapd.conf can be called so */

struct citizens {
	struct arena *arena;
	struct ration *one[COUNTED], *all[COUNTED];
};

struct citizens *citizens_open(struct flow *f)
{
	(void)f;
	struct arena *a = arena_new();
	struct citizens *c = arena_new_of(a, struct citizens);
	c->arena = a;
	for (int i = 0; i < COUNTED; i++) {
		c->one[i] = ration_make(a, PARTIES, of_one[i]);
		c->all[i] = ration_make(a, 1, of_all[i]);
	}
	return c;
}

void citizens_close(struct citizens **c)
{
	if (*c == NULL)
		return;
	struct arena *a = (*c)->arena;
	*c = NULL;
	arena_free(&a);
}

/* Seconds that whoever asks must wait, 0: none; what is taken then is used up. */
static int wait_for(const struct flow *f, struct http_request *r, enum counted what, bool take)
{
	char party[RATION_PARTY_TEXT];
	const char *address = http_client(r, f->conf->trusted_proxy);
	struct ration *ration = (http_client_is_local(address) ? f->citizens->all : f->citizens->one)[what];
	ration_party(address, party);
	return take ? ration_take(ration, party, mono_now()) : ration_wait(ration, party, mono_now());
}

/* ---- the thanks ---- */

/* One report of the page on its way. */
struct visit {
	struct flow *flow;
	struct http_request *request;
	struct intake intake;
	enum emergency emergency; /* of which the text speaks */
};

static void thank(struct visit *v, int64_t number, const char *type)
{
	static const char *const emergencies[EMERGENCIES] = {[EMERGENCY_FIRE] = "fire",
	                                                     [EMERGENCY_WATER] = "water",
	                                                     [EMERGENCY_MEDICAL] = "medical",
	                                                     [EMERGENCY_POLICE] = "police"};
	char receipt[RECEIPT_TEXT];
	cJSON *view = cJSON_CreateObject();
	receipt_make(v->flow->rules->link_key, number, receipt);
	cJSON_AddStringToObject(view, "receipt", receipt);
	cJSON_AddStringToObject(view, "type", type);
	if (v->emergency != EMERGENCY_NONE)
		cJSON_AddStringToObject(view, "emergency", emergencies[v->emergency]);
	page_reply(v->request, 201, "report_kept", view, PAGE_PRIVATE,
	           arena_printf(v->request->arena, "Location: /lapor/%s\n", receipt));
}

/* What is known under its key already, or became part of a known incident: its number is in the database. */
static void on_known(void *ctx, const struct pg_result *rows)
{
	struct visit *v = ctx;
	if (rows->status != PG_OK || rows->rows == 0 || pg_is_null(rows, 0, 1))
		page_reply_busy(v->request);
	else
		thank(v, pg_bigint(rows, 0, 2), pg_text(rows, 0, 3));
}

static void on_taken(struct intake *in, enum intake_end end, struct wall at)
{
	(void)at;
	struct visit *v = in->ctx;
	if (end == INTAKE_SPOOLED) {
		thank(v, in->spooled.number, incident_type_names[in->plan->type]);
	} else if (end == INTAKE_KEPT && in->attach == NULL) {
		thank(v, in->plan->number, incident_type_names[in->plan->type]);
	} else if (end == INTAKE_KEPT || end == INTAKE_REPEATED) {
		struct pg_params *p = store_params(v->flow->store);
		pg_param_text(p, gateway);
		pg_param_text(p, in->report.external_id);
		store_query(v->flow->store, SQL_LOAD_ANSWER, p, on_known, v);
	} else {
		page_reply_busy(v->request);
	}
}

/* ---- the report ---- */

/* The same words from the same copy of the form are one report; a copy that was changed and sent again is another. */
static void set_key(struct store_report *s, struct arena *a, const char *key)
{
	char hex[HASH_HEX + 1];
	sha256(s->raw, s->raw_len, s->fingerprint);
	for (int i = 0; i < HASH_HEX / 2; i++)
		snprintf(hex + 2 * i, 3, "%02x", s->fingerprint[i]);
	s->external_id = arena_printf(a, "%s-%s", key, hex);
}

static void fill(struct visit *v, const struct report_form *form)
{
	struct intake *in = &v->intake;
	struct store_report *s = &in->report;
	struct arena *a = v->request->arena;
	struct buf kept;
	buf_init(&kept, KEPT_MAX);
	report_form_render(form, &kept);
	s->gateway = gateway;
	s->source = source;
	s->content_type = "application/json";
	s->raw = arena_strndup(a, kept.data, kept.len);
	s->raw_len = kept.len;
	buf_free(&kept);
	set_key(s, a, form->key);
	s->text = arena_strdup(a, form->text);
	s->place_text = form->place[0] != '\0' ? arena_strdup(a, form->place) : NULL;
	s->phone = form->phone[0] != '\0' ? arena_strdup(a, form->phone) : NULL;
	s->anonymous = form->anonymous;
	s->has_position = form->has_position;
	s->lat = form->lat;
	s->lon = form->lon;
	in->stated = (struct stated){.text = s->text,
	                             .village_code = form->area[0] != '\0' ? arena_strdup(a, form->area) : NULL,
	                             .place_text = s->place_text};
}

static enum emergency emergency_in(struct arena *a, const struct lexicon *lexicon, const char *text)
{
	struct words *words = arena_new_of(a, struct words);
	struct said said;
	words_read(text, words);
	said_read(lexicon_said_words(lexicon), words, &said);
	return said.emergency;
}

/* The receipt is on the page, so nothing is sent to the number: anybody could type anybody's. People may call it. */
static void take(struct flow *f, struct http_request *r, const struct report_form *form)
{
	struct visit *v = arena_new_of(r->arena, struct visit);
	v->flow = f;
	v->request = r;
	v->emergency = emergency_in(r->arena, f->rules->lexicon, form->text);
	v->intake.flow = f;
	v->intake.arena = r->arena;
	v->intake.received = r->received;
	v->intake.no_reply = true;
	v->intake.answer = on_taken;
	v->intake.ctx = v;
	fill(v, form);
	intake_submit(&v->intake);
}

/* An area that this duty room looks after. */
static bool area_fits(const struct flow *f, const char *area)
{
	return area[0] == '\0' || (gazetteer_by_code(f->rules->gazetteer, area) != NULL &&
	                           region_code_within(area, f->rules->policy->regency));
}

void citizen_get_form(void *ctx, struct http_request *r)
{
	const struct flow *f = ctx;
	if (f->rules == NULL)
		page_reply_busy(r);
	else
		citizen_form_reply(f, r, 200, NULL, 0);
}

void citizen_post_form(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct form form;
	struct report_form read;
	if (f->rules == NULL) {
		page_reply_busy(r);
		return;
	}
	if (!form_parse(r->body, r->body_len, &form)) {
		http_reply_fault(r, 400, "malformed-form", "the form could not be read");
		return;
	}
	report_form_read(&form, &read);
	if (!area_fits(f, read.area))
		read.faults |= REPORT_FORM_AREA;
	int wait_s = read.faults == 0 ? wait_for(f, r, REPORTS, true) : 0;
	if (read.faults == 0 && wait_s == 0) {
		take(f, r, &read);
	} else {
		metric_add(M_REPORTS_REFUSED, 1);
		citizen_form_reply(f, r, wait_s > 0 ? 429 : 422, &read, wait_s);
	}
	form_free(&form);
}

/* ---- how it stands ---- */

static void reply_unknown(struct http_request *r)
{
	page_reply(r, 404, "report_unknown", NULL, PAGE_PRIVATE, NULL);
}

static void on_status(void *ctx, const struct pg_result *rows)
{
	static const char *const steps[] = {"review", "told", "accepted", "moving", "there", "done"};
	enum { STEPS = sizeof steps / sizeof *steps };
	struct http_request *r = ctx;
	if (rows->status != PG_OK) {
		page_reply_busy(r);
		return;
	}
	if (rows->rows == 0) {
		reply_unknown(r);
		return;
	}
	const char *now = pg_text(rows, 0, 0);
	int at = name_index(steps, STEPS, now);
	cJSON *view = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(view, "steps");
	/* what is done may have been done in other ways than by all of these */
	for (int i = at == STEPS - 1 ? at : 0; i < STEPS && at >= 0; i++) {
		cJSON *step = cJSON_CreateObject();
		cJSON_AddStringToObject(step, "step", steps[i]);
		cJSON_AddBoolToObject(step, "done", i < at);
		cJSON_AddBoolToObject(step, "now_here", i == at);
		cJSON_AddItemToArray(list, step);
	}
	cJSON_AddBoolToObject(view, "has_steps", at >= 0);
	cJSON_AddStringToObject(view, "now", now);
	cJSON_AddStringToObject(view, "received", pg_text(rows, 0, 1));
	cJSON_AddStringToObject(view, "receipt", r->segments[0]);
	page_reply(r, 200, "report_status", view, PAGE_PRIVATE, NULL);
}

void citizen_get_status(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	int64_t number;
	if (f->rules == NULL) {
		page_reply_busy(r);
		return;
	}
	int wait_s = wait_for(f, r, GUESSES, false);
	if (wait_s > 0) { /* also for what may be right: an answer would tell */
		cJSON *view = cJSON_CreateObject();
		int minutes = (wait_s + 59) / 60;
		cJSON_AddNumberToObject(view, "wait", minutes);
		page_reply(r, 429, "report_unknown", view, PAGE_PRIVATE,
		           arena_printf(r->arena, "Retry-After: %d\n", wait_s));
		return;
	}
	if (!receipt_read(f->rules->link_key, r->segments[0], &number)) {
		wait_for(f, r, GUESSES, true);
		reply_unknown(r);
		return;
	}
	struct pg_params *p = store_params(f->store);
	pg_param_bigint(p, number);
	pg_param_int(p, f->rules->policy->utc_offset_s);
	store_read(f->store, SQL_READ_RECEIPT, p, on_status, r);
}
