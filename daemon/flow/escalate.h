/* escalate: clocks run out and ladders climb. One timer for all deadlines; due ones are claimed, decided by core/ladder, and applied at the version they were decided on. */
#ifndef SIGAP_FLOW_ESCALATE_H
#define SIGAP_FLOW_ESCALATE_H
#include "flow.h"

struct escalate *escalate_open(struct flow *f);
void escalate_close(struct escalate **e);
/* A deadline may be due after_ms from now: look then (an earlier look that is armed stays). */
void escalate_look(struct escalate *e, int64_t after_ms);
#endif
