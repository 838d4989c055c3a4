/* order: one decision about an incident on its way; what the files of coordinate share, nobody else includes it. */
#ifndef SIGAP_FLOW_ORDER_H
#define SIGAP_FLOW_ORDER_H
#include "../../protocol/event_request.h"
#include "flow.h"
#include "incident_row.h"
#include "rules.h"

enum { ORDER_ROWS_MOST = CHANGE_DISPATCHES };

struct order {
	struct flow *flow;
	struct arena *arena;
	struct http_request *request; /* NULL for a claim by SMS */
	const struct identity *who;   /* NULL for a claim by SMS */
	const char *actor;
	struct uuid id; /* nil: by number */
	int64_t number;
	struct event_request asked; /* strings copied into arena */
	enum incident_event event;
	void (*claimed)(void *ctx, bool known, bool available); /* of a claim by SMS; else NULL */
	void *ctx;
	int tries;
	/* loaded */
	struct incident_row incident;
	struct dispatch_row rows[ORDER_ROWS_MOST];
	int row_count;
	const char *told;          /* telephones of people who were told, separated by spaces */
	struct incident_row other; /* of a merge: the one that goes on; of a split: the one it was merged into */
	/* decided */
	struct rules *rules;
	struct incident_step step;
	struct triage triage;
	struct plan *plan; /* NULL: no notices, no new dispatches */
	bool *leased;
	struct change change;
	struct change
	        tied; /* of a merge and a split: what the other one notes; of a detach: the incident that is opened */
	/* of a detach: the report that is taken out, and what it sets in motion by itself */
	struct detached {
		struct uuid id;
		int64_t number;
		const char *text, *type, *urgency, *place_text, *phone, *source, *village_code;
		bool type_stated, has_position;
		double lat, lon;
		struct triage triage;
		struct plan *plan; /* NULL: the order is about no report */
		bool *leased;
	} detached;
};

/* coordinate_reply.c: every order ends in exactly one of these. */
void order_reply_done(struct order *o);
void order_reply_conflict(struct order *o); /* 409 with the current state */
void order_reply_unknown(struct order *o);
void order_reply_unavailable(struct order *o);
void order_reply_invalid(struct order *o, const char *pointer, const char *detail);

/* merge.c: does the event need a second incident? Then order_load_other reads it and calls next(o), or replies what is wrong. */
bool order_is_about_two(const struct order *o);
void order_load_other(struct order *o, void (*next)(struct order *o));
/* Ties the other incident's change to the order's. */
void order_tie_other(struct order *o);

/* detach.c: reads the report that is to be taken out and calls next(o), or replies what is wrong. */
void order_load_report(struct order *o, void (*next)(struct order *o));
/* Plans the incident that the report opens, and ties its change to the order's. */
void order_tie_opened(struct order *o);
/* The change has ended: kept, the report has an incident of its own, and its notices leave. Does nothing for other orders. */
void order_detached(struct order *o, bool kept);
#endif
