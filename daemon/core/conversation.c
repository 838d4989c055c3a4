/* conversation: see conversation.h. The order of `deciders` is the order in which a text is taken for something. */
#include "conversation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	HOUR_S = 3600,
	QUESTION_S = 72 * HOUR_S, /* an answer that comes later is read for itself */
	FOLLOWUP_S = 7 * 24 * HOUR_S,
	VAGUE_FOLLOWUP_S = 6 * HOUR_S, /* words that say nothing by themselves belong to what he reported just before */
	NEW_REPORT_WORDS = 6,
	ANSWER_WORDS = 25,
};
/* A name alone that answers "which village?" needs less than one that stands in a report. */
static const double place_in_answer = 0.5;

const char *const sender_mark_names[SENDER_MARKS] = {
        [MARK_BLOCKED] = "blocked",
        [MARK_PRANK] = "prank",
        [MARK_AUTOMATIC] = "automatic",
};
const char *const turn_names[TURNS] = {
        [TURN_REPORT] = "report",           [TURN_ANSWER_PLACE] = "answer_place",
        [TURN_ANSWER_TYPE] = "answer_type", [TURN_ANSWER_UNCLEAR] = "answer_unclear",
        [TURN_STATUS] = "status",           [TURN_FOLLOWUP] = "followup",
        [TURN_WITHDRAW] = "withdraw",       [TURN_THANKS] = "thanks",
        [TURN_AUTOMATIC] = "automatic",     [TURN_BLOCKED] = "blocked",
        [TURN_EMERGENCY] = "emergency",     [TURN_NOTHING] = "nothing",
};

struct work {
	const struct conversation *c;
	const struct triage *t;
	struct words words;
	struct said said;
	struct turn *turn;
	bool report; /* surely a report of our own types */
	bool placed; /* surely in one village */
	bool room;   /* he may be answered once more this hour */
	int open;    /* the open question, -1: none */
};

static bool __attribute__((format(printf, 3, 4))) is(struct work *w, enum turn_kind kind, const char *format, ...)
{
	va_list ap;
	w->turn->kind = kind;
	va_start(ap, format);
	vsnprintf(w->turn->reason, sizeof w->turn->reason, format, ap);
	va_end(ap);
	return true;
}

static bool is_main(enum incident_type type)
{
	return type == TYPE_ABANDONED_PERSON || type == TYPE_UNCLAIMED_BODY || type == TYPE_SHACKLED_PATIENT;
}

static bool is_ours(enum incident_type type)
{
	return is_main(type) || type == TYPE_OTHER_SOCIAL;
}

static bool is_sure(const struct work *w, const struct triage *t, enum incident_type type)
{
	return t->type == type && t->type_confidence >= w->c->type_enough;
}

static bool is_village(const char *code)
{
	return region_code_level(code) == LEVEL_VILLAGE;
}

static const struct earlier *earlier_of(const struct work *w, int index)
{
	return &w->c->sender->earlier[index];
}

/* ---- what was asked ---- */

int conversation_open_question(const struct known_sender *s, struct wall now)
{
	for (size_t i = 0; i < s->earlier_count; i++) {
		const struct earlier *e = &s->earlier[i];
		if (e->asks != ASKED_NOTHING && !uuid_is_nil(e->incident) &&
		    now.us - e->at.us <= (int64_t)QUESTION_S * 1000000)
			return (int)i;
	}
	return -1;
}

/* ---- answers about the place ---- */

static bool is_offered(const struct earlier *e, const char *code)
{
	for (size_t i = 0; i < e->offer.count; i++)
		if (strcmp(e->offer.code[i], code) == 0)
			return true;
	return false;
}

/* The only candidate that was offered or lies in the area known before; NULL: none or several. */
static const char *only_fitting(const struct place_guess *p, const struct earlier *e)
{
	const char *offered = NULL, *within = NULL;
	int offers = 0, withins = 0;
	for (size_t i = 0; i < p->candidate_count; i++) {
		if (is_offered(e, p->candidates[i].code)) {
			offered = p->candidates[i].code;
			offers++;
		}
		if (region_code_level(e->region) == LEVEL_DISTRICT &&
		    region_code_within(p->candidates[i].code, e->region)) {
			within = p->candidates[i].code;
			withins++;
		}
	}
	return offers == 1 ? offered : offers == 0 && withins == 1 ? within : NULL;
}

