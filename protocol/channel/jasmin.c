/* jasmin: Jasmin SMS gateway, its HTTP API. Facts: jookies/jasmin, misc/doc/sources/apis/http/index.rst, jasmin/protocols/http/endpoints/send.py and errors.py,
 * jasmin/routing/throwers.py; nyaruka/courier handlers/jasmin.
 *
 * In: a form by POST or the fields in the query. Any answer but 200 "ACK/Jasmin" is no answer; 404 ends the retries at once. Out: POST /send; its own validation
 * wants username and password of at most 16 characters. The report comes for the last part alone.
 * Jasmin signs nothing: the token in the address is all it can show. option: what coding 0, the network's default alphabet, is there: gsm7 (default), latin1, utf8. */
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../charset.h"
#include "sms_call.h"

/* ---- incoming ---- */

static const char *value_of(const struct form *f, const char *name)
{
	const char *value = form_value(f, name);
	return value != NULL ? value : "";
}

/* What the bytes of a message are (3GPP TS 23.038 section 4, SMPP 3.4 section 5.2.19). */
enum alphabet { DEFAULT_ALPHABET, LATIN, WIDE, BYTES };

static enum alphabet alphabet_of(int coding)
{
	static const enum alphabet by_bits[] = {DEFAULT_ALPHABET, BYTES, WIDE, BYTES};
	static const enum alphabet plain[] = {
	        [0] = DEFAULT_ALPHABET, [1] = LATIN, [2] = BYTES, [3] = LATIN, [4] = BYTES, [8] = WIDE};
	if (coding >= 0 && coding < 0x10)
		return (size_t)coding < sizeof plain / sizeof *plain ? plain[coding] : BYTES;
	if (coding < 0x40) /* general data coding, with a message class */
		return coding < 0 ? BYTES : by_bits[coding >> 2 & 3];
	if (coding >= 0xF0 && coding <= 0xFF) /* the same, the short way */
		return (coding & 4) != 0 ? BYTES : DEFAULT_ALPHABET;
	return BYTES;
}

/* A default alphabet of seven bits does not have the eighth: then the bytes decide. */
static const char *charset_of(enum alphabet alphabet, const char *option, const uint8_t *bytes, size_t len)
{
	if (alphabet == LATIN)
		return "ISO-8859-1";
	if (alphabet == WIDE)
		return "UTF-16BE";
	if (alphabet == BYTES)
		return NULL;
	if (option != NULL && strcmp(option, "latin1") == 0)
		return "ISO-8859-1";
	if (option != NULL && strcmp(option, "utf8") == 0)
		return "UTF-8";
	for (size_t i = 0; i < len; i++)
		if (bytes[i] > 0x7F)
			return NULL;
	return "GSM-7";
}

/* binary, the same in hexadecimal, survives everything on its way; content is raw bytes. */
static bool read_text(const struct gateway *g, const struct form *f, struct inbound_message *ret)
{
	const struct form_field *binary = form_field(f, "binary"), *content = form_field(f, "content");
	enum alphabet alphabet = alphabet_of(atoi(value_of(f, "coding")));
	uint8_t *decoded = binary != NULL ? malloc(binary->value_len + 1) : NULL;
	bool hex = decoded != NULL && hex_decode(binary->value, binary->value_len, decoded);
	const uint8_t *bytes = hex ? decoded : content != NULL ? (const uint8_t *)content->value : NULL;
	size_t len = hex ? binary->value_len / 2 : content != NULL ? content->value_len : 0;
	if (bytes != NULL)
		ret->repaired = charset_decode(charset_of(alphabet, g->option, bytes, len), alphabet == WIDE, bytes,
		                               len, &ret->text);
	bool found = bytes != NULL || (binary != NULL && binary->value_len == 0);
	free(decoded);
	return found;
}

