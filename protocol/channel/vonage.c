/* vonage: Vonage (Nexmo) SMS API. Facts: developer.vonage.com (messaging/sms: inbound SMS, delivery receipts, signing messages; api-errors/sms), npm nexmo 2.9.1
 * (lib/HashGenerator.js), nyaruka/courier handlers/nexmo.
 *
 * In: GET with everything in the query, or POST as form or JSON, as the account is set. Long messages come in parts, in any order, each for itself. A call without
 * anything is Vonage asking whether the address answers. Out: POST /sms/json; the answer is 200 whatever became of the message.
 * username and password: API key and secret. secret: the signature secret; without one calls are not signed. option: the account's signature method, one of
 * md5hash, md5, sha1, sha256 (default), sha512. */
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../charset.h"
#include "../digest.h"
#include "../rfc3339.h"
#include "../udh.h"
#include "../utf8.h"
#include "payload.h"
#include "sms_call.h"

/* What is resent for 24 h may carry its first timestamp; repetitions are known by their messageId for longer than that. */
enum { OLDEST_S = 25 * 3600, AHEAD_S = 300, SIGNED_MAX = 512 * 1024 };

struct call {
	const struct inbound_request *request;
	struct form fields; /* what Vonage tells; in a query our own token and ref stand beside it */
	bool in_query;
	cJSON *tree; /* of a JSON body: its strings are those of fields */
	bool repaired;
	char fault[160]; /* why the body could not be read */
};

static bool is_ours(const struct call *c, const struct form_field *f)
{
	return c->in_query && (strcmp(f->name, "token") == 0 || strcmp(f->name, "ref") == 0);
}

/* ---- reading ---- */

/* The object's members as fields, without copying: those that are texts (or were numbers) and truth values. */
static bool fields_of_json(const cJSON *tree, struct form *ret)
{
	static char yes[] = "true", no[] = "false";
	const cJSON *member;
	cJSON_ArrayForEach(member, tree)
	{
		char *value = cJSON_IsTrue(member) ? yes : cJSON_IsFalse(member) ? no : member->valuestring;
		if (value == NULL)
			continue;
		if (ret->count == FORM_MAX_FIELDS)
			return false;
		ret->fields[ret->count++] = (struct form_field){member->string, value, strlen(value)};
	}
	return true;
}

static bool is_json(const struct inbound_request *r)
{
	return r->content_type != NULL ? strcasestr(r->content_type, "json") != NULL : r->body[0] == '{';
}

static const char *open_call(const struct inbound_request *r, struct call *ret)
{
	*ret = (struct call){.request = r, .in_query = r->body_len == 0};
	if (ret->in_query || !is_json(r))
		return sms_call_fields(r, &ret->fields) ? NULL : "too many fields";
	ret->tree = payload_read(r, &ret->repaired, ret->fault, sizeof ret->fault);
	if (ret->tree == NULL)
		return ret->fault;
	return fields_of_json(ret->tree, &ret->fields) ? NULL : "the body has more than 128 members";
}

static void close_call(struct call *c)
{
	if (c->tree != NULL)
		c->fields.count = 0;
	else
		form_free(&c->fields);
	cJSON_Delete(c->tree);
}

static const char *value_of(const struct call *c, const char *name)
{
	const char *value = form_value(&c->fields, name);
	return value != NULL ? value : "";
}

/* ---- signature ---- */

static const struct method {
	const char *name;
	enum digest digest;
	bool keyed; /* HMAC; else the secret is appended to the text */
} methods[] = {
        {"sha256", DIGEST_SHA256, true}, {"md5hash", DIGEST_MD5, false},  {"md5", DIGEST_MD5, true},
        {"sha1", DIGEST_SHA1, true},     {"sha512", DIGEST_SHA512, true},
};

static const struct method *method_of(const char *option)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (option == NULL || strcmp(option, methods[i].name) == 0)
			return &methods[i];
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct form_field *const *)a)->name, (*(const struct form_field *const *)b)->name);
}

/* "&name=value" of each field but sig, sorted by name, with & and = in values as _. */
static void add_fields(const struct call *c, bool ours_too, struct buf *out)
{
	const struct form_field *sorted[FORM_MAX_FIELDS];
	size_t count = 0;
	for (size_t i = 0; i < c->fields.count; i++) {
		const struct form_field *f = &c->fields.fields[i];
		if (strcmp(f->name, "sig") != 0 && (ours_too || !is_ours(c, f)))
			sorted[count++] = f;
	}
	qsort(sorted, count, sizeof *sorted, by_name);
	for (size_t i = 0; i < count; i++) {
		buf_addf(out, "&%s=", sorted[i]->name);
		for (size_t k = 0; k < sorted[i]->value_len; k++) {
			char v = sorted[i]->value[k];
			buf_addc(out, v == '&' || v == '=' ? '_' : v);
		}
	}
}

