/* infobip: Infobip SMS. Facts: infobip.com/docs (receive inbound SMS: MO_JSON_2; send SMS message v3; message status codes; subscriptions API: security settings),
 * nyaruka/courier handlers/infobip.
 *
 * In: POST of JSON, several results in a call, which its answer acknowledges all at once. Delivery reports have the same form, and a status in each result.
 * Out: POST /sms/3/messages. The message's id is ours, so reports name it without an address of their own.
 * send_url: the account's base address ("https://xyz123.api.infobip.com"), or the whole one. password: the API key. secret: the password of HTTP Basic, which the
 * notification profile sends with every message, its user is option ("sigap" by default); without one the token in the address is all that is checked. */
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../digest.h"
#include "../rfc3339.h"
#include "../utf8.h"
#include "payload.h"
#include "sms_call.h"

/* ---- incoming ---- */

enum trust { TRUSTED, UNPROVEN, WRONG };

/* Of Infobip's ways to show who calls (BASIC, HMAC, OAUTH) this one is documented in full. */
static enum trust trust_of(const struct gateway *g, const struct inbound_request *r)
{
	if (g->secret == NULL || *g->secret == '\0')
		return TRUSTED;
	struct buf right;
	const char *given = r->header != NULL ? r->header(r->ctx, "Authorization") : NULL;
	buf_init(&right, 4096);
	sms_call_basic(&right, g->option != NULL ? g->option : "sigap", g->secret);
	enum trust trust = given == NULL                                            ? UNPROVEN
	                   : !right.failed && digest_same(given, right.data, false) ? TRUSTED
	                                                                            : WRONG;
	buf_free(&right);
	return trust;
}

static const char *string_of(const cJSON *object, const char *key)
{
	const char *text = json_string(object, key);
	return text != NULL ? text : "";
}

static void add_line(struct buf *out, const char *text)
{
	if (out->len > 0)
		buf_addc(out, '\n');
	buf_adds(out, text);
}

/* text, else of an MMS what its parts of plain text say. False when there is no text at all. */
static bool read_text(const cJSON *result, struct buf *out)
{
	const char *text = json_string(result, "text");
	text = text != NULL ? text : json_string(result, "cleanText");
	if (text != NULL)
		return buf_adds(out, text);
	const cJSON *part, *parts = json_member(result, "message");
	if (cJSON_IsString(parts)) /* MO_JSON, the older form */
		return buf_adds(out, parts->valuestring);
	cJSON_ArrayForEach(part, parts)
	{
		const char *value = json_string(part, "value");
		if (value != NULL && strncmp(string_of(part, "contentType"), "text/plain", 10) == 0)
			add_line(out, value);
	}
	return out->len > 0;
}

static bool read_message(const cJSON *result, bool repaired, struct inbound_message *ret, char *why, size_t why_size)
{
	inbound_copy_plain(ret->external_id, sizeof ret->external_id, string_of(result, "messageId"));
	sms_call_sender(ret->from, sizeof ret->from, string_of(result, "from"));
	inbound_copy_plain(ret->to, sizeof ret->to, string_of(result, "to"));
	ret->has_reported_at = rfc3339_parse_loose(string_of(result, "receivedAt"), &ret->reported_at_us);
	bool text = read_text(result, &ret->text);
	ret->repaired = repaired && strstr(ret->text.data, "\xEF\xBF\xBD") != NULL;
	if (ret->text.failed)
		return sms_call_refuse(why, why_size, "the text is too long for an SMS");
	if (ret->external_id[0] == '\0')
		return sms_call_refuse(why, why_size, "messageId is missing");
	if (ret->from[0] == '\0')
		return sms_call_refuse(why, why_size, "from is missing");
	return text || sms_call_refuse(why, why_size, "a message without a text");
}

/* infobip.com/docs/developer-resources/api-fundamentals/message-status-codes: a status by its name where it stands apart from its group, else by the group.
 * DELIVERED_TO_OPERATOR is not yet on the telephone, EXPIRED_DLR_UNKNOWN may be: the network never told. */
