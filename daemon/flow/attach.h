/* attach: a report that belongs to an incident which is open already: the same told again, more about it, the answer to our question. It becomes part of the incident as one event
 * ("report_attached"), which the agencies that are at work hear of ("n more reports"), and can be taken out again. Waits for the commit; a conflict is read and tried again. */
#ifndef SIGAP_FLOW_ATTACH_H
#define SIGAP_FLOW_ATTACH_H
#include "intake.h"

enum attach_end {
	ATTACH_KEPT,        /* report and event are on disk */
	ATTACH_REPEATED,    /* the report's key was known: nothing was written */
	ATTACH_ENDED,       /* the incident has ended meanwhile: nothing was written, the report is a new one */
	ATTACH_UNAVAILABLE, /* the database is away */
};
struct attach {
	struct flow *flow;
	struct arena *arena;
	struct store_report report; /* the caller fills what the source said, triage, relation, asks, answers; id and number are made here */
	struct uuid incident;
	double score;             /* 0..1 for a duplicate, else 0 */
	const char *reasons;      /* JSON array of texts, English; NULL: none */
	bool silent;              /* nobody is told */
	const char *reply_key;    /* SMS to the reporter, in the same transaction; NULL: none. {no} is filled with the incident's number */
	const char *reply_to, *reply_via;
	/* called once */
	void (*done)(struct attach *a, enum attach_end end, int64_t incident_number);
	void *ctx;
};
void attach_submit(struct attach *a);
#endif