static bool signature_holds(const struct call *c, const struct method *method, const char *secret, bool ours_too)
{
	struct buf text;
	uint8_t digest[DIGEST_MAX];
	char right[DIGEST_HEX_MAX];
	buf_init(&text, SIGNED_MAX);
	add_fields(c, ours_too, &text);
	if (!method->keyed)
		buf_adds(&text, secret);
	size_t len = method->keyed ? digest_hmac(method->digest, secret, strlen(secret), text.data, text.len, digest)
	                           : digest_of(method->digest, text.data, text.len, digest);
	digest_hex(digest, len, right);
	bool holds = len > 0 && !text.failed && digest_same(value_of(c, "sig"), right, true);
	buf_free(&text);
	return holds;
}

/* "1795255872" or "2026-11-21 10:11:12". */
static bool read_time(const char *text, int64_t *ret_us)
{
	size_t len = strlen(text);
	if (len == 0 || len > 11 || strspn(text, "0123456789") != len)
		return rfc3339_parse_loose(text, ret_us);
	*ret_us = strtoll(text, NULL, 10) * 1000000;
	return true;
}

/* Why the call may not be trusted, or NULL. Whether Vonage counts what stands in our own address among the fields of a GET is not documented: both are right,
 * as nobody without the secret can make either. */
static const char *forgery(const struct gateway *g, const struct call *c)
{
	if (g->secret == NULL || *g->secret == '\0')
		return NULL;
	const struct method *method = method_of(g->option);
	if (method == NULL)
		return "option is none of md5hash, md5, sha1, sha256, sha512";
	if (*value_of(c, "sig") == '\0')
		return "sig is missing: is the account set to sign its calls?";
	bool bare = signature_holds(c, method, g->secret, false), whole = signature_holds(c, method, g->secret, true);
	if (!bare && !whole)
		return "sig is wrong: another secret, or another method than option";
	int64_t at_us;
	if (read_time(value_of(c, "timestamp"), &at_us) &&
	    (at_us / 1000000 < c->request->now_s - OLDEST_S || at_us / 1000000 > c->request->now_s + AHEAD_S))
		return "timestamp is too old or not yet";
	return NULL;
}

/* ---- incoming ---- */

/* A number, or another name of the message that its parts share. */
static int part_ref(const char *ref)
{
	size_t len = strlen(ref);
	if (len > 0 && len < 10 && strspn(ref, "0123456789") == len)
		return atoi(ref);
	return (int)(payload_hash(ref) & 0x7FFFFFFF);
}

static void read_part(const struct call *c, struct inbound_message *ret)
{
	int number = atoi(value_of(c, "concat-part")), total = atoi(value_of(c, "concat-total"));
	const struct form_field *udh = form_field(&c->fields, "udh");
	struct sms_part part;
	if (strcasecmp(value_of(c, "concat"), "true") == 0) {
		ret->truncated = number < 1 || total < 2 || number > total || total > 255;
		if (!ret->truncated) {
			ret->part_ref = part_ref(value_of(c, "concat-ref"));
			ret->part_number = number;
			ret->part_total = total;
		}
	} else if (udh != NULL && udh_part_of_text(udh->value, udh->value_len, &part)) {
		ret->part_ref = part.ref;
		ret->part_number = part.number;
		ret->part_total = part.total;
	}
}

/* text, of type text or unicode; data in hexadecimal, of type binary: what the bytes look like. */
static bool read_text(const struct call *c, struct inbound_message *ret)
{
	const struct form_field *text = form_field(&c->fields, "text"), *data = form_field(&c->fields, "data");
	if (text != NULL) {
		bool broken = charset_decode("UTF-8", false, (const uint8_t *)text->value, text->value_len, &ret->text);
		ret->repaired = broken || c->repaired;
		return true;
	}
	uint8_t *bytes = data != NULL ? malloc(data->value_len + 1) : NULL;
	bool ok = bytes != NULL && hex_decode(data->value, data->value_len, bytes);
	if (ok)
		ret->repaired = charset_decode(NULL, false, bytes, data->value_len / 2, &ret->text);
	free(bytes);
	return ok;
}