/* The village that a place guess means as an answer to e; NULL: it does not say. */
static const char *meant(const struct work *w, const struct place_guess *p, const struct earlier *e)
{
	if (is_village(p->code) && p->confidence >= w->c->place_enough)
		return p->code;
	const char *fitting = only_fitting(p, e);
	if (fitting != NULL)
		return fitting;
	return is_village(p->code) && p->candidate_count == 1 && p->confidence >= place_in_answer ? p->code : NULL;
}

/* "bukan di A, di B" means B; "bukan A" of two offered means the other. */
static const char *meant_instead(struct work *w, const struct earlier *e, struct place_guess *ret_found)
{
	const char *list[WORDS_MAX];
	size_t from, count;
	said_after_denial(w->c->words, &w->words, &from, &count);
	for (size_t i = 0; i < count; i++)
		list[i] = w->words.word[from + i].text;
	if (count > 0) {
		gazetteer_find(w->c->gazetteer, list, count, ret_found);
		const char *corrected = meant(w, ret_found, e);
		if (corrected != NULL)
			return corrected;
	}
	const char *denied = meant(w, &w->t->place, e);
	if (denied == NULL)
		return NULL;
	if (!is_offered(e, denied))
		return denied; /* "bukan, di B": B is no place that we named */
	for (size_t i = 0; i < e->offer.count; i++)
		if (strcmp(e->offer.code[i], denied) != 0 && is_village(e->offer.code[i]))
			return e->offer.code[i];
	return NULL;
}

/* Nothing that decides: asked once more in other words, and then a person's. */
static bool unclear(struct work *w, const struct earlier *e, enum question again, const struct place_guess *between,
                    const char *why)
{
	struct turn *t = w->turn;
	t->about = w->open;
	if (e->asks_again || e->state != INCIDENT_OPEN || !t->reply) {
		t->reply_key = "followup_ok";
		return is(w, TURN_FOLLOWUP, "%s: %s", why,
		          e->asks_again ? "asked twice, left to a person" : "not asked again");
	}
	t->asks = again;
	t->reply_key = again == ASKED_TYPE ? "ask_type_again" : "ask_place_again";
	if (again == ASKED_PLACE && between != NULL) {
		place_offer_make(w->c->gazetteer, between, &t->offer);
		if (t->offer.count > 0)
			t->reply_key = place_offer_key(&t->offer);
	}
	return is(w, TURN_ANSWER_UNCLEAR, "%s: asked once more", why);
}

static void raise_urgency(struct work *w)
{
	/* a few words say little: only more than what is known counts, the flow takes the greater */
	w->turn->urgency = w->t->urgency;
}

/* village answers e. Whoever has decided before goes first: then it is noted, and told when it says something else. */
static bool answers_place(struct work *w, const struct earlier *e, const char *village, const char *how)
{
	struct turn *t = w->turn;
	char code[REGION_CODE_MAX];
	snprintf(code, sizeof code, "%s", village);
	t->about = w->open;
	snprintf(t->village, sizeof t->village, "%s", code);
	raise_urgency(w);
	t->applies = e->state == INCIDENT_OPEN && !is_village(e->region);
	bool other = !t->applies && incident_is_open(e->state) && is_village(e->region) && strcmp(e->region, code) != 0;
	if (other)
		t->duty_words = "pelapor menyebut lokasi lain, mohon diperiksa";
	t->reply = t->applies ? w->room : t->reply;
	t->reply_key = t->applies ? NULL : "followup_ok";
	return is(w, TURN_ANSWER_PLACE, "answers the question for the village: %s by %s%s", code, how,
	          t->applies ? ""
	          : other    ? "; a person had decided otherwise"
	                     : "; known meanwhile");
}

/* A whole report of its own, of something else than e? */
static bool is_other_event(const struct work *w, const struct earlier *e)
{
	if (!w->report)
		return false;
	if (w->said.another)
		return true;
	if (is_main(w->t->type) && is_main(e->incident_type) && w->t->type != e->incident_type)
		return true;
	bool elsewhere = w->placed && region_code_level(e->region) >= LEVEL_DISTRICT &&
	                 !region_code_within(w->t->place.code, e->region) && !is_offered(e, w->t->place.code);
	return elsewhere && w->said.words >= NEW_REPORT_WORDS;
}

