/* generic: a gateway that sigap does not know, described by a mapping in sigapd.conf: where things stand in its JSON (a form counts as an object of its
 * fields), how its calls are signed, how it is called. gateway: mapping; secret what it signs with; username and password by send_auth. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../json_pointer.h"
#include "../rfc3339.h"
#include "../utf8.h"
#include "kinds.h"
#include "payload.h"
#include "send_template.h"
#include "sms_call.h"

/* ---- who calls ---- */

static bool is_right(const struct gateway *g, const struct inbound_request *r, const char *given)
{
	uint8_t mac[DIGEST_MAX];
	char right[DIGEST_BASE64_MAX];
	if (strcmp(g->mapping.signature, "hmac-sha256-hex") == 0)
		return payload_signed(g->secret, r->body, r->body_len, given, true);
	size_t n = digest_hmac(DIGEST_SHA256, g->secret, strlen(g->secret), r->body, r->body_len, mac);
	digest_base64(mac, n, right);
	return n > 0 && digest_same(given, right, false);
}

static bool is_genuine(const struct gateway *g, const struct inbound_request *r, char *why, size_t why_size)
{
	char value[DIGEST_HEX_MAX + sizeof "sha256="];
	if (g->mapping.signature == NULL || strcmp(g->mapping.signature, "none") == 0)
		return true;
	if (g->secret == NULL || !payload_header(r, g->mapping.signature_header, value, sizeof value))
		return sms_call_refuse(why, why_size, "not signed: signature_header is missing");
	const char *bare = payload_sha256(value);
	return is_right(g, r, bare != NULL ? bare : value) ||
	       sms_call_refuse(why, why_size, "the signature is wrong: check secret_file and signature");
}

/* ---- what it brings ---- */

/* A value as text; numbers are strings here (gateway_json.h). */
static const char *text_at(const cJSON *item, const char *pointer)
{
	const cJSON *value = pointer != NULL ? json_pointer_find(item, pointer) : NULL;
	if (cJSON_IsBool(value))
		return cJSON_IsTrue(value) ? "true" : "false";
	return cJSON_GetStringValue(value);
}

static cJSON *read_form(const struct inbound_request *r, bool *ret_repaired)
{
	struct form f;
	if (!sms_call_fields(r, &f))
		return NULL;
	cJSON *object = cJSON_CreateObject();
	for (size_t i = 0; i < f.count; i++) {
		struct buf text;
		buf_init(&text, 3 * f.fields[i].value_len + 1);
		utf8_repair(f.fields[i].value, f.fields[i].value_len, &text);
		*ret_repaired = *ret_repaired || !utf8_valid(f.fields[i].value, f.fields[i].value_len);
		if (json_member(object, f.fields[i].name) == NULL)
			cJSON_AddStringToObject(object, f.fields[i].name, text.data);
		buf_free(&text);
	}
	form_free(&f);
	return object;
}

static cJSON *read_document(const struct inbound_request *r, bool *ret_repaired, char *why, size_t why_size)
{
	static const char form[] = "application/x-www-form-urlencoded";
	struct json_fault fault;
	*ret_repaired = false;
	bool is_form = r->content_type != NULL && strncasecmp(r->content_type, form, sizeof form - 1) == 0;
	cJSON *tree = is_form || r->body_len == 0 ? read_form(r, ret_repaired)
	                                          : gateway_json_parse(r->body, r->body_len, ret_repaired, &fault);
	if (tree == NULL)
		snprintf(why, why_size, is_form ? "the form has too many fields" : "the body is not JSON: %s",
		         fault.detail);
	return tree;
}

/* "2026-11-21T10:11:12Z", or Unix seconds or milliseconds: what is not of our days in seconds is in milliseconds. */
static void read_time(const char *text, struct inbound_message *m)
{
	static const int64_t year_5138_s = 100000000000;
	size_t digits = strspn(text, "0123456789");
	if (digits > 0 && digits < 15 && (text[digits] == '\0' || text[digits] == '.')) {
		int64_t number = strtoll(text, NULL, 10);
		m->has_reported_at = true;
		m->reported_at_us = number < year_5138_s ? number * 1000000 : number * 1000;
	} else {
		m->has_reported_at = rfc3339_parse(text, &m->reported_at_us);
	}
}

