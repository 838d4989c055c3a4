/* gateway_counts: what each gateway brought to this daemon, and when last: one that has fallen silent shows on /metrics. */
#ifndef SIGAP_FLOW_GATEWAY_COUNTS_H
#define SIGAP_FLOW_GATEWAY_COUNTS_H
#include "flow.h"

enum gateway_count {
	GATEWAY_MESSAGES,        /* on disk */
	GATEWAY_REPORTS,         /* delivery reports, recorded */
	GATEWAY_REPORTS_UNKNOWN, /* delivery reports about nothing of ours */
	GATEWAY_FORGED,          /* calls refused */
	GATEWAY_UNREADABLE,      /* calls kept, but not understood in full */
	GATEWAY_COUNTS
};
struct gateway_counts *gateway_counts_open(struct flow *f);
void gateway_counts_close(struct gateway_counts **c);
void gateway_counts_add(struct gateway_counts *c, const char *gateway, enum gateway_count what, size_t n);
/* Something came from it: now. */
void gateway_counts_heard(struct gateway_counts *c, const char *gateway);
/* When something came last; us 0: not since the start. */
struct wall gateway_counts_last_heard(const struct gateway_counts *c, const char *gateway);
/* As Prometheus text, of every gateway in the settings and of those that were. */
void gateway_counts_render(struct gateway_counts *c, struct buf *out);
#endif
