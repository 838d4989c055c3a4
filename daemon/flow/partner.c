/* partner: see partner.h. */
#include "partner.h"

#include <string.h>

#include "../base/fault.h"
#include "../base/log.h"
#include "../core/partner_text.h"
#include "../core/ration.h"
#include "contact_test.h"
#include "conversation.h"
#include "coordinate.h"
#include "respond.h"
#include "roster.h"
#include "rules.h"
#include "shifts.h"
#include "sms_reply.h"

enum { CONTACTS_MOST = 8, PARTIES = 1024 };
/* Texts to one telephone that its answers changed nothing for: a machine may be answering ours, and each would be answered again. */
static const struct ration_rule idle_texts[RATION_RULES] = {{6, 3600}, {24, 86400}};

struct partners {
	struct arena *arena;
	struct ration *idle;
};

struct partner {
	struct incoming *in;
	struct sms_answer answer;
	struct respond respond;
	struct shift_answer shift;
	struct contact_answer test;
	const struct person *person; /* on duty, with this telephone; NULL: nobody. Only in rules */
	struct wall shift_begins;
	const struct contact *contacts[CONTACTS_MOST]; /* whose answer it is when it is about no shift; only in rules */
	size_t contact_count;
	struct rules *rules;   /* held while the test or the shift is looked for */
	const char *reply_key; /* text for who answered */
	const char *reply_state;
	int64_t reply_number;
	bool changed; /* something: the reply is due whatever came before */
};

struct partners *partners_open(void)
{
	struct arena *a = arena_new();
	struct partners *p = arena_new_of(a, struct partners);
	p->arena = a;
	p->idle = ration_make(a, PARTIES, idle_texts);
	return p;
}

void partners_close(struct partners **p)
{
	if (*p == NULL)
		return;
	struct arena *a = (*p)->arena;
	*p = NULL;
	arena_free(&a);
}

/* ---- the answer has had its effect ---- */

static void reply_about_shift(const struct partner *p)
{
	const struct incoming *in = p->in;
	struct roster_time t = roster_time(in->flow, p->shift_begins);
	const struct reply_value values[] = {{"tgl", t.day}, {"jam", t.clock}};
	sms_reply_send(in->flow, in->address, in->gateway->name, p->reply_key, values, 2);
}

static bool may_reply(const struct partner *p)
{
	const struct incoming *in = p->in;
	if (p->changed || ration_take(in->flow->partners->idle, in->address, mono_now()) == 0)
		return true;
	log_warn("partner.not_answered", "why=\"its answers have changed nothing for too long: a machine's?\"");
	return false;
}

static void on_kept(struct incoming *in, bool is_new, bool available)
{
	const struct partner *p = in->taker;
	if (is_new && in->address[0] != '\0' && may_reply(p)) {
		if (p->test.taken)
			sms_reply_send(in->flow, in->address, in->gateway->name, p->reply_key, NULL, 0);
		else if (p->reply_state != NULL)
			sms_reply_partner(in->flow, in->address, in->gateway->name, p->reply_key, p->reply_number,
			                  p->reply_state);
		else
			reply_about_shift(p);
	}
	in->done(in, available);
}

/* Only now is the message kept: after a crash in between the gateway sends it again, and a repeated answer does no harm. */
static void keep(struct partner *p)
{
	fault_point("gateway.answered");
	incoming_keep(p->in, on_kept);
}

/* ---- an agency's ---- */

static void on_responded(struct respond *r, enum respond_end how)
{
	struct partner *p = r->ctx;
	p->reply_number = r->incident.number;
	p->reply_state = dispatch_state_names[r->row.state];
	p->changed = how == RESPOND_DONE;
	switch (how) {
	case RESPOND_DONE:
	case RESPOND_REPEATS:
		p->reply_key = "partner_recorded";
		break;
	case RESPOND_CONFLICT:
		p->reply_key = "partner_conflict";
		break;
	case RESPOND_UNKNOWN:
	case RESPOND_AMBIGUOUS:
		p->reply_key = "partner_which";
		break;
	case RESPOND_UNAVAILABLE:
		p->in->done(p->in, false);
		return;
	}
	keep(p);
}

static void answer_as_agency(struct partner *p)
{
	struct incoming *in = p->in;
	size_t n = p->contact_count;
	const char **agencies = arena_array(in->arena, const char *, n);
	for (size_t i = 0; i < n; i++)
		agencies[i] = arena_strdup(in->arena, p->contacts[i]->agency->slug);
	struct respond *r = &p->respond;
	*r = (struct respond){
	        .flow = in->flow,
	        .arena = in->arena,
	        .agencies = agencies,
	        .agency_count = n,
	        .number = p->answer.number,
	        .event = (enum dispatch_event)name_index(dispatch_event_names, DISPATCH_EVENTS, p->answer.event),
	        .eta_minutes = p->answer.eta_minutes,
	        .reason = p->answer.reason[0] != '\0' ? p->answer.reason : NULL,
	        .done = on_responded,
	        .ctx = p,
	};
	respond_submit(r);
}

/* ---- a person's on duty ---- */