static bool read_message(const struct gateway *g, const struct form *f, struct inbound_message *ret, char *why,
                         size_t why_size)
{
	inbound_copy_plain(ret->external_id, sizeof ret->external_id, value_of(f, "id"));
	sms_call_sender(ret->from, sizeof ret->from, value_of(f, "from"));
	inbound_copy_plain(ret->to, sizeof ret->to, value_of(f, "to"));
	inbound_copy_plain(ret->smsc, sizeof ret->smsc, value_of(f, "origin-connector"));
	bool text = read_text(g, f, ret);
	if (ret->text.failed)
		return sms_call_refuse(why, why_size, "the text is too long for an SMS");
	if (ret->external_id[0] == '\0')
		return sms_call_refuse(why, why_size, "id is missing");
	if (ret->from[0] == '\0')
		return sms_call_refuse(why, why_size, "from is missing");
	return text || sms_call_refuse(why, why_size, "neither content nor binary in hexadecimal");
}

/* Of level 2 and 3 the receipt's words (SMPP 3.4, appendix B), of level 1 the network's answer to the submission (its section 5.1.3). */
static const struct sms_call_state states[] = {
        {"DELIVRD", DELIVERY_DELIVERED}, {"ACCEPTD", DELIVERY_SENT},   {"ENROUTE", DELIVERY_SENT},
        {"UNKNOWN", DELIVERY_SENT},      {"ESME_ROK", DELIVERY_SENT},  {"UNDELIV", DELIVERY_FAILED},
        {"REJECTD", DELIVERY_FAILED},    {"EXPIRED", DELIVERY_FAILED}, {"DELETED", DELIVERY_FAILED},
        {NULL, DELIVERY_QUEUED},
};

static bool read_report(const struct inbound_request *r, const struct form *f, struct inbound *ret, char *why,
                        size_t why_size)
{
	struct delivery_report d = {.ref = "", .state = DELIVERY_FAILED};
	const char *status = value_of(f, "message_status"), *error = value_of(f, "err");
	char words[sizeof d.detail];
	sms_call_ref(r, d.ref, sizeof d.ref);
	inbound_copy_plain(d.gateway_ref, sizeof d.gateway_ref, value_of(f, "id"));
	if (d.ref[0] == '\0' && d.gateway_ref[0] == '\0')
		return sms_call_refuse(why, why_size, "neither ref nor id");
	if (!sms_call_state(states, status, &d.state) && strncmp(status, "ESME_R", 6) != 0)
		return sms_call_refuse(why, why_size, "message_status is none of those that are known");
	snprintf(words, sizeof words, "%.40s%s%.20s", status, *error != '\0' ? ", err " : "", error);
	inbound_copy_plain(d.detail, sizeof d.detail, words);
	*inbound_add_report(ret) = d;
	return true;
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)door; /* message_status stands in reports alone */
	struct form f;
	if (!sms_call_fields(request, &f)) {
		sms_call_refuse(why, why_size, "too many fields");
		return INBOUND_UNREADABLE;
	}
	bool ok = form_field(&f, "message_status") != NULL
	                  ? read_report(request, &f, ret, why, why_size)
	                  : read_message(gateway, &f, inbound_add_message(ret), why, why_size);
	form_free(&f);
	return ok ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- outgoing ---- */

