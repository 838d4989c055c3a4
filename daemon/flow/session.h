/* session: who has logged in to the console. Rows of the table session, remembered here for at most half a minute, so that an end reaches every daemon within that time. */
#ifndef SIGAP_FLOW_SESSION_H
#define SIGAP_FLOW_SESSION_H
#include "flow.h"
#include "rules.h"

enum { SESSION_HASH = 32 };
struct session {
	uint8_t hash[SESSION_HASH]; /* SHA-256 of the cookie's value */
	struct uuid account;
	struct identity who; /* its session is this one */
	const char *display; /* name for people */
	bool totp;           /* one-time codes are on */
	bool must_change;    /* somebody else chose the password */
	struct wall expires; /* whatever happens */
};
struct sessions;
struct sessions *sessions_open(void);
void sessions_close(struct sessions **s);

/* A copy in arena a of what is remembered, or NULL: ask session_look_up. */
const struct session *session_known(struct flow *f, const uint8_t hash[SESSION_HASH], struct arena *a);
/* Asks the database, which thereby notes that the session is in use. done runs once, from the loop: NULL when there is no such session, or it is over; away: the
 * database did not answer. What is given lives in arena a. */
void session_look_up(struct flow *f, const uint8_t hash[SESSION_HASH], struct arena *a,
                     void (*done)(void *ctx, const struct session *s, bool away), void *ctx);
/* Nothing is remembered of it any more, nor of what lookups under way bring. */
void session_forget(struct flow *f, const uint8_t hash[SESSION_HASH]);
/* The same for all sessions of an account but the one given. */
void session_forget_others(struct flow *f, struct uuid account, const uint8_t but[SESSION_HASH]);
#endif
