/* whatsapp: WhatsApp Cloud API (Meta). One webhook address takes messages and statuses, many in one call; Meta asks first whether the address is ours
 * (hub.challenge). Calls are signed: X-Hub-Signature-256 is "sha256=" and the HMAC-SHA256 of the body under the app secret.
 * gateway: account the phone number id, password the access token, secret the app secret, option the verify token, send_url the Graph API with its
 * version. Sources: nyaruka/courier handlers/meta, Meta's error code page (as kept by 360dialog and others). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../utf8.h"
#include "kinds.h"
#include "payload.h"
#include "sms_call.h"

enum { TEXT_MOST = 4096 };

/* ---- is this address ours? ---- */

static enum inbound_end read_challenge(const struct gateway *gateway, const struct inbound_request *r,
                                       struct inbound *ret, char *why, size_t why_size)
{
	struct form f;
	if (!form_parse(r->query, r->query_len, &f)) {
		sms_call_refuse(why, why_size, "the query has too many fields");
		return INBOUND_UNREADABLE;
	}
	const char *mode = form_value(&f, "hub.mode"), *challenge = form_value(&f, "hub.challenge");
	bool ours = digest_same(form_value(&f, "hub.verify_token"), gateway->option, false);
	bool good = ours && mode != NULL && strcmp(mode, "subscribe") == 0 && challenge != NULL &&
	            strlen(challenge) < sizeof ret->challenge;
	if (good)
		inbound_copy_plain(ret->challenge, sizeof ret->challenge, challenge);
	form_free(&f);
	if (!good)
		sms_call_refuse(why, why_size,
		                ours ? "no hub.challenge to answer" : "hub.verify_token is not option's");
	return good ? INBOUND_CHALLENGE : INBOUND_FORGED;
}

static bool is_genuine(const struct gateway *gateway, const struct inbound_request *r, char *why, size_t why_size)
{
	enum { HEX = 64 };
	char value[sizeof "sha256=" + HEX + 1];
	const char *hex = payload_header(r, "X-Hub-Signature-256", value, sizeof value) ? payload_sha256(value) : NULL;
	if (hex == NULL || strlen(hex) != HEX)
		return sms_call_refuse(why, why_size, "X-Hub-Signature-256 is missing or not of its form");
	return payload_signed(gateway->secret, r->body, r->body_len, hex, false) ||
	       sms_call_refuse(why, why_size, "the signature is wrong: secret_file is not the app secret");
}

/* ---- messages ---- */

static void read_text(const cJSON *content, struct inbound_message *m)
{
	payload_text(&m->text, json_string(content, "body"));
}

static void read_button(const cJSON *content, struct inbound_message *m)
{
	payload_text(&m->text, json_string(content, "text"));
}

static void read_interactive(const cJSON *content, struct inbound_message *m)
{
	const char *type = json_string(content, "type");
	const cJSON *reply = type != NULL ? json_member(content, type) : NULL; /* button_reply, list_reply, nfm_reply */
	payload_text(&m->text, json_string(reply, "title"));
	payload_text(&m->text, json_string(reply, "body"));
}

static void read_location(const cJSON *content, struct inbound_message *m)
{
	payload_position(m, json_string(content, "latitude"), json_string(content, "longitude"));
	payload_text(&m->text, json_string(content, "name"));
	payload_text(&m->text, json_string(content, "address"));
}

static void read_caption(const cJSON *content, struct inbound_message *m)
{
	payload_text(&m->text, json_string(content, "caption"));
}

static void read_nothing(const cJSON *content, struct inbound_message *m)
{
	(void)content;
	(void)m;
}

/* What can be said without words comes with a label, so that a person looks and the sender is asked what it is about. A reaction or a sticker to what we sent
 * is no report and wants no answer: read is NULL, nothing is taken. A type that is not listed is somebody's message all the same. */
