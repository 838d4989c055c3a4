/* conversation: see conversation.h. Waits twice: for what is known of the sender, then for the commit. Whatever a message is, it is kept together with its effect, in one
 * transaction: after a crash the gateway brings it again, and its key is known or it is new. */
#include "conversation.h"

#include <string.h>

#include "../../protocol/json.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../core/conversation.h"
#include "attach.h"
#include "intake.h"
#include "roster.h"
#include "rules.h"
#include "sender_row.h"
#include "spooled.h"

enum { VALUES_MAX = 4, OWN_WORDS_LEAST = 2 };
/* One message while it is decided on. */
struct talk {
	struct incoming *in;
	const char *who;  /* the address that his reports and marks stand under */
	const char *text; /* without our own words, when they came back */
	bool echo;
	struct known_sender sender;
	struct sender_more more;
	struct triage triage, together, read;
	struct turn turn;
	const char *turn_json;
	struct plan_turn plan_turn;
	struct reply_value values[VALUES_MAX];
	struct intake intake;
	struct attach attach;
};

static void report(struct talk *t);

/* ---- what he gets to read ---- */

/* The words for how it stands, as {status}. */
static const char *status_key(enum incident_state state, int progress)
{
	static const char *const by_state[INCIDENT_STATES] = {
	        [INCIDENT_OPEN] = "state_open",
	        [INCIDENT_TRIAGED] = "state_triaged",
	        [INCIDENT_IN_PROGRESS] = "state_in_progress",
	        [INCIDENT_HANDED_OVER] = "state_handed_over",
	        [INCIDENT_CLOSED] = "state_closed",
	        [INCIDENT_CANCELLED] = "state_cancelled",
	        [INCIDENT_MERGED] = "state_triaged",
	};
	static const char *const by_progress[] = {
	        [PROGRESS_ACCEPTED] = "state_in_progress",
	        [PROGRESS_EN_ROUTE] = "state_en_route",
	        [PROGRESS_ON_SCENE] = "state_on_scene",
	};
	bool under_way = incident_is_open(state) && state != INCIDENT_HANDED_OVER;
	return under_way && progress > PROGRESS_NONE ? by_progress[progress] : by_state[state];
}

static const char *filled(struct talk *t, const char *key)
{
	struct buf text;
	buf_init(&text, 512);
	replies_fill(t->in->flow->rules->replies, key, NULL, 0, &text);
	const char *kept = arena_strndup(t->in->arena, text.data, text.len);
	buf_free(&text);
	return kept;
}

/* A report that has ended well is answered with its own thanks. */
static const char *ending_key(const char *disposition)
{
	if (strcmp(disposition, disposition_names[DISPOSITION_REUNITED]) == 0)
		return "closed_family";
	return strcmp(disposition, disposition_names[DISPOSITION_NOT_FOUND]) == 0 ? "closed_notfound" : "closed_done";
}

static void add_value(struct talk *t, size_t *n, const char *name, const char *value)
{
	if (*n < VALUES_MAX)
		t->values[(*n)++] = (struct reply_value){name, value};
}

/* What the reply's text needs beside the number and the hour. */
static size_t fill_values(struct talk *t)
{
	struct incoming *in = t->in;
	const struct turn *turn = &t->turn;
	size_t n = 0;
	if (turn->about >= 0) {
		const struct earlier *e = &t->sender.earlier[turn->about];
		const struct earlier_more *more = &t->more.earlier[turn->about];
		add_value(t, &n, "no", arena_printf(in->arena, "%lld", (long long)e->number));
		if (turn->kind == TURN_STATUS) {
			struct roster_time at = roster_time(in->flow, more->changed_at);
			if (e->state == INCIDENT_CLOSED)
				t->turn.reply_key = ending_key(more->disposition);
			add_value(t, &n, "status", filled(t, status_key(e->state, more->progress)));
			add_value(t, &n, "tgl", arena_strdup(in->arena, at.day));
			add_value(t, &n, "jam", arena_strdup(in->arena, at.clock));
			return n;
		}
	}
	static const char *const names[OFFERED_MAX] = {"a", "b"};
	for (size_t i = 0; i < turn->offer.count && i < OFFERED_MAX; i++) {
		const struct region *r = gazetteer_by_code(in->flow->rules->gazetteer, turn->offer.code[i]);
		add_value(t, &n, names[i], r != NULL ? arena_strdup(in->arena, r->name) : "");
	}
	return n;
}

