/* recheck: see recheck.h. */
#include "recheck.h"

#include <stdlib.h>

enum {
	SURE_MS = 500,  /* what waited longer is looked up again before it leaves: another daemon may know an answer */
	CHECK_MOST = 32 /* at once, of one lane */
};

struct check {
	struct lane *lane;
	const struct recheck_calls *calls;
	void *ctx;
	struct uuid asked[CHECK_MOST];
	int count;
};

bool recheck_is_due(const struct job *j, struct mono now)
{
	return now.us - j->sure.us > SURE_MS * 1000;
}

static int row_of(const struct pg_result *r, struct uuid notice)
{
	for (int row = 0; row < r->rows; row++)
		if (uuid_equal(pg_uuid(r, row, 0), notice))
			return row;
	return -1;
}

static bool was_asked(const struct check *c, struct uuid notice)
{
	for (int i = 0; i < c->count; i++)
		if (uuid_equal(c->asked[i], notice))
			return true;
	return false;
}

static void on_checked(void *ctx, const struct pg_result *r)
{
	struct check *c = ctx;
	struct mono now = mono_now();
	struct job *j, *next;
	c->lane->checking = false;
	if (r->status != PG_OK)
		c->count = 0; /* nothing is known, nothing leaves: the next look asks again, or its lease ends */
	for (j = TAILQ_FIRST(&c->lane->queue); j != NULL && c->count > 0; j = next) {
		next = TAILQ_NEXT(j, link);
		if (!was_asked(c, j->notice))
			continue;
		int row = row_of(r, j->notice);
		if (row < 0)
			c->calls->gone(c->ctx, lane_take(c->lane, j));
		else if (!pg_is_null(r, row, 1))
			c->calls->is_void(c->ctx, lane_take(c->lane, j), pg_text(r, row, 1));
		else
			j->sure = now;
	}
	if (r->status == PG_OK)
		c->calls->done(c->ctx, c->lane);
	free(c);
}

void recheck_lane(struct flow *f, struct lane *lane, const struct recheck_calls *calls, void *ctx)
{
	struct check *c = calloc(1, sizeof *c);
	if (c == NULL)
		abort();
	*c = (struct check){.lane = lane, .calls = calls, .ctx = ctx};
	struct pg_array *notices = pg_array_new(PG_UUID), *attempts = pg_array_new(PG_INT4);
	struct mono now = mono_now();
	struct job *j;
	TAILQ_FOREACH(j, &lane->queue, link)
	{
		if (c->count == CHECK_MOST || c->count >= 2 * lane->slots)
			break;
		if (lane->sms && !recheck_is_due(j, now))
			continue;
		c->asked[c->count++] = j->notice;
		pg_array_uuid(notices, j->notice);
		pg_array_int(attempts, j->attempt);
	}
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, f->owner);
	pg_param_array(p, notices);
	pg_param_array(p, attempts);
	pg_array_free(&notices);
	pg_array_free(&attempts);
	lane->checking = true;
	store_query(f->store, SQL_CHECK_NOTICES, p, on_checked, c);
}
