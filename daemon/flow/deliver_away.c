/* deliver_away: while the database is away there is no outbox to wait in: what failed, or may not leave yet, is tried again from memory. When it is back all of that goes back to the
 * outbox, behind the records of the attempts that were made, and is claimed from there. */
#include "daemons.h"
#include "deliver_parts.h"

enum { TURN_MS = 1000 /* between two turns of all lanes: nothing else looks after them now */ };

bool deliver_is_away(const struct deliver *d)
{
	return !store_takes_attempts(d->flow->store);
}

bool deliver_keeps(const struct deliver *d, const struct job *j)
{
	return deliver_is_away(d) && (j->spooled || daemons_is_alone(d->flow->daemons));
}

static void give_back(struct deliver *d)
{
	struct job *j;
	for (struct lane *lane = lane_next(&d->lanes, NULL); lane != NULL; lane = lane_next(&d->lanes, lane))
		while ((j = TAILQ_FIRST(&lane->queue)) != NULL)
			deliver_end_unsent(d, lane_take(lane, j), NULL, "", 0);
	while ((j = deliver_away_next(d, NULL)) != NULL)
		deliver_end_unsent(d, deliver_away_take(d, j), NULL, "", 0);
}

void deliver_away_look(struct deliver *d)
{
	const bool was = d->away;
	d->away = deliver_is_away(d);
	if (was && !d->away)
		give_back(d);
	if (d->away)
		look_within(&d->again_look, TURN_MS);
}

void deliver_stay(struct deliver *d, struct job *j, int64_t after_ms)
{
	j->again = (struct mono){mono_now().us + after_ms * 1000};
	TAILQ_INSERT_TAIL(&d->again, j, link);
	look_within(&d->again_look, after_ms);
}

struct job *deliver_away_next(struct deliver *d, struct job *before)
{
	return before == NULL ? TAILQ_FIRST(&d->again) : TAILQ_NEXT(before, link);
}

struct job *deliver_away_take(struct deliver *d, struct job *j)
{
	TAILQ_REMOVE(&d->again, j, link);
	return j;
}

/* What has waited long enough gets in line again; returns when the next one has, in milliseconds, at most TURN_MS. */
static int64_t line_up(struct deliver *d)
{
	struct job *j, *next;
	int64_t now_us = mono_now().us, soonest_us = TURN_MS * 1000;
	for (j = deliver_away_next(d, NULL); j != NULL; j = next) {
		next = deliver_away_next(d, j);
		if (j->again.us <= now_us)
			lane_add(j->lane, deliver_away_take(d, j));
		else if (j->again.us - now_us < soonest_us)
			soonest_us = j->again.us - now_us;
	}
	return soonest_us / 1000 + 1;
}

static void on_turn(void *ctx)
{
	struct deliver *d = ctx;
	deliver_away_look(d);
	if (!d->away)
		return;
	look_within(&d->again_look, line_up(d));
	deliver_pump_all(d);
}

void deliver_away_open(struct deliver *d)
{
	TAILQ_INIT(&d->again);
	look_open(&d->again_look, d->flow->base, on_turn, d);
}

void deliver_away_close(struct deliver *d)
{
	look_close(&d->again_look);
}