/* Without an id of its own a message is known by all that it says. */
static void read_id(const struct gateway_mapping *map, const cJSON *item, struct inbound_message *m)
{
	const char *id = text_at(item, map->id);
	char *all = map->id == NULL ? cJSON_PrintUnformatted(item) : NULL;
	uint8_t digest[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX];
	if (all != NULL) {
		digest_hex(digest, digest_of(DIGEST_SHA256, all, strlen(all), digest), hex);
		snprintf(m->external_id, sizeof m->external_id, "sha256:%.64s", hex);
		cJSON_free(all);
	} else if (id != NULL) {
		payload_id(m->external_id, sizeof m->external_id, id);
	}
}

static const char *add_message(const struct gateway_mapping *map, const cJSON *item, bool repaired, struct inbound *ret)
{
	struct inbound_message *m = inbound_add_message(ret);
	if (m == NULL)
		return "more messages than can be taken at once";
	const char *from = text_at(item, map->from), *to = text_at(item, map->to), *text = text_at(item, map->text);
	const char *at = text_at(item, map->time);
	m->repaired = repaired;
	read_id(map, item, m);
	sms_call_sender(m->from, sizeof m->from, from != NULL ? from : "");
	inbound_copy_plain(m->to, sizeof m->to, to != NULL ? to : "");
	if (text != NULL)
		buf_adds(&m->text, text);
	if (at != NULL)
		read_time(at, m);
	if (m->external_id[0] == '\0')
		return "nothing stands at message_id";
	if (m->from[0] == '\0')
		return "nothing stands at message_from";
	return text == NULL ? "nothing stands at message_text" : m->text.failed ? "the text is too long" : NULL;
}

/* Is word one of "a, b, c"? */
static bool is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = list != NULL ? list : ""; *at != '\0'; at += *at == ',') {
		at += strspn(at, " \t");
		size_t all = strcspn(at, ","), end = all;
		while (end > 0 && at[end - 1] == ' ')
			end--;
		if (end == len && strncasecmp(at, word, len) == 0)
			return true;
		at += all;
	}
	return false;
}

static bool is_uuid(const char *text)
{
	for (int i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
		            ? text[i] != '-'
		            : strchr("0123456789abcdefABCDEF", text[i]) == NULL || text[i] == '\0')
			return false;
	return text[36] == '\0';
}

static const char *add_report(const struct gateway_mapping *map, const cJSON *item, bool repaired, struct inbound *ret)
{
	const char *ref = text_at(item, map->report_ref), *state = text_at(item, map->report_state);
	(void)repaired;
	if (ref == NULL || *ref == '\0' || state == NULL)
		return ref == NULL || *ref == '\0' ? "nothing stands at report_ref" : "nothing stands at report_state";
	bool delivered = is_listed(map->report_delivered, state), failed = is_listed(map->report_failed, state);
	if (!delivered && !failed && !is_listed(map->report_sent, state))
		return NULL; /* a state of its own: on its way, still */
	struct delivery_report *d = inbound_add_report(ret);
	if (d == NULL)
		return "more reports than can be taken at once";
	d->state = delivered ? DELIVERY_DELIVERED : failed ? DELIVERY_FAILED : DELIVERY_SENT;
	if (is_uuid(ref)) /* ours, most likely; it may be the gateway's own as well */
		payload_id(d->ref, sizeof d->ref, ref);
	payload_id(d->gateway_ref, sizeof d->gateway_ref, ref);
	inbound_copy_plain(d->detail, sizeof d->detail, state);
	return NULL;
}

typedef const char *adder(const struct gateway_mapping *map, const cJSON *item, bool repaired, struct inbound *ret);

