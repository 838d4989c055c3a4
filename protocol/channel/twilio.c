/* twilio: Twilio Programmable Messaging. Facts: npm twilio 6.2.0 (lib/webhooks/webhooks.js), twilio.com/docs/usage/webhooks/webhooks-security, /docs/messaging
 * (message resource, status callbacks), /docs/api/errors.
 *
 * In: a form by POST, or the query of a GET, signed in X-Twilio-Signature over the address as it was configured there and all fields. Delivery reports: the same
 * to the StatusCallback of each message, whose ref= is ours and is signed too. Out: POST Messages.json, HTTP Basic.
 * account: the AccountSid. password: its AuthToken, and then also what calls are signed with; or, with a username "SK...", the secret of that API key, and
 * secret is the AuthToken. from: a number, or a messaging service "MG...". */
#include "kinds.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../charset.h"
#include "../digest.h"
#include "../utf8.h"
#include "payload.h"
#include "sms_call.h"

enum { SIGNED_MAX = 512 * 1024 };

/* ---- signature ---- */

/* Where the port of an address stands (":8443" or nothing) and where its path begins. */
struct address {
	const char *port, *path;
	const char *standard_port;
};

static struct address address_of(const char *url)
{
	const char *host = strstr(url, "://");
	host = host != NULL ? host + 3 : url;
	const char *path = host + strcspn(host, "/?#");
	const char *at = memrchr(host, '@', (size_t)(path - host));
	host = at != NULL ? at + 1 : host;
	const char *bracket = memrchr(host, ']', (size_t)(path - host)); /* [2001:db8::1]:443 */
	host = bracket != NULL ? bracket : host;
	const char *port = memchr(host, ':', (size_t)(path - host));
	return (struct address){port != NULL ? port : path, path, strncmp(url, "https:", 6) == 0 ? ":443" : ":80"};
}

/* By name, then by value; bytes. */
static int by_name(const void *a, const void *b)
{
	const struct form_field *left = *(const struct form_field *const *)a,
	                        *right = *(const struct form_field *const *)b;
	int order = strcmp(left->name, right->name);
	size_t common = left->value_len < right->value_len ? left->value_len : right->value_len;
	if (order == 0)
		order = memcmp(left->value, right->value, common);
	return order != 0 ? order : (left->value_len > right->value_len) - (left->value_len < right->value_len);
}

/* The fields as they are signed: sorted, name and value without anything between; what stands twice with the same value counts once. */
static void add_fields(const struct form *f, struct buf *out)
{
	const struct form_field *sorted[FORM_MAX_FIELDS];
	for (size_t i = 0; i < f->count; i++)
		sorted[i] = &f->fields[i];
	qsort(sorted, f->count, sizeof *sorted, by_name);
	for (size_t i = 0; i < f->count; i++) {
		if (i > 0 && by_name(&sorted[i - 1], &sorted[i]) == 0)
			continue;
		buf_adds(out, sorted[i]->name);
		buf_add(out, sorted[i]->value, sorted[i]->value_len);
	}
}

/* Twilio signs the address with or without its port, whatever was configured there: both are right, as for its own library. */
static bool signature_holds(const char *key, const char *url, const struct form *fields, const char *given)
{
	struct address a = address_of(url);
	bool holds = false;
	for (int with_port = 0; with_port <= 1; with_port++) {
		struct buf text;
		uint8_t mac[DIGEST_MAX];
		char right[DIGEST_BASE64_MAX];
		buf_init(&text, SIGNED_MAX);
		buf_add(&text, url, (size_t)(a.port - url));
		if (with_port && a.port == a.path)
			buf_adds(&text, a.standard_port);
		else if (with_port)
			buf_add(&text, a.port, (size_t)(a.path - a.port));
		buf_adds(&text, a.path);
		add_fields(fields, &text);
		size_t len = digest_hmac(DIGEST_SHA1, key, strlen(key), text.data, text.len, mac);
		digest_base64(mac, len, right);
		holds |= !text.failed && len > 0 && digest_same(given, right, false);
		buf_free(&text);
	}
	return holds;
}

struct call {
	const struct inbound_request *request;
	struct form query, body;    /* body: without fields when it is no form */
	const struct form *content; /* the one of them that tells the message */
	const char *body_hash;      /* bodySHA256=, which Twilio adds when the body is no form, or NULL */
};

