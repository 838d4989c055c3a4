/* sms_call: what the gateways of telephones share: what can be sent as an SMS at all, our address for its reports, and how numbers, fields and states come back. */
#ifndef SIGAP_PROTOCOL_SMS_CALL_H
#define SIGAP_PROTOCOL_SMS_CALL_H
#include "../form.h"
#include "../phone.h"
#include "../sms_text.h"
#include "channel.h"

/* Writes reason to why; returns false. */
bool sms_call_refuse(char *why, size_t why_size, const char *reason);

/* ---- out ---- */
struct sms_call {
	char to[PHONE_MAX]; /* "+628123456789" */
	struct sms_size size;
};
/* NULL when notice can go to contact as an SMS, *ret filled; else why it never can. */
const char *sms_call_check(const struct channel_contact *contact, const struct channel_notice *notice,
                           struct sms_call *ret);
/* Appends the address for the reports about the notice id: status_url with ref=id. Only where status_url is set. */
void sms_call_status_url(struct buf *out, const struct gateway *g, const char *id);
/* The value of HTTP Basic authentication: "Basic dXNlcjpwYXNzd29yZA==". NULL is like "". */
void sms_call_basic(struct buf *out, const char *user, const char *password);
/* A 2xx answer that is none of this gateway's: something else stands at send_url. */
void sms_call_not_its_words(struct verdict *v, const struct channel_answer *answer, const char *who);
/* Sets v's words: "HTTP 400, KIND CODE: WORDS", CODE as plain text, WORDS may be NULL. */
void sms_call_words(struct verdict *v, const struct channel_answer *answer, const char *kind, const char *code,
                    const char *words);

/* ---- in ---- */
/* What was sent as a form: the body, or the query when there is no body. */
bool sms_call_fields(const struct inbound_request *r, struct form *ret);
/* A number without its plus ("628111000001") gets it; short codes, local numbers and names stay as they are. */
void sms_call_sender(char *to, size_t size, const char *from);
/* ref=, which sms_call_status_url put into the query of r; "" when there is none or it is too long. */
void sms_call_ref(const struct inbound_request *r, char *ret, size_t size);
/* A gateway's words for states, up to a NULL. */
struct sms_call_state {
	const char *word;
	enum delivery_state state;
};
bool sms_call_state(const struct sms_call_state *states, const char *word, enum delivery_state *ret);
#endif
