/* conversation: what a citizen's text is in what went before: a report, the answer to our question, a question about an earlier report, more about it, thanks, a machine's
 * answer. Pure: what is known of the sender, the triage of the text and the text go in; one turn comes out, with its reason. */
#ifndef SIGAP_CORE_CONVERSATION_H
#define SIGAP_CORE_CONVERSATION_H
#include "../base/clock.h"
#include "../base/id.h"
#include "conversation_text.h"
#include "incident_state.h"
#include "place_offer.h"
#include "triage.h"

enum sender_mark { MARK_BLOCKED, MARK_PRANK, MARK_AUTOMATIC, SENDER_MARKS };
extern const char *const sender_mark_names[SENDER_MARKS]; /* "blocked", "prank", "automatic" */

enum question { ASKED_NOTHING, ASKED_PLACE, ASKED_TYPE };

/* One earlier report of the sender. */
struct earlier {
	struct uuid report,
	        incident; /* incident nil: it belongs to none; else the one that goes on, when it was merged */
	int64_t number;   /* of the report: what the reporter was told */
	struct wall at;
	enum incident_type incident_type;
	enum incident_state state;
	const char *region; /* of the incident */
	enum question asks; /* open: nothing has answered it yet */
	bool asks_again;    /* it asks for the second time */
	struct place_offer offer;
};
enum { EARLIER_MAX = 8 };
struct known_sender {
	bool marks[SENDER_MARKS];
	int replies;                         /* automatic ones, in the last hour */
	bool repeated;                       /* the same text came from there a short time ago */
	struct earlier earlier[EARLIER_MAX]; /* newest first */
	size_t earlier_count;
};

struct conversation {
	const struct known_sender *sender;
	const struct gazetteer *gazetteer;
	const struct said_words *words; /* of the lexicon */
	const char *text;               /* without what is our own text quoted */
	const struct triage *triage;    /* of text */
	const struct triage *together;  /* of the newest open question's report and text together; NULL: no question */
	double type_enough, place_enough; /* the policy's thresholds */
	int replies_most;                 /* per address and hour */
	struct wall now;
	bool echo; /* nothing but our own text came back */
};

enum turn_kind {
	TURN_REPORT,         /* of something: the ordinary way */
	TURN_ANSWER_PLACE,   /* village answers the question of earlier[about] */
	TURN_ANSWER_TYPE,    /* type, and village when it is named too */
	TURN_ANSWER_UNCLEAR, /* asked once more, differently */
	TURN_STATUS,         /* how it stands with earlier[about]; -1: not one of his, or he has none */
	TURN_FOLLOWUP,       /* more about earlier[about]; -1: about none that is known */
	TURN_WITHDRAW,       /* he takes earlier[about] back: a person decides */
	TURN_THANKS,
	TURN_AUTOMATIC,
	TURN_BLOCKED,
	TURN_EMERGENCY, /* of others */
	TURN_NOTHING,
	TURNS
};
extern const char *const turn_names[TURNS]; /* "report", "answer_place", … */

struct turn {
	enum turn_kind kind;
	int about;                     /* index in sender.earlier, -1: none */
	bool applies;                  /* an answer that decides something: nobody has done so before */
	char village[REGION_CODE_MAX]; /* "" : none */
	enum incident_type type;       /* TYPE_UNSURE: none */
	enum urgency urgency;          /* what the text makes of it */
	enum question asks;            /* what the reply asks */
	struct place_offer offer;      /* between which places */
	bool reply;                    /* false: he gets no text, whatever reply_key says */
	const char *reply_key;         /* static; NULL: the way it goes decides (REPORT, answers), or none */
	const char *duty_key; /* static: the text for whoever is on duty, "" : none, for turns that open no incident */
	const char *
	        duty_words; /* static, Indonesian: what whoever is on duty must know about the incident; NULL: nothing */
	char reason[160];   /* English */
};
void conversation_decide(const struct conversation *c, struct turn *ret);
/* The newest open question that is not too old; -1: none. */
int conversation_open_question(const struct known_sender *s, struct wall now);
#endif