static bool answer_place(struct work *w, const struct earlier *e)
{
	struct place_guess after = {.candidate_count = 0};
	int choice = w->said.choice;
	if (choice > 0 && (size_t)choice <= e->offer.count) {
		const char *chosen = e->offer.code[choice - 1];
		if (is_village(chosen))
			return answers_place(w, e, chosen, "its number");
		return unclear(w, e, ASKED_PLACE, NULL, "another village of the district, not named");
	}
	if (choice > 0)
		return unclear(w, e, ASKED_PLACE, NULL, "a number that was not offered");
	const char *village = w->said.denies ? meant_instead(w, e, &after) : meant(w, &w->t->place, e);
	if (village != NULL)
		return answers_place(w, e, village, "name");
	if (w->t->place.candidate_count > 1 && !w->said.denies)
		return unclear(w, e, ASKED_PLACE, &w->t->place, "several places could be meant");
	return unclear(w, e, ASKED_PLACE, NULL, "no village in the answer");
}

/* ---- answers about the type ---- */

static bool answer_type(struct work *w, const struct earlier *e)
{
	struct turn *t = w->turn;
	const struct triage *both = w->c->together != NULL ? w->c->together : w->t;
	enum incident_type type = TYPE_UNSURE;
	if (w->report)
		type = w->t->type;
	else if (is_ours(both->type) && both->type_confidence >= w->c->type_enough)
		type = both->type;
	else
		type = w->said.type;
	if (type == TYPE_UNSURE)
		return unclear(w, e, ASKED_TYPE, NULL, "the answer does not say what happened");
	const struct place_guess *named = w->placed ? &w->t->place : &both->place;
	bool known = is_village(e->region);
	t->about = w->open;
	t->type = type;
	t->urgency = both->urgency > w->t->urgency ? both->urgency : w->t->urgency;
	t->applies = e->state == INCIDENT_OPEN && e->incident_type == TYPE_UNSURE;
	if (!known && is_village(named->code) && named->confidence >= w->c->place_enough)
		snprintf(t->village, sizeof t->village, "%s", named->code);
	if (!t->applies) {
		t->reply_key = "followup_ok";
		return is(w, TURN_ANSWER_TYPE, "answers the question what happened: %s; decided meanwhile",
		          incident_type_names[type]);
	}
	if (is_main(type) && !known && t->village[0] == '\0' && t->reply) {
		t->asks = ASKED_PLACE; /* one question at a time; this is the next */
		place_offer_make(w->c->gazetteer, named, &t->offer);
		t->reply_key = place_offer_key(&t->offer);
	}
	return is(w, TURN_ANSWER_TYPE, "answers the question what happened: %s", incident_type_names[type]);
}

/* ---- the kinds of turn; each true when it has decided ---- */

static bool blocked(struct work *w)
{
	struct turn *t = w->turn;
	if (!w->c->sender->marks[MARK_BLOCKED])
		return false;
	t->reply = false;
	if (w->t->urgency == URGENCY_CRITICAL && !is_sure(w, w->t, TYPE_NOT_A_REPORT))
		t->duty_key = "duty_blocked";
	return is(w, TURN_BLOCKED, "the sender is blocked%s", t->duty_key[0] != '\0' ? "; looks critical: shown" : "");
}

static bool automatic(struct work *w)
{
	bool marked = w->c->sender->marks[MARK_AUTOMATIC];
	const char *why = w->c->echo ? "our own text came back"
	                  : marked   ? "the sender is a machine"
	                             : "a machine's words";
	if (marked)
		w->turn->reply = false;
	bool urgent = w->t->urgency == URGENCY_CRITICAL && !is_sure(w, w->t, TYPE_NOT_A_REPORT);
	if (!w->c->echo && (w->report || urgent || (!marked && !w->said.automatic)))
		return false; /* whoever sent it: it tells of something */
	w->turn->reply = false;
	return is(w, TURN_AUTOMATIC, "%s: never answered", why);
}

