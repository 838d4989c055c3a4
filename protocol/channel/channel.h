/* channel: what every gateway and push channel tells the daemon. One file per channel; this header is their common shape.
 *
 * Out: render() turns a notice into one HTTP call, judge() says what the answer means.
 * In:  read() checks who calls and turns a request into messages and delivery reports; accepted[] is the answer that the gateway waits for. */
#ifndef SIGAP_PROTOCOL_CHANNEL_H
#define SIGAP_PROTOCOL_CHANNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../buf.h"

/* ---- out ---- */
struct gateway_mapping { /* of kind generic: where things stand in its JSON (RFC 6901 pointers), how it is called */
	const char *messages; /* the array of messages; NULL: the document is one message */
	const char *id, *from, *to, *text, *time;
	const char *reports; /* the array of delivery reports; NULL: the document is one */
	const char *report_ref, *report_state;
	const char *report_delivered, *report_failed, *report_sent; /* the words of report_state, comma separated */
	const char *
	        signature; /* "none", "hmac-sha256-hex", "hmac-sha256-base64": over the raw body, with the gateway's secret */
	const char *signature_header; /* "X-Signature"; a value may begin with "sha256=" */
	const char *accepted_body;    /* what it is answered, "" by default */
	const char *send_type;        /* "json" or "form" */
	const char *send_body; /* with {id} {to} {to_digits} {from} {text} {status_url}, each escaped for send_type */
	const char *send_auth; /* "none", "basic", "bearer", "header NAME" (the value is the password) */
	const char *send_id;   /* pointer to its own id in the answer; NULL: none */
	const char *send_ok;   /* "POINTER=VALUE" that a 2xx answer must hold; NULL: any */
};
struct gateway {                         /* an SMS gateway as configured; strings live as long as the configuration */
	const char *name;                /* "kannel": also the {name} of /v1/gateways/{name}/… */
	const char *send_url;            /* http://127.0.0.1:13013/cgi-bin/sendsms; NULL: the kind's own address */
	const char *username, *password; /* password: also API key, bearer token */
	const char *account;             /* Twilio's AccountSid, WhatsApp's phone number id, RapidPro's channel */
	const char *secret;              /* what its calls to us are signed with, or NULL */
	const char *from;                /* sender shown to citizens, may be NULL */
	const char *inbound_url,
	        *status_url; /* public addresses of our …/inbound and …/status with their token; status_url NULL: no delivery reports */
	const char *smsc; /* NULL: any */
	const char *
	        option; /* the kind's own choice, or NULL: see its file (Vonage: the signature method; WhatsApp: the verify token) */
	struct gateway_mapping mapping;
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
	const struct gateway *gateway; /* whose answer it is, filled by whoever judges; NULL: webhook */
};
enum { GATEWAY_REF_MAX = 128 };
struct verdict {
	enum outcome outcome;
	int retry_after_s; /* for OUTCOME_RETRY_AFTER: 1..3600 */
	/* For OUTCOME_PERMANENT: the gateway's own trouble (log-in, account, credit, a window that is closed, its address), so that another gateway may do
	 * it; false: about the number or the text, no gateway would. Not looked at for webhooks. */
	bool gateway_fault;
	char detail[160];                  /* for the attempt's record: no address, no secret */
	char gateway_ref[GATEWAY_REF_MAX]; /* the gateway's own id of the message, "" when it tells none */
};
struct inbound;
struct inbound_request;
/* Which address of ours was called: …/inbound or …/status. Some gateways tell everything to one of them. */
enum door { DOOR_INBOUND, DOOR_STATUS, DOORS };
enum inbound_end {
	INBOUND_TAKEN, /* what it holds is in ret; both lists may be empty (a ping, something that is none of our business) */
	INBOUND_CHALLENGE, /* the gateway asks whether this address is ours: answer 200 with ret->challenge, keep nothing */
	INBOUND_FORGED,     /* a signature or secret is missing or wrong: 403, nothing is kept */
	INBOUND_UNREADABLE, /* not understood in full: kept as received; ret holds what was understood */
};
/* What a gateway is told when everything it brought is on disk. */
struct gateway_answer {
	int status;
	const char *content_type, *body;
};
struct channel {
	const char *name; /* kind in sigapd.conf: "kannel", "twilio"; "webhook" */
	/* Fills *ret (initialised). False with the reason in why when this notice can never be sent this way (permanent). gateway is NULL for webhook. NULL: not by HTTP
	 * (flow has a way of its own). */
	bool (*render)(const struct gateway *gateway, const struct channel_contact *contact,
	               const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size);
	struct verdict (*judge)(const struct channel_answer *answer);
	/* Reads a call to door. Verifies what is to be verified over the raw bytes first. ret is initialised. why: English, for the log, without personal data; set
	 * unless INBOUND_TAKEN. NULL: webhook. */
	enum inbound_end (*read)(const struct gateway *gateway, enum door door, const struct inbound_request *request,
	                         struct inbound *ret, char *why, size_t why_size);
	struct gateway_answer accepted[DOORS];
	const char *const *needs; /* settings it cannot do without besides token_file, NULL terminated; NULL: none */
	/* False with the reason in why (English, for the operator) when the settings cannot work together: asked once, when they are read. NULL: nothing to check. */
	bool (*check)(const struct gateway *gateway, char *why, size_t why_size);
	bool handles; /* its senders are no telephones but handles of its own: answers go back through it alone */
};
extern const struct channel channel_webhook; /* channel/webhook.c */
/* What gateway is told at door: accepted[door], with the text that a mapping has for it. */
struct gateway_answer channel_accepted(const struct channel *channel, const struct gateway *gateway, enum door door);
/* The channel of that kind (channel/kinds.c: the one list of them), or NULL. */
const struct channel *channel_of_kind(const char *kind);

