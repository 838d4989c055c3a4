/* smsgate: SMS Gateway for Android (sms-gate.app, capcom6/android-sms-gateway), its cloud, a private server or the telephone's own server. Its webhooks
 * are signed: X-Signature is the hexadecimal HMAC-SHA256, under the signing key, of the body followed by X-Timestamp (docs/features/webhooks.md).
 * Both doors take every event. gateway: send_url the whole address of …/messages; without username the password is a bearer token; smsc the SIM's number. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../rfc3339.h"
#include "kinds.h"
#include "payload.h"
#include "sms_call.h"

enum { CLOCK_SKEW_S = 300 };

/* ---- who calls ---- */

static bool is_signed(const struct gateway *gateway, const struct inbound_request *r, const char *timestamp,
                      const char *signature)
{
	struct buf all;
	buf_init(&all, r->body_len + strlen(timestamp));
	buf_add(&all, r->body, r->body_len);
	buf_adds(&all, timestamp);
	bool right = !all.failed && payload_signed(gateway->secret, all.data, all.len, signature, true);
	buf_free(&all);
	return right;
}

static bool is_genuine(const struct gateway *gateway, const struct inbound_request *r, char *why, size_t why_size)
{
	char timestamp[24], signature[DIGEST_HEX_MAX];
	if (gateway->secret == NULL)
		return sms_call_refuse(why, why_size, "no secret_file: its calls cannot be told from others");
	if (!payload_header(r, "X-Timestamp", timestamp, sizeof timestamp) ||
	    !payload_header(r, "X-Signature", signature, sizeof signature))
		return sms_call_refuse(why, why_size, "not signed: set a signing key in the app");
	if (!is_signed(gateway, r, timestamp, signature))
		return sms_call_refuse(why, why_size,
		                       "the signature is wrong: secret_file is not the app's signing key");
	size_t len = strlen(timestamp);
	int64_t ahead = len > 0 && len <= 12 && strspn(timestamp, "0123456789") == len
	                        ? strtoll(timestamp, NULL, 10) - r->now_s
	                        : INT64_MAX;
	if (ahead >= -CLOCK_SKEW_S && ahead <= CLOCK_SKEW_S)
		return true;
	snprintf(why, why_size,
	         "signed %" PRId64 " s %s our clock: an old call again, or the telephone's clock is wrong",
	         ahead < 0 ? -ahead : ahead, ahead < 0 ? "behind" : "ahead of");
	return false;
}

/* ---- messages ---- */

/* One payload of sms:received, sms:data-received, mms:received or mms:downloaded. */
static bool read_message(const cJSON *payload, const char *label, bool repaired, struct inbound_message *m)
{
	const char *text = json_string(payload, "message"), *at = json_string(payload, "receivedAt");
	if (text == NULL)
		text = json_string(payload, "body");
	const char *subject = json_string(payload, "subject");
	m->repaired = repaired;
	payload_plain(m->from, sizeof m->from, payload, "sender");
	if (m->from[0] == '\0')
		payload_plain(m->from, sizeof m->from, payload, "phoneNumber"); /* older apps have this alone */
	payload_plain(m->to, sizeof m->to, payload, "recipient");
	payload_plain(m->smsc, sizeof m->smsc, payload, "simNumber");
	if (subject != NULL)
		buf_adds(&m->text, subject);
	if (text != NULL)
		buf_addf(&m->text, "%s%s", m->text.len > 0 && *text != '\0' ? " " : "", text);
	if (label != NULL)
		payload_label(&m->text, label);
	/* below Android 7 a negative offset comes as "+-3:00": then the time of receipt has to do */
	m->has_reported_at = at != NULL && rfc3339_parse(at, &m->reported_at_us);
	return m->from[0] != '\0' && (text != NULL || label != NULL) && !m->text.failed;
}

/* Events of messages. A data SMS and a picture hold nothing that triage could read, but somebody sent them: they come with a label, so that a person looks
 * and the sender is asked. The events of batches hold the same payloads in "messages". */