/* Why the call may not be trusted, or NULL. */
static const char *forgery(const struct gateway *g, const struct call *c)
{
	const struct inbound_request *r = c->request;
	const char *key = g->secret != NULL ? g->secret : g->password;
	const char *given = r->header != NULL ? r->header(r->ctx, "X-Twilio-Signature") : NULL;
	if (key == NULL || *key == '\0')
		return "no AuthToken is configured to verify calls with";
	if (given == NULL || *given == '\0')
		return "X-Twilio-Signature is missing";
	if (!signature_holds(key, r->url, &c->body, given))
		return "X-Twilio-Signature is wrong: another AuthToken, or public_url is not what Twilio calls";
	uint8_t hash[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX];
	digest_hex(hash, digest_of(DIGEST_SHA256, r->body, r->body_len, hash), hex);
	if (c->body_hash != NULL && !digest_same(c->body_hash, hex, true))
		return "bodySHA256 is not that of the body";
	if (c->body_hash == NULL && r->body_len > 0 && c->body.count == 0)
		return "the body is not signed";
	const char *account = form_value(c->content, "AccountSid");
	if (g->account != NULL && account != NULL && strcmp(account, g->account) != 0)
		return "AccountSid is not the configured account";
	return NULL;
}

/* ---- incoming ---- */

static const char *value_of(const struct call *c, const char *name)
{
	const char *value = form_value(c->content, name);
	return value != NULL ? value : "";
}

/* Messages that came in parts are sometimes handed on in base64 (nyaruka/courier, handlers/twiml). Only what cannot be anything else is decoded: long,
 * without a blank, of whole groups, and a readable text with a blank in it. */
static bool is_base64_text(const struct form_field *body, struct buf *out)
{
	enum { LEAST = 40 };
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = body->value_len, letters = strspn(body->value, alphabet);
	if (len < LEAST || len % 4 != 0 || len - letters > 2 || strspn(body->value + letters, "=") != len - letters)
		return false;
	unsigned char *bytes = malloc(len);
	int got = bytes != NULL ? EVP_DecodeBlock(bytes, (const unsigned char *)body->value, (int)len) : -1;
	size_t text_len = got > 0 ? (size_t)got - (len - letters) : 0;
	bool readable =
	        text_len > 0 && utf8_valid((const char *)bytes, text_len) && memchr(bytes, ' ', text_len) != NULL;
	for (size_t i = 0; readable && i < text_len; i++)
		readable = (bytes[i] >= ' ' && bytes[i] != 0x7F) || bytes[i] == '\n' || bytes[i] == '\r' ||
		           bytes[i] == '\t';
	if (readable)
		buf_add(out, bytes, text_len);
	free(bytes);
	return readable;
}

static void read_text(const struct call *c, struct inbound_message *ret)
{
	const struct form_field *body = form_field(c->content, "Body");
	if (body != NULL && !is_base64_text(body, &ret->text))
		ret->repaired =
		        charset_decode("UTF-8", false, (const uint8_t *)body->value, body->value_len, &ret->text);
}

/* "whatsapp:+628111" -> "+628111" */
static const char *number_of(const char *address)
{
	static const char channel[] = "whatsapp:";
	return strncmp(address, channel, strlen(channel)) == 0 ? address + strlen(channel) : address;
}

static void read_person(const struct call *c, struct inbound_message *ret)
{
	const char *name = value_of(c, "ProfileName");
	if (utf8_valid(name, strlen(name)))
		payload_name(ret->name, sizeof ret->name, name);
	payload_position(ret, value_of(c, "Latitude"), value_of(c, "Longitude"));
}

static bool read_message(const struct call *c, struct inbound_message *ret, char *why, size_t why_size)
{
	static const char *const ids[] = {"MessageSid", "SmsSid", "SmsMessageSid"};
	for (size_t i = 0; i < sizeof ids / sizeof *ids && ret->external_id[0] == '\0'; i++)
		inbound_copy_plain(ret->external_id, sizeof ret->external_id, value_of(c, ids[i]));
	sms_call_sender(ret->from, sizeof ret->from, number_of(value_of(c, "From")));
	inbound_copy_plain(ret->to, sizeof ret->to, number_of(value_of(c, "To")));
	read_text(c, ret);
	read_person(c, ret);
	if (ret->text.failed)
		return sms_call_refuse(why, why_size, "the text is too long for an SMS");
	if (ret->external_id[0] == '\0')
		return sms_call_refuse(why, why_size, "MessageSid is missing");
	if (ret->from[0] == '\0')
		return sms_call_refuse(why, why_size, "From is missing");
	if (form_field(c->content, "Body") == NULL)
		return sms_call_refuse(why, why_size, "Body is missing");
	if (ret->text.len == 0 && !ret->has_position && atoi(value_of(c, "NumMedia")) > 0)
		return sms_call_refuse(why, why_size, "a picture without a text");
	return true;
}

