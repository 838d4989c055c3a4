/* access: see access.h. */
#include "access.h"

#include <sodium.h>
#include <string.h>

#include "../../protocol/form.h"
#include "busy.h"
#include "cookie.h"
#include "session.h"

enum { REDIRECT_MAX = 2048 };

/* Of the snapshot in force. */
static const struct identity *known_token(const struct flow *f, const struct http_request *r)
{
	const char *token = http_bearer(r);
	const struct identity *who = token == NULL ? NULL : rules_identity(f->rules, token);
	bool over = who != NULL && who->expires.us != 0 && who->expires.us <= db_clock_now(&f->clock).us;
	return over ? NULL : who;
}

static const struct identity *identify(struct flow *f, struct http_request *r)
{
	const struct identity *who = known_token(f, r);
	if (who == NULL)
		return NULL;
	/* a copy: the snapshot may be replaced while the request waits */
	struct identity *mine = arena_new_of(r->arena, struct identity);
	*mine = *who;
	mine->agency = arena_strdup(r->arena, who->agency);
	mine->scope = arena_strdup(r->arena, who->scope);
	mine->name = arena_strdup(r->arena, who->name);
	return mine;
}

static bool gateway_token_fits(const struct flow *f, const struct http_request *r)
{
	for (int i = 0; i < f->conf->gateway_count; i++) {
		const struct conf_gateway *g = &f->conf->gateways[i];
		if (strcmp(g->name, r->segments[0]) != 0)
			continue;
		struct form query;
		if (g->token == NULL || !form_parse(r->query, r->query_len, &query))
			return false;
		const char *given = form_value(&query, "token");
		size_t len = strlen(g->token);
		bool fits = given != NULL && strlen(given) == len && sodium_memcmp(given, g->token, len) == 0;
		form_free(&query);
		return fits;
	}
	return false;
}

static void reply_unauthenticated(struct http_request *r)
{
	struct problem p;
	struct buf body;
	problem_init(&p, 401, "unauthenticated",
	             "a valid token is needed: Authorization: Bearer sgp_… (sigapctl token issue), or a session of the "
	             "console");
	buf_init(&body, 4096);
	problem_render(&p, &body);
	http_reply(r, 401, "application/problem+json", body.data, body.len, "WWW-Authenticate: Bearer\n");
	buf_free(&body);
}

static void redirect(struct http_request *r, const char *to)
{
	http_reply(r, 303, NULL, "", 0, arena_printf(r->arena, "Location: %s\n", to));
}

/* To the log-in page, which leads back here afterwards. */
static void redirect_to_login(struct http_request *r)
{
	struct buf to;
	const char *back = arena_printf(r->arena, "%s%s%s", r->path, r->query_len > 0 ? "?" : "", r->query);
	buf_init(&to, REDIRECT_MAX);
	buf_adds(&to, "/masuk");
	if (strcmp(r->method, "GET") == 0) {
		buf_adds(&to, "?next=");
		form_encode(&to, back, strlen(back));
	}
	redirect(r, to.failed ? "/masuk" : to.data);
	buf_free(&to);
}

/* A page that is not for this role: its own beginning is. */
static void refuse_role(struct http_request *r, const struct identity *who)
{
	const char *home = access_home(who->role);
	if ((r->route->access & ACCESS_PAGE) && who->session != NULL && strcmp(r->route->path, home) != 0)
		redirect(r, home);
	else
		http_reply_fault(r, 403, "forbidden", "this role may not do this");
}

/* Lets the request on with that identity, or replies. */
static bool admit(const struct flow *f, struct http_request *r, const struct identity *who)
{
	unsigned access = r->route->access;
	if (who == NULL) {
		if (access & ACCESS_PAGE)
			redirect_to_login(r);
		else
			reply_unauthenticated(r);
		return false;
	}
	bool changes = strcmp(r->method, "GET") != 0;
	if (who->session != NULL && changes && !(cookie_same_origin(f, r) && cookie_csrf_fits(r))) {
		http_reply_fault(
		        r, 403, "cross-site",
		        "with the cookie of a session this needs the header X-Sigap-Csrf (GET /v1/session tells "
		        "it), or the field csrf of a form, and must come from a page of this server");
		return false;
	}
	if (!(access & (unsigned)who->role)) {
		refuse_role(r, who);
		return false;
	}
	if ((access & ACCESS_SESSION) && who->session == NULL) {
		http_reply_fault(r, 403, "no-session", "this is for somebody who has logged in, not for a token");
		return false;
	}
	r->user = (void *)(uintptr_t)who;
	return true;
}

