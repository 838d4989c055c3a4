/* login: see login.h. The doors (JSON and page) are in login_door.c. */
#include "login.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/totp.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../base/password.h"
#include "../core/throttle.h"

/* A person mistypes; a machine guesses. Behind one address there may be a whole office. */
enum { USER_FREE = 5, PEER_FREE = 20, BUSY_WAIT_S = 2, NAME_MOST = 40 };
enum { KEY_USER, KEY_PEER };

struct logins {
	struct throttle throttle;
	uint8_t secret[crypto_shorthash_KEYBYTES];
};

struct logins *logins_open(void)
{
	struct logins *l = calloc(1, sizeof *l);
	if (l == NULL)
		abort();
	randombytes_buf(l->secret, sizeof l->secret);
	return l;
}

void logins_close(struct logins **lp)
{
	free(*lp);
	*lp = NULL;
}

static uint64_t key_of(const struct logins *l, struct arena *a, const char *kind, const char *name)
{
	uint64_t key;
	const char *text = arena_printf(a, "%s %s", kind, name);
	crypto_shorthash((uint8_t *)&key, (const uint8_t *)text, strlen(text), l->secret);
	return key == 0 ? 1 : key;
}

/* ---- the throttle ---- */

/* A browser from which this account was logged in to is counted by itself: not by the name, at which strangers guess, nor by the address, behind which they may be, too. */
static void choose_keys(struct login *l)
{
	struct logins *s = l->flow->logins;
	struct arena *a = l->request->arena;
	const char *peer = http_client(l->request, l->flow->conf->trusted_proxy);
	if (l->known && device_find(l->request, l->hash, l->mark)) {
		l->keys[KEY_USER] = key_of(s, a, "device", l->mark);
		l->keys[KEY_PEER] = 0;
		return;
	}
	l->keys[KEY_USER] = key_of(s, a, "user", l->name);
	/* this host's own address is that of a proxy nobody has told us of: by it nobody is made to wait */
	l->keys[KEY_PEER] = http_client_is_local(peer) ? 0 : key_of(s, a, "peer", peer);
}

static int wait_of(const struct login *l)
{
	const struct throttle *t = &l->flow->logins->throttle;
	struct mono now = mono_now();
	int user = throttle_wait_s(t, l->keys[KEY_USER], USER_FREE, now);
	int peer = throttle_wait_s(t, l->keys[KEY_PEER], PEER_FREE, now);
	return user > peer ? user : peer;
}

static void count(struct login *l)
{
	for (int i = 0; i < 2; i++)
		throttle_count(&l->flow->logins->throttle, l->keys[i], mono_now());
}

static void uncount(struct login *l)
{
	for (int i = 0; i < 2; i++)
		throttle_undo(&l->flow->logins->throttle, l->keys[i]);
}

/* ---- ends ---- */

static void wipe(const char *secret)
{
	sodium_memzero((void *)(uintptr_t)secret, strlen(secret)); /* the request's own memory */
}

static void end(struct login *l, enum login_end how)
{
	static const struct {
		enum metric metric;
		const char *what;
	} told[] = {[LOGIN_DONE] = {M_LOGINS_OK, "login.ok"},
	            [LOGIN_WRONG] = {M_LOGINS_WRONG, "login.wrong"},
	            [LOGIN_CODE_MISSING] = {M_LOGINS_CODE_MISSING, "login.code_missing"},
	            [LOGIN_THROTTLED] = {M_LOGINS_THROTTLED, "login.throttled"},
	            [LOGIN_AWAY] = {M_LOGINS_AWAY, "login.away"}};
	char quoted[512];
	metric_add(told[how].metric, 1);
	/* a name that is no account's may be a password in the wrong field */
	log_write(how == LOGIN_DONE || how == LOGIN_CODE_MISSING ? LOG_INFO_ : LOG_WARN_, told[how].what,
	          "user=%s peer=%s", l->known ? l->name : "?",
	          log_quote(http_client(l->request, l->flow->conf->trusted_proxy), quoted));
	wipe(l->password);
	l->done(l, how);
}

/* ---- the steps, backwards ---- */

/* The session that the browser had until now. */
static void hash_before(const struct login *l, uint8_t ret[SESSION_HASH])
{
	char cookie[COOKIE_VALUE_TEXT];
	cookie_read(l->request, cookie);
	cookie_hash(cookie, ret);
}

static void on_started(void *ctx, const struct pg_result *r)
{
	struct login *l = ctx;
	uint8_t before[SESSION_HASH];
	if (r->status != PG_OK) {
		uncount(l);
		end(l, LOGIN_AWAY);
	} else if (r->rows == 0) {
		end(l, LOGIN_WRONG); /* the code was used before, or the account has just changed */
	} else {
		throttle_clear(&l->flow->logins->throttle, l->keys[KEY_USER]);
		throttle_undo(&l->flow->logins->throttle, l->keys[KEY_PEER]);
		hash_before(l, before);
		session_forget(l->flow, before);
		l->cookies = arena_printf(l->request->arena, "%s%s", cookie_line(l->request->arena, l->cookie),
		                          device_line(l->request, l->hash, l->mark));
		end(l, LOGIN_DONE);
	}
}

