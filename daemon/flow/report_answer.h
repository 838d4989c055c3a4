/* report_answer: what the source of a report is told, the first time and every time again. */
#ifndef SIGAP_FLOW_REPORT_ANSWER_H
#define SIGAP_FLOW_REPORT_ANSWER_H
#include "flow.h"

/* The 201 body of a report committed at that time (DESIGN 8). */
void report_answer_render(const struct store_report *r, struct wall at, struct buf *out);
/* 422: the key stands for another body. */
void report_answer_reused(struct http_request *r);
/* A known key: reads what was answered and replies the same, or 422 when the fingerprint differs. */
void report_answer_again(struct flow *f, struct http_request *r, const char *gateway, const char *external_id,
                         const uint8_t fingerprint[32]);
#endif
