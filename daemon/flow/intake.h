/* intake: a report is read, triaged, planned, committed; then its source is answered and its notices leave. Waits once: for the commit (while the database is away, for this machine's disk). What surely repeats an incident that is known
 * becomes part of it (attach.h) instead; what may be a repetition is planned all the same, and suggested to people. */
#ifndef SIGAP_FLOW_INTAKE_H
#define SIGAP_FLOW_INTAKE_H
#include "../core/triage.h"
#include "flow.h"
#include "recent.h"
#include "rules.h"

enum intake_end {
	INTAKE_KEPT,     /* committed */
	INTAKE_REPEATED, /* its key was known: nothing was written */
	INTAKE_SPOOLED, /* on this machine's disk, its notices leave: the database is away. in->spooled tells of what is kept there under its key, now or before */
	INTAKE_REUSED,  /* the same, but what was kept under its key says something else */
	INTAKE_REFUSED, /* the database refused it */
	INTAKE_UNAVAILABLE, /* it is not known to be kept */
};
/* One report on its way. The caller fills what the source said; everything lives in arena until answer has been called. */
struct intake {
	struct flow *flow;
	struct arena *arena;
	struct store_report report; /* gateway, external_id, fingerprint, raw, source, text, phone … are the caller's */
	struct stated stated;       /* what the source stated explicitly */
	bool sms;                   /* the reporter writes and reads SMS */
	const char *reply_to;       /* where the reporter is answered; NULL: his telephone, report.phone */
	const char *via;            /* the gateway that brought it and takes the answer first; NULL: any */
	const struct plan_turn
	        *turn;         /* what went before decides something beside the report's words; NULL: nothing does */
	const char *turn_json; /* the same for the report's triage, as an object; NULL: none */
	enum incident_type read_as; /* what the report is in what went before; TYPE_UNSURE: what its words say */
	bool no_reply;              /* the reporter has had enough automatic answers, or cannot be answered */
	struct mono received;
	/* made on the way */
	struct rules *rules;
	struct triage triage;
	struct plan *plan;
	bool *leased; /* report.leased */
	struct duplicate_facts facts;
	struct recent_match match;   /* what it may repeat */
	struct recent_waiter waiter; /* for the commit of what it repeats */
	struct attach *attach;       /* it became part of a known incident; NULL: it did not */
	bool own;                    /* it is a report of its own, whatever it is like */
	struct {
		struct uuid id;
		int64_t number;
	} spooled;
	/* called once. at: the database's time of the commit. */
	void (*answer)(struct intake *in, enum intake_end end, struct wall at);
	void *ctx;
};
void intake_submit(struct intake *in);
/* The triage as it is kept, with the turn that the report was taken for (a JSON object; NULL: none). */
const char *intake_triage_json(struct arena *a, const struct triage *t, const struct gazetteer *g, const char *turn);

/* POST /v1/reports */
void intake_post_report(void *ctx, struct http_request *r);
#endif
