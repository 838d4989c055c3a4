/* fuzz_event_request: an accepted event has what its kind needs (a decline its reason, a triage something triaged ...) within its bounds; a refused one names at
 * least one fault, and its problem document is itself valid JSON. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/event_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLD(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "does not hold: %s\n", #condition);                                            \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

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
	HOLD(!is(r, "reopen") || r->reason != NULL);
}

static void check_problem(const struct problem *p)
{
	struct buf out;
	struct json_fault fault;
	HOLD((p->status == 400 || p->status == 422) && p->error_count > 0);
	buf_init(&out, 1 << 20);
	problem_render(p, &out);
	cJSON *tree = json_parse(out.data, out.len, &fault);
	HOLD(tree != NULL);
	cJSON_Delete(tree);
	buf_free(&out);
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
			check_problem(&p);
		}
	}
	return 0;
}