static const struct {
	const char *type;
	void (*read)(const cJSON *content, struct inbound_message *m);
	const char *label;
} types[] = {
        {"text", read_text, NULL},
        {"button", read_button, NULL},
        {"interactive", read_interactive, NULL},
        {"location", read_location, "lokasi"},
        {"image", read_caption, "foto"},
        {"video", read_caption, "video"},
        {"document", read_caption, "dokumen"},
        {"audio", read_nothing, "pesan suara"},
        {"voice", read_nothing, "pesan suara"},
        {"contacts", read_nothing, "kartu kontak"},
        {"reaction", NULL, NULL},
        {"sticker", NULL, NULL},
        {"system", NULL, NULL}, /* "has a new number" */
};
enum { TYPES = sizeof types / sizeof *types };

/* The name that belongs to a message's sender. */
static const char *name_of(const cJSON *value, const char *wa_id)
{
	const cJSON *contact;
	cJSON_ArrayForEach(contact, json_member(value, "contacts"))
	{
		const char *id = json_string(contact, "wa_id");
		if (id != NULL && strcmp(id, wa_id) == 0)
			return json_string(json_member(contact, "profile"), "name");
	}
	return NULL;
}

static void read_envelope(const cJSON *value, const cJSON *message, struct inbound_message *m)
{
	const char *from = json_string(message, "from"), *id = json_string(message, "id");
	const char *name = name_of(value, from != NULL ? from : "");
	if (from == NULL) /* who goes by a user name shows no number */
		from = json_string(message, "from_user_id");
	payload_id(m->external_id, sizeof m->external_id, id != NULL ? id : "");
	sms_call_sender(m->from, sizeof m->from, from != NULL ? from : "");
	const cJSON *metadata = json_member(value, "metadata");
	payload_plain(m->to, sizeof m->to, metadata, "display_phone_number");
	payload_plain(m->smsc, sizeof m->smsc, metadata, "phone_number_id");
	if (name != NULL)
		payload_name(m->name, sizeof m->name, name);
	payload_seconds(m, json_string(message, "timestamp"));
}

static bool add_message(const cJSON *value, const cJSON *message, bool repaired, struct inbound *ret)
{
	const char *type = json_string(message, "type");
	char name[40], unknown[80];
	int t = 0;
	while (t < TYPES && (type == NULL || strcmp(types[t].type, type) != 0))
		t++;
	if (t < TYPES && types[t].read == NULL)
		return true;
	struct inbound_message *m = inbound_add_message(ret);
	if (m == NULL)
		return false;
	read_envelope(value, message, m);
	m->repaired = repaired;
	if (t < TYPES)
		types[t].read(json_member(message, type), m);
	inbound_copy_plain(name, sizeof name, type != NULL ? type : "tanpa nama");
	snprintf(unknown, sizeof unknown, "jenis pesan: %s", name);
	const char *label = t < TYPES ? types[t].label : unknown;
	if (label != NULL)
		payload_label(&m->text, label);
	return m->external_id[0] != '\0' && m->from[0] != '\0' && m->text.len > 0 && !m->text.failed;
}

/* ---- statuses ---- */

static const struct sms_call_state states[] = {
        {"sent", DELIVERY_SENT},     {"delivered", DELIVERY_DELIVERED}, {"read", DELIVERY_DELIVERED},
        {"failed", DELIVERY_FAILED}, {NULL, DELIVERY_QUEUED},
};

static bool add_report(const cJSON *status, struct inbound *ret)
{
	const char *id = json_string(status, "id"), *ref = json_string(status, "biz_opaque_callback_data");
	enum delivery_state state;
	if (!sms_call_state(states, json_string(status, "status"), &state))
		return true; /* "deleted", "warning": nothing about whether it arrived */
	struct delivery_report *d = id != NULL ? inbound_add_report(ret) : NULL;
	if (d == NULL)
		return false;
	d->state = state;
	payload_id(d->gateway_ref, sizeof d->gateway_ref, id);
	payload_id(d->ref, sizeof d->ref, ref != NULL ? ref : "");
	const cJSON *error = cJSON_GetArrayItem(json_member(status, "errors"), 0);
	const char *code = json_string(error, "code"), *title = json_string(error, "title");
	char words[sizeof d->detail];
	if (code != NULL)
		snprintf(words, sizeof words, "code %s%s%s", code, title != NULL ? ": " : "",
		         title != NULL ? title : "");
	inbound_copy_plain(d->detail, sizeof d->detail, code != NULL ? words : "");
	return true;
}

