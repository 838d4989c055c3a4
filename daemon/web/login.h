/* login: somebody says who he is: throttle, account, password (in a thread), one-time code, session. */
#ifndef SIGAP_FLOW_LOGIN_H
#define SIGAP_FLOW_LOGIN_H
#include "../flow/cookie.h"
#include "../flow/flow.h"
#include "../flow/rules.h"
#include "../io/work.h"
#include "device.h"

struct logins;
struct logins *logins_open(void);
void logins_close(struct logins **l);

enum login_end {
	LOGIN_DONE,         /* there is a session: cookie, cookies and role are set */
	LOGIN_WRONG,        /* user, password or code: which of them is not told … */
	LOGIN_CODE_MISSING, /* … but for this: the password is right, and this account needs a code */
	LOGIN_THROTTLED,    /* too many failures, or too many at once: wait_s says how long to wait */
	LOGIN_AWAY          /* the database does not answer */
};
/* One try, in the request's arena. */
struct login {
	struct flow *flow;
	struct http_request *request;
	const char *user, *password,
	        *code; /* as they were typed; code may be NULL. They must live until done, password is overwritten by then */
	void (*done)(struct login *l, enum login_end how); /* replies */
	const char *next;                                  /* done's own */
	int wait_s;
	bool must_change;
	char cookie[COOKIE_VALUE_TEXT];
	const char *cookies; /* header lines that give the browser this one and the device's mark */
	enum role role;
	/* login's own */
	struct work_item work;
	uint64_t keys[2]; /* of the throttle: user (or device), peer */
	const char *name; /* user as accounts are named */
	struct uuid account;
	const char *hash; /* the account's; "": there is none */
	bool known, fits;
	char mark[DEVICE_MARK_TEXT]; /* "": the browser shows none of this account */
	uint8_t totp_key[32];
	size_t totp_len;
	int64_t totp_step;
};
/* Begins; done is called once, from the loop, perhaps before this returns. */
void login_begin(struct login *l);

/* For somebody who is logged in and says his password again: throttled by a count of its own, which no stranger can raise. `then` runs once, from the loop; fits: it is the one of the hash. */
struct login_check {
	struct flow *flow;
	struct http_request *request;
	const char *password, *hash;
	void (*then)(struct login_check *c, bool fits, int wait_s /* not 0: it was not even looked at */);
	void *ctx;
	/* login's own */
	struct work_item work;
	uint64_t key;
	bool fits;
};
void login_check(struct login_check *c);

/* 429 with Retry-After. */
void login_reply_throttled(struct http_request *r, int wait_s);

/* POST /v1/session, GET and POST /masuk. */
void login_post(void *ctx, struct http_request *r);
void login_get_page(void *ctx, struct http_request *r);
void login_post_page(void *ctx, struct http_request *r);
#endif
