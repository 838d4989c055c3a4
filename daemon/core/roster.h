/* roster: who is on duty at a moment: rotations, single shifts, overrides. Pure, made anew with every snapshot.
 *
 * A rotation gives each of its people a shift in turn. A single shift stands beside the rotations. An override moves shifts for a span:
 *   person instead of one   his shifts, as far as they lie in the span; where he has none, nothing changes
 *   nobody instead of one   the same, and nobody takes over
 *   person instead of all   whoever has a shift with that role; where nobody has one, person is on duty none the less
 * Of several over one shift the one made last counts, whether it names him whose shift it was or him who took it over. A swap is
 * a trade: the shift is the other's from then on, and what is said later of him who gave it away does not touch it.
 * People who left are never on duty: what would be theirs is a gap. All times are UTC moments and spans are [from, until); nothing
 * here knows of days or offsets. */
#ifndef SIGAP_CORE_ROSTER_H
#define SIGAP_CORE_ROSTER_H
#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"
#include "../base/clock.h"
#include "../base/id.h"

struct person;
struct rotation {
	const char *slug, *role;
	const struct person *const *people; /* in turn; NULL where a person has left: his turn is a gap */
	size_t count;
	struct wall from, until; /* until.us 0: for ever */
	int64_t shift_s;         /* > 0 */
};
struct single_shift {
	const struct person *person; /* NULL: left */
	const char *role;
	struct wall from, until;
	struct uuid id; /* nil: not asked for */
};
struct override {
	const char *role;
	struct wall from, until, made;
	const struct person *person;     /* NULL: nobody takes over */
	const struct person *instead_of; /* NULL: of everybody with that role */
	bool swap;
	struct uuid id; /* nil: not asked for */
};
struct roster {
	const struct rotation *rotations;
	size_t rotation_count;
	const struct single_shift *shifts;
	size_t shift_count;
	const struct override *overrides; /* oldest first, by made */
	size_t override_count;
};

/* One shift of one person, or the part of it that is his: a turn of a rotation, a single shift, or what one override gives him without a break. */
struct duty_span {
	const struct person *person;
	const char *role;
	struct wall from, until;
	const char *source;   /* "rotation", "shift", "override", "swap" */
	const char *rotation; /* its slug when the source is one, otherwise NULL */
	struct uuid id;       /* of the single shift or the override; nil for a rotation */
};
/* Everybody's spans that touch [from, until), by from, then role, then person; cut to the window. One person is there once at a moment with one role.
 * At most max are written; the number that there are is returned. */
size_t roster_spans(const struct roster *r, struct arena *a, struct wall from, struct wall until, struct duty_span *ret,
                    size_t max);
/* The shift as its person knows it: the span uncut by the window (its true beginning and end), at most a year either way. */
struct duty_span roster_whole(const struct roster *r, const struct duty_span *cut);
/* Who is on duty at that moment, whole spans, coordinators first, then in the order of their beginning; at most max. */
size_t roster_at(const struct roster *r, struct wall at, struct duty_span *ret, size_t max);
/* Those of them whose scope covers code, each once: coordinators first, then in the order in which the turn, single shift or override that puts them on duty
 * began. At most max and 64. Cheap: asked for every notice to people on duty. */
size_t roster_people(const struct roster *r, struct wall at, const char *code, const struct person **ret, size_t max);

/* A time in [from, until) in which nobody with role (NULL: with any) is on duty who has a phone and whose scope covers code (NULL: wherever). */
struct duty_gap {
	struct wall from, until;
};
/* In order; at most max are written, the number that there are is returned. */
size_t roster_gaps(const struct roster *r, struct arena *a, const char *role, const char *code, struct wall from,
                   struct wall until, struct duty_gap *ret, size_t max);
#endif