static const struct message_event {
	const char *event, *label;
} message_events[] = {
        {"sms:received", NULL},
        {"sms:batch:received", NULL},
        {"sms:data-received", "SMS data"},
        {"sms:batch:data-received", "SMS data"},
        {"mms:received", "MMS"},
        {"mms:batch:received", "MMS"},
        {"mms:downloaded", "MMS"},
        {"mms:batch:downloaded", "MMS"},
};

/* index: within a batch, which has one id for all, or -1. */
static bool add_message(const cJSON *payload, const struct message_event *e, const char *id, int index, bool repaired,
                        struct inbound *ret)
{
	char numbered[sizeof((struct inbound_message *)NULL)->external_id + 16];
	struct inbound_message *m = inbound_add_message(ret);
	if (m == NULL)
		return false;
	snprintf(numbered, sizeof numbered, index < 0 ? "%.128s" : "%.128s/%d", id, index);
	payload_id(m->external_id, sizeof m->external_id, numbered);
	return read_message(payload, e->label, repaired, m) && *id != '\0';
}

static bool read_messages(const cJSON *payload, const struct message_event *e, const char *id, bool repaired,
                          struct inbound *ret)
{
	const cJSON *batch = json_member(payload, "messages"), *item;
	if (!cJSON_IsArray(batch))
		return add_message(payload, e, id, -1, repaired, ret);
	bool whole = true;
	int index = 0;
	cJSON_ArrayForEach(item, batch) whole = add_message(item, e, id, index++, repaired, ret) && whole;
	return whole;
}

/* ---- delivery reports ---- */

static const struct {
	const char *event;
	enum delivery_state state;
} report_events[] = {
        {"sms:sent", DELIVERY_SENT},
        {"sms:delivered", DELIVERY_DELIVERED},
        {"sms:failed", DELIVERY_FAILED},
        {"sms:cancelled", DELIVERY_FAILED},
};

/* The app tells of each part that was delivered without saying which one: the event's own id, the same when it is told again, is all there is to tell
 * them apart by: 31 bits of it, never 0. */
static int part_of(const char *event_id)
{
	uint32_t hash = payload_hash(event_id);
	return (int)(hash >> 1) + (hash < 2);
}

static bool read_report(const cJSON *payload, enum delivery_state state, const char *id, struct inbound *ret)
{
	const char *parts = json_string(payload, "partsCount"), *ref = json_string(payload, "messageId");
	struct delivery_report *d = ref != NULL && *ref != '\0' ? inbound_add_report(ret) : NULL;
	if (d == NULL)
		return false;
	d->state = state;
	/* the id of a message is what we called it; the telephone's user may have sent others */
	payload_id(d->ref, sizeof d->ref, ref);
	payload_id(d->gateway_ref, sizeof d->gateway_ref, ref);
	payload_plain(d->detail, sizeof d->detail, payload, "reason");
	if (state == DELIVERY_DELIVERED)
		d->part = part_of(id);
	int count = parts != NULL ? atoi(parts) : 0;
	d->parts = count > 0 && count <= 255 ? count : 0;
	return true;
}

/* ---- in ---- */

static bool read_event(const cJSON *call, bool repaired, struct inbound *ret)
{
	const char *event = json_string(call, "event"), *id = json_string(call, "id");
	const cJSON *payload = json_member(call, "payload");
	for (size_t i = 0; event != NULL && i < sizeof message_events / sizeof *message_events; i++)
		if (strcmp(event, message_events[i].event) == 0)
			return read_messages(payload, &message_events[i], id != NULL ? id : "", repaired, ret);
	for (size_t i = 0; event != NULL && i < sizeof report_events / sizeof *report_events; i++)
		if (strcmp(event, report_events[i].event) == 0)
			return read_report(payload, report_events[i].state, id != NULL ? id : "", ret);
	return event != NULL; /* system:ping, app:started: the telephone is well, and has nothing to say */
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)door;
	bool repaired;
	if (!is_genuine(gateway, request, why, why_size))
		return INBOUND_FORGED;
	cJSON *call = payload_read(request, &repaired, why, why_size);
	if (call == NULL)
		return INBOUND_UNREADABLE;
	bool whole = read_event(call, repaired, ret);
	if (!whole)
		sms_call_refuse(why, why_size, "the event is not what the app's documentation says");
	cJSON_Delete(call);
	return whole ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- out ---- */