/* ---- in ---- */
struct inbound_request {
	const char *method;
	const char *
	        url; /* the public address that was called, whole, as the gateway knows it: signatures are made over it */
	const char *query;
	size_t query_len; /* raw */
	const char *body;
	size_t body_len;                                    /* raw, NUL terminated */
	const char *content_type;                           /* NULL: none */
	const char *(*header)(void *ctx, const char *name); /* value or NULL; gone at the next call */
	void *ctx;
	int64_t now_s; /* Unix seconds */
};
struct inbound_message {
	char external_id[128]; /* the gateway's own id: repeated on its retries */
	char from[40], to[40]; /* as written by the gateway */
	char name[80];         /* what the sender calls himself there, "" when unknown: personal */
	struct buf text;       /* UTF-8, valid, repaired where the gateway's bytes were broken */
	bool repaired;
	bool truncated;                        /* one part of a longer message whose other parts are unknown */
	int part_ref, part_number, part_total; /* one part of a long message, from 1; total 0: a whole one */
	bool has_reported_at;
	int64_t reported_at_us; /* the gateway's own clock */
	bool has_position;
	double lat, lon;
	char smsc[64];
};
void inbound_message_init(struct inbound_message *m);
void inbound_message_free(struct inbound_message *m);
enum delivery_state { DELIVERY_QUEUED, DELIVERY_SENT, DELIVERY_DELIVERED, DELIVERY_FAILED, DELIVERY_STATES };
extern const char *const delivery_state_names[DELIVERY_STATES]; /* "queued", "sent", "delivered", "failed" */
struct delivery_report {
	char ref[64];                      /* our notice id, or "" */
	char gateway_ref[GATEWAY_REF_MAX]; /* the gateway's own id, or "" */
	enum delivery_state state;
	int part, parts;  /* when it is about one part of several: which (from 1; where the gateway does not number
	                    them, any number that tells it from the others), of how many (0: not known yet) */
	char detail[120]; /* the gateway's words, printable ASCII */
};
/* All that one call brought. */
enum { INBOUND_MOST = 1000, CHALLENGE_MAX = 256 };
struct inbound {
	struct inbound_message *messages;
	size_t message_count;
	struct delivery_report *reports;
	size_t report_count;
	char challenge[CHALLENGE_MAX];
};
void inbound_init(struct inbound *i);
void inbound_free(struct inbound *i);
/* The next one, initialised, or NULL when there are INBOUND_MOST already. */
struct inbound_message *inbound_add_message(struct inbound *i);
struct delivery_report *inbound_add_report(struct inbound *i);
/* Copies printable ASCII, anything else as "?", cut to size. */
void inbound_copy_plain(char *to, size_t size, const char *text);
/* RFC 9110 Retry-After (seconds or HTTP-date) -> seconds 1..3600, 0 when absent or unreadable. */
int retry_after_seconds(const char *value, int64_t now_s);
/* The verdict every HTTP channel shares: 2xx ok; 429, 503 with Retry-After retry_after; 408, 425, 429, 5xx and TRANSPORT_NOT_SENT retry; TRANSPORT_BROKEN unknown
 * (retried with the same id); 3xx and other 4xx permanent; 410 permanent; TRANSPORT_REFUSED_BY_US permanent. 3xx, 401 to 405, 407 and TRANSPORT_REFUSED_BY_US are
 * gateway_fault: a channel whose answers mean something else by them says so. */
struct verdict http_verdict(const struct channel_answer *answer);
#endif
