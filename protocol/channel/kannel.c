/* kannel: see kannel.h. Incoming SMS and delivery reports of smsbox, outgoing SMS through sendsms. */
#include "kannel.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../form.h"
#include "../sms_text.h"
#include "../utf8.h"

/* ---- bytes -> text ---- */

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
enum { CODING_UCS2 = 2 };                         /* %c: 0 GSM-7, 1 eight bits, 2 UCS-2 */

static void add_char(struct inbound_message *m, uint32_t c)
{
	if (c == 0 || (c >= 0xD800 && c <= 0xDFFF)) {
		m->repaired = true;
		buf_adds(&m->text, replacement);
	} else if (c < 0x80) {
		buf_addc(&m->text, (char)c);
	} else if (c < 0x800) {
		buf_add(&m->text, (char[]){(char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F))}, 2);
	} else if (c < 0x10000) {
		buf_add(&m->text,
		        (char[]){(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))}, 3);
	} else {
		buf_add(&m->text,
		        (char[]){(char)(0xF0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3F)),
		                 (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))},
		        4);
	}
}

static void decode_utf8(struct inbound_message *m, const uint8_t *bytes, size_t len)
{
	if (!utf8_valid((const char *)bytes, len))
		m->repaired = true;
	utf8_repair((const char *)bytes, len, &m->text);
}

/* Surrogate pairs become one character; a lone one (a message cut inside an emoji) and a lone last byte are
 * repaired. */
static void decode_utf16(struct inbound_message *m, const uint8_t *bytes, size_t len, bool little)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = little ? bytes[i + 1] * 256u + bytes[i] : bytes[i] * 256u + bytes[i + 1];
		bool paired = (c & 0xFC00) == 0xD800 && i + 3 < len;
		uint32_t low = !paired  ? 0
		               : little ? bytes[i + 3] * 256u + bytes[i + 2]
		                        : bytes[i + 2] * 256u + bytes[i + 3];
		if ((low & 0xFC00) == 0xDC00) {
			c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
			i += 2;
		}
		add_char(m, c);
	}
	if (len % 2 != 0)
		add_char(m, 0);
}

static void decode_utf16be(struct inbound_message *m, const uint8_t *bytes, size_t len)
{
	decode_utf16(m, bytes, len, false);
}

static void decode_utf16le(struct inbound_message *m, const uint8_t *bytes, size_t len)
{
	decode_utf16(m, bytes, len, true);
}

/* Also read for ISO-8859-1, whose 80..9F are control characters that nobody sends (encoding.spec.whatwg.org does the
 * same). */
static void decode_windows_1252(struct inbound_message *m, const uint8_t *bytes, size_t len)
{
	static const uint16_t upper[32] = {
	        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
	};
	for (size_t i = 0; i < len; i++)
		add_char(m, bytes[i] >= 0x80 && bytes[i] < 0xA0 ? upper[bytes[i] - 0x80] : bytes[i]);
}

typedef void decoder(struct inbound_message *m, const uint8_t *bytes, size_t len);
static const struct {
	const char *charset;
	decoder *decode;
} decoders[] = {
        {"UTF-8", decode_utf8},
        {"US-ASCII", decode_utf8},
        {"UTF-16BE", decode_utf16be},
        {"UTF-16", decode_utf16be},
        {"UCS-2", decode_utf16be},
        {"UTF-16LE", decode_utf16le},
        {"WINDOWS-1252", decode_windows_1252},
        {"CP1252", decode_windows_1252},
        {"ISO-8859-1", decode_windows_1252},
        {"LATIN1", decode_windows_1252},
};

/* Without a charset that we know (Kannel's %C says "8-BIT" for binary messages) the bytes decide: a garbled report
 * before a human's eyes is better than a
 * refused one. */