/* Every item at pointer through add; the first thing that was wrong, or NULL. */
static const char *add_all(adder *add, const char *pointer, const struct gateway_mapping *map, const cJSON *document,
                           bool repaired, struct inbound *ret)
{
	const cJSON *list = pointer != NULL ? json_pointer_find(document, pointer) : document, *item;
	if (list == NULL)
		return "there is no list where the mapping says";
	if (!cJSON_IsArray(list))
		return add(map, list, repaired, ret);
	const char *first = NULL;
	cJSON_ArrayForEach(item, list)
	{
		const char *fault = add(map, item, repaired, ret);
		first = first != NULL ? first : fault;
	}
	return first;
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	const struct gateway_mapping *map = &gateway->mapping;
	bool repaired;
	if (!is_genuine(gateway, request, why, why_size))
		return INBOUND_FORGED;
	cJSON *document = read_document(request, &repaired, why, why_size);
	if (document == NULL)
		return INBOUND_UNREADABLE;
	const char *fault;
	if (door == DOOR_INBOUND)
		fault = add_all(add_message, map->messages, map, document, repaired, ret);
	else if (map->report_ref == NULL)
		fault = "it tells of deliveries, but report_ref and report_state are not set";
	else
		fault = add_all(add_report, map->reports, map, document, repaired, ret);
	if (fault != NULL)
		sms_call_refuse(why, why_size, fault);
	cJSON_Delete(document);
	return fault == NULL ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- out ---- */

static bool is_json(const struct gateway *g)
{
	return g->mapping.send_type == NULL || strcmp(g->mapping.send_type, "form") != 0;
}

static void add_auth(const struct gateway *g, struct buf *headers)
{
	static const char header[] = "header ";
	const char *auth = g->mapping.send_auth != NULL ? g->mapping.send_auth : "none";
	const char *password = g->password != NULL ? g->password : "";
	if (strcmp(auth, "basic") == 0) {
		buf_adds(headers, "Authorization: ");
		sms_call_basic(headers, g->username, password);
		buf_addc(headers, '\n');
	} else if (strcmp(auth, "bearer") == 0) {
		buf_addf(headers, "Authorization: Bearer %s\n", password);
	} else if (strncmp(auth, header, sizeof header - 1) == 0) {
		buf_addf(headers, "%s: %s\n", auth + sizeof header - 1, password);
	}
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_call sms;
	const char *fault = sms_call_check(contact, notice, &sms);
	if (fault == NULL && (gateway->send_url == NULL || gateway->mapping.send_body == NULL))
		fault = "this gateway only takes in: send_url and send_body are not set";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	const char *values[SEND_PLACES] = {
	        [SEND_ID] = notice->id,      [SEND_TO] = sms.to,         [SEND_TO_DIGITS] = sms.to + 1,
	        [SEND_FROM] = gateway->from, [SEND_TEXT] = notice->body, [SEND_STATUS_URL] = gateway->status_url,
	};
	ret->method = "POST";
	buf_adds(&ret->url, gateway->send_url);
	buf_addf(&ret->headers, "Content-Type: %s\n",
	         is_json(gateway) ? "application/json" : "application/x-www-form-urlencoded");
	add_auth(gateway, &ret->headers);
	send_template_fill(gateway->mapping.send_body, is_json(gateway), values, &ret->body);
	return (!ret->url.failed && !ret->headers.failed && !ret->body.failed) ||
	       sms_call_refuse(why, why_size, "the call is too long");
}

/* Does the answer hold what "POINTER=VALUE" wants? */
static bool holds(const cJSON *body, const char *wanted)
{
	char pointer[256];
	const char *equals = strrchr(wanted, '=');
	if (equals == NULL)
		return false;
	snprintf(pointer, sizeof pointer, "%.*s", (int)(equals - wanted), wanted);
	const char *value = body != NULL ? text_at(body, pointer) : NULL;
	return value != NULL && strcmp(value, equals + 1) == 0;
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	if (v.outcome != OUTCOME_OK) {
		if (answer->status == 401 || answer->status == 403)
			snprintf(v.detail, sizeof v.detail,
			         "HTTP %d: the log-in was refused, check send_auth and password_file", answer->status);
		return v;
	}
	static const struct gateway none;
	const struct gateway_mapping *map = &(answer->gateway != NULL ? answer->gateway : &none)->mapping;
	cJSON *body = payload_answer(answer);
	const char *id = body != NULL ? text_at(body, map->send_id) : NULL;
	if (map->send_ok != NULL && !holds(body, map->send_ok)) {
		v.outcome = OUTCOME_PERMANENT;
		v.gateway_fault = true; /* why it said no is not known: another gateway may say yes */
		snprintf(v.detail, sizeof v.detail, "HTTP %d, but not what send_ok wants", answer->status);
	} else if (id != NULL) {
		payload_id(v.gateway_ref, sizeof v.gateway_ref, id);
	}
	cJSON_Delete(body);
	return v;
}

/* ---- the mapping ---- */

static bool check_pointers(const struct gateway_mapping *map, char *why, size_t why_size)
{
	const struct {
		const char *setting, *pointer;
	} all[] = {
	        {"messages", map->messages}, {"message_id", map->id},         {"message_from", map->from},
	        {"message_to", map->to},     {"message_text", map->text},     {"message_time", map->time},
	        {"reports", map->reports},   {"report_ref", map->report_ref}, {"report_state", map->report_state},
	        {"send_id", map->send_id},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].pointer != NULL && !json_pointer_valid(all[i].pointer)) {
			snprintf(why, why_size, "%s is no JSON pointer such as /data/id", all[i].setting);
			return false;
		}
	return true;
}

