/* clock: two kinds of time that cannot be mixed up. Monotonic time measures; wall time dates. Deadlines use neither: the database's clock is the only one. */
#ifndef SIGAP_BASE_CLOCK_H
#define SIGAP_BASE_CLOCK_H
#include <stdint.h>
struct mono {
	int64_t us;
}; /* CLOCK_BOOTTIME: goes on while the machine sleeps, does not step */
struct wall {
	int64_t us;
}; /* Unix time in microseconds, UTC */
struct mono mono_now(void);
struct wall wall_now(void); /* this host's clock; only for log lines and HTTP dates */

/* An estimate of the database's clock: set by every answer that carries now(), advanced by monotonic time. */
struct db_clock {
	struct wall at;
	struct mono seen;
};
void db_clock_set(struct db_clock *c, struct wall database_now);
/* The database's time now; this host's wall clock before the first answer. */
struct wall db_clock_now(const struct db_clock *c);
/* Whole milliseconds from now until due, rounded up; 0 when due has passed. */
int64_t clock_ms_until(struct wall due, struct wall now);
/* One reading of the database's clock: what it said, between which moments. */
struct clock_reading {
	struct wall at;
	struct mono asked, answered; /* answered.us 0: no reading yet */
};
/* By how many microseconds the database's clock moved otherwise than time did between two readings, as far as they can tell: 0 when
 * the time that passed explains it. */
int64_t clock_step_us(const struct clock_reading *before, const struct clock_reading *now);
#endif
