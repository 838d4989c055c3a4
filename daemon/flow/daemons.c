/* daemons: see daemons.h. The lock is taken on the connection for work (store_query): when that session ends, so does the lock, and the store says
 * "up" again only with a new one. */
#include "daemons.h"

#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/metrics.h"
#include "deliver.h"
#include "escalate.h"
#include "look.h"

/* Somebody who looks whether we live holds our lock for a moment: a few quick tries, then one with every look at the queues. */
enum { TRY_AGAIN_MS = 50, QUICK_TRIES = 5 };

struct daemons {
	struct flow *flow;
	bool begun;  /* registered at least once in this life */
	bool locked; /* the session now in use holds the lock */
	bool told;   /* that somebody else holds the lock was logged */
	bool registering, taking_over;
	bool others; /* are registered, too */
	int tries;   /* in vain, one after the other */
	struct look again;
};

static int64_t lock_key(struct uuid owner)
{
	int64_t key;
	memcpy(&key, owner.b, sizeof key);
	return key;
}

static void on_registered(void *ctx, const struct pg_result *r)
{
	struct daemons *d = ctx;
	d->registering = false;
	if (r->status != PG_OK)
		return; /* the next look, or the next "up", tries again */
	bool known = pg_bool(r, 0, 1);
	d->locked = pg_bool(r, 0, 0);
	d->tries = d->locked ? 0 : d->tries + 1;
	if (!d->locked && d->tries <= QUICK_TRIES)
		look_within(&d->again, TRY_AGAIN_MS);
	else if (!d->locked && !d->told)
		log_warn("daemons.lock_is_held",
		         "why=\"an older session of this daemon, or another daemon of the same name\"");
	d->told = d->tries > QUICK_TRIES;
	if (d->begun && !known) {
		log_warn("daemons.was_taken_over", "dropped=%d", deliver_held(d->flow->deliver));
		deliver_forget(d->flow->deliver);
		deliver_look(d->flow->deliver, 0);
	}
	d->begun = true;
}

static void send_registration(struct daemons *d)
{
	struct flow *f = d->flow;
	if (d->registering || f->draining)
		return;
	d->registering = true;
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, f->owner);
	pg_param_bigint(p, lock_key(f->owner));
	pg_param_bool(p, !d->begun);
	store_query(f->store, SQL_REGISTER_DAEMON, p, on_registered, d);
}

static void on_again(void *ctx)
{
	send_registration(ctx);
}

void daemons_register(struct daemons *d)
{
	d->locked = false;
	send_registration(d);
}

static void on_taken_over(void *ctx, const struct pg_result *r)
{
	struct daemons *d = ctx;
	d->taking_over = false;
	if (r->status != PG_OK)
		return; /* the next look finds the lock free again */
	int64_t dead = pg_bigint(r, 0, 0), notices = pg_bigint(r, 0, 1), clocks = pg_bigint(r, 0, 2);
	metric_add(M_DAEMONS_TAKEN_OVER, dead);
	if (dead > 0 || notices > 0 || clocks > 0)
		log_warn("daemons.took_over", "daemons=%lld notices=%lld deadlines=%lld", (long long)dead,
		         (long long)notices, (long long)clocks);
	if (notices > 0)
		deliver_look(d->flow->deliver, 0);
	if (clocks > 0)
		escalate_look(d->flow->escalate, 0);
}

bool daemons_is_alone(const struct daemons *d)
{
	return !d->others;
}

void daemons_looked(struct daemons *d, bool registered, bool others, bool another_is_dead)
{
	struct flow *f = d->flow;
	d->others = others;
	if (!registered || !d->locked)
		send_registration(d);
	if (!another_is_dead || d->taking_over || f->draining)
		return;
	d->taking_over = true;
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, f->owner);
	store_query(f->store, SQL_TAKE_OVER, p, on_taken_over, d);
}

struct daemons *daemons_open(struct flow *f)
{
	struct daemons *d = calloc(1, sizeof *d);
	if (d == NULL)
		abort();
	d->flow = f;
	look_open(&d->again, f->base, on_again, d);
	return d;
}

void daemons_close(struct daemons **d)
{
	if (*d == NULL)
		return;
	look_close(&(*d)->again);
	free(*d);
	*d = NULL;
}
