/* kannel: Kannel 1.4 smsbox. Facts: Kannel user guide 1.4.5, tables 7-7 to 7-17, and runs of Debian's 1.4.5-12.
 *
 * In, GET: everything in the query (from=%p to=%P ts=%T id=%I smsc=%i coding=%c charset=%C udh=%u text=%b, or hex=%e). In, POST: the body is the message in the charset
 * of its Content-Type, the X-Kannel-* headers tell the rest, id and ts stand in the query. Delivery reports: ref, type=%d, reply=%A.
 * Out: GET sendsms. */
#include "kinds.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../charset.h"
#include "../form.h"
#include "../sms_text.h"
#include "../udh.h"
#include "../utf8.h"

enum { CODING_UCS2 = 2 }; /* %c: 0 GSM-7, 1 eight bits, 2 UCS-2 */

/* ---- incoming ---- */

struct request {
	struct form query;
	const char *(*header)(void *ctx, const char *name);
	void *ctx;
};

/* The query's field, else the header, else "". */
static const char *value_of(const struct request *r, const char *field, const char *header_name)
{
	const char *value = form_value(&r->query, field);
	if (value == NULL && header_name != NULL && r->header != NULL)
		value = r->header(r->ctx, header_name);
	return value != NULL ? value : "";
}

/* The charset parameter of a content type, without quotes; "" when there is none. */
static void charset_of(const char *content_type, char *ret, size_t size)
{
	ret[0] = '\0';
	const char *at = content_type != NULL ? strcasestr(content_type, "charset=") : NULL;
	if (at == NULL)
		return;
	at += strlen("charset=");
	at += *at == '"';
	snprintf(ret, size, "%.*s", (int)strcspn(at, "\"; \t"), at);
}

static bool refuse(char *why, size_t why_size, const char *reason)
{
	snprintf(why, why_size, "%s", reason);
	return false;
}

static void read_time(const char *ts, struct inbound_message *ret)
{
	size_t len = strlen(ts);
	if (len == 0 || len > 11 || strspn(ts, "0123456789") != len)
		return;
	ret->has_reported_at = true;
	ret->reported_at_us = strtoll(ts, NULL, 10) * 1000000;
}

/* GET: hex=%e (which survives everything on its way), else text=%b. */
static bool read_query_text(const struct request *r, int coding, struct inbound_message *ret, char *why,
                            size_t why_size)
{
	const struct form_field *hex = form_field(&r->query, "hex"), *text = form_field(&r->query, "text");
	const char *charset = form_value(&r->query, "charset");
	uint8_t *bytes = hex != NULL && hex->value_len > 0 ? malloc(hex->value_len) : NULL;
	bool ok = true;
	if (bytes != NULL && hex_decode(hex->value, hex->value_len, bytes)) {
		ret->repaired = charset_decode(charset, coding == CODING_UCS2, bytes, hex->value_len / 2, &ret->text);
	} else if (text != NULL) {
		const uint8_t *raw = (const uint8_t *)text->value;
		ret->repaired = charset_decode(charset, coding == CODING_UCS2, raw, text->value_len, &ret->text);
	} else if (hex != NULL && hex->value_len > 0) {
		ok = refuse(why, why_size, "hex is not hexadecimal");
	}
	free(bytes);
	return ok;
}

static bool read_text(const struct request *r, const char *body, size_t body_len, const char *content_type,
                      struct inbound_message *ret, char *why, size_t why_size)
{
	int coding = atoi(value_of(r, "coding", "X-Kannel-Coding"));
	if (form_field(&r->query, "hex") != NULL || form_field(&r->query, "text") != NULL)
		return read_query_text(r, coding, ret, why, why_size);
	if (content_type == NULL && body_len == 0)
		return refuse(why, why_size, "no text and no hex in the query, and no body");
	char charset[40];
	charset_of(content_type, charset, sizeof charset);
	const uint8_t *bytes = (const uint8_t *)(body_len > 0 ? body : "");
	ret->repaired =
	        charset_decode(*charset != '\0' ? charset : NULL, coding == CODING_UCS2, bytes, body_len, &ret->text);
	return true;
}