/* twilio.com/docs/messaging/api/message-resource, "Message status values". */
static const struct sms_call_state states[] = {
        {"accepted", DELIVERY_QUEUED},     {"scheduled", DELIVERY_QUEUED}, {"queued", DELIVERY_QUEUED},
        {"sending", DELIVERY_QUEUED},      {"sent", DELIVERY_SENT},        {"partially_delivered", DELIVERY_SENT},
        {"delivered", DELIVERY_DELIVERED}, {"read", DELIVERY_DELIVERED},   {"undelivered", DELIVERY_FAILED},
        {"failed", DELIVERY_FAILED},       {"canceled", DELIVERY_FAILED},  {NULL, DELIVERY_QUEUED},
};

static bool read_report(const struct call *c, struct inbound *ret, char *why, size_t why_size)
{
	struct delivery_report d = {.ref = ""};
	const char *error = value_of(c, "ErrorCode");
	sms_call_ref(c->request, d.ref, sizeof d.ref);
	inbound_copy_plain(d.gateway_ref, sizeof d.gateway_ref, value_of(c, "MessageSid"));
	if (d.ref[0] == '\0' && d.gateway_ref[0] == '\0')
		return sms_call_refuse(why, why_size, "neither ref nor MessageSid");
	if (!sms_call_state(states, value_of(c, "MessageStatus"), &d.state))
		return sms_call_refuse(why, why_size, "MessageStatus is none of those that are known");
	char words[sizeof d.detail];
	snprintf(words, sizeof words, "%.40s%s%.20s", value_of(c, "MessageStatus"), *error != '\0' ? ", error " : "",
	         error);
	inbound_copy_plain(d.detail, sizeof d.detail, words);
	*inbound_add_report(ret) = d;
	return true;
}

/* Which door was called says little: an operator may have set both addresses to the same. MessageStatus stands in status callbacks alone. */
static enum inbound_end read_call(const struct gateway *g, const struct call *c, struct inbound *ret, char *why,
                                  size_t why_size)
{
	const char *forged = forgery(g, c);
	if (forged != NULL) {
		sms_call_refuse(why, why_size, forged);
		return INBOUND_FORGED;
	}
	bool ok;
	if (c->body_hash != NULL)
		ok = sms_call_refuse(why, why_size, "the body is no form");
	else if (form_field(c->content, "MessageStatus") != NULL)
		ok = read_report(c, ret, why, why_size);
	else
		ok = read_message(c, inbound_add_message(ret), why, why_size);
	return ok ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)door;
	struct call c = {.request = request};
	enum inbound_end end = INBOUND_FORGED;
	bool read = form_parse(request->query, request->query_len, &c.query);
	c.body_hash = read ? form_value(&c.query, "bodySHA256") : NULL;
	read = read && form_parse(request->body, c.body_hash == NULL ? request->body_len : 0, &c.body);
	c.content = request->body_len > 0 ? &c.body : &c.query;
	if (read)
		end = read_call(gateway, &c, ret, why, why_size);
	else
		sms_call_refuse(why, why_size, "too many fields: the signature cannot be verified");
	form_free(&c.query);
	form_free(&c.body);
	return end;
}

/* ---- outgoing ---- */

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_call call;
	const char *fault = sms_call_check(contact, notice, &call);
	if (fault == NULL && (gateway == NULL || gateway->account == NULL || gateway->from == NULL))
		fault = "no Twilio gateway with account and from";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	bool service = strncmp(gateway->from, "MG", 2) == 0 && strlen(gateway->from) == 34;
	ret->method = "POST";
	if (gateway->send_url != NULL)
		buf_adds(&ret->url, gateway->send_url);
	else
		buf_addf(&ret->url, "https://api.twilio.com/2010-04-01/Accounts/%s/Messages.json", gateway->account);
	buf_adds(&ret->headers, "Authorization: ");
	sms_call_basic(&ret->headers, gateway->username != NULL ? gateway->username : gateway->account,
	               gateway->password);
	buf_adds(&ret->headers, "\nContent-Type: application/x-www-form-urlencoded\n");
	form_add(&ret->body, "To", call.to);
	form_add(&ret->body, service ? "MessagingServiceSid" : "From", gateway->from);
	form_add(&ret->body, "Body", notice->body);
	form_add(&ret->body, "SmartEncoded", "false"); /* what was measured is what is sent */
	if (gateway->status_url != NULL) {
		struct buf url;
		buf_init(&url, 4096);
		sms_call_status_url(&url, gateway, notice->id);
		form_add(&ret->body, "StatusCallback", url.data);
		buf_free(&url);
	}
	return !(ret->url.failed || ret->headers.failed || ret->body.failed) ||
	       sms_call_refuse(why, why_size, "the call is too long");
}