static const char *auth_fault(const struct gateway *g)
{
	static const char header[] = "header ",
	                  token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	const char *auth = g->mapping.send_auth;
	if (auth == NULL || strcmp(auth, "none") == 0)
		return NULL;
	bool named = strncmp(auth, header, sizeof header - 1) == 0;
	const char *name = auth + (named ? sizeof header - 1 : 0);
	if (named ? *name == '\0' || strspn(name, token) != strlen(name)
	          : strcmp(auth, "basic") != 0 && strcmp(auth, "bearer") != 0)
		return "send_auth is none of none, basic, bearer, header NAME";
	if (g->password == NULL)
		return "send_auth needs password_file";
	if (strcmp(auth, "basic") == 0 && g->username == NULL)
		return "send_auth = basic needs username";
	return NULL;
}

static const char *out_fault(const struct gateway *g)
{
	const struct gateway_mapping *map = &g->mapping;
	char pointer[256];
	if ((g->send_url == NULL) != (map->send_body == NULL))
		return "send_url and send_body go together";
	const char *fault = auth_fault(g);
	if (fault != NULL || map->send_ok == NULL)
		return fault;
	const char *equals = strrchr(map->send_ok, '=');
	snprintf(pointer, sizeof pointer, "%.*s", equals != NULL ? (int)(equals - map->send_ok) : 0, map->send_ok);
	if (equals == NULL || *pointer != '/' || !json_pointer_valid(pointer) || equals[1] == '\0')
		return "send_ok is not of the form /status=queued";
	return NULL;
}

static bool check(const struct gateway *gateway, char *why, size_t why_size)
{
	const struct gateway_mapping *map = &gateway->mapping;
	bool is_signed = map->signature != NULL && strcmp(map->signature, "none") != 0;
	if (!check_pointers(map, why, why_size))
		return false;
	if ((map->report_ref == NULL) != (map->report_state == NULL))
		return sms_call_refuse(why, why_size, "report_ref and report_state go together");
	if (is_signed != (gateway->secret != NULL))
		return sms_call_refuse(why, why_size,
		                       is_signed ? "signature needs secret_file"
		                                 : "secret_file is set, but signature is none");
	const char *fault = out_fault(gateway);
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	return map->send_body == NULL || send_template_check(map->send_body, is_json(gateway), why, why_size);
}

static const char *const needs[] = {"message_from", "message_text", NULL};

/* The answer's text may be set: accepted_body (channel_accepted). */
const struct channel channel_generic = {
        .name = "generic",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
        .check = check,
};
