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

static struct job *take_staying(struct deliver *d, struct job *j)
{
	TAILQ_REMOVE(&d->again, j, link);
	return j;
}

void deliver_take_waiting(struct deliver *d, bool (*wanted)(const struct job *j, const void *ctx), const void *ctx,
                          void (*end)(struct deliver *d, struct job *j))
{
	struct job *j, *next;
	for (struct lane *lane = lane_next(&d->lanes, NULL); lane != NULL; lane = lane_next(&d->lanes, lane)) {
		for (j = TAILQ_FIRST(&lane->queue); j != NULL; j = next) {
			next = TAILQ_NEXT(j, link);
			if (wanted == NULL || wanted(j, ctx))
				end(d, lane_take(lane, j));
		}
	}
	for (j = TAILQ_FIRST(&d->again); j != NULL; j = next) {
		next = TAILQ_NEXT(j, link);
		if (wanted == NULL || wanted(j, ctx))
			end(d, take_staying(d, j));
	}
}

static void give_back(struct deliver *d, struct job *j)
{
	deliver_end_unsent(d, j, NULL, "", 0);
}

void deliver_away_look(struct deliver *d)
{
	const bool was = d->away;
	d->away = deliver_is_away(d);
	if (was && !d->away)
		deliver_take_waiting(d, NULL, NULL, give_back);
	if (d->away)
		look_within(&d->again_look, TURN_MS);
}

void deliver_stay(struct deliver *d, struct job *j, int64_t after_ms)
{
	j->again = (struct mono){mono_now().us + after_ms * 1000};
	TAILQ_INSERT_TAIL(&d->again, j, link);
	look_within(&d->again_look, after_ms);
}

/* What has waited long enough gets in line again; returns when the next one has, in milliseconds, at most TURN_MS. */
static int64_t line_up(struct deliver *d)
{
	struct job *j, *next;
	int64_t now_us = mono_now().us, soonest_us = TURN_MS * 1000;
	for (j = TAILQ_FIRST(&d->again); j != NULL; j = next) {
		next = TAILQ_NEXT(j, link);
		if (j->again.us <= now_us)
			lane_add(j->lane, take_staying(d, j));
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