static const struct sms_call_state names[] = {
        {"PENDING_ENROUTE", DELIVERY_SENT},
        {"PENDING_WAITING_DELIVERY", DELIVERY_SENT},
        {"DELIVERED_TO_OPERATOR", DELIVERY_SENT},
        {"EXPIRED_DLR_UNKNOWN", DELIVERY_SENT},
        {NULL, DELIVERY_QUEUED},
};
static const struct sms_call_state groups[] = {
        {"PENDING", DELIVERY_QUEUED},      {"ACCEPTED", DELIVERY_QUEUED},
        {"DELIVERED", DELIVERY_DELIVERED}, {"UNDELIVERABLE", DELIVERY_FAILED},
        {"EXPIRED", DELIVERY_FAILED},      {"REJECTED", DELIVERY_FAILED},
        {NULL, DELIVERY_QUEUED},
};

static bool read_report(const cJSON *result, struct delivery_report *ret, char *why, size_t why_size)
{
	const cJSON *status = json_member(result, "status"), *error = json_member(result, "error");
	const char *id = string_of(result, "messageId");
	char words[sizeof ret->detail];
	if (*id == '\0')
		return sms_call_refuse(why, why_size, "messageId is missing");
	if (strlen(id) < sizeof ret->ref)
		inbound_copy_plain(ret->ref, sizeof ret->ref, id);
	inbound_copy_plain(ret->gateway_ref, sizeof ret->gateway_ref, id);
	if (!sms_call_state(names, string_of(status, "name"), &ret->state) &&
	    !sms_call_state(groups, string_of(status, "groupName"), &ret->state))
		return sms_call_refuse(why, why_size, "status is none of those that are known");
	const char *wrong = string_of(error, "name");
	bool say = *wrong != '\0' && strcmp(wrong, "NO_ERROR") != 0;
	snprintf(words, sizeof words, "%.50s%s%.50s", string_of(status, "name"), say ? ", " : "", say ? wrong : "");
	inbound_copy_plain(ret->detail, sizeof ret->detail, words);
	return true;
}