static void write_body(const struct gateway *gateway, const struct channel_notice *notice, const struct sms_call *sms,
                       struct buf *to)
{
	enum {
		PRIORITY = 100
	}; /* from 100 on neither the app's rate limit nor its working hours hold a message back */
	struct json_out j;
	json_out_init(&j, to);
	json_begin_object(&j);
	json_member_string(&j, "id", notice->id);
	json_key(&j, "textMessage");
	json_begin_object(&j);
	json_member_string(&j, "text", notice->body);
	json_end_object(&j);
	json_key(&j, "phoneNumbers");
	json_begin_array(&j);
	json_put_string(&j, sms->to);
	json_end_array(&j);
	if (gateway->smsc != NULL)
		json_member_int(&j, "simNumber", atoi(gateway->smsc));
	json_member_bool(&j, "withDeliveryReport", gateway->status_url != NULL);
	json_member_int(&j, "priority", PRIORITY);
	json_end_object(&j);
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_call sms;
	const char *fault = sms_call_check(contact, notice, &sms);
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	ret->method = "POST";
	buf_adds(&ret->url,
	         gateway->send_url != NULL ? gateway->send_url : "https://api.sms-gate.app/3rdparty/v1/messages");
	buf_adds(&ret->headers, "Content-Type: application/json\nAuthorization: ");
	if (gateway->username != NULL)
		sms_call_basic(&ret->headers, gateway->username, gateway->password);
	else
		buf_addf(&ret->headers, "Bearer %s", gateway->password != NULL ? gateway->password : "");
	buf_addc(&ret->headers, '\n');
	write_body(gateway, notice, &sms, &ret->body);
	return (!ret->url.failed && !ret->headers.failed && !ret->body.failed) ||
	       sms_call_refuse(why, why_size, "the call is too long");
}

static void judge_accepted(struct verdict *v, const struct channel_answer *answer, const cJSON *body)
{
	const char *id = json_string(body, "id"), *state = json_string(body, "state");
	if (id == NULL || state == NULL)
		sms_call_not_its_words(v, answer, "SMS Gateway for Android");
	else
		payload_id(v->gateway_ref, sizeof v->gateway_ref, id);
	if (state != NULL && strcmp(state, "Failed") == 0) {
		v->outcome = OUTCOME_PERMANENT;
		snprintf(v->detail, sizeof v->detail, "HTTP %d, but the message failed at once", answer->status);
	}
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	cJSON *body = payload_answer(answer);
	const char *words = json_string(body, "message");
	if (v.outcome == OUTCOME_OK) {
		judge_accepted(&v, answer, body);
	} else if (answer->transport == TRANSPORT_ANSWERED && answer->status == 409) {
		v.outcome = OUTCOME_OK; /* our id is there already: an earlier attempt arrived (MessagesRoutes.kt) */
		snprintf(v.detail, sizeof v.detail, "HTTP 409: accepted before");
	} else if (answer->status == 401 || answer->status == 403) {
		snprintf(v.detail, sizeof v.detail, "HTTP %d: the log-in was refused, check username and password",
		         answer->status);
	} else if (words != NULL) {
		payload_words(&v, words);
	}
	cJSON_Delete(body);
	return v;
}

static bool check(const struct gateway *gateway, char *why, size_t why_size)
{
	const char *sim = gateway->smsc;
	if (sim != NULL && (strlen(sim) != 1 || *sim < '1' || *sim > '9'))
		return sms_call_refuse(why, why_size, "smsc is the number of the SIM in the telephone: 1, 2");
	return true;
}

static const char *const needs[] = {"password_file", "secret_file", NULL};

/* Any 2xx will do; what it says is not read. */
const struct channel channel_smsgate = {
        .name = "smsgate",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
        .check = check,
};