/* A new value at each log-in: whoever knew the one before, or planted it, has nothing. */
static void start_session(struct login *l)
{
	uint8_t hash[SESSION_HASH], before[SESSION_HASH];
	hash_before(l, before);
	cookie_make(l->cookie);
	cookie_hash(l->cookie, hash);
	struct pg_params *p = store_params(l->flow->store);
	pg_param_bytes(p, hash, sizeof hash);
	pg_param_uuid(p, l->account);
	pg_param_int(p, l->flow->conf->session_most_s);
	pg_param_bytes(p, before, sizeof before);
	pg_param_text(p, l->hash);
	pg_param_bigint(p, l->totp_step);
	store_query(l->flow->store, SQL_START_SESSION, p, on_started, l);
}

static void on_checked(void *ctx, bool ran)
{
	struct login *l = ctx;
	if (!ran) {
		uncount(l);
		end(l, LOGIN_AWAY);
		return;
	}
	if (!l->fits || !l->known) {
		end(l, LOGIN_WRONG);
		return;
	}
	if (l->totp_len > 0) {
		if (l->code == NULL || l->code[0] == '\0') {
			uncount(l);
			end(l, LOGIN_CODE_MISSING);
			return;
		}
		int64_t now_s = db_clock_now(&l->flow->clock).us / 1000000;
		l->totp_step = totp_step(l->totp_key, l->totp_len, l->code, now_s, 0);
		if (l->totp_step == 0) {
			end(l, LOGIN_WRONG);
			return;
		}
	}
	start_session(l);
}

/* In a thread. */
static void run_check(void *ctx)
{
	struct login *l = ctx;
	l->fits = password_fits(l->password, l->hash);
}

static void read_account(struct login *l, const struct pg_result *r)
{
	l->known = role_read(pg_text(r, 0, 3), &l->role);
	l->account = pg_uuid(r, 0, 0);
	l->hash = arena_strdup(l->request->arena, pg_text(r, 0, 1));
	l->must_change = pg_bool(r, 0, 4);
	l->totp_len = pg_length(r, 0, 2);
	if (l->totp_len > sizeof l->totp_key)
		l->known = false;
	else
		memcpy(l->totp_key, pg_text(r, 0, 2), l->totp_len);
}

static void on_account(void *ctx, const struct pg_result *r)
{
	struct login *l = ctx;
	if (r->status != PG_OK) {
		end(l, LOGIN_AWAY);
		return;
	}
	if (r->rows > 0)
		read_account(l, r);
	choose_keys(l);
	l->wait_s = wait_of(l);
	if (l->wait_s > 0) {
		end(l, LOGIN_THROTTLED);
		return;
	}
	count(l);
	l->work = (struct work_item){.run = run_check, .done = on_checked, .ctx = l};
	if (work_add(l->flow->work, &l->work))
		return;
	uncount(l);
	l->wait_s = BUSY_WAIT_S;
	end(l, LOGIN_THROTTLED);
}

/* "  Ani " -> "ani", as accounts are named; what cannot be one becomes "". */
static const char *name_of(struct arena *a, const char *user)
{
	user += strspn(user, " \t\r\n");
	char *name = arena_strdup(a, user);
	size_t len = strlen(name);
	while (len > 0 && strchr(" \t\r\n", name[len - 1]) != NULL)
		name[--len] = '\0';
	for (char *c = name; *c != '\0'; c++) {
		*c = (char)tolower((unsigned char)*c);
		if ((unsigned char)*c >= 0x80)
			return "";
	}
	return len > NAME_MOST ? "" : name;
}

void login_begin(struct login *l)
{
	l->name = name_of(l->request->arena, l->user);
	l->known = false;
	l->hash = "";
	struct pg_params *p = store_params(l->flow->store);
	pg_param_text(p, l->name);
	store_read(l->flow->store, SQL_FIND_ACCOUNT, p, on_account, l);
}

/* ---- a password said again ---- */

static void on_checked_again(void *ctx, bool ran)
{
	struct login_check *c = ctx;
	wipe(c->password);
	if (ran && c->fits)
		throttle_clear(&c->flow->logins->throttle, c->key);
	else if (!ran)
		throttle_undo(&c->flow->logins->throttle, c->key);
	c->then(c, c->fits, ran ? 0 : BUSY_WAIT_S);
}

static void run_check_again(void *ctx)
{
	struct login_check *c = ctx;
	c->fits = password_fits(c->password, c->hash);
}

void login_check(struct login_check *c)
{
	struct logins *l = c->flow->logins;
	const struct identity *who = c->request->user;
	c->fits = false;
	c->key = key_of(l, c->request->arena, "inside", who->name);
	int wait_s = throttle_wait_s(&l->throttle, c->key, USER_FREE, mono_now());
	c->work = (struct work_item){.run = run_check_again, .done = on_checked_again, .ctx = c};
	if (wait_s == 0 && !work_add(c->flow->work, &c->work))
		wait_s = BUSY_WAIT_S;
	if (wait_s > 0) {
		wipe(c->password);
		c->then(c, false, wait_s);
	} else {
		throttle_count(&l->throttle, c->key, mono_now());
	}
}