static decoder *choose_decoder(const char *charset, int coding, const uint8_t *bytes, size_t len)
{
	decoder *named = NULL;
	for (size_t i = 0; charset != NULL && named == NULL && i < sizeof decoders / sizeof *decoders; i++)
		if (strcasecmp(charset, decoders[i].charset) == 0)
			named = decoders[i].decode;
	bool wide = named == decode_utf8 && coding == CODING_UCS2 && len > 0 && memchr(bytes, 0, len) != NULL;
	if (named != NULL && !wide) /* UTF-8 has no zero bytes: the charset was a constant in the operator's get-url */
		return named;
	if (coding == CODING_UCS2)
		return decode_utf16be;
	return utf8_valid((const char *)bytes, len) ? decode_utf8 : decode_windows_1252;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "006700e9" -> len / 2 bytes; false when it is not hexadecimal. */
static bool hex_decode(const char *hex, size_t len, uint8_t *ret)
{
	if (len == 0 || len % 2 != 0)
		return false;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[i / 2] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* ---- one part of a longer message ---- */

enum { UDH_MAX = 140 };

/* 3GPP TS 23.040 section 9.2.3.24: information elements 00 (8-bit reference) and 08 (16-bit reference) carry
 * reference, total, number. */
static bool udh_says_part(const uint8_t *udh, size_t len)
{
	size_t end = len > 0 ? (size_t)udh[0] + 1 : 0;
	if (end > len)
		end = len;
	for (size_t at = 1; at + 2 <= end; at += 2u + udh[at + 1]) {
		size_t total = udh[at] == 0x00 && udh[at + 1] == 3 ? 3 : udh[at] == 0x08 && udh[at + 1] == 4 ? 4 : 0;
		if (total > 0 && at + total < end)
			return udh[at + total] > 1;
	}
	return false;
}

/* %u arrives as bytes after the query was decoded; in the POST header it is still "%05%00%03…", and the user guide
 * promises plain hex. */
static bool is_part(const char *value, size_t len)
{
	uint8_t udh[UDH_MAX];
	char hex[2 * UDH_MAX];
	size_t digits = 0;
	for (size_t i = 0; i < len && digits < sizeof hex; i++)
		if (value[i] != '%')
			hex[digits++] = value[i];
	if (len >= strlen("050003RRTTNN") && hex_decode(hex, digits, udh))
		return udh_says_part(udh, digits / 2);
	return udh_says_part((const uint8_t *)value, len);
}

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

/* What we store and show of the gateway's own words: printable ASCII, cut to size. */
static void copy_plain(char *ret, size_t size, const char *from)
{
	size_t n = 0;
	for (; from[n] != '\0' && n + 1 < size; n++)
		ret[n] = from[n] >= ' ' && from[n] <= '~' ? from[n] : '?';
	ret[n] = '\0';
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
		size_t len = hex->value_len / 2;
		choose_decoder(charset, coding, bytes, len)(ret, bytes, len);
	} else if (text != NULL) {
		const uint8_t *raw = (const uint8_t *)text->value;
		choose_decoder(charset, coding, raw, text->value_len)(ret, raw, text->value_len);
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
	choose_decoder(*charset != '\0' ? charset : NULL, coding, bytes, body_len)(ret, bytes, body_len);
	return true;
}

static bool read_message(const struct request *r, struct inbound_message *ret, char *why, size_t why_size)
{
	copy_plain(ret->external_id, sizeof ret->external_id, value_of(r, "id", NULL));
	copy_plain(ret->from, sizeof ret->from, value_of(r, "from", "X-Kannel-From"));
	copy_plain(ret->to, sizeof ret->to, value_of(r, "to", "X-Kannel-To"));
	copy_plain(ret->smsc, sizeof ret->smsc, value_of(r, "smsc", "X-Kannel-SMSC"));
	read_time(value_of(r, "ts", NULL), ret);
	const struct form_field *udh = form_field(&r->query, "udh");
	const char *header = udh == NULL ? value_of(r, "udh", "X-Kannel-UDH") : "";
	ret->truncated = udh != NULL ? is_part(udh->value, udh->value_len) : is_part(header, strlen(header));
	if (ret->external_id[0] == '\0')
		return refuse(why, why_size, "id is missing: put id=%I into the URL");
	if (ret->from[0] == '\0')
		return refuse(why, why_size,
		              "the sender is missing: put from=%p into get-url, or set send-sender for post-url");
	return true;
}

bool kannel_read_inbound(const char *query, size_t query_len, const char *body, size_t body_len,
                         const char *content_type, const char *(*header)(void *ctx, const char *name), void *ctx,
                         struct inbound_message *ret, char *why, size_t why_size)
{
	struct request r = {.header = header, .ctx = ctx};
	if (!form_parse(query, query_len, &r.query))
		return refuse(why, why_size, "the query has too many fields");
	bool ok =
	        read_message(&r, ret, why, why_size) && read_text(&r, body, body_len, content_type, ret, why, why_size);
	if (ok && ret->text.failed)
		ok = refuse(why, why_size, "the text is too long for an SMS");
	form_free(&r.query);
	return ok;
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
	copy_plain(ret->ref, sizeof ret->ref, ref);
	copy_plain(ret->detail, sizeof ret->detail, reply != NULL ? reply : "");
	for (size_t i = 0; type != NULL && i < sizeof report_types / sizeof *report_types; i++)
		if (strcmp(type, report_types[i].type) == 0) {
			ret->state = report_types[i].state;
			return true;
		}
	return refuse(why, why_size, "type is none of 1, 2, 4, 8, 16");
}

bool kannel_read_status(const char *query, size_t query_len, struct delivery_report *ret, char *why, size_t why_size)
{
	struct form f;
	if (!form_parse(query, query_len, &f))
		return refuse(why, why_size, "the query has too many fields");
	bool ok = read_report(&f, ret, why, why_size);
	form_free(&f);
	return ok;
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
	copy_plain(v->detail + used + 2, sizeof v->detail - used - 2, body);
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

const struct channel channel_kannel = {.name = "sms", .render = render, .judge = judge};
