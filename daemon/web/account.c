/* account: see account.h. */
#include "account.h"

#include <sodium.h>
#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../../protocol/session_request.h"
#include "../../protocol/totp.h"
#include "../base/log.h"
#include "../base/password.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/cookie.h"
#include "login.h"

/* One request that changes something about an account. */
struct change_of_account {
	struct flow *flow;
	struct http_request *request;
	const struct session *session;
	struct session_request q;
	struct login_check check;
	struct work_item hashing;
	const char *hash; /* the password's before */
	char new_hash[PASSWORD_HASH_TEXT];
	bool hashed;
};

static const struct session *session_of(const struct http_request *r)
{
	return access_identity(r)->session;
}

/* ---- the session ---- */

void account_reply_session(struct http_request *r, const struct session *s, const char *cookie, const char *headers)
{
	struct buf body;
	struct json_out j;
	char expires[RFC3339_MAX];
	rfc3339_format(s->expires.us, expires);
	buf_init(&body, 4096);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_member_string(&j, "user", s->who.name);
	json_member_string(&j, "name", s->display);
	json_member_string(&j, "role", role_name(s->who.role));
	json_member_string(&j, "scope", s->who.scope);
	json_member_string(&j, "agency", s->who.agency);
	json_member_string(&j, "csrf", cookie != NULL ? cookie_csrf_of(r->arena, cookie) : cookie_csrf(r));
	json_member_string(&j, "expires_at", expires);
	json_member_bool(&j, "totp", s->totp);
	json_member_bool(&j, "must_change", s->must_change);
	json_end_object(&j);
	http_reply(r, 200, "application/json", body.data, body.len, headers);
	buf_free(&body);
}

void account_get_session(void *ctx, struct http_request *r)
{
	(void)ctx;
	account_reply_session(r, session_of(r), NULL, NULL);
}

/* ---- what changes have in common ---- */

static void reply_invalid(struct change_of_account *c, const char *type, const char *pointer, const char *fault)
{
	struct problem p;
	problem_init(&p, 422, type, NULL);
	problem_error(&p, pointer, "%s", fault);
	session_request_free(&c->q); /* c ends with the reply */
	http_reply_problem(c->request, &p);
}

static void reply_away(struct change_of_account *c)
{
	session_request_free(&c->q);
	busy_reply(c->request, "the database is away");
}

static void reply_conflict(struct change_of_account *c, const char *detail)
{
	session_request_free(&c->q);
	http_reply_fault(c->request, 409, "account-changed", "%s", detail);
}

static struct change_of_account *change_new(void *ctx, struct http_request *r)
{
	struct change_of_account *c = arena_new_of(r->arena, struct change_of_account);
	c->flow = ctx;
	c->request = r;
	c->session = session_of(r);
	return c;
}

static void load(struct change_of_account *c, pg_done *done)
{
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, c->session->account);
	store_read(c->flow->store, SQL_LOAD_ACCOUNT, p, done, c);
}

/* Has the password been said again? pointer: where it stands. */
static bool check_passes(struct change_of_account *c, bool fits, int wait_s, const char *pointer)
{
	if (fits)
		return true;
	if (wait_s > 0) {
		session_request_free(&c->q);
		login_reply_throttled(c->request, wait_s);
	} else {
		log_warn("account.wrong_password", "user=%s", c->session->who.name);
		reply_invalid(c, "wrong-password", pointer, "is not the password");
	}
	return false;
}

static void check(struct change_of_account *c, const struct pg_result *r, const char *password,
                  void (*then)(struct login_check *check, bool fits, int wait_s))
{
	if (r->status != PG_OK || r->rows == 0) {
		reply_away(c);
		return;
	}
	c->hash = arena_strdup(c->request->arena, pg_text(r, 0, 2));
	c->check = (struct login_check){.flow = c->flow,
	                                .request = c->request,
	                                .password = arena_strdup(c->request->arena, password),
	                                .hash = c->hash,
	                                .then = then,
	                                .ctx = c};
	login_check(&c->check);
}

/* 204, and nobody else is logged in to this account any more. */
static void on_changed(void *ctx, const struct pg_result *r)
{
	struct change_of_account *c = ctx;
	if (r->status != PG_OK) {
		reply_away(c);
	} else if (r->rows == 0) {
		reply_conflict(c, "the account was changed meanwhile");
	} else {
		session_forget_others(c->flow, c->session->account, c->session->hash);
		session_forget(c->flow, c->session->hash);
		log_info("account.changed", "user=%s", c->session->who.name);
		session_request_free(&c->q);
		http_reply(c->request, 204, NULL, "", 0, NULL);
	}
}

/* ---- its end ---- */

static void end_session(void *ctx, struct http_request *r, pg_done *done)
{
	struct change_of_account *c = change_new(ctx, r);
	struct pg_params *p = store_params(c->flow->store);
	pg_param_bytes(p, c->session->hash, SESSION_HASH);
	store_query(c->flow->store, SQL_END_SESSION, p, done, c);
}

/* Forgotten now and not before: what was asked meanwhile found it still, and had it remembered anew. */
static bool has_ended(struct change_of_account *c, const struct pg_result *r)
{
	session_forget(c->flow, c->session->hash);
	return r->status == PG_OK;
}

static void on_ended(void *ctx, const struct pg_result *r)
{
	struct change_of_account *c = ctx;
	if (!has_ended(c, r))
		busy_reply(c->request, "the database is away: the session may still be there");
	else
		http_reply(c->request, 204, NULL, "", 0, cookie_line(c->request->arena, ""));
}