/* ---- in ---- */

static bool read_value(const cJSON *value, bool repaired, struct inbound *ret)
{
	bool whole = true;
	const cJSON *item;
	cJSON_ArrayForEach(item, json_member(value, "messages")) whole =
	        add_message(value, item, repaired, ret) && whole;
	cJSON_ArrayForEach(item, json_member(value, "statuses")) whole = add_report(item, ret) && whole;
	return whole;
}

/* Other fields ("account_update") are for people. */
static bool read_changes(const cJSON *changes, bool repaired, struct inbound *ret)
{
	bool whole = true;
	const cJSON *change;
	cJSON_ArrayForEach(change, changes)
	{
		const char *field = json_string(change, "field");
		if (field != NULL && strcmp(field, "messages") == 0)
			whole = read_value(json_member(change, "value"), repaired, ret) && whole;
	}
	return whole;
}

/* An app may have several numbers at one address: all of them are taken, their number tells which. */
static bool read_entries(const cJSON *call, bool repaired, struct inbound *ret)
{
	bool whole = true;
	const cJSON *entry;
	cJSON_ArrayForEach(entry, json_member(call, "entry"))
	{
		whole = read_changes(json_member(entry, "changes"), repaired, ret) && whole;
	}
	return whole;
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)door;
	bool repaired;
	if (strcmp(request->method, "GET") == 0)
		return read_challenge(gateway, request, ret, why, why_size);
	if (!is_genuine(gateway, request, why, why_size))
		return INBOUND_FORGED;
	cJSON *call = payload_read(request, &repaired, why, why_size);
	if (call == NULL)
		return INBOUND_UNREADABLE;
	const char *object = json_string(call, "object");
	bool whole = object != NULL && strcmp(object, "whatsapp_business_account") == 0;
	if (!whole)
		sms_call_refuse(why, why_size, "object is not whatsapp_business_account: is the app for WhatsApp?");
	else if (!(whole = read_entries(call, repaired, ret)))
		sms_call_refuse(why, why_size, "a message or status without id or content, or too many in one call");
	cJSON_Delete(call);
	return whole ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- out ---- */

static void write_body(const struct channel_notice *notice, const char *to, struct buf *body)
{
	struct json_out j;
	json_out_init(&j, body);
	json_begin_object(&j);
	json_member_string(&j, "messaging_product", "whatsapp");
	json_member_string(&j, "recipient_type", "individual");
	json_member_string(&j, "to", to);
	json_member_string(&j, "type", "text");
	json_key(&j, "text");
	json_begin_object(&j);
	json_member_string(&j, "body", notice->body);
	json_member_bool(&j, "preview_url", false);
	json_end_object(&j);
	/* comes back with each status: a report may be there before the answer that names the wamid */
	json_member_string(&j, "biz_opaque_callback_data", notice->id);
	json_end_object(&j);
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	char phone[PHONE_MAX];
	const char *fault = NULL;
	if (contact->address == NULL || !phone_normalise(contact->address, phone))
		fault = "the contact's phone number is not of the form +62812...";
	else if (gateway->account == NULL || gateway->password == NULL)
		fault = "no WhatsApp number with an account and a token";
	else if (strlen(notice->body) != notice->body_len || !utf8_valid(notice->body, notice->body_len))
		fault = "the text is not valid UTF-8";
	else if (notice->body_len == 0 || utf8_length(notice->body) > TEXT_MOST)
		fault = "the text is empty or longer than 4096 characters";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	ret->method = "POST";
	buf_addf(&ret->url, "%s/%s/messages",
	         gateway->send_url != NULL ? gateway->send_url : "https://graph.facebook.com/v23.0", gateway->account);
	buf_addf(&ret->headers, "Content-Type: application/json\nAuthorization: Bearer %s\n", gateway->password);
	write_body(notice, phone + 1, &ret->body);
	return (!ret->url.failed && !ret->headers.failed && !ret->body.failed) ||
	       sms_call_refuse(why, why_size, "the call is too long");
}

