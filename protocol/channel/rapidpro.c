/* rapidpro: a RapidPro (TextIt) "external channel" (nyaruka/courier, handlers/external): to RapidPro sigap is an SMS company. What RapidPro sends to a
 * contact comes to …/inbound by the operator's template (config/gateways/rapidpro.conf), and what sigap answers goes to /c/ex/CHANNEL/receive as if the
 * contact had written it. RapidPro signs nothing; a fixed Authorization header may be set there (secret). It tells no delivery reports.
 * gateway: send_url its address ("https://rapidpro.example"), account the channel's UUID. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../rfc3339.h"
#include "kinds.h"
#include "payload.h"
#include "sms_call.h"

/* ---- in ---- */

/* Forms and JSON by one question. */
struct fields {
	struct form form;
	cJSON *json;
};

static const char *value_of(const struct fields *f, const char *name)
{
	const char *value = f->json != NULL ? json_string(f->json, name) : form_value(&f->form, name);
	return value != NULL && *value != '\0' ? value : NULL;
}

static const char *first_of(const struct fields *f, const char *const *names)
{
	for (; *names != NULL; names++)
		if (value_of(f, *names) != NULL)
			return value_of(f, *names);
	return NULL;
}

static bool read_fields(const struct inbound_request *r, struct fields *ret, bool *ret_repaired, char *why,
                        size_t why_size)
{
	const char *type = r->content_type != NULL ? r->content_type : "";
	*ret = (struct fields){.json = NULL};
	*ret_repaired = false;
	if (r->body_len > 0 && strncasecmp(type, "application/json", strlen("application/json")) == 0)
		return (ret->json = payload_read(r, ret_repaired, why, why_size)) != NULL;
	if (r->body_len > 0 && strcasestr(type, "xml") != NULL)
		return sms_call_refuse(why, why_size, "XML is not read: choose URL encoded or JSON in RapidPro");
	return sms_call_fields(r, &ret->form) || sms_call_refuse(why, why_size, "the form has too many fields");
}

/* A long text leaves RapidPro in pieces that all have the message's id (courier cuts at the channel's max_length): the id alone would make the second
 * piece a repetition of the first. */
static void read_id(const char *id, const char *text, struct inbound_message *m)
{
	uint8_t digest[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX], both[256];
	digest_hex(digest, digest_of(DIGEST_SHA256, text, strlen(text), digest), hex);
	snprintf(both, sizeof both, "%.200s/%.16s", id, hex);
	payload_id(m->external_id, sizeof m->external_id, both);
}

static bool read_message(const struct fields *f, struct inbound_message *m, char *why, size_t why_size)
{
	/* the contact stands in {{to}}; a template may also call it the sender, which says so without doubt */
	static const char *const contact[] = {"sender", "to", "to_no_plus", "from", "from_no_plus", NULL};
	static const char *const ids[] = {"id", "uuid", NULL}, *const texts[] = {"text", NULL};
	static const char *const channel[] = {"channel_address", "from", "from_no_plus", "to", NULL};
	const char *from = first_of(f, contact), *to = first_of(f, channel);
	const char *id = first_of(f, ids), *text = first_of(f, texts), *at = value_of(f, "date");
	if (text != NULL)
		utf8_repair(text, strlen(text), &m->text);
	m->repaired = m->repaired || (text != NULL && !utf8_valid(text, strlen(text)));
	sms_call_sender(m->from, sizeof m->from, from != NULL ? from : "");
	inbound_copy_plain(m->to, sizeof m->to, to != NULL && to != from ? to : "");
	m->has_reported_at = at != NULL && rfc3339_parse(at, &m->reported_at_us);
	if (id != NULL)
		read_id(id, text != NULL ? text : "", m);
	if (id == NULL)
		return sms_call_refuse(why, why_size, "id is missing: put id={{id}} into RapidPro's template");
	if (from == NULL)
		return sms_call_refuse(why, why_size, "the contact is missing: put to={{to}} into RapidPro's template");
	return text != NULL ||
	       sms_call_refuse(why, why_size, "text is missing: put text={{text}} into RapidPro's template");
}

