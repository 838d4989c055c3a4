/* channel: what every gateway and push channel tells the daemon. One file per channel; this header is their common shape.
 *
 * Out: render() turns a notice into one HTTP call, judge() says what the answer means.
 * In:  each gateway's own decode functions (kannel.h ...) turn a request into struct inbound_message / struct delivery_report. */
#ifndef SIGAP_PROTOCOL_CHANNEL_H
#define SIGAP_PROTOCOL_CHANNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../buf.h"

/* ---- out ---- */
struct gateway {              /* an SMS gateway as configured; strings live as long as the configuration */
	const char *name;     /* "kannel": also the {name} of /v1/gateways/{name}/… */
	const char *send_url; /* http://127.0.0.1:13013/cgi-bin/sendsms */
	const char *username, *password;
	const char *from; /* sender shown to citizens, may be NULL */
	const char
	        *status_url; /* public address of our …/status with its token, without ref; NULL: no delivery reports */
	const char *smsc;    /* NULL: any */
};
struct channel_contact {
	const char *address; /* URL or E.164 phone */
	const char *secret;  /* webhook: Standard Webhooks secrets; else NULL */
};
struct channel_notice {
	const char *id;   /* stable over retries */
	const char *body; /* webhook: JSON; sms: UTF-8 text */
	size_t body_len;
	int64_t now_s; /* Unix seconds of this attempt */
};
struct http_call {
	const char *method; /* static: "GET", "POST" */
	struct buf url;
	struct buf headers; /* "Name: value\n" lines */
	struct buf body;
};
void http_call_init(struct http_call *c);
void http_call_free(struct http_call *c);

enum outcome { OUTCOME_OK, OUTCOME_RETRY, OUTCOME_RETRY_AFTER, OUTCOME_PERMANENT, OUTCOME_UNKNOWN, OUTCOMES };
extern const char *const outcome_names[OUTCOMES]; /* "ok", "retry", "retry_after", "permanent", "unknown" */

enum transport {
	TRANSPORT_ANSWERED,
	TRANSPORT_NOT_SENT /* refused, unresolved, TLS: nothing arrived */,
	TRANSPORT_BROKEN /* timeout or reset after sending: may have arrived */,
	TRANSPORT_REFUSED_BY_US /* address not allowed */
};
struct channel_answer {
	enum transport transport;
	int status;              /* HTTP status, 0 without an answer */
	const char *body;        /* first bytes of the answer, NUL terminated */
	const char *retry_after; /* header value or NULL */
	const char *error;       /* transport's own words or "" */
	int64_t now_s; /* for Retry-After as a date: filled by whoever judges, from the clock that he goes by */
};
struct verdict {
	enum outcome outcome;
	int retry_after_s; /* for OUTCOME_RETRY_AFTER: 1..3600 */
	char detail[160];  /* for the attempt's record: no address, no secret */
};
struct channel {
	const char *name; /* "webhook", "sms" */
	/* Fills *ret (initialised). False with the reason in why when this notice can never be sent this way (permanent). gateway is NULL for webhook. */
	bool (*render)(const struct gateway *gateway, const struct channel_contact *contact,
	               const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size);
	struct verdict (*judge)(const struct channel_answer *answer);
};
extern const struct channel channel_webhook; /* channel/webhook.c */
extern const struct channel channel_kannel;  /* channel/kannel.c */

/* ---- in ---- */
struct inbound_message {
	char external_id[128]; /* the gateway's own id: repeated on its retries */
	char from[40], to[40]; /* as written by the gateway */
	struct buf text;       /* UTF-8, valid, repaired where the gateway's bytes were broken */
	bool repaired;
	bool truncated; /* one part of a longer message whose other parts are unknown */
	bool has_reported_at;
	int64_t reported_at_us; /* the gateway's own clock */
	char smsc[64];
};
void inbound_message_init(struct inbound_message *m);
void inbound_message_free(struct inbound_message *m);
enum delivery_state { DELIVERY_QUEUED, DELIVERY_SENT, DELIVERY_DELIVERED, DELIVERY_FAILED, DELIVERY_STATES };
extern const char *const delivery_state_names[DELIVERY_STATES]; /* "queued", "sent", "delivered", "failed" */
struct delivery_report {
	char ref[64]; /* our notice id */
	enum delivery_state state;
	char detail[120]; /* the gateway's words, printable ASCII */
};
/* RFC 9110 Retry-After (seconds or HTTP-date) -> seconds 1..3600, 0 when absent or unreadable. */
int retry_after_seconds(const char *value, int64_t now_s);
/* The verdict every HTTP channel shares: 2xx ok; 429, 503 with Retry-After retry_after; 408, 425, 429, 5xx and TRANSPORT_NOT_SENT retry; TRANSPORT_BROKEN unknown
 * (retried with the same id); 3xx and other 4xx permanent; 410 permanent; TRANSPORT_REFUSED_BY_US permanent. */
struct verdict http_verdict(const struct channel_answer *answer);
#endif
