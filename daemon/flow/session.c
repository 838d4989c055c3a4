/* session: see session.h. */
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { KNOWN_MOST = 4096, KNOWN_S = 30, IDLE_SHARE = 4 };
static const int64_t second_us = 1000000;

struct known {
	struct session session;
	struct arena *arena;
	struct mono until;
	UT_hash_handle hh;
};
struct sessions {
	struct known *all;
	uint64_t forgotten; /* rises whenever something was forgotten: a lookup that began before does not count */
};
struct lookup {
	struct flow *flow;
	uint8_t hash[SESSION_HASH];
	struct arena *arena;
	uint64_t forgotten;
	void (*done)(void *ctx, const struct session *s, bool away);
	void *ctx;
};

struct sessions *sessions_open(void)
{
	struct sessions *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	return s;
}

static void drop(struct sessions *s, struct known *k)
{
	struct arena *a = k->arena;
	HASH_DEL(s->all, k);
	arena_free(&a);
}

/* What is too old; all when that is not enough. */
static void make_room(struct sessions *s, struct mono now)
{
	struct known *k, *next;
	for (int all = 0; all < 2 && HASH_COUNT(s->all) >= KNOWN_MOST; all++)
		HASH_ITER(hh, s->all, k, next)
		{
			if (all == 1 || k->until.us <= now.us)
				drop(s, k);
		}
}

void sessions_close(struct sessions **sp)
{
	struct sessions *s = *sp;
	struct known *k, *next;
	if (s == NULL)
		return;
	HASH_ITER(hh, s->all, k, next)
	{
		drop(s, k);
	}
	free(s);
	*sp = NULL;
}

static struct session *copy(struct arena *a, const struct session *from)
{
	struct session *s = arena_new_of(a, struct session);
	*s = *from;
	s->display = arena_strdup(a, from->display);
	s->who.name = arena_strdup(a, from->who.name);
	s->who.scope = arena_strdup(a, from->who.scope);
	s->who.agency = arena_strdup(a, from->who.agency);
	s->who.session = s;
	return s;
}

/* Not longer than a share of the idle time: use that the database does not hear of would not count. */
static int64_t known_for_us(const struct flow *f)
{
	int64_t idle = (int64_t)f->conf->session_idle_s * second_us / IDLE_SHARE;
	return idle < KNOWN_S * second_us ? idle : KNOWN_S * second_us;
}

static void remember(struct flow *f, const struct session *session)
{
	struct sessions *s = f->sessions;
	struct mono now = mono_now();
	struct known *before;
	HASH_FIND(hh, s->all, session->hash, SESSION_HASH, before);
	if (before != NULL)
		drop(s, before);
	make_room(s, now);
	struct arena *a = arena_new();
	struct known *k = arena_new_of(a, struct known);
	k->arena = a;
	k->session = *copy(a, session);
	k->until.us = now.us + known_for_us(f);
	HASH_ADD_KEYPTR(hh, s->all, k->session.hash, SESSION_HASH, k);
}

const struct session *session_known(struct flow *f, const uint8_t hash[SESSION_HASH], struct arena *a)
{
	struct known *k;
	HASH_FIND(hh, f->sessions->all, hash, SESSION_HASH, k);
	if (k == NULL || k->until.us <= mono_now().us || k->session.expires.us <= db_clock_now(&f->clock).us)
		return NULL;
	return copy(a, &k->session);
}

/* NULL: the row is none of ours. */
static struct session *read_row(struct lookup *l, const struct pg_result *r)
{
	enum role role;
	if (!role_read(pg_text(r, 0, 3), &role))
		return NULL;
	struct session s = {.account = pg_uuid(r, 0, 0),
	                    .display = pg_text(r, 0, 2),
	                    .who = {.role = role,
	                            .agency = pg_is_null(r, 0, 4) ? NULL : pg_text(r, 0, 4),
	                            .scope = pg_text(r, 0, 5),
	                            .name = pg_text(r, 0, 1),
	                            .expires = pg_time(r, 0, 8)},
	                    .totp = pg_bool(r, 0, 6),
	                    .must_change = pg_bool(r, 0, 7),
	                    .expires = pg_time(r, 0, 8)};
	memcpy(s.hash, l->hash, SESSION_HASH);
	return copy(l->arena, &s);
}

static void on_row(void *ctx, const struct pg_result *r)
{
	struct lookup *l = ctx;
	const struct session *s = r->status == PG_OK && r->rows > 0 ? read_row(l, r) : NULL;
	if (s != NULL) {
		db_clock_set(&l->flow->clock, pg_time(r, 0, 9));
		if (l->forgotten == l->flow->sessions->forgotten)
			remember(l->flow, s);
	}
	l->done(l->ctx, s, r->status != PG_OK);
}

void session_look_up(struct flow *f, const uint8_t hash[SESSION_HASH], struct arena *a,
                     void (*done)(void *ctx, const struct session *s, bool away), void *ctx)
{
	struct lookup *l = arena_new_of(a, struct lookup);
	*l = (struct lookup){.flow = f, .arena = a, .forgotten = f->sessions->forgotten, .done = done, .ctx = ctx};
	memcpy(l->hash, hash, SESSION_HASH);
	struct pg_params *p = store_params(f->store);
	pg_param_bytes(p, hash, SESSION_HASH);
	pg_param_int(p, f->conf->session_idle_s);
	store_read(f->store, SQL_FIND_SESSION, p, on_row, l);
}

void session_forget(struct flow *f, const uint8_t hash[SESSION_HASH])
{
	struct known *k;
	f->sessions->forgotten++;
	HASH_FIND(hh, f->sessions->all, hash, SESSION_HASH, k);
	if (k != NULL)
		drop(f->sessions, k);
}

void session_forget_others(struct flow *f, struct uuid account, const uint8_t but[SESSION_HASH])
{
	struct known *k, *next;
	f->sessions->forgotten++;
	HASH_ITER(hh, f->sessions->all, k, next)
	{
		if (uuid_equal(k->session.account, account) && memcmp(k->session.hash, but, SESSION_HASH) != 0)
			drop(f->sessions, k);
	}
}
