/* metrics: counters, gauges and histograms, all in one table (metrics.def), rendered as Prometheus text. One thread, no locks. */
#ifndef SIGAP_BASE_METRICS_H
#define SIGAP_BASE_METRICS_H
#include <stdint.h>

#include "../../protocol/buf.h"

/* metrics.def: METRIC(ID, kind, "family", "label=\"value\"" or "", "help"); rows of one family stand together. kind: counter, gauge, histogram (seconds). */
enum metric {
#define METRIC(id, kind, family, labels, help) id,
#include "metrics.def"
#undef METRIC
	METRICS
};
void metric_add(enum metric m, int64_t n);          /* counter */
void metric_set(enum metric m, double value);       /* gauge */
void metric_observe(enum metric m, double seconds); /* histogram, buckets 0.5 ms .. 3600 s */
/* text/plain; version=0.0.4 */
void metrics_render(struct buf *out);
#endif