static bool nothing_said(struct work *w)
{
	if (w->said.words > 0)
		return false;
	w->turn->reply = false;
	return is(w, TURN_NOTHING, "no words");
}

static bool thanks(struct work *w)
{
	bool choosing = w->said.yes && w->open >= 0 && earlier_of(w, w->open)->offer.count > 0;
	if (!w->said.thanks || choosing)
		return false;
	w->turn->reply = false;
	return is(w, TURN_THANKS, "nothing but thanks: kept, no answer");
}

static const char *const emergency_keys[EMERGENCIES] = {
        [EMERGENCY_NONE] = "emergency",          [EMERGENCY_FIRE] = "emergency_fire",
        [EMERGENCY_WATER] = "emergency_water",   [EMERGENCY_MEDICAL] = "emergency_medical",
        [EMERGENCY_POLICE] = "emergency_police",
};

/* Others' emergencies. One that may as well be ours opens an incident, and the sender is told whom to call all the same. */
static bool emergency(struct work *w)
{
	bool kind = w->said.emergency != EMERGENCY_NONE;
	bool none_of_ours = is_sure(w, w->t, TYPE_NOT_A_REPORT);
	if (none_of_ours && (w->t->urgency == URGENCY_CRITICAL || (kind && w->t->urgency == URGENCY_HIGH))) {
		w->turn->reply_key = emergency_keys[w->said.emergency];
		w->turn->duty_key = "duty_emergency";
		return is(w, TURN_EMERGENCY, "an emergency for others");
	}
	if (!w->report && !none_of_ours && kind && w->t->urgency == URGENCY_CRITICAL) {
		w->turn->reply_key = emergency_keys[w->said.emergency];
		return is(w, TURN_REPORT,
		          "perhaps an emergency for others: opened for a person, sender told whom to call");
	}
	return false;
}

/* His newest report whose incident still goes on; -1: none. */
static int newest_going_on(const struct work *w, int64_t within_s)
{
	const struct known_sender *s = w->c->sender;
	for (size_t i = 0; i < s->earlier_count; i++)
		if (!uuid_is_nil(s->earlier[i].incident) && incident_is_open(s->earlier[i].state) &&
		    w->c->now.us - s->earlier[i].at.us <= within_s * 1000000)
			return (int)i;
	return -1;
}

static int newest_with_incident(const struct work *w)
{
	const struct known_sender *s = w->c->sender;
	for (size_t i = 0; i < s->earlier_count; i++)
		if (!uuid_is_nil(s->earlier[i].incident))
			return (int)i;
	return -1;
}

/* The report of his that the text names by its number; -1: none of his. */
static int named_own(const struct work *w)
{
	const struct known_sender *s = w->c->sender;
	for (size_t n = 0; n < w->said.number_count; n++)
		for (size_t i = 0; i < s->earlier_count; i++)
			if (s->earlier[i].number == w->said.numbers[n] && !uuid_is_nil(s->earlier[i].incident))
				return (int)i;
	return -1;
}

static bool withdraws(struct work *w)
{
	int own = named_own(w);
	int about = own >= 0 ? own : newest_going_on(w, FOLLOWUP_S);
	bool other = w->report && (w->placed || w->said.another || w->said.words >= NEW_REPORT_WORDS * 2);
	if (!w->said.withdraws || about < 0 || !incident_is_open(earlier_of(w, about)->state) || other ||
	    w->t->urgency == URGENCY_CRITICAL)
		return false;
	w->turn->about = about;
	w->turn->reply_key = "withdraw_noted";
	w->turn->duty_words = "pelapor menarik laporan, mohon diputuskan";
	return is(w, TURN_WITHDRAW, "takes the report back: a person decides");
}

static bool asks_status(const struct work *w)
{
	return is_sure(w, w->t, TYPE_STATUS_QUERY) || (w->said.status && !w->report);
}

static bool answers(struct work *w)
{
	if (w->open < 0)
		return false;
	const struct earlier *e = earlier_of(w, w->open);
	bool bare = w->said.choice == 0 && w->t->place.candidate_count == 0;
	if (is_other_event(w, e) || (asks_status(w) && bare))
		return false;
	if (bare && is_sure(w, w->t, TYPE_NOT_A_REPORT) && w->said.words > ANSWER_WORDS)
		return false; /* advertising, whatever was asked */
	return e->asks == ASKED_TYPE ? answer_type(w, e) : answer_place(w, e);
}