static void add_status_url(const struct gateway *g, const char *id, struct buf *body)
{
	struct buf url;
	buf_init(&url, 4096);
	sms_call_status_url(&url, g, id);
	form_add(body, "dlr", "yes");
	form_add(body, "dlr-level", "3");
	form_add(body, "dlr-method", "POST"); /* for a GET Jasmin would put a second "?" behind our query */
	form_add(body, "dlr-url", url.data);
	body->failed = body->failed || url.failed;
	buf_free(&url);
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_call call;
	const char *fault = sms_call_check(contact, notice, &call);
	if (fault == NULL && (gateway == NULL || gateway->send_url == NULL))
		fault = "no Jasmin gateway with a send_url";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	struct buf *body = &ret->body;
	ret->method = "POST";
	buf_adds(&ret->url, gateway->send_url);
	buf_adds(&ret->headers, "Content-Type: application/x-www-form-urlencoded\n");
	form_add(body, "username", gateway->username != NULL ? gateway->username : "");
	form_add(body, "password", gateway->password != NULL ? gateway->password : "");
	form_add(body, "to", call.to + 1); /* without its plus, as networks write numbers */
	if (gateway->from != NULL)
		form_add(body, "from", gateway->from);
	if (call.size.coding == SMS_GSM7) {
		form_add(body, "coding", "0");
		form_add(body, "content", notice->body); /* UTF-8, which Jasmin makes GSM 03.38 of */
	} else {
		form_add(body, "coding", "8");
		buf_adds(body, "&hex-content=");
		charset_hex_utf16(notice->body, body);
	}
	if (gateway->status_url != NULL)
		add_status_url(gateway, notice->id, body);
	return !(ret->url.failed || body->failed) || sms_call_refuse(why, why_size, "the call is too long");
}

/* The errors that say more than their HTTP status does (endpoints/send.py): what they begin with. Their text is never shown whole: some name the user. */
static const struct {
	const char *begins;
	enum outcome outcome;
	const char *words;
	bool gateways; /* the gateway's own trouble: another one may do it */
} errors[] = {
        {"Authentication failure", OUTCOME_PERMANENT, "the log-in was refused, check username and password", true},
        {"User throughput exceeded", OUTCOME_RETRY, "the user's throughput is exceeded", false},
        {"Cannot charge", OUTCOME_PERMANENT, "the user's credit is used up", true},
        {"No route found", OUTCOME_PERMANENT, "no route to this number", true},
        {"Failover route has no bound", OUTCOME_RETRY, "no line to the network is up", false},
        {"Cannot send submit_sm", OUTCOME_RETRY, "the line to the network takes nothing", false},
        {"Authorization failed", OUTCOME_PERMANENT, "the user may not send this", true},
        {"Argument", OUTCOME_PERMANENT, "an argument is refused", true},
        {"Mandatory argument", OUTCOME_PERMANENT, "an argument is missing", true},
};

static void judge_error(struct verdict *v, const struct channel_answer *answer, const char *text)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strncmp(text, errors[i].begins, strlen(errors[i].begins)) == 0) {
			v->outcome = errors[i].outcome;
			v->gateway_fault = errors[i].gateways;
			snprintf(v->detail, sizeof v->detail, "HTTP %d: %s", answer->status, errors[i].words);
			return;
		}
	if (v->outcome == OUTCOME_OK)
		v->outcome = OUTCOME_PERMANENT;
}

static struct verdict judge(const struct channel_answer *answer)
{
	static const char success[] = "Success \"", error[] = "Error \"";
	struct verdict v = http_verdict(answer);
	if (answer->transport != TRANSPORT_ANSWERED)
		return v;
	const char *body = answer->body != NULL ? answer->body : "";
	if (strncmp(body, error, strlen(error)) == 0) {
		judge_error(&v, answer, body + strlen(error));
	} else if (v.outcome == OUTCOME_OK && strncmp(body, success, strlen(success)) == 0) {
		const char *id = body + strlen(success);
		size_t len = strcspn(id, "\"");
		char copy[GATEWAY_REF_MAX];
		snprintf(copy, sizeof copy, "%.*s", len < sizeof copy ? (int)len : 0, id);
		inbound_copy_plain(v.gateway_ref, sizeof v.gateway_ref, copy);
	} else if (v.outcome == OUTCOME_OK) {
		sms_call_not_its_words(&v, answer, "Jasmin");
	}
	return v;
}

static const char *const needs[] = {"send_url", "username", "password_file", NULL};

const struct channel channel_jasmin = {
        .name = "jasmin",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted =
                {[DOOR_INBOUND] = {200, "text/plain", "ACK/Jasmin"}, [DOOR_STATUS] = {200, "text/plain", "ACK/Jasmin"}},
        .needs = needs,
};