static bool read_message(const struct request *r, struct inbound_message *ret, char *why, size_t why_size)
{
	inbound_copy_plain(ret->external_id, sizeof ret->external_id, value_of(r, "id", NULL));
	inbound_copy_plain(ret->from, sizeof ret->from, value_of(r, "from", "X-Kannel-From"));
	inbound_copy_plain(ret->to, sizeof ret->to, value_of(r, "to", "X-Kannel-To"));
	inbound_copy_plain(ret->smsc, sizeof ret->smsc, value_of(r, "smsc", "X-Kannel-SMSC"));
	read_time(value_of(r, "ts", NULL), ret);
	const struct form_field *udh = form_field(&r->query, "udh");
	const char *header = udh == NULL ? value_of(r, "udh", "X-Kannel-UDH") : "";
	struct sms_part part;
	if (udh != NULL ? udh_part_of_text(udh->value, udh->value_len, &part)
	                : udh_part_of_text(header, strlen(header), &part)) {
		ret->part_ref = part.ref;
		ret->part_number = part.number;
		ret->part_total = part.total;
	}
	if (ret->external_id[0] == '\0')
		return refuse(why, why_size, "id is missing: put id=%I into the URL");
	if (ret->from[0] == '\0')
		return refuse(why, why_size,
		              "the sender is missing: put from=%p into get-url, or set send-sender for post-url");
	return true;
}

static enum inbound_end read_inbound(const struct inbound_request *request, struct inbound *ret, char *why,
                                     size_t why_size)
{
	struct request r = {.header = request->header, .ctx = request->ctx};
	struct inbound_message *m = inbound_add_message(ret);
	if (m == NULL || !form_parse(request->query, request->query_len, &r.query)) {
		refuse(why, why_size, "the query has too many fields");
		return INBOUND_UNREADABLE;
	}
	bool ok = read_message(&r, m, why, why_size) &&
	          read_text(&r, request->body, request->body_len, request->content_type, m, why, why_size);
	if (ok && m->text.failed)
		ok = refuse(why, why_size, "the text is too long for an SMS");
	form_free(&r.query);
	return ok ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- delivery reports ---- */

static const struct {
	const char *type; /* %d: Kannel user guide, table 7-17 */
	enum delivery_state state;
} report_types[] = {
        {"1", DELIVERY_DELIVERED}, {"2", DELIVERY_FAILED},  {"4", DELIVERY_QUEUED},
        {"8", DELIVERY_SENT},      {"16", DELIVERY_FAILED},
};

static bool read_report(const struct form *f, struct delivery_report *ret, char *why, size_t why_size)
{
	const char *ref = form_value(f, "ref"), *type = form_value(f, "type"), *reply = form_value(f, "reply");
	*ret = (struct delivery_report){.ref = ""};
	if (ref == NULL || *ref == '\0' || strlen(ref) >= sizeof ret->ref)
		return refuse(why, why_size, "ref is missing or too long");
	inbound_copy_plain(ret->ref, sizeof ret->ref, ref);
	inbound_copy_plain(ret->detail, sizeof ret->detail, reply != NULL ? reply : "");
	for (size_t i = 0; type != NULL && i < sizeof report_types / sizeof *report_types; i++)
		if (strcmp(type, report_types[i].type) == 0) {
			ret->state = report_types[i].state;
			return true;
		}
	return refuse(why, why_size, "type is none of 1, 2, 4, 8, 16");
}

static enum inbound_end read_status(const struct inbound_request *request, struct inbound *ret, char *why,
                                    size_t why_size)
{
	struct form f;
	struct delivery_report d;
	if (!form_parse(request->query, request->query_len, &f)) {
		refuse(why, why_size, "the query has too many fields");
		return INBOUND_UNREADABLE;
	}
	bool ok = read_report(&f, &d, why, why_size);
	struct delivery_report *to = ok ? inbound_add_report(ret) : NULL;
	if (to != NULL)
		*to = d;
	form_free(&f);
	return ok ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)gateway; /* Kannel signs nothing: the token in the address is all it can show */
	return door == DOOR_STATUS ? read_status(request, ret, why, why_size)
	                           : read_inbound(request, ret, why, why_size);
}

/* ---- outgoing ---- */

/* One recipient only: sendsms would read a space as the next one. */
static bool is_phone(const char *address)
{
	const char *digits = address + (*address == '+');
	size_t len = strlen(digits);
	return len >= 3 && len <= 15 && strspn(digits, "0123456789") == len;
}

/* The address Kannel calls with each report. Kannel replaces %x there itself, so a percent sign of our own is
 * doubled (gw/urltrans.c). */