static bool read_message(const struct call *c, struct inbound_message *ret, char *why, size_t why_size)
{
	inbound_copy_plain(ret->external_id, sizeof ret->external_id, value_of(c, "messageId"));
	sms_call_sender(ret->from, sizeof ret->from, value_of(c, "msisdn"));
	inbound_copy_plain(ret->to, sizeof ret->to, value_of(c, "to"));
	ret->has_reported_at = read_time(value_of(c, "message-timestamp"), &ret->reported_at_us);
	read_part(c, ret);
	bool text = read_text(c, ret);
	if (ret->text.failed)
		return sms_call_refuse(why, why_size, "the text is too long for an SMS");
	if (ret->external_id[0] == '\0')
		return sms_call_refuse(why, why_size, "messageId is missing");
	if (ret->from[0] == '\0')
		return sms_call_refuse(why, why_size, "msisdn is missing");
	return text || sms_call_refuse(why, why_size, "neither text nor data in hexadecimal");
}

/* developer.vonage.com/messaging/sms/guides/delivery-receipts. */
static const struct sms_call_state states[] = {
        {"accepted", DELIVERY_SENT},       {"buffered", DELIVERY_SENT},  {"unknown", DELIVERY_SENT},
        {"delivered", DELIVERY_DELIVERED}, {"expired", DELIVERY_FAILED}, {"failed", DELIVERY_FAILED},
        {"rejected", DELIVERY_FAILED},     {NULL, DELIVERY_QUEUED},
};

/* One for each part, without its number: its messageId is that part's. ref= is in the address we gave; client-ref we gave as well, in case an account-wide address
 * takes the place of ours. */
static bool read_report(const struct call *c, struct inbound *ret, char *why, size_t why_size)
{
	struct delivery_report d = {.ref = ""};
	char words[sizeof d.detail];
	sms_call_ref(c->request, d.ref, sizeof d.ref);
	if (d.ref[0] == '\0' && strlen(value_of(c, "client-ref")) < sizeof d.ref)
		inbound_copy_plain(d.ref, sizeof d.ref, value_of(c, "client-ref"));
	inbound_copy_plain(d.gateway_ref, sizeof d.gateway_ref, value_of(c, "messageId"));
	if (d.ref[0] == '\0' && d.gateway_ref[0] == '\0')
		return sms_call_refuse(why, why_size, "neither ref nor messageId");
	if (!sms_call_state(states, value_of(c, "status"), &d.state))
		return sms_call_refuse(why, why_size, "status is none of those that are known");
	snprintf(words, sizeof words, "%.40s, err-code %.20s", value_of(c, "status"), value_of(c, "err-code"));
	inbound_copy_plain(d.detail, sizeof d.detail, words);
	*inbound_add_report(ret) = d;
	return true;
}

static bool is_empty(const struct call *c)
{
	for (size_t i = 0; i < c->fields.count; i++)
		if (!is_ours(c, &c->fields.fields[i]))
			return false;
	return true;
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)door; /* an account has one address for all receipts, which may be that of its messages: status tells */
	struct call c;
	bool secret = gateway->secret != NULL && *gateway->secret != '\0';
	enum inbound_end end = INBOUND_TAKEN;
	const char *fault = open_call(request, &c), *forged = NULL;
	if (fault == NULL && is_empty(&c) && request->body_len == 0) {
		close_call(&c);
		return INBOUND_TAKEN;
	}
	if (fault != NULL || (forged = forgery(gateway, &c)) != NULL) {
		sms_call_refuse(why, why_size, fault != NULL ? fault : forged);
		end = fault != NULL && !secret ? INBOUND_UNREADABLE : INBOUND_FORGED; /* unread is unverified */
	} else if (form_field(&c.fields, "status") != NULL && form_field(&c.fields, "type") == NULL) {
		end = read_report(&c, ret, why, why_size) ? INBOUND_TAKEN : INBOUND_UNREADABLE;
	} else {
		bool ok = read_message(&c, inbound_add_message(ret), why, why_size);
		end = ok ? INBOUND_TAKEN : INBOUND_UNREADABLE;
	}
	close_call(&c);
	return end;
}

/* ---- outgoing ---- */

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_call call;
	const char *fault = sms_call_check(contact, notice, &call);
	if (fault == NULL && (gateway == NULL || gateway->username == NULL || gateway->from == NULL))
		fault = "no Vonage gateway with username and from";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	ret->method = "POST";
	buf_adds(&ret->url, gateway->send_url != NULL ? gateway->send_url : "https://rest.nexmo.com/sms/json");
	buf_adds(&ret->headers, "Content-Type: application/x-www-form-urlencoded\n");
	form_add(&ret->body, "api_key", gateway->username);
	form_add(&ret->body, "api_secret", gateway->password != NULL ? gateway->password : "");
	form_add(&ret->body, "from", gateway->from);
	form_add(&ret->body, "to", call.to + 1); /* without its plus */
	form_add(&ret->body, "type", call.size.coding == SMS_GSM7 ? "text" : "unicode");
	form_add(&ret->body, "text", notice->body);
	form_add(&ret->body, "client-ref", notice->id);
	if (gateway->status_url != NULL) {
		struct buf url;
		buf_init(&url, 4096);
		sms_call_status_url(&url, gateway, notice->id);
		form_add(&ret->body, "status-report-req", "1");
		form_add(&ret->body, "callback", url.data);
		buf_free(&url);
	}
	return !(ret->url.failed || ret->body.failed) || sms_call_refuse(why, why_size, "the call is too long");
}

