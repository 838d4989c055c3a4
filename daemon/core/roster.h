/* roster: who is on duty at a moment: rotations, single shifts, overrides. Pure, made anew with every snapshot.
 *
 * A rotation gives each of its people a shift in turn. A single shift stands beside the rotations. An override takes somebody off duty, or puts somebody on, or both, for a span;
 * of several over one moment the one made last counts. All times are UTC moments; nothing here knows of days or offsets. */
#ifndef SIGAP_CORE_ROSTER_H
#define SIGAP_CORE_ROSTER_H
#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"
#include "../base/clock.h"

struct person;
struct rotation {
	const char *slug, *role;
	const struct person *const *people; /* in turn; NULL where a person has left: his turn is a gap */
	size_t count;
	struct wall from, until; /* until.us 0: for ever */
	int64_t shift_s;
};
struct single_shift {
	const struct person *person;
	const char *role;
	struct wall from, until;
};
struct override {
	const char *role;
	struct wall from, until, made;
	const struct person *person;     /* NULL: nobody takes over */
	const struct person *instead_of; /* NULL: of everybody with that role */
	bool swap;
};
struct roster {
	const struct rotation *rotations;
	size_t rotation_count;
	const struct single_shift *shifts;
	size_t shift_count;
	const struct override *overrides; /* oldest first, by made */
	size_t override_count;
};

/* One person's unbroken time on duty with one role, cut where who takes part changes. source: "rotation NAME", "shift", "override", "swap". */
struct duty_span {
	const struct person *person;
	const char *role;
	struct wall from, until;
	const char *source;
};
/* Everybody's spans that touch [from, until), by from, then role, then person; cut to the window. At most max are written; the number that there are is returned. */
size_t roster_spans(const struct roster *r, struct arena *a, struct wall from, struct wall until, struct duty_span *ret,
                    size_t max);
/* The shift as its person knows it: the span uncut by the window (its true beginning and end), at most a year either way. */
struct duty_span roster_whole(const struct roster *r, const struct duty_span *cut);
/* Who is on duty at that moment, coordinators first, then in the order of their beginning; at most max. */
size_t roster_at(const struct roster *r, struct wall at, struct duty_span *ret, size_t max);

/* A time in [from, until) in which nobody with role is on duty who has a phone and whose scope covers code. */
struct duty_gap {
	struct wall from, until;
};
size_t roster_gaps(const struct roster *r, struct arena *a, const char *role, const char *code, struct wall from,
                   struct wall until, struct duty_gap *ret, size_t max);
#endif
