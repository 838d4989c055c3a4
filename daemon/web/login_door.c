/* login_door: POST /v1/session, and the page /masuk for browsers without JavaScript. See login.h. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../protocol/form.h"
#include "../../protocol/session_request.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "account.h"
#include "login.h"
#include "login_page.h"

enum { NEXT_MOST = 500 };

static bool from_own_page(struct flow *f, struct http_request *r)
{
	if (cookie_same_origin(f, r))
		return true;
	http_reply_fault(r, 403, "cross-site", "logging in must come from a page of this server");
	return false;
}

/* The password has been read out of it. */
static void wipe_body(struct http_request *r)
{
	sodium_memzero((void *)(uintptr_t)r->body, r->body_len); /* the request's own memory */
}

/* ---- JSON ---- */

void login_reply_throttled(struct http_request *r, int wait_s)
{
	struct problem p;
	struct buf body;
	problem_init(&p, 429, "too-many-attempts",
	             arena_printf(r->arena, "too many attempts: again in %d seconds", wait_s));
	buf_init(&body, 4096);
	problem_render(&p, &body);
	http_reply(r, 429, "application/problem+json", body.data, body.len,
	           arena_printf(r->arena, "Retry-After: %d\n", wait_s));
	buf_free(&body);
}

static void on_found(void *ctx, const struct session *s, bool away)
{
	struct login *l = ctx;
	if (s == NULL)
		busy_reply(l->request, away ? "the database is away" : "the session ended at once");
	else
		account_reply_session(l->request, s, l->cookie, l->cookies);
}

static void json_done(struct login *l, enum login_end how)
{
	uint8_t hash[SESSION_HASH];
	switch (how) {
	case LOGIN_DONE:
		cookie_hash(l->cookie, hash);
		session_look_up(l->flow, hash, l->request->arena, on_found, l);
		break;
	case LOGIN_WRONG:
		http_reply_fault(l->request, 401, "wrong-login", "user, password or code is wrong");
		break;
	case LOGIN_CODE_MISSING:
		http_reply_fault(l->request, 401, "code-needed", "this account needs a one-time code, too: code");
		break;
	case LOGIN_THROTTLED:
		login_reply_throttled(l->request, l->wait_s);
		break;
	case LOGIN_AWAY:
		busy_reply(l->request, "the database is away");
	}
}

void login_post(void *ctx, struct http_request *r)
{
	struct session_request q;
	struct problem problem;
	if (!from_own_page(ctx, r))
		return;
	if (!session_request_read(r->body, r->body_len, &q, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	struct login *l = arena_new_of(r->arena, struct login);
	*l = (struct login){.flow = ctx,
	                    .request = r,
	                    .user = arena_strdup(r->arena, q.user),
	                    .password = arena_strdup(r->arena, q.password),
	                    .code = arena_strdup(r->arena, q.code),
	                    .done = json_done};
	session_request_free(&q);
	wipe_body(r);
	login_begin(l);
}

/* ---- the page ---- */

/* A path of this server, of characters that may stand in a header; anything else could lead elsewhere. */
static const char *local_path(struct arena *a, const char *next)
{
	if (next == NULL || next[0] != '/' || next[1] == '/' || strlen(next) > NEXT_MOST)
		return NULL;
	for (const char *c = next; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("\\\"<>", *c) != NULL)
			return NULL;
	return strncmp(next, "/masuk", 6) == 0 || strncmp(next, "/keluar", 7) == 0 ? NULL : arena_strdup(a, next);
}

static void page_done(struct login *l, enum login_end how)
{
	struct http_request *r = l->request;
	struct login_page page = {.next = l->next, .user = l->user, .secure = login_page_secure(l->flow->conf)};
	switch (how) {
	case LOGIN_DONE: {
		const char *home = l->must_change && l->role != ROLE_AGENCY ? "/#/akun" : access_home(l->role);
		const char *to = l->next != NULL && !l->must_change ? l->next : home;
		http_reply(r, 303, NULL, "", 0, arena_printf(r->arena, "Location: %s\n%s", to, l->cookies));
		return;
	}
	case LOGIN_WRONG:
		page.fault = LOGIN_PAGE_WRONG;
		break;
	case LOGIN_CODE_MISSING:
		page.fault = LOGIN_PAGE_CODE;
		break;
	case LOGIN_THROTTLED:
		page.fault = LOGIN_PAGE_WAIT;
		page.wait_s = l->wait_s;
		break;
	case LOGIN_AWAY:
		page.fault = LOGIN_PAGE_AWAY;
	}
	login_page_reply(r, &page);
}

void login_get_page(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	struct form query;
	struct login_page page = {.secure = login_page_secure(f->conf)};
	if (form_parse(r->query, r->query_len, &query)) {
		page.next = local_path(r->arena, form_value(&query, "next"));
		form_free(&query);
	}
	login_page_reply(r, &page);
}

/* A field as it was typed, "" when it is absent, too long or no text. */
static const char *field(struct arena *a, const struct form *form, const char *name, size_t most)
{
	const struct form_field *f = form_field(form, name);
	bool usable = f != NULL && f->value_len <= most && strlen(f->value) == f->value_len &&
	              utf8_valid(f->value, f->value_len);
	return arena_strdup(a, usable ? f->value : "");
}

void login_post_page(void *ctx, struct http_request *r)
{
	enum { USER_MOST = 64, PASSWORD_MOST_BYTES = 1024, CODE_MOST = 16 };
	struct flow *f = ctx;
	struct form form;
	if (!from_own_page(f, r))
		return;
	if (!form_parse(r->body, r->body_len, &form)) {
		http_reply_fault(r, 400, "malformed-form", "the form could not be read");
		return;
	}
	struct login *l = arena_new_of(r->arena, struct login);
	*l = (struct login){.flow = f,
	                    .request = r,
	                    .user = field(r->arena, &form, "user", USER_MOST),
	                    .password = field(r->arena, &form, "password", PASSWORD_MOST_BYTES),
	                    .code = field(r->arena, &form, "code", CODE_MOST),
	                    .next = local_path(r->arena, form_value(&form, "next")),
	                    .done = page_done};
	form_free(&form);
	wipe_body(r);
	if (l->user[0] == '\0' || l->password[0] == '\0')
		login_page_reply(r, &(struct login_page){.fault = LOGIN_PAGE_BLANK,
		                                         .next = l->next,
		                                         .user = l->user,
		                                         .secure = login_page_secure(f->conf)});
	else
		login_begin(l);
}