static bool status(struct work *w)
{
	struct turn *t = w->turn;
	if (!asks_status(w))
		return false;
	int own = named_own(w);
	if (own < 0 && w->said.named == 0) {
		own = newest_going_on(w, INT64_MAX / 1000000);
		own = own >= 0 ? own : newest_with_incident(w);
	}
	t->about = own;
	if (own >= 0)
		t->reply_key = "status_open";
	else
		t->reply_key = w->said.named != 0 ? "status_other_phone" : "status_unknown";
	return is(w, TURN_STATUS,
	          own >= 0             ? "asks how it stands with report %lld of his"
	          : w->said.named != 0 ? "asks about report %lld, which is none of his: nothing is told"
	                               : "asks about a report, but none of his is known (%lld)",
	          (long long)(own >= 0 ? earlier_of(w, own)->number : w->said.named));
}

/* More about what he reported: said so, by its number, or words that say nothing by themselves soon after. */
static bool followup(struct work *w)
{
	struct turn *t = w->turn;
	int own = named_own(w), recent = newest_going_on(w, VAGUE_FOLLOWUP_S);
	bool says_so = is_sure(w, w->t, TYPE_FOLLOWUP);
	bool vague = w->t->type == TYPE_UNSURE || w->t->type == TYPE_FOLLOWUP || w->t->type == TYPE_STATUS_QUERY ||
	             (w->said.refers && !w->report);
	bool elsewhere =
	        recent >= 0 && w->placed && !region_code_within(w->t->place.code, earlier_of(w, recent)->region);
	if (w->said.another || (!says_so && !(own >= 0 && !w->report) &&
	                        !(vague && recent >= 0 && !elsewhere && w->t->urgency != URGENCY_CRITICAL)))
		return false;
	int about = own >= 0 ? own : newest_going_on(w, FOLLOWUP_S);
	about = about >= 0 ? about : newest_with_incident(w);
	t->about = about;
	raise_urgency(w);
	if (about < 0) {
		t->reply_key = "status_unknown";
		t->duty_key = w->t->urgency >= URGENCY_HIGH ? "duty_followup" : "";
		return is(w, TURN_FOLLOWUP, "more about a report, but none of his is known");
	}
	t->reply_key = "followup_ok";
	if (!incident_is_open(earlier_of(w, about)->state))
		t->duty_key = "duty_followup";
	return is(w, TURN_FOLLOWUP, "more about report %lld%s", (long long)earlier_of(w, about)->number,
	          t->duty_key[0] != '\0' ? ", which has ended: a person is told" : "");
}

static bool pointless(struct work *w)
{
	if (w->said.choice == 0 && !w->said.yes)
		return false;
	w->turn->reply = false;
	return is(w, TURN_NOTHING, "an answer, but no question is open");
}

static bool no_report(struct work *w)
{
	if (!is_sure(w, w->t, TYPE_NOT_A_REPORT))
		return false;
	w->turn->reply_key = "nonreport";
	return is(w, TURN_NOTHING, "no report");
}

static bool report(struct work *w)
{
	return is(w, TURN_REPORT, "a report");
}

void conversation_decide(const struct conversation *c, struct turn *ret)
{
	static bool (*const deciders[])(struct work *) = {
	        blocked, automatic, nothing_said, thanks,    emergency, withdraws,
	        answers, status,    followup,     pointless, no_report, report,
	};
	struct work w = {.c = c, .t = c->triage, .turn = ret};
	words_read(c->text, &w.words);
	said_read(c->words, &w.words, &w.said);
	w.report = is_ours(w.t->type) && w.t->type_confidence >= c->type_enough;
	w.placed = is_village(w.t->place.code) && w.t->place.confidence >= c->place_enough;
	w.open = conversation_open_question(c->sender, c->now);
	*ret = (struct turn){.about = -1, .duty_key = ""};
	w.room = c->sender->replies < c->replies_most;
	ret->reply = w.room && !c->sender->repeated;
	for (size_t i = 0; i < sizeof deciders / sizeof *deciders; i++)
		if (deciders[i](&w))
			return;
}
