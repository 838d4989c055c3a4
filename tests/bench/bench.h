/* bench: what the load generator and the sink agree on: the clock, the key that carries the sending time through a system, percentiles. */
#ifndef SIGAP_BENCH_H
#define SIGAP_BENCH_H
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* "sigap-bench:" number of the request (8 digits) ":" nanoseconds at which it was due (20 digits): always the same length. */
#define KEY_MARKER "sigap-bench:"
enum { KEY_MARKER_LEN = sizeof(KEY_MARKER) - 1, KEY_LEN = KEY_MARKER_LEN + 8 + 1 + 20, KEY_NUMBERS = 10000000 };

/* CLOCK_MONOTONIC is one clock for all processes of a machine, and no step of the wall clock moves it. */
static inline int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int compare_ns(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* The p-th of 100 parts of sorted values (nearest rank), in milliseconds; 0 when there are none. */
static inline double percentile_ms(const int64_t *sorted, size_t count, unsigned p)
{
	if (count == 0)
		return 0;
	size_t rank = (count * p + 99) / 100;
	return (double)sorted[rank == 0 ? 0 : rank - 1] / 1e6;
}

/* Sorts values and writes {"count":…,"p50_ms":…,"p99_ms":…,"max_ms":…}. */
static inline int print_latencies(char *out, size_t size, int64_t *values, size_t count)
{
	qsort(values, count, sizeof *values, compare_ns);
	return snprintf(out, size, "{\"count\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}", count,
	                percentile_ms(values, count, 50), percentile_ms(values, count, 99),
	                percentile_ms(values, count, 100));
}
#endif
