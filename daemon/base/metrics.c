/* metrics: see metrics.h. Text format: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4. */
#include "metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum kind { counter, gauge, histogram }; /* named as in metrics.def and as Prometheus names them */
static const char *const kind_names[] = {[counter] = "counter", [gauge] = "gauge", [histogram] = "histogram"};

static const struct {
	enum kind kind;
	const char *family, *labels, *help;
} table[METRICS] = {
#define METRIC(id, kind, family, labels, help) [id] = {kind, family, labels, help},
#include "metrics.def"
#undef METRIC
};

/* Seconds: from one fsync to an hour of escalation. */
static const double bounds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                1,      2.5,   5,      10,    30,   60,    300,  900, 3600};
enum { BOUNDS = sizeof bounds / sizeof bounds[0] };

static struct {
	int64_t count; /* counter; number of observations */
	double value;  /* gauge; sum of observations */
	int64_t buckets[BOUNDS];
} state[METRICS];

void metric_add(enum metric m, int64_t n)
{
	assert(table[m].kind == counter && n >= 0);
	state[m].count += n;
}

void metric_set(enum metric m, double value)
{
	assert(table[m].kind == gauge);
	state[m].value = value;
}

void metric_observe(enum metric m, double seconds)
{
	assert(table[m].kind == histogram);
	if (!(seconds > 0)) /* a clock that stepped back */
		seconds = 0;
	state[m].count++;
	state[m].value += seconds;
	for (int i = 0; i < BOUNDS; i++)
		if (seconds <= bounds[i]) {
			state[m].buckets[i]++;
			return;
		}
}

static void render_histogram(enum metric m, struct buf *out)
{
	const char *family = table[m].family, *labels = table[m].labels, *comma = *labels != '\0' ? "," : "";
	const char *open = *labels != '\0' ? "{" : "", *close = *labels != '\0' ? "}" : "";
	int64_t below = 0;
	for (int i = 0; i < BOUNDS; i++) {
		below += state[m].buckets[i];
		buf_addf(out, "%s_bucket{%s%sle=\"%g\"} %" PRId64 "\n", family, labels, comma, bounds[i], below);
	}
	buf_addf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRId64 "\n", family, labels, comma, state[m].count);
	buf_addf(out, "%s_sum%s%s%s %.15g\n", family, open, labels, close, state[m].value);
	buf_addf(out, "%s_count%s%s%s %" PRId64 "\n", family, open, labels, close, state[m].count);
}

static void render_sample(enum metric m, struct buf *out)
{
	const char *labels = table[m].labels;
	buf_addf(out, *labels != '\0' ? "%s{%s} " : "%s%s ", table[m].family, labels);
	if (table[m].kind == counter)
		buf_addf(out, "%" PRId64 "\n", state[m].count);
	else
		buf_addf(out, "%.15g\n", state[m].value);
}

void metrics_render(struct buf *out)
{
	for (enum metric m = 0; m < METRICS; m++) {
		if (m == 0 || strcmp(table[m].family, table[m - 1].family) != 0) {
			buf_addf(out, "# HELP %s %s\n", table[m].family, table[m].help);
			buf_addf(out, "# TYPE %s %s\n", table[m].family, kind_names[table[m].kind]);
		}
		if (table[m].kind == histogram)
			render_histogram(m, out);
		else
			render_sample(m, out);
	}
}