/* secret is the whole value of the header, or what follows its first word ("Token abc"). */
static bool is_genuine(const struct gateway *gateway, const struct inbound_request *r, char *why, size_t why_size)
{
	char value[300];
	if (gateway->secret == NULL)
		return true;
	if (!payload_header(r, "Authorization", value, sizeof value))
		return sms_call_refuse(why, why_size, "no Authorization header: set it in RapidPro's channel");
	const char *blank = strchr(value, ' ');
	bool whole = digest_same(value, gateway->secret, false);
	bool rest = digest_same(blank != NULL ? blank + 1 : "", gateway->secret, false);
	return whole || rest || sms_call_refuse(why, why_size, "the Authorization header is not secret_file's");
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)door;
	struct fields fields;
	bool repaired;
	if (!is_genuine(gateway, request, why, why_size))
		return INBOUND_FORGED;
	bool good = read_fields(request, &fields, &repaired, why, why_size);
	struct inbound_message *m = good ? inbound_add_message(ret) : NULL;
	if (m != NULL) {
		m->repaired = repaired;
		good = read_message(&fields, m, why, why_size);
		if (good && m->text.failed)
			good = sms_call_refuse(why, why_size, "the text is too long");
	}
	form_free(&fields.form);
	cJSON_Delete(fields.json);
	return good ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- out ---- */

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_call sms;
	char date[RFC3339_MAX];
	const char *fault = sms_call_check(contact, notice, &sms);
	if (fault == NULL && (gateway->send_url == NULL || gateway->account == NULL))
		fault = "no RapidPro with a send_url and an account";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	size_t len = strlen(gateway->send_url);
	while (len > 0 && gateway->send_url[len - 1] == '/')
		len--;
	ret->method = "POST";
	buf_addf(&ret->url, "%.*s/c/ex/%s/receive", (int)len, gateway->send_url, gateway->account);
	buf_adds(&ret->headers, "Content-Type: application/x-www-form-urlencoded\n");
	rfc3339_format(notice->now_s * 1000000, date);
	form_add(&ret->body, "from", sms.to);
	form_add(&ret->body, "text", notice->body);
	form_add(&ret->body, "date", date);
	return (!ret->url.failed && !ret->body.failed) || sms_call_refuse(why, why_size, "the call is too long");
}

/* {"message":"Message Accepted","data":[{"type":"msg","msg_uuid":…}]}; an error's element is {"type":"error","error":…}. */
static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	cJSON *body = payload_answer(answer);
	const cJSON *first = cJSON_GetArrayItem(json_member(body, "data"), 0);
	const char *error = json_string(first, "error"), *message = json_string(body, "message");
	if (v.outcome == OUTCOME_OK && message == NULL) {
		sms_call_not_its_words(&v, answer, "RapidPro");
	} else if (v.outcome == OUTCOME_OK && error != NULL) {
		v.outcome = OUTCOME_PERMANENT;
		v.gateway_fault = true;
		payload_words(&v, error);
	} else if (v.outcome == OUTCOME_OK) {
		const char *id = json_string(first, json_member(first, "msg_uuid") != NULL ? "msg_uuid" : "uuid");
		payload_id(v.gateway_ref, sizeof v.gateway_ref, id != NULL ? id : "");
	} else if (error != NULL || message != NULL) {
		payload_words(&v, error != NULL ? error : message);
	}
	cJSON_Delete(body);
	return v;
}

static bool check(const struct gateway *gateway, char *why, size_t why_size)
{
	size_t len = strlen(gateway->account);
	if (len != 36 || strspn(gateway->account, "0123456789abcdefABCDEF-") != len)
		return sms_call_refuse(why, why_size,
		                       "account is the channel's UUID, as in RapidPro's receive address");
	return true;
}

static const char *const needs[] = {"send_url", "account", NULL};

/* RapidPro can look for words in the answer ("MT response check"): Accepted. */
const struct channel channel_rapidpro = {
        .name = "rapidpro",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", "Accepted"},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", "Accepted"}},
        .needs = needs,
        .check = check,
};