/* The reason beside the report's triage, for people. */
static const char *turn_json(struct talk *t)
{
	struct buf out;
	struct json_out j;
	buf_init(&out, 4096);
	json_out_init(&j, &out);
	json_begin_object(&j);
	json_member_string(&j, "kind", turn_names[t->turn.kind]);
	json_member_string(&j, "reason", t->turn.reason);
	json_end_object(&j);
	const char *text = arena_strndup(t->in->arena, out.data, out.len);
	buf_free(&out);
	return text;
}

/* ---- kept alone, or as a new report ---- */

static void on_answer(struct intake *intake, enum intake_end end, struct wall at)
{
	(void)at;
	struct talk *t = intake->ctx;
	fault_point("gateway.kept");
	t->in->refused = end == INTAKE_REFUSED;
	t->in->done(t->in, end != INTAKE_REFUSED && end != INTAKE_UNAVAILABLE);
}

static void fill_report(struct talk *t, struct store_report *s)
{
	const struct incoming *in = t->in;
	s->gateway = in->gateway->name;
	s->external_id = in->external_id;
	s->received = in->spooled;
	memcpy(s->fingerprint, in->fingerprint, sizeof s->fingerprint);
	s->content_type = in->content_type;
	s->raw = in->raw;
	s->raw_len = in->raw_len;
	s->source = arena_printf(in->arena, "sms:%s", in->gateway->name);
	s->text = in->text;
	s->phone = t->who[0] != '\0' ? t->who : NULL;
	s->name = in->name;
	s->has_position = in->has_position;
	s->lat = in->lat;
	s->lon = in->lon;
}

/* What a report is called that is none by itself. */
static enum incident_type read_as(const struct turn *turn)
{
	static const enum incident_type types[TURNS] = {
	        [TURN_ANSWER_PLACE] = TYPE_FOLLOWUP,   [TURN_ANSWER_TYPE] = TYPE_FOLLOWUP,
	        [TURN_ANSWER_UNCLEAR] = TYPE_FOLLOWUP, [TURN_STATUS] = TYPE_STATUS_QUERY,
	        [TURN_FOLLOWUP] = TYPE_FOLLOWUP,       [TURN_WITHDRAW] = TYPE_FOLLOWUP,
	        [TURN_THANKS] = TYPE_NOT_A_REPORT,     [TURN_AUTOMATIC] = TYPE_NOT_A_REPORT,
	        [TURN_EMERGENCY] = TYPE_NOT_A_REPORT,  [TURN_NOTHING] = TYPE_NOT_A_REPORT,
	};
	return types[turn->kind];
}

static void report(struct talk *t)
{
	struct incoming *in = t->in;
	const struct turn *turn = &t->turn;
	size_t values = fill_values(t);
	t->plan_turn = (struct plan_turn){
	        .silent = turn->kind != TURN_REPORT,
	        .reply_key = turn->reply_key,
	        .values = t->values,
	        .value_count = values,
	        .duty_key = turn->duty_key[0] != '\0' ? turn->duty_key : NULL,
	        .reason = turn->reason,
	};
	t->intake = (struct intake){
	        .flow = in->flow,
	        .arena = in->arena,
	        .sms = true,
	        .received = in->received,
	        .stated = {.text = t->text},
	        .reply_to = in->address,
	        .via = in->gateway->name,
	        .no_reply = in->address[0] == '\0' || !turn->reply,
	        .turn = &t->plan_turn,
	        .turn_json = t->turn_json,
	        .read_as = read_as(turn),
	        .answer = on_answer,
	        .ctx = t,
	};
	fill_report(t, &t->intake.report);
	fault_point("conversation.report");
	intake_submit(&t->intake);
}

