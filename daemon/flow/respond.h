/* respond: a partner's answer, whatever way it came: API, link page, SMS. Load → ask the table → write event n+1; who loses a race loads and asks again. */
#ifndef SIGAP_FLOW_RESPOND_H
#define SIGAP_FLOW_RESPOND_H
#include "../core/dispatch_state.h"
#include "flow.h"
#include "incident_row.h"
#include "rules.h"

enum respond_end {
	RESPOND_DONE,    /* the event was written */
	RESPOND_REPEATS, /* the dispatch already is what was asked for */
	RESPOND_CONFLICT, /* the event does not fit the state, or version is not the expected one: view tells the current state */
	RESPOND_UNKNOWN,     /* no such dispatch, or not this agency's */
	RESPOND_AMBIGUOUS,   /* an SMS without a number and several open dispatches */
	RESPOND_UNAVAILABLE, /* the database is away or refused */
};
/* What is asked. Filled by the caller; lives in arena until done. */
struct respond {
	struct flow *flow;
	struct arena *arena;
	struct uuid dispatch;        /* nil: found by agencies and number */
	const char *const *agencies; /* slugs that a telephone answers for */
	size_t agency_count;
	int64_t number;             /* incident number, 0: the only open one */
	const struct identity *who; /* NULL: the link or the telephone is proof enough */
	enum dispatch_event event;
	int version;     /* expected dispatch version, 0: any */
	struct wall eta; /* us 0: none */
	int eta_minutes; /* -1: none; from now */
	const char *reason, *note;
	const char *actor; /* "partner via link"; NULL: the agency that the dispatch turns out to be of, via SMS */
	bool read_only;    /* only load the view: nothing is written */
	void (*done)(struct respond *r, enum respond_end end);
	void *ctx;
	/* the view, current when done is called */
	struct incident_row incident;
	struct dispatch_row row;
	struct wall eta_now;
	struct wall opened_at;
	const char *given_reason;
	/* inner workings */
	struct rules *rules; /* held while a change with notices is under way */
	struct dispatch_step step;
	bool has_family;             /* others were asked for the same task */
	struct dispatch_row *family; /* the incident's dispatches, when some of them are relieved */
	int family_count;
	struct plan *plan; /* NULL: no notices */
	bool *leased;
	int tries;
	struct change change;
};
void respond_submit(struct respond *r);
/* The dispatch as JSON: {"id","incident":{…},"agency","role","state","version","accept_by","arrive_by","eta","reason"}. */
void respond_render(const struct respond *r, struct buf *out);

/* POST /v1/dispatches/{id}/events */
void respond_post_event(void *ctx, struct http_request *r);
#endif
