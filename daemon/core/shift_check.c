/* shift_check: see shift_check.h. */
#include "shift_check.h"

#include "directory.h"

enum {
	HOUR_S = 3600,
	DAY_S = 86400,
	ASK_AHEAD_S = 12 * HOUR_S,
	LAST_ASK_S = 2 * HOUR_S,
	BETWEEN_ASKS_S = 15 * 60,
	ANSWER_WITHIN_S = 15 * 60,
	ALARM_LATEST_S = 60 * 60,
	HAND_OVER_WITHIN_S = 60 * 60, /* later it tells nothing new */
	NIGHT_FROM_S = 21 * HOUR_S,
	NIGHT_UNTIL_S = 6 * HOUR_S,
	EVENING_S = 20 * HOUR_S,
};

static struct wall plus(struct wall t, int64_t seconds)
{
	return (struct wall){t.us + seconds * 1000000};
}

static struct wall earlier(struct wall a, struct wall b)
{
	return a.us < b.us ? a : b;
}

static struct wall later(struct wall a, struct wall b)
{
	return a.us > b.us ? a : b;
}

static int64_t second_of_day(struct wall t, int utc_offset_s)
{
	int64_t s = (t.us / 1000000 + utc_offset_s) % DAY_S;
	return s < 0 ? s + DAY_S : s;
}

static bool is_night(struct wall t, int utc_offset_s)
{
	int64_t s = second_of_day(t, utc_offset_s);
	return s >= NIGHT_FROM_S || s < NIGHT_UNTIL_S;
}

/* Nobody is woken to be asked whether he will be awake: at night the question goes back to the evening. */
static struct wall first_question(struct wall begins, int utc_offset_s)
{
	struct wall at = plus(begins, -ASK_AHEAD_S);
	if (!is_night(at, utc_offset_s))
		return at;
	int64_t s = second_of_day(at, utc_offset_s);
	return plus(at, -(s >= NIGHT_FROM_S ? s - EVENING_S : s + DAY_S - EVENING_S));
}

/* How many questions should have left by now. */
static int questions_due(const struct duty_span *shift, const struct shift_known *known, struct wall now,
                         int utc_offset_s)
{
	struct wall halfway = {known->asked.us + (shift->from.us - known->asked.us) / 2};
	struct wall last = plus(shift->from, -LAST_ASK_S);
	int due = now.us >= first_question(shift->from, utc_offset_s).us;
	if (known->asks == 0)
		return due;
	due = 1 + (now.us >= halfway.us && !is_night(halfway, utc_offset_s));
	return due + (last.us > known->asked.us && now.us >= last.us);
}

static bool must_ask(const struct duty_span *shift, const struct shift_known *known, struct wall now, int utc_offset_s)
{
	if (shift->from.us <= now.us || shift->person->phone == NULL || known->accepted.us != 0 ||
	    known->refused.us != 0)
		return false;
	bool soon_again = known->asks > 0 && now.us < plus(known->asked_last, BETWEEN_ASKS_S).us;
	return !soon_again && questions_due(shift, known, now, utc_offset_s) > known->asks;
}

/* When silence becomes trouble. */
static struct wall alarm_from(struct wall begins, const struct shift_known *known)
{
	struct wall at = plus(begins, -SHIFT_ALARM_AHEAD_S), latest = plus(begins, -ALARM_LATEST_S);
	if (known->asks == 0)
		return at;
	at = later(at, plus(known->asked, ANSWER_WITHIN_S));
	return known->asked.us < latest.us ? earlier(at, latest) : at;
}

static enum shift_trouble trouble_of(const struct duty_span *shift, const struct shift_known *known, struct wall now)
{
	if (known->accepted.us != 0)
		return SHIFT_FINE;
	if (known->refused.us != 0)
		return SHIFT_REFUSED;
	if (now.us < alarm_from(shift->from, known).us)
		return SHIFT_FINE;
	if (shift->person->phone == NULL)
		return SHIFT_NO_PHONE;
	if (known->asks == 0) /* just being asked, or it began before anybody could ask */
		return SHIFT_FINE;
	return known->lost ? SHIFT_LOST : SHIFT_UNANSWERED;
}

struct shift_todo shift_check_step(const struct duty_span *shift, const struct shift_known *known, struct wall now,
                                   int utc_offset_s)
{
	bool has_begun = shift->from.us <= now.us && now.us < plus(shift->from, HAND_OVER_WITHIN_S).us;
	return (struct shift_todo){
	        .ask = must_ask(shift, known, now, utc_offset_s),
	        .hand_over = has_begun && known->handed_over.us == 0 && known->refused.us == 0 &&
	                     shift->person->phone != NULL,
	        .trouble = trouble_of(shift, known, now),
	};
}

enum alarm_kind shift_trouble_alarm(enum shift_trouble t)
{
	return t == SHIFT_LOST || t == SHIFT_NO_PHONE ? ALARM_SHIFT_UNREACHABLE : ALARM_SHIFT_UNACCEPTED;
}