/* developer.vonage.com/api-errors/sms. Another status than these is permanent. */
static const struct status {
	const char *status;
	enum outcome outcome;
	const char *words;
	bool gateways; /* the gateway's own trouble: another one may do it */
} statuses[] = {
        {"0", OUTCOME_OK, "accepted", false},
        {"1", OUTCOME_RETRY, "throttled", false},
        {"2", OUTCOME_PERMANENT, "a parameter is missing", true},
        {"3", OUTCOME_PERMANENT, "a parameter is wrong", true},
        {"4", OUTCOME_PERMANENT, "the log-in was refused, check username and password", true},
        {"5", OUTCOME_RETRY, "internal error", false},
        {"6", OUTCOME_PERMANENT, "the message cannot be processed", false},
        {"7", OUTCOME_PERMANENT, "the receiver's number is barred", false},
        {"8", OUTCOME_PERMANENT, "the account is suspended", true},
        {"9", OUTCOME_PERMANENT, "no credit left", true},
        {"10", OUTCOME_RETRY, "too many connections", false},
        {"11", OUTCOME_PERMANENT, "the account may not use HTTP", true},
        {"12", OUTCOME_PERMANENT, "the message is too long", false},
        {"13", OUTCOME_RETRY, "communication failed", false},
        {"14", OUTCOME_PERMANENT, "the call's signature is wrong", true},
        {"15", OUTCOME_PERMANENT, "from is not allowed", true},
        {"22", OUTCOME_PERMANENT, "the network code is wrong", true},
        {"23", OUTCOME_PERMANENT, "the callback address is wrong", true},
        {"29", OUTCOME_PERMANENT, "a trial account may only send to listed numbers", true},
        {"33", OUTCOME_PERMANENT, "the receiver's number is no longer in use", false},
};

static const struct status *status_of(const char *text)
{
	static const struct status other = {"", OUTCOME_PERMANENT, NULL, true};
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (strcmp(text, statuses[i].status) == 0)
			return &statuses[i];
	return &other;
}

/* One entry for each part: a message is accepted when all of them are, and is sent again only when nothing speaks against it for good. */
static void judge_parts(struct verdict *v, const struct channel_answer *answer, const cJSON *parts)
{
	const char *worst = NULL;
	int accepted = 0;
	const cJSON *part;
	v->outcome = OUTCOME_OK;
	cJSON_ArrayForEach(part, parts)
	{
		const char *text = json_string(part, "status"), *id = json_string(part, "message-id");
		enum outcome outcome = status_of(text != NULL ? text : "")->outcome;
		accepted += outcome == OUTCOME_OK;
		if (outcome == OUTCOME_OK && v->gateway_ref[0] == '\0' && id != NULL)
			inbound_copy_plain(v->gateway_ref, sizeof v->gateway_ref, id);
		if (outcome == OUTCOME_PERMANENT || (outcome != OUTCOME_OK && v->outcome == OUTCOME_OK)) {
			worst = text != NULL ? text : "none";
			v->outcome = outcome;
		}
	}
	if (worst != NULL) {
		v->gateway_fault = status_of(worst)->gateways;
		sms_call_words(v, answer, "status", worst, status_of(worst)->words);
		size_t used = strlen(v->detail);
		if (accepted > 0)
			snprintf(v->detail + used, sizeof v->detail - used, "; %d of %d parts were accepted", accepted,
			         cJSON_GetArraySize(parts));
	}
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	if (answer->transport != TRANSPORT_ANSWERED || v.outcome != OUTCOME_OK)
		return v;
	cJSON *tree = payload_answer(answer);
	const cJSON *parts = json_member(tree, "messages");
	if (cJSON_IsArray(parts) && cJSON_GetArraySize(parts) > 0)
		judge_parts(&v, answer, parts);
	else
		sms_call_not_its_words(&v, answer, "Vonage");
	cJSON_Delete(tree);
	return v;
}

static const char *const needs[] = {"username", "password_file", "from", NULL};

/* 200 or 204; anything else and the call is made again for 24 h. */
const struct channel channel_vonage = {
        .name = "vonage",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
};