/* ---- sessions ---- */

struct waiting {
	struct flow *flow;
	struct http_request *request;
};

static void on_session(void *ctx, const struct session *s, bool away)
{
	struct waiting *w = ctx;
	struct http_request *r = w->request;
	if (away)
		busy_reply(r, "the database is away");
	else if (admit(w->flow, r, s == NULL ? NULL : &s->who))
		r->route->handler(w->flow, r);
}

static bool gate_session(struct flow *f, struct http_request *r, const char *cookie)
{
	uint8_t hash[SESSION_HASH];
	cookie_hash(cookie, hash);
	const struct session *known = session_known(f, hash, r->arena);
	if (known != NULL)
		return admit(f, r, &known->who);
	struct waiting *w = arena_new_of(r->arena, struct waiting);
	*w = (struct waiting){f, r};
	session_look_up(f, hash, r->arena, on_session, w);
	return false;
}

bool access_gate(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	unsigned access = r->route->access;
	char cookie[COOKIE_VALUE_TEXT];
	r->user = NULL;
	if (access & ACCESS_OPEN)
		return true;
	if (f->rules == NULL) {
		busy_reply(r, "the daemon is starting: its rules are not loaded yet");
		return false;
	}
	if (access & ACCESS_GATEWAY) {
		if (gateway_token_fits(f, r))
			return true;
		http_reply_fault(
		        r, 403, "unknown-gateway",
		        "no gateway \"%.40s\" with that token: check [gateway …] in sigapd.conf and the token in "
		        "the gateway's address",
		        r->segments[0]);
		return false;
	}
	cookie_read(r, cookie);
	if (cookie[0] != '\0' && http_header(r, "Authorization") == NULL)
		return gate_session(f, r, cookie);
	return admit(f, r, identify(f, r));
}

/* ---- again ---- */

struct check {
	struct identity was;
	void (*done)(void *ctx, bool lasts);
	void *ctx;
};

static bool is_same(const struct identity *was, const struct identity *now)
{
	return now->role == was->role && strcmp(now->scope, was->scope) == 0;
}

static void on_session_again(void *ctx, const struct session *s, bool away)
{
	struct check *c = ctx;
	c->done(c->ctx, away || (s != NULL && is_same(&c->was, &s->who)));
}

void access_check_again(struct flow *f, const struct http_request *r, struct arena *a,
                        void (*done)(void *ctx, bool lasts), void *ctx)
{
	const struct identity *was = r->user, *now;
	if (was->session == NULL) {
		now = known_token(f, r);
		done(ctx, now != NULL && is_same(was, now));
		return;
	}
	char cookie[COOKIE_VALUE_TEXT];
	uint8_t hash[SESSION_HASH];
	struct check *c = arena_new_of(a, struct check);
	*c = (struct check){.was = {.role = was->role, .scope = arena_strdup(a, was->scope)}, .done = done, .ctx = ctx};
	cookie_read(r, cookie);
	cookie_hash(cookie, hash);
	session_look_up(f, hash, a, on_session_again, c);
}

const struct identity *access_identity(const struct http_request *r)
{
	return r->user;
}

const char *access_csrf(const struct http_request *r)
{
	const struct identity *who = r->user;
	return who == NULL || who->session == NULL ? "" : cookie_csrf(r);
}

const char *access_home(enum role role)
{
	return role == ROLE_AGENCY ? "/tugas" : "/";
}

const char *access_actor(const struct http_request *r)
{
	const struct identity *who = r->user;
	return arena_printf(r->arena, "%s:%s", role_name(who->role),
	                    who->role == ROLE_AGENCY ? who->agency : who->name);
}

bool access_covers(const struct identity *who, const char *agency, const char *region)
{
	if (who->role == ROLE_AGENCY)
		return agency != NULL && strcmp(who->agency, agency) == 0;
	/* a regency-wide incident concerns everyone within it */
	return region_code_within(region, who->scope) || region_code_within(who->scope, region);
}
