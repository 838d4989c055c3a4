/* shift_check: whoever begins a shift is asked before it and must answer: that proves the telephone and accepts the shift. What to do about one shift now. Pure. */
#ifndef SIGAP_CORE_SHIFT_CHECK_H
#define SIGAP_CORE_SHIFT_CHECK_H
#include <stdbool.h>

#include "policy.h"
#include "roster.h"

/* How far ahead shifts are looked at: the first question of any of them falls into it. */
enum { SHIFT_AHEAD_S = 86400, SHIFT_ALARM_AHEAD_S = 90 * 60 };

/* What is known of a shift; all zero when nobody was asked yet. us 0: never. */
struct shift_known {
	int asks; /* questions sent */
	struct wall asked, asked_last;
	struct wall accepted, refused;
	bool lost; /* the last question cannot reach the telephone */
	struct wall handed_over;
};
enum shift_trouble { SHIFT_FINE, SHIFT_REFUSED, SHIFT_UNANSWERED, SHIFT_LOST, SHIFT_NO_PHONE, SHIFT_TROUBLES };
/* Which alarm each trouble is; SHIFT_FINE has none. */
enum alarm_kind shift_trouble_alarm(enum shift_trouble t);

struct shift_todo {
	bool ask;       /* now, as question number asks + 1 */
	bool hand_over; /* it has just begun: tell how things stand */
	enum shift_trouble trouble;
};
/* shift: whole, not cut to a window. Asked 12 hours before it begins (in the evening before when that would be at night), at once when less is left; again halfway, unless at night, and 2 hours before.
 * An alarm is due 90 minutes before, after a quarter of an hour for an answer, but 60 minutes before at the latest; after a refusal at once. utc_offset_s: of the night. */
struct shift_todo shift_check_step(const struct duty_span *shift, const struct shift_known *known, struct wall now,
                                   int utc_offset_s);
#endif