/* ---- attached to what he reported before ---- */

static void on_attached(struct attach *a, enum attach_end end, int64_t number)
{
	(void)number;
	struct talk *t = a->ctx;
	fault_point("conversation.attached");
	if (end == ATTACH_ENDED) {
		t->turn.kind = TURN_FOLLOWUP;
		t->turn.duty_key = "duty_followup";
		t->turn.reply_key = "followup_ok";
		report(t);
		return;
	}
	t->in->done(t->in, end != ATTACH_UNAVAILABLE);
}

/* What the incident learns of the text: an answer's village or type, of anything else only how urgent it is. */
static const struct triage *learned(struct talk *t)
{
	const struct turn *turn = &t->turn;
	bool answer = turn->kind == TURN_ANSWER_PLACE || turn->kind == TURN_ANSWER_TYPE;
	if (turn->kind != TURN_FOLLOWUP && !(answer && turn->applies))
		return NULL;
	t->read = answer ? t->together : t->triage;
	if (turn->type != TYPE_UNSURE) {
		t->read.type = turn->type;
		t->read.type_confidence = 1;
	}
	if (answer)
		t->read.urgency = turn->urgency;
	t->read.place = (struct place_guess){.confidence = 0};
	if (turn->village[0] != '\0') {
		struct place_guess *p = &t->read.place;
		snprintf(p->code, sizeof p->code, "%s", turn->village);
		snprintf(p->candidates[0].code, REGION_CODE_MAX, "%s", turn->village);
		p->confidence = p->candidates[0].score = 1;
		p->candidate_count = 1;
	}
	return &t->read;
}

/* After an answer he reads what a reporter of that type does, when that text needs nothing but the number and the hour. */
static const char *thanks_key(const struct talk *t, const struct triage *read)
{
	const struct rules *rules = t->in->flow->rules;
	const struct earlier *e = &t->sender.earlier[t->turn.about];
	enum incident_type type = e->incident_type != TYPE_UNSURE ? e->incident_type : t->turn.type;
	const char *key = plan_receipt_key(rules->policy, type, read->flags);
	const char *needs = replies_placeholders(key);
	bool fits = needs != NULL && (strcmp(needs, "no") == 0 || strcmp(needs, "") == 0);
	return fits ? key : "answer_noted";
}

static void attach(struct talk *t)
{
	struct incoming *in = t->in;
	const struct turn *turn = &t->turn;
	const struct earlier *e = &t->sender.earlier[turn->about];
	bool answer =
	        turn->kind == TURN_ANSWER_PLACE || turn->kind == TURN_ANSWER_TYPE || turn->kind == TURN_ANSWER_UNCLEAR;
	const struct triage *read = learned(t);
	const char *key = turn->reply_key == NULL && read != NULL ? thanks_key(t, read) : turn->reply_key;
	size_t values = fill_values(t);
	struct attach *a = &t->attach;
	*a = (struct attach){
	        .flow = in->flow,
	        .arena = in->arena,
	        .incident = e->incident,
	        .read = read,
	        .actor = arena_printf(in->arena, "reporter via sms:%s", in->gateway->name),
	        .reply = {.key = turn->reply && in->address[0] != '\0' ? key : NULL,
	                  .to = in->address,
	                  .via = in->gateway->name,
	                  .values = t->values,
	                  .value_count = values},
	        .duty = turn->duty_words,
	        .done = on_attached,
	        .ctx = t,
	};
	fill_report(t, &a->report);
	a->report.triage = intake_triage_json(in->arena, &t->triage, in->flow->rules->gazetteer, t->turn_json);
	a->report.type = read_as(turn);
	a->report.urgency = t->triage.urgency;
	a->report.place_text = t->triage.place_text[0] != '\0' ? t->triage.place_text : NULL;
	a->report.relation = answer ? "answer" : "followup";
	a->report.answers = answer ? e->report : (struct uuid){{0}};
	a->report.asks = a->reply.key == NULL        ? NULL
	                 : turn->asks == ASKED_PLACE ? "place"
	                 : turn->asks == ASKED_TYPE  ? "type"
	                                             : NULL;
	fault_point("conversation.attach");
	attach_submit(a);
}

