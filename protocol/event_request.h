/* event_request: the bodies of POST /v1/dispatches/{id}/events and POST /v1/incidents/{id}/events. */
#ifndef SIGAP_PROTOCOL_EVENT_REQUEST_H
#define SIGAP_PROTOCOL_EVENT_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "problem.h"

struct event_request {
	cJSON *tree;       /* owns every string below */
	const char *event; /* a name allowed for the object */
	int version;       /* expected version of the object, 0 when the caller does not care */
	bool has_eta;      /* in either form */
	int64_t eta_us; /* Unix microseconds; from "eta": RFC 3339, or whole minutes from now as an integer (see eta_minutes) */
	int eta_minutes;    /* -1 when not given as minutes */
	const char *reason; /* at most 500 characters, NULL when absent */
	const char *note;   /* at most 2000 characters */
	const char *type, *urgency, *village_code,
	        *place_text; /* incident event triage; place may also be written {"place":{"village_code","text"}} as in a report */
	const char *agency;      /* incident event dispatch: agency slug */
	const char *disposition; /* incident event close: one of event_dispositions */
	const char *to;          /* incident event hand_over: an agency's slug, or who it is */
	const char *evidence;    /* incident event false_report: 10 to 2000 characters there */
	const char *into;        /* incident event merge: the incident that goes on, by id (a UUID) … */
	int64_t into_number;   /* … or by number; 0 when not given so. Of not_duplicate: "incident", the other one */
	const char *report;    /* incident event detach: the report that is taken out, by id … */
	int64_t report_number; /* … or by number; 0 when not given so */
};
/* How a close may say that it ended; NULL ends. A false report is an event of its own. */
extern const char *const event_dispositions[];

/* event: seen, accept, decline (reason required), en_route, on_scene, complete. 400 / 422 in *ret_problem like report_request_read. */
bool dispatch_event_read(const char *body, size_t len, struct event_request *ret, struct problem *ret_problem);
/* event: triage (at least one of type, urgency, village_code), dispatch (agency), note (note), hand_over (to), cancel (reason), withdraw (reason),
 * false_report (evidence), close (disposition; "other" with a note), reopen (reason), merge (into), split, detach (report), not_duplicate (incident), claim. */
bool incident_event_read(const char *body, size_t len, struct event_request *ret, struct problem *ret_problem);
void event_request_free(struct event_request *r);
#endif
