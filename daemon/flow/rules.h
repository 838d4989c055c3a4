/* rules: one immutable snapshot of everything decisions are made on: areas, directory, roster, policy, tokens (from the database), lexicon and texts (from files).
 * Whoever works with a snapshot holds it; a reload swaps the current one all or nothing. */
#ifndef SIGAP_FLOW_RULES_H
#define SIGAP_FLOW_RULES_H
#include "../core/directory.h"
#include "../core/gazetteer.h"
#include "../core/policy.h"
#include "../core/replies.h"
#include "../core/triage.h"
#include "flow.h"

enum role {
	ROLE_SOURCE = 1 << 0,
	ROLE_AGENCY = 1 << 1,
	ROLE_COORDINATOR = 1 << 2,
	ROLE_ADMIN = 1 << 3,
	ROLE_AUDITOR = 1 << 4
};
const char *role_name(enum role role); /* "source", "agency", "coordinator", "admin", "auditor" */
bool role_read(const char *name, enum role *ret);
struct session;
struct identity {
	uint8_t hash[32]; /* SHA-256 of the token */
	enum role role;
	const char *agency; /* slug; NULL unless role is agency */
	const char *scope;  /* code prefix, "" for all */
	const char *name;
	struct wall expires;           /* us 0: never */
	const struct session *session; /* that the console's cookie names (session.h); NULL: it is a token's identity */
};
struct rules {
	struct arena *arena;
	int holders;
	int64_t version; /* setting rules_version */
	int policy_version;
	const struct gazetteer *gazetteer;
	struct directory directory;
	const struct policy *policy;
	const struct lexicon *lexicon;
	const struct replies *replies;
	const struct identity *identities; /* by hash */
	size_t identity_count;
	uint8_t link_key[32];
};
struct rules *rules_hold(struct rules *r);
/* Lets go and sets *r to NULL; the last one frees. */
void rules_drop(struct rules **r);
/* Reads everything anew and makes it f->rules, or keeps what is in force; done(ctx, why) once, from the loop: why is NULL on success. One load at a time: all
 * who call while one runs are served by another one afterwards, as it may have read already what has changed for them. */
void rules_load(struct flow *f, void (*done)(void *ctx, const char *why), void *ctx);
bool rules_loading(void);
/* Without the database: makes what a load put aside (stock.h) f->rules, unless there are any by now. NULL, or static and why it is of no use. */
const char *rules_begin(struct flow *f, const char *saved, size_t len);
/* For decisions that people are shown: calls done as soon as f->rules are no older than what the database holds now; why is NULL then, else static and says why they
 * cannot be (the database is away, or holds what cannot be read). From the loop, never inside the call. */
void rules_current(struct flow *f, void (*done)(void *ctx, const char *why), void *ctx);
const struct identity *rules_identity(const struct rules *r, const char *token);
/* The setting of a plan made now under rules r. */
struct plan_setting rules_setting(const struct flow *f, const struct rules *r);
#endif
