/* deliver_outbox: what waits in the database comes into this daemon's hands: claimed, as much as there is room for, and put into its lane. */
#include <stdlib.h>

#include "../base/fault.h"
#include "deliver_parts.h"
#include "rules.h"

enum { CLAIM_MOST = 200, EXCLUDED_MOST = 1000 };

static void take_row(struct deliver *d, const struct pg_result *r, int row)
{
	struct rules *rules = d->flow->rules;
	const struct contact *contact =
	        pg_is_null(r, row, 4) ? NULL : directory_contact(&rules->directory, pg_uuid(r, row, 4));
	int kind = name_index(notice_kind_names, NOTICE_KINDS, pg_text(r, row, 2));
	int channel = name_index(channel_kind_names, CHANNELS, pg_text(r, row, 3));
	struct job *j = job_new(rules, contact,
	                        &(struct job_text){pg_text(r, row, 5), pg_text(r, row, 12), pg_text(r, row, 14),
	                                           pg_text(r, row, 6), pg_length(r, row, 6)});
	j->notice = pg_uuid(r, row, 0);
	j->attempt = pg_int(r, row, 1);
	j->kind = kind < 0 ? NOTICE_UPDATED : (enum notice_kind)kind;
	j->priority = pg_int(r, row, 11);
	j->claimed = true;
	j->sure = d->claim_asked; /* a loop that was held up may read the answer much later */
	j->critical = pg_bool(r, row, 13) || j->kind == NOTICE_ALARM;
	if (!pg_is_null(r, row, 10))
		j->about = pg_uuid(r, row, 10);
	j->age_us = pg_time(r, row, 8).us - pg_time(r, row, 7).us;
	struct lane *lane = channel < 0 ? NULL : deliver_lane(d, (enum channel_kind)channel, contact);
	if (!pg_is_null(r, row, 9)) {
		d->in_memory++;
		deliver_end_unsent(d, j, "void", pg_text(r, row, 9), NEXT_NONE);
	} else if (lane == NULL) {
		d->in_memory++;
		deliver_end_unsent(d, j, outcome_names[OUTCOME_PERMANENT], "the contact has been retired", NEXT_DEAD);
	} else {
		deliver_queue(d, lane, j);
	}
}

static void on_claimed(void *ctx, const struct pg_result *r)
{
	struct deliver *d = ctx;
	d->claiming = false;
	if (d->claim_again)
		deliver_look(d, 0);
	d->claim_again = false;
	if (r->status != PG_OK)
		return; /* the watch looks again */
	if (r->rows > 1)
		fault_point("deliver.claimed");
	for (int row = 0; row + 1 < r->rows; row++)
		take_row(d, r, row);
	int last = r->rows - 1;
	if (last == d->claim_most)
		deliver_look(d, 0);
	else if (!pg_is_null(r, last, 7))
		deliver_look(d, clock_ms_until(pg_time(r, last, 7), pg_time(r, last, 8)));
}

void deliver_claim(struct deliver *d)
{
	struct flow *f = d->flow;
	int room = deliver_room(d);
	d->claim_again = d->claiming;
	if (d->claiming || d->draining || f->conf->delivery_held || !f->ready || room <= 0)
		return;
	if (!spend_is_known(d->spend)) {
		spend_look(d->spend);
		return;
	}
	d->claim_most = room < CLAIM_MOST ? room : CLAIM_MOST;
	struct mono now = mono_now();
	struct pg_array *wait = pg_array_new(PG_UUID);
	for (struct lane *lane = lane_next(&d->lanes, NULL); lane != NULL; lane = lane_next(&d->lanes, lane))
		if (!lane->sms && lane_full(lane, now) && pg_array_count(wait) < EXCLUDED_MOST)
			pg_array_uuid(wait, lane->key);
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, f->owner);
	pg_param_int(p, f->conf->lease_s);
	pg_param_int(p, d->claim_most);
	pg_param_array(p, wait);
	pg_param_int(p, f->rules->policy->stale_s);
	pg_array_free(&wait);
	d->claiming = true;
	d->claim_asked = now;
	store_query(f->store, SQL_CLAIM_OUTBOX, p, on_claimed, d);
}