/* A call may hold messages and reports, whichever address it was made to. What is wrong with one result takes nothing from the others. */
static bool read_result(const cJSON *result, bool repaired, enum trust trust, struct inbound *ret, char *why,
                        size_t why_size)
{
	struct delivery_report d = {.ref = ""};
	if (!cJSON_IsObject(json_member(result, "status"))) {
		if (trust != TRUSTED)
			return sms_call_refuse(why, why_size,
			                       "a message at the address of reports, without the password");
		struct inbound_message *m = inbound_add_message(ret);
		if (m == NULL)
			return sms_call_refuse(why, why_size, "more than 1000 results");
		return read_message(result, repaired, m, why, why_size);
	}
	if (!read_report(result, &d, why, why_size))
		return false;
	struct delivery_report *to = inbound_add_report(ret);
	if (to == NULL)
		return sms_call_refuse(why, why_size, "more than 1000 results");
	*to = d;
	return true;
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	/* the reports that a message asked for are not told to come with the profile's password: there the token must do */
	enum trust trust = trust_of(gateway, request);
	if (trust == WRONG || (trust == UNPROVEN && door == DOOR_INBOUND)) {
		sms_call_refuse(why, why_size, "Authorization is missing or wrong: check the notification profile");
		return INBOUND_FORGED;
	}
	bool repaired, ok = true;
	cJSON *tree = payload_read(request, &repaired, why, why_size);
	const cJSON *result, *results = json_member(tree, "results");
	if (!cJSON_IsArray(results)) {
		ok = tree != NULL && sms_call_refuse(why, why_size, "results is no array");
	} else {
		cJSON_ArrayForEach(result, results) ok = read_result(result, repaired, trust, ret, why, why_size) && ok;
	}
	cJSON_Delete(tree);
	return ok ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- outgoing ---- */

static void render_url(const char *send_url, struct buf *out)
{
	const char *host = strstr(send_url, "://"), *path = strchr(host != NULL ? host + 3 : send_url, '/');
	bool whole = path != NULL && path[1] != '\0';
	buf_add(out, send_url, whole || path == NULL ? strlen(send_url) : (size_t)(path - send_url));
	if (!whole)
		buf_adds(out, "/sms/3/messages");
}

static void render_message(const struct gateway *g, const struct sms_call *call, const struct channel_notice *notice,
                           struct json_out *j)
{
	json_begin_object(j);
	if (g->from != NULL)
		json_member_string(j, "sender", g->from);
	json_key(j, "destinations");
	json_begin_array(j);
	json_begin_object(j);
	json_member_string(j, "to", call->to + 1); /* without its plus */
	json_member_string(j, "messageId", notice->id);
	json_end_object(j);
	json_end_array(j);
	json_key(j, "content");
	json_begin_object(j);
	json_member_string(j, "text", notice->body);
	json_end_object(j);
	if (g->status_url != NULL) {
		json_key(j, "webhooks");
		json_begin_object(j);
		json_key(j, "delivery");
		json_begin_object(j);
		json_member_string(j, "url", g->status_url);
		json_member_bool(j, "intermediateReport", true);
		json_end_object(j);
		json_member_string(j, "contentType", "application/json");
		json_end_object(j);
	}
	json_end_object(j);
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_call call;
	struct json_out j;
	const char *fault = sms_call_check(contact, notice, &call);
	if (fault == NULL && (gateway == NULL || gateway->send_url == NULL || gateway->password == NULL))
		fault = "no Infobip gateway with send_url and password";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	ret->method = "POST";
	render_url(gateway->send_url, &ret->url);
	buf_addf(&ret->headers, "Authorization: App %s\nContent-Type: application/json\nAccept: application/json\n",
	         gateway->password);
	json_out_init(&j, &ret->body);
	json_begin_object(&j);
	json_key(&j, "messages");
	json_begin_array(&j);
	render_message(gateway, &call, notice, &j);
	json_end_array(&j);
	json_end_object(&j);
	return !(ret->url.failed || ret->headers.failed || ret->body.failed) ||
	       sms_call_refuse(why, why_size, "the call is too long");
}

/* The groups of the same page. */
static enum outcome outcome_of(const char *group)
{
	static const struct {
		const char *group;
		enum outcome outcome;
	} table[] = {{"0", OUTCOME_OK}, {"1", OUTCOME_OK},        {"2", OUTCOME_PERMANENT},
	             {"3", OUTCOME_OK}, {"4", OUTCOME_PERMANENT}, {"5", OUTCOME_PERMANENT}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(group, table[i].group) == 0)
			return table[i].outcome;
	return OUTCOME_UNKNOWN;
}

/* "TOO_MANY_REQUESTS" of an error's answer in its older or newer form; never its text, which may name a number. */
static const char *error_code(const cJSON *tree)
{
	const cJSON *older = json_member(json_member(tree, "requestError"), "serviceException");
	const char *code = json_string(older, "messageId");
	return code != NULL ? code : json_string(tree, "errorCode");
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	if (answer->transport != TRANSPORT_ANSWERED)
		return v;
	cJSON *tree = payload_answer(answer);
	const cJSON *message = cJSON_GetArrayItem(json_member(tree, "messages"), 0);
	const cJSON *status = json_member(message, "status");
	const char *name = string_of(status, "name"), *code = error_code(tree);
	if (v.outcome == OUTCOME_OK && status == NULL) {
		sms_call_not_its_words(&v, answer, "Infobip");
	} else if (v.outcome == OUTCOME_OK) {
		v.outcome = outcome_of(string_of(status, "groupId"));
		v.gateway_fault = v.outcome == OUTCOME_PERMANENT &&
		                  strcmp(string_of(status, "groupId"), "5") == 0; /* rejected: mostly the account */
		inbound_copy_plain(v.gateway_ref, sizeof v.gateway_ref, string_of(message, "messageId"));
		if (v.outcome != OUTCOME_OK)
			sms_call_words(&v, answer, "status", name, NULL);
	} else if (answer->status == 401) {
		snprintf(v.detail, sizeof v.detail, "HTTP 401: the gateway refused the API key, check password_file");
	} else if (code != NULL) {
		sms_call_words(&v, answer, "error", code, NULL);
	}
	cJSON_Delete(tree);
	return v;
}

static const char *const needs[] = {"send_url", "password_file", NULL};

const struct channel channel_infobip = {
        .name = "infobip",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
};
