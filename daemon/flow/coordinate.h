/* coordinate: what a person decides about an incident: triage, one more agency, a note, stand-down, closing, opening again; and that a duty person has it ("AMBIL"). */
#ifndef SIGAP_FLOW_COORDINATE_H
#define SIGAP_FLOW_COORDINATE_H
#include "flow.h"
/* POST /v1/incidents/{id}/events; {id} is the UUID or the number. */
void coordinate_post_event(void *ctx, struct http_request *r);
/* A person on duty says that he has incident number. done(ctx, known, available) once. */
void coordinate_claim(struct flow *f, struct arena *a, int64_t number, const char *actor,
                      void (*done)(void *ctx, bool known, bool available), void *ctx);
#endif