static void on_left(void *ctx, const struct pg_result *r)
{
	struct change_of_account *c = ctx;
	if (!has_ended(c, r))
		busy_reply(c->request, "layanan sedang terganggu, mohon coba lagi (please try again)");
	else
		http_reply(c->request, 303, NULL, "", 0,
		           arena_printf(c->request->arena, "Location: /masuk\n%s", cookie_line(c->request->arena, "")));
}

void account_post_end(void *ctx, struct http_request *r)
{
	end_session(ctx, r, on_ended);
}

void account_post_leave(void *ctx, struct http_request *r)
{
	end_session(ctx, r, on_left);
}

/* ---- another password ---- */

static void on_hashed(void *ctx, bool ran)
{
	struct change_of_account *c = ctx;
	if (!ran || !c->hashed) {
		reply_away(c);
		return;
	}
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, c->session->account);
	pg_param_text(p, c->hash);
	pg_param_text(p, c->new_hash);
	pg_param_bytes(p, c->session->hash, SESSION_HASH);
	store_query(c->flow->store, SQL_CHANGE_PASSWORD, p, on_changed, c);
}

static void run_hash(void *ctx)
{
	struct change_of_account *c = ctx;
	c->hashed = password_hash(c->q.new_password, c->new_hash);
}

static void on_old_checked(struct login_check *l, bool fits, int wait_s)
{
	struct change_of_account *c = l->ctx;
	if (!check_passes(c, fits, wait_s, "#/old"))
		return;
	c->hashing = (struct work_item){.run = run_hash, .done = on_hashed, .ctx = c};
	if (!work_add(c->flow->work, &c->hashing))
		check_passes(c, false, 2, "");
}

static void on_password_loaded(void *ctx, const struct pg_result *r)
{
	struct change_of_account *c = ctx;
	check(c, r, c->q.old_password, on_old_checked);
}

void account_post_password(void *ctx, struct http_request *r)
{
	struct change_of_account *c = change_new(ctx, r);
	struct problem problem;
	if (!session_request_read_password(r->body, r->body_len, &c->q, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	const char *fault = password_fault(c->q.new_password, c->session->who.name);
	if (fault == NULL && strcmp(c->q.new_password, c->q.old_password) == 0)
		fault = "is the old one";
	if (fault != NULL)
		reply_invalid(c, "invalid-password", "#/new", fault);
	else
		load(c, on_password_loaded);
}

/* ---- one-time codes ---- */

static void reply_key(struct change_of_account *c, const uint8_t key[TOTP_KEY_BYTES])
{
	struct buf body;
	struct json_out j;
	char text[TOTP_KEY_TEXT];
	totp_key_text(key, text);
	buf_init(&body, 4096);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_member_string(&j, "secret", text);
	json_member_string(
	        &j, "uri",
	        arena_printf(c->request->arena,
	                     "otpauth://totp/Sigap:%s?secret=%s&issuer=Sigap&algorithm=SHA1&digits=6&period=30",
	                     c->session->who.name, text));
	json_end_object(&j);
	session_request_free(&c->q);
	http_reply_buf(c->request, 200, "application/json", &body);
	buf_free(&body);
}

static void on_offered(void *ctx, const struct pg_result *r)
{
	struct change_of_account *c = ctx;
	if (r->status != PG_OK)
		reply_away(c);
	else if (r->rows == 0)
		reply_conflict(c, "one-time codes are on already: remove them first");
	else
		reply_key(c, (const uint8_t *)c->new_hash);
}

static void offer(struct change_of_account *c)
{
	randombytes_buf(c->new_hash, TOTP_KEY_BYTES);
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, c->session->account);
	pg_param_bytes(p, c->new_hash, TOTP_KEY_BYTES);
	store_query(c->flow->store, SQL_OFFER_TOTP, p, on_offered, c);
}

static void on_offer_loaded(void *ctx, const struct pg_result *r)
{
	struct change_of_account *c = ctx;
	if (r->status != PG_OK || r->rows == 0) {
		reply_away(c);
		return;
	}
	if (pg_is_null(r, 0, 0)) {
		reply_conflict(c, "no key awaits its first code: ask for one with {} first");
		return;
	}
	int64_t step = totp_step((const uint8_t *)pg_text(r, 0, 0), pg_length(r, 0, 0), c->q.code,
	                         db_clock_now(&c->flow->clock).us / 1000000, 0);
	if (step == 0) {
		reply_invalid(c, "wrong-code", "#/code", "does not fit the key: is the telephone's clock right?");
		return;
	}
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, c->session->account);
	pg_param_bytes(p, pg_text(r, 0, 0), pg_length(r, 0, 0));
	pg_param_bigint(p, step);
	pg_param_bytes(p, c->session->hash, SESSION_HASH);
	store_query(c->flow->store, SQL_TURN_TOTP_ON, p, on_changed, c);
}

static void on_removal_checked(struct login_check *l, bool fits, int wait_s)
{
	struct change_of_account *c = l->ctx;
	if (!check_passes(c, fits, wait_s, "#/password"))
		return;
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, c->session->account);
	pg_param_text(p, c->hash);
	pg_param_bytes(p, c->session->hash, SESSION_HASH);
	store_query(c->flow->store, SQL_TURN_TOTP_OFF, p, on_changed, c);
}

static void on_removal_loaded(void *ctx, const struct pg_result *r)
{
	struct change_of_account *c = ctx;
	check(c, r, c->q.password, on_removal_checked);
}

void account_post_totp(void *ctx, struct http_request *r)
{
	struct change_of_account *c = change_new(ctx, r);
	struct problem problem;
	if (!session_request_read_totp(r->body, r->body_len, &c->q, &problem))
		http_reply_problem(r, &problem);
	else if (c->q.remove)
		load(c, on_removal_loaded);
	else if (c->q.code != NULL)
		load(c, on_offer_loaded);
	else
		offer(c);
}