static void add_dlr_url(struct buf *url, const char *status_url, const char *ref)
{
	struct buf dlr;
	buf_init(&dlr, url->max);
	for (const char *p = status_url; *p != '\0'; p++) {
		buf_addc(&dlr, *p);
		if (*p == '%')
			buf_addc(&dlr, *p);
	}
	buf_addf(&dlr, "%cref=%s&type=%%d&reply=%%A&at=%%T", strchr(status_url, '?') != NULL ? '&' : '?', ref);
	form_add(url, "dlr-mask", "31"); /* 1 delivered, 2 failed, 4 queued, 8 accepted, 16 rejected */
	form_add(url, "dlr-url", dlr.data);
	url->failed = url->failed || dlr.failed;
	buf_free(&dlr);
}

static void add_optional(struct buf *url, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		form_add(url, name, value);
}

static const char *fault_of(const struct gateway *gateway, const struct channel_contact *contact,
                            const struct channel_notice *notice, struct sms_size size)
{
	if (gateway == NULL || gateway->send_url == NULL || *gateway->send_url == '\0')
		return "no SMS gateway with a send_url";
	if (contact->address == NULL || !is_phone(contact->address))
		return "the contact's phone number is not of the form +62812...";
	if (strlen(notice->body) != notice->body_len || !utf8_valid(notice->body, notice->body_len))
		return "the text is not valid UTF-8";
	if (size.parts == 0)
		return "the text is empty"; /* Kannel would send it */
	if (size.parts > SMS_MAX_PARTS)
		return "the text is longer than three parts"; /* Kannel would cut it silently */
	if (strspn(notice->id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") !=
	    strlen(notice->id))
		return "the notice's id does not fit into a URL";
	return NULL;
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	struct sms_size size = sms_measure(notice->body);
	const char *fault = fault_of(gateway, contact, notice, size);
	if (fault != NULL)
		return refuse(why, why_size, fault);
	struct buf *url = &ret->url;
	ret->method = "GET"; /* a form by POST is refused: 400 "Invalid content-type" */
	buf_adds(url, gateway->send_url);
	if (strchr(gateway->send_url, '?') == NULL)
		buf_addc(url, '?');
	form_add(url, "username", gateway->username != NULL ? gateway->username : "");
	form_add(url, "password", gateway->password != NULL ? gateway->password : "");
	add_optional(url, "smsc", gateway->smsc);
	add_optional(url, "from", gateway->from);
	form_add(url, "to", contact->address);
	form_add(url, "text", notice->body);
	form_add(url, "charset", "UTF-8");
	form_add(url, "coding",
	         size.coding == SMS_GSM7 ? "0" : "2"); /* left out, Kannel sends "?????" for what is not GSM-7 */
	if (gateway->status_url != NULL)
		add_dlr_url(url, gateway->status_url, notice->id);
	return !url->failed || refuse(why, why_size, "the call's address is too long");
}

/* Kannel's fixed sentences; digits are masked in case a version names the number. */
static void add_reason(struct verdict *v, const char *body)
{
	size_t used = strlen(v->detail);
	if (body == NULL || *body == '\0' || used + 3 > sizeof v->detail)
		return;
	memcpy(v->detail + used, ": ", 2);
	inbound_copy_plain(v->detail + used + 2, sizeof v->detail - used - 2, body);
	for (char *p = v->detail + used + 2; *p != '\0'; p++)
		if (*p >= '0' && *p <= '9')
			*p = '#';
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	if (answer->transport != TRANSPORT_ANSWERED)
		return v;
	const char *body = answer->body != NULL ? answer->body : "";
	bool accepted = strncmp(body, "0:", 2) == 0 || strncmp(body, "3:", 2) == 0;
	if (v.outcome == OUTCOME_OK && !(accepted && (answer->status == 200 || answer->status == 202))) {
		v.outcome = OUTCOME_UNKNOWN;
		snprintf(v.detail, sizeof v.detail, "HTTP %d, but not Kannel's words: is send_url right?",
		         answer->status);
	} else if (answer->status == 403) {
		snprintf(v.detail, sizeof v.detail,
		         "HTTP 403: the gateway refused the log-in, check username and password");
	} else if (answer->status == 400) {
		add_reason(&v, body);
	}
	return v;
}

static const char *const needs[] = {"send_url", NULL};

/* Success is 200 or 202 alone, and smsbox texts any body of …/inbound to the sender: an empty text is the only right answer. */
const struct channel channel_kannel = {
        .name = "kannel",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
};
