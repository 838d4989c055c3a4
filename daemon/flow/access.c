/* access: see access.h. */
#include "access.h"

#include <sodium.h>
#include <string.h>

#include "../../protocol/form.h"
#include "busy.h"

static const struct identity *identify(struct flow *f, struct http_request *r)
{
	const char *token = http_bearer(r);
	const struct identity *who = token == NULL ? NULL : rules_identity(f->rules, token);
	if (who == NULL || (who->expires.us != 0 && who->expires.us <= db_clock_now(&f->clock).us))
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

bool access_gate(void *ctx, struct http_request *r)
{
	struct flow *f = ctx;
	unsigned access = r->route->access;
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
	const struct identity *who = identify(f, r);
	if (who == NULL) {
		struct problem p;
		struct buf body;
		problem_init(&p, 401, "unauthenticated",
		             "a valid token is needed: Authorization: Bearer sgp_… (sigapctl token issue)");
		buf_init(&body, 4096);
		problem_render(&p, &body);
		http_reply(r, 401, "application/problem+json", body.data, body.len, "WWW-Authenticate: Bearer\n");
		buf_free(&body);
		return false;
	}
	if (!(access & (unsigned)who->role)) {
		http_reply_fault(r, 403, "forbidden", "this token's role may not do this");
		return false;
	}
	r->user = (void *)(uintptr_t)who;
	return true;
}

const struct identity *access_identity(const struct http_request *r)
{
	return r->user;
}

const char *access_actor(const struct http_request *r)
{
	const struct identity *who = r->user;
	const char *role = who->role == ROLE_SOURCE        ? "source"
	                   : who->role == ROLE_AGENCY      ? "agency"
	                   : who->role == ROLE_COORDINATOR ? "coordinator"
	                   : who->role == ROLE_ADMIN       ? "admin"
	                                                   : "auditor";
	return arena_printf(r->arena, "%s:%s", role, who->role == ROLE_AGENCY ? who->agency : who->name);
}

bool access_covers(const struct identity *who, const char *agency, const char *region)
{
	if (who->role == ROLE_AGENCY)
		return agency != NULL && strcmp(who->agency, agency) == 0;
	/* a regency-wide incident concerns everyone within it */
	return region_code_within(region, who->scope) || region_code_within(who->scope, region);
}
