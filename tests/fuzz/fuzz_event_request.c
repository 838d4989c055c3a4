/* fuzz_event_request: an accepted event has what its kind needs (a decline its reason, a triage something triaged ...) within its bounds; a refused one names at
 * least one fault, and its problem document is itself valid JSON. */
#include "../../protocol/event_request.h"
#include "fuzz.h"

static bool is(const struct event_request *r, const char *event)
{
	return strcmp(r->event, event) == 0;
}

static void check_event(const struct event_request *r)
{
	HOLD(r->tree != NULL && r->event != NULL && r->version >= 0);
	HOLD(r->eta_minutes == -1 || (r->has_eta && r->eta_minutes >= 1 && r->eta_minutes <= 1440));
	HOLD(r->reason == NULL || utf8_length(r->reason) <= 500);
	HOLD(r->note == NULL || utf8_length(r->note) <= 2000);
	HOLD(!is(r, "decline") || r->reason != NULL);
	HOLD(!is(r, "triage") || r->type != NULL || r->urgency != NULL || r->village_code != NULL);
	HOLD(!is(r, "dispatch") || r->agency != NULL);
	HOLD(!is(r, "note") || r->note != NULL);
	HOLD(!is(r, "cancel") || r->reason != NULL);
	HOLD(!is(r, "close") || r->disposition != NULL);
	HOLD(!is(r, "close") || strcmp(r->disposition, "other") != 0 || r->note != NULL);
	HOLD(!is(r, "reopen") || r->reason != NULL);
	HOLD(!is(r, "withdraw") || r->reason != NULL);
	HOLD(!is(r, "hand_over") || r->to != NULL);
	HOLD(!is(r, "false_report") || (r->evidence != NULL && utf8_length(r->evidence) >= 10));
	HOLD(!is(r, "merge") || (r->into != NULL) != (r->into_number > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool (*const readers[])(const char *, size_t, struct event_request *, struct problem *) = {dispatch_event_read,
	                                                                                           incident_event_read};
	for (int i = 0; i < 2; i++) {
		struct event_request r;
		struct problem p;
		if (readers[i]((const char *)data, size, &r, &p)) {
			check_event(&r);
			event_request_free(&r);
		} else {
			HOLD(r.tree == NULL);
			hold_problem(&p);
		}
	}
	return 0;
}
