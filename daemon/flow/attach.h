/* attach: a report that belongs to an incident which is open already: the same told again, more about it, the answer to our question. It becomes part of the incident as one event
 * ("report_attached"), which the agencies that are at work hear of ("n more reports"), and can be taken out again. Waits for the commit; a conflict is read and tried again.
 * What the report knows better (a higher urgency, the village, the type) the incident takes over and is planned again, unless a person has triaged it. */
#ifndef SIGAP_FLOW_ATTACH_H
#define SIGAP_FLOW_ATTACH_H
#include "incident_row.h"
#include "intake.h"

enum attach_end {
	ATTACH_KEPT,     /* report and event are on disk */
	ATTACH_REPEATED, /* the report's key was known: nothing was written */
	ATTACH_ENDED, /* the incident has ended meanwhile, or turned out to be of another type or place than a duplicate says: nothing was written, the report is a new one */
	ATTACH_UNAVAILABLE, /* the database is away */
};
struct attach {
	struct flow *flow;
	struct arena *arena;
	struct store_report
	        report; /* the caller fills what the source said, triage, relation, asks, answers; id and number are made here */
	struct uuid incident;
	double score;        /* 0..1 for a duplicate, else 0 */
	const char *reasons; /* JSON array of texts, English; NULL: none */
	bool silent;         /* nobody is told */
	const struct triage *
	        read; /* what the report says, for the incident to take over what it did not know; NULL: it knows nothing better */
	const char *actor; /* of the event; NULL: the report's source */
	const char *duty;  /* Indonesian: what whoever is on duty is told about the incident; NULL: nothing */
	struct plan_reply
	        reply; /* SMS to the reporter, in the same transaction, as far as he gets any this hour; key NULL: none. {no} is the incident's number when values has none */
	/* called once */
	void (*done)(struct attach *a, enum attach_end end, int64_t incident_number);
	void *ctx;
	/* inner workings */
	struct attach *next; /* behind this one for the same incident */
	struct attach_line *line;
	int64_t number;
	int tries, replies;
	struct incident_row row;
	struct dispatch_row rows[CHANGE_DISPATCHES];
	int row_count;
	struct rules *rules;
	struct incident_step step;
	bool raises; /* the incident takes something over */
	struct plan *plan;
	bool *leased;
	struct change change;
};
/* Several for one incident go one after the other: each sees what the one before it has changed. */
void attach_submit(struct attach *a);

/* The lines in which they wait. */
struct attach_lines;
struct attach_lines *attach_open(struct flow *f);
/* After the store has ended: nobody waits any more. */
void attach_close(struct attach_lines **l);
#endif