/* ---- decide ---- */

static void decide(struct talk *t, struct wall now)
{
	const struct rules *rules = t->in->flow->rules;
	int open = conversation_open_question(&t->sender, now);
	triage_text(rules->lexicon, rules->gazetteer, t->text, &t->triage);
	t->together = t->triage;
	if (open >= 0)
		triage_text(rules->lexicon, rules->gazetteer,
		            arena_printf(t->in->arena, "%s. %s", t->more.earlier[open].said, t->text), &t->together);
	const struct conversation c = {
	        .sender = &t->sender,
	        .gazetteer = rules->gazetteer,
	        .words = lexicon_said_words(rules->lexicon),
	        .text = t->text,
	        .triage = &t->triage,
	        .together = open >= 0 ? &t->together : NULL,
	        .type_enough = rules->policy->type_threshold,
	        .place_enough = rules->policy->place_threshold,
	        .replies_most = rules->policy->sms_per_number_hour,
	        .now = now,
	        .echo = t->echo,
	};
	conversation_decide(&c, &t->turn);
	t->turn_json = turn_json(t);
	metric_add(M_TURNS_REPORT + (enum metric)t->turn.kind, 1);
}

/* What becomes part of an incident that goes on; the rest is kept alone. */
static bool belongs(const struct talk *t)
{
	static const bool attached[TURNS] = {
	        [TURN_ANSWER_PLACE] = true, [TURN_ANSWER_TYPE] = true, [TURN_ANSWER_UNCLEAR] = true,
	        [TURN_FOLLOWUP] = true,     [TURN_WITHDRAW] = true,
	};
	const struct turn *turn = &t->turn;
	return attached[turn->kind] && turn->about >= 0 && incident_is_open(t->sender.earlier[turn->about].state);
}

static bool is_event(enum incident_type type)
{
	return type >= TYPE_ABANDONED_PERSON && type <= TYPE_OTHER_SOCIAL;
}

/* While the database is away nothing is known of the sender. What surely reports something by its own words is one; all else waits until it can be understood. */
static void take_unknown(struct talk *t)
{
	const struct rules *rules = t->in->flow->rules;
	decide(t, db_clock_now(&t->in->flow->clock));
	if (t->turn.kind == TURN_REPORT && is_event(t->triage.type) &&
	    t->triage.type_confidence >= rules->policy->type_threshold)
		report(t);
	else
		t->in->done(t->in, false);
}

static void on_sender(void *ctx, const struct pg_result *r)
{
	struct talk *t = ctx;
	if (r->status != PG_OK) {
		if (spooled_takes(t->in->flow))
			take_unknown(t);
		else
			t->in->done(t->in, false);
		return;
	}
	struct wall now = sender_rows_read(t->in->arena, r, t->in->flow->rules->gazetteer, &t->sender, &t->more);
	decide(t, now);
	fault_point("conversation.decided");
	if (belongs(t))
		attach(t);
	else
		report(t);
}

void conversation_take(struct incoming *in)
{
	struct talk *t = arena_new_of(in->arena, struct talk);
	const char *rest = replies_without_echo(in->flow->rules->replies, in->arena, in->text, OWN_WORDS_LEAST);
	t->in = in;
	t->who = in->phone[0] != '\0' ? in->phone : in->address;
	t->text = rest != NULL ? rest : in->text;
	t->echo = rest != NULL && replies_is_blank(rest);
	struct pg_params *p = store_params(in->flow->store);
	pg_param_text(p, in->address);
	pg_param_text(p, t->who);
	pg_param_text(p, in->text);
	store_query(in->flow->store, SQL_LOAD_SENDER, p, on_sender, t);
}