/* Error codes count, HTTP's status does not: a throttled call is answered 400 as well as 429. */
static const struct {
	int code;
	enum outcome outcome;
	const char *words;
	bool gateways; /* the gateway's own trouble: another one may do it */
} codes[] = {
        {1, OUTCOME_RETRY, "not known to Meta itself", false},
        {2, OUTCOME_RETRY, "Meta's service is away", false},
        {4, OUTCOME_RETRY, "too many calls of the app", false},
        {10, OUTCOME_PERMANENT, "the token has no permission for messages", true},
        {100, OUTCOME_PERMANENT, "a parameter is wrong: check account", true},
        {190, OUTCOME_PERMANENT, "the token is not valid (any more): check password_file", true},
        {368, OUTCOME_PERMANENT, "the account is blocked for a breach of policy", true},
        {80007, OUTCOME_RETRY, "too many calls of the account", false},
        {130429, OUTCOME_RETRY, "too many messages", false},
        {130497, OUTCOME_PERMANENT, "the account may not write to this country", true},
        {131000, OUTCOME_RETRY, "went wrong at Meta", false},
        {131016, OUTCOME_RETRY, "Meta's service is overloaded", false},
        {131026, OUTCOME_PERMANENT, "the receiver cannot be reached by WhatsApp", true},
        {131030, OUTCOME_PERMANENT, "the receiver is not on the test number's list", true},
        {131031, OUTCOME_PERMANENT, "the account is locked", true},
        {131042, OUTCOME_PERMANENT, "the account's payment is not in order", true},
        {131047, OUTCOME_PERMANENT, "more than a day since the receiver's last message: only templates may be sent",
         true},
        {131048, OUTCOME_RETRY, "messages held back as possible spam", false},
        {131056, OUTCOME_RETRY, "too many messages to this receiver", false},
        {131057, OUTCOME_RETRY, "the account is under maintenance", false},
        {133016, OUTCOME_RETRY, "too many registrations", false},
};

static void judge_error(struct verdict *v, const struct channel_answer *answer, const cJSON *error)
{
	const char *code = json_string(error, "code");
	int number = code != NULL ? atoi(code) : 0;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (codes[i].code != number)
			continue;
		if (v->outcome != OUTCOME_RETRY_AFTER || codes[i].outcome == OUTCOME_PERMANENT)
			v->outcome = codes[i].outcome;
		v->gateway_fault = codes[i].gateways;
		sms_call_words(v, answer, "code", code, codes[i].words);
		return;
	}
	if (code != NULL)
		sms_call_words(v, answer, "code", code, NULL);
	if (v->outcome == OUTCOME_OK)
		v->outcome = OUTCOME_UNKNOWN;
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	cJSON *body = payload_answer(answer);
	const cJSON *error = json_member(body, "error");
	const char *id = json_string(cJSON_GetArrayItem(json_member(body, "messages"), 0), "id");
	if (error != NULL)
		judge_error(&v, answer, error);
	else if (v.outcome == OUTCOME_OK && id == NULL)
		sms_call_not_its_words(&v, answer, "WhatsApp");
	else if (v.outcome == OUTCOME_OK)
		payload_id(v.gateway_ref, sizeof v.gateway_ref, id);
	cJSON_Delete(body);
	return v;
}

static bool check(const struct gateway *gateway, char *why, size_t why_size)
{
	size_t len = strlen(gateway->account);
	if (len == 0 || strspn(gateway->account, "0123456789") != len)
		return sms_call_refuse(why, why_size, "account is the phone number id: digits, not the number itself");
	if (strspn(gateway->password, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.|~+/=") !=
	    strlen(gateway->password))
		return sms_call_refuse(why, why_size, "password_file does not hold an access token");
	return true;
}

static const char *const needs[] = {"account", "password_file", "secret_file", "option", NULL};

const struct channel channel_whatsapp = {
        .name = "whatsapp",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
        .check = check,
};