/* twilio.com/docs/api/errors: those that a message meets. What is not listed is judged by its HTTP status. */
static const struct {
	const char *code;
	enum outcome outcome;
	const char *words;
	bool gateways; /* the gateway's own trouble: another one may do it */
} errors[] = {
        {"14107", OUTCOME_RETRY, "too many messages", false},
        {"20003", OUTCOME_PERMANENT, "the log-in was refused, check account and password", true},
        {"20429", OUTCOME_RETRY, "too many requests", false},
        {"20500", OUTCOME_RETRY, "internal error", false},
        {"20503", OUTCOME_RETRY, "service unavailable", false},
        {"21211", OUTCOME_PERMANENT, "the receiver's number is none", false},
        {"21408", OUTCOME_PERMANENT, "the account may not send to this country", true},
        {"21602", OUTCOME_PERMANENT, "no text", false},
        {"21606", OUTCOME_PERMANENT, "from cannot send SMS", true},
        {"21608", OUTCOME_PERMANENT, "a trial account may only send to verified numbers", true},
        {"21610", OUTCOME_PERMANENT, "the receiver has unsubscribed (STOP)", false},
        {"21611", OUTCOME_RETRY, "the queue of from is full", false},
        {"21612", OUTCOME_PERMANENT, "from cannot reach the receiver", true},
        {"21614", OUTCOME_PERMANENT, "the receiver is no mobile number", false},
        {"21617", OUTCOME_PERMANENT, "the text is too long", false},
        {"21659", OUTCOME_PERMANENT, "from is none of the account's numbers", true},
        {"21660", OUTCOME_PERMANENT, "from belongs to another account", true},
        {"30001", OUTCOME_RETRY, "the queue is full", false},
        {"30002", OUTCOME_PERMANENT, "the account is suspended", true},
        {"63038", OUTCOME_PERMANENT, "the account's daily limit is reached", true},
};

static void judge_error(struct verdict *v, const struct channel_answer *answer, const char *code)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(code, errors[i].code) == 0) {
			if (v->outcome != OUTCOME_RETRY_AFTER || errors[i].outcome == OUTCOME_PERMANENT)
				v->outcome = errors[i].outcome;
			v->gateway_fault = errors[i].gateways;
			sms_call_words(v, answer, "error", code, errors[i].words);
			return;
		}
	if (v->outcome == OUTCOME_OK)
		v->outcome = OUTCOME_PERMANENT;
	sms_call_words(v, answer, "error", code, NULL);
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	if (answer->transport != TRANSPORT_ANSWERED)
		return v;
	cJSON *tree = payload_answer(answer);
	const char *sid = json_string(tree, "sid"), *status = json_string(tree, "status");
	const char *code = json_string(tree, v.outcome == OUTCOME_OK ? "error_code" : "code");
	bool failed = status != NULL && (strcmp(status, "failed") == 0 || strcmp(status, "undelivered") == 0);
	if (v.outcome == OUTCOME_OK && sid == NULL) {
		sms_call_not_its_words(&v, answer, "Twilio");
	} else if (v.outcome == OUTCOME_OK && !failed) {
		inbound_copy_plain(v.gateway_ref, sizeof v.gateway_ref, sid);
	} else if (code != NULL || v.outcome == OUTCOME_OK) {
		judge_error(&v, answer, code != NULL ? code : "none");
	}
	cJSON_Delete(tree);
	return v;
}

static const char *const needs[] = {"account", "password_file", "from", NULL};

/* TwiML that says nothing: Twilio itself answers the sender nothing. */
const struct channel channel_twilio = {
        .name = "twilio",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>"},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
};