static void on_claimed(void *ctx, bool known, bool available)
{
	struct partner *p = ctx;
	p->reply_number = p->answer.number;
	p->reply_state = "claimed";
	p->reply_key = known ? "partner_recorded" : "partner_which";
	if (available)
		keep(p);
	else
		p->in->done(p->in, false);
}

static void on_shift(void *ctx, enum shift_answer_end end, struct wall begins)
{
	struct partner *p = ctx;
	struct rules *held = p->rules; /* what follows may end the message and its memory */
	p->shift_begins = begins;
	if (end == SHIFT_ANSWER_UNAVAILABLE) {
		p->in->done(p->in, false);
	} else if (end == SHIFT_ANSWER_TAKEN) {
		p->reply_key = p->shift.accepts ? "shift_accepted" : "shift_refused";
		keep(p);
	} else if (p->answer.shift) {
		p->reply_key = "shift_none";
		keep(p);
	} else if (p->contact_count > 0) {
		answer_as_agency(p);
	} else {
		conversation_take(p->in);
	}
	rules_drop(&held);
}

/* "siap" of a person on duty may be about a shift, of a partner's telephone about a dispatch. Without an incident's number an open question about a shift goes first. */
static void answer_about_shift(struct partner *p, const struct person *person, bool accepts)
{
	struct incoming *in = p->in;
	p->rules = rules_hold(in->flow->rules);
	p->shift = (struct shift_answer){
	        .person = person->slug,
	        .accepts = accepts,
	        .anew = p->answer.shift || p->contact_count == 0,
	        .begun = p->answer.shift, /* "tidak bisa" of who is on duty is about something else */
	        .message = arena_printf(in->arena, "sms:%s/%s", in->gateway->name, in->external_id),
	        .done = on_shift,
	        .ctx = p,
	};
	shifts_answer(in->flow, &p->shift);
}

/* ---- an answer to a test, or what it is else ---- */

static void take(struct partner *p)
{
	struct incoming *in = p->in;
	const char *event = p->answer.event;
	bool accepts = strcmp(event, "accept") == 0;
	bool shift = p->person != NULL && p->answer.number == 0 && (accepts || strcmp(event, "decline") == 0);
	if (strcmp(event, "claim") == 0 && p->person != NULL)
		coordinate_claim(in->flow, in->arena, p->answer.number,
		                 arena_printf(in->arena, "person:%s via sms", p->person->slug), on_claimed, p);
	else if (shift)
		answer_about_shift(p, p->person, accepts);
	else
		answer_as_agency(p);
}

static void on_test(void *ctx, enum contact_answer_end end)
{
	struct partner *p = ctx;
	struct rules *held = p->rules; /* what follows may end the message and its memory */
	if (end == CONTACT_ANSWER_UNAVAILABLE) {
		p->in->done(p->in, false);
	} else if (end == CONTACT_ANSWER_TAKEN) {
		p->test.taken = true;
		p->reply_key = "contact_test_noted";
		keep(p);
	} else {
		take(p);
	}
	rules_drop(&held);
}

/* "OK" after a test is about the test, as long as nothing else was asked since: a dispatch that was only tested must not seem accepted. */
static void answer_test_first(struct partner *p)
{
	struct incoming *in = p->in;
	const char **agencies = arena_array(in->arena, const char *, p->contact_count);
	for (size_t i = 0; i < p->contact_count; i++)
		agencies[i] = p->contacts[i]->agency->slug;
	p->rules = rules_hold(in->flow->rules);
	p->test = (struct contact_answer){
	        .phone = in->phone,
	        .text = in->text,
	        .message = arena_printf(in->arena, "sms:%s/%s", in->gateway->name, in->external_id),
	        .agencies = agencies,
	        .agency_count = p->contact_count,
	        .done = on_test,
	        .ctx = p,
	};
	contact_test_answer(in->flow, &p->test);
}

bool partner_take(struct incoming *in)
{
	const struct directory *d = &in->flow->rules->directory;
	struct partner *p;
	struct sms_answer answer;
	if (in->phone[0] == '\0')
		return false;
	const struct contact *contacts[CONTACTS_MOST];
	size_t n = directory_contacts_by_phone(d, in->phone, contacts, CONTACTS_MOST);
	const struct person *person = directory_person_by_phone(d, in->phone);
	const struct rules *rules = in->flow->rules;
	if ((n == 0 && person == NULL) ||
	    !partner_text_read(in->arena, rules->replies, lexicon_said_words(rules->lexicon), in->text, &answer))
		return false;
	const char *event = answer.event;
	bool claim = strcmp(event, "claim") == 0, accepts = strcmp(event, "accept") == 0;
	bool shift = person != NULL && answer.number == 0 && (accepts || strcmp(event, "decline") == 0);
	if (claim ? person == NULL || answer.number == 0 : n == 0 && !shift)
		return false;
	p = arena_new_of(in->arena, struct partner);
	p->in = in;
	p->answer = answer;
	p->contact_count = n;
	memcpy(p->contacts, contacts, n * sizeof *contacts);
	p->person = person;
	in->taker = p;
	if (n > 0 && accepts && answer.number == 0 && !answer.shift)
		answer_test_first(p);
	else
		take(p);
	return true;
}
