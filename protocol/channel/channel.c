/* channel: see channel.h. What all channels share: initialising, Retry-After, and the verdict on an HTTP answer. */
#include "channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const outcome_names[OUTCOMES] = {
        [OUTCOME_OK] = "ok",
        [OUTCOME_RETRY] = "retry",
        [OUTCOME_RETRY_AFTER] = "retry_after",
        [OUTCOME_PERMANENT] = "permanent",
        [OUTCOME_UNKNOWN] = "unknown",
};
const char *const delivery_state_names[DELIVERY_STATES] = {
        [DELIVERY_QUEUED] = "queued",
        [DELIVERY_SENT] = "sent",
        [DELIVERY_DELIVERED] = "delivered",
        [DELIVERY_FAILED] = "failed",
};

enum { URL_MAX = 16 * 1024, HEADERS_MAX = 4 * 1024, BODY_MAX = 256 * 1024, TEXT_MAX = 64 * 1024 };

void http_call_init(struct http_call *c)
{
	c->method = "GET";
	buf_init(&c->url, URL_MAX);
	buf_init(&c->headers, HEADERS_MAX);
	buf_init(&c->body, BODY_MAX);
}

void http_call_free(struct http_call *c)
{
	buf_free(&c->url);
	buf_free(&c->headers);
	buf_free(&c->body);
}

void inbound_message_init(struct inbound_message *m)
{
	*m = (struct inbound_message){.repaired = false};
	buf_init(&m->text, TEXT_MAX);
}

void inbound_message_free(struct inbound_message *m)
{
	buf_free(&m->text);
}

/* ---- what one call brought ---- */

void inbound_init(struct inbound *i)
{
	*i = (struct inbound){.message_count = 0};
}

void inbound_free(struct inbound *i)
{
	for (size_t m = 0; m < i->message_count; m++)
		inbound_message_free(&i->messages[m]);
	free(i->messages);
	free(i->reports);
	inbound_init(i);
}

/* Room for one more at the end of list, which doubles as it grows. */
static void *grown(void *list, size_t count, size_t size)
{
	if (count >= INBOUND_MOST)
		return NULL;
	if ((count & (count - 1)) != 0)
		return list;
	void *more = realloc(list, (count == 0 ? 1 : 2 * count) * size);
	if (more == NULL)
		abort();
	return more;
}

struct inbound_message *inbound_add_message(struct inbound *i)
{
	struct inbound_message *more = grown(i->messages, i->message_count, sizeof *more);
	if (more == NULL)
		return NULL;
	i->messages = more;
	inbound_message_init(&more[i->message_count]);
	return &more[i->message_count++];
}

struct delivery_report *inbound_add_report(struct inbound *i)
{
	struct delivery_report *more = grown(i->reports, i->report_count, sizeof *more);
	if (more == NULL)
		return NULL;
	i->reports = more;
	more[i->report_count] = (struct delivery_report){.state = DELIVERY_QUEUED};
	return &more[i->report_count++];
}

void inbound_copy_plain(char *to, size_t size, const char *text)
{
	size_t n = 0;
	for (; text[n] != '\0' && n + 1 < size; n++)
		to[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	to[n] = '\0';
}

struct gateway_answer channel_accepted(const struct channel *channel, const struct gateway *gateway, enum door door)
{
	struct gateway_answer answer = channel->accepted[door];
	const char *body = gateway->mapping.accepted_body;
	if (body == NULL || strcmp(channel->name, "generic") != 0) /* the others' answers are their gateways' own */
		return answer;
	answer.body = body;
	if (*body == '{' || *body == '[')
		answer.content_type = "application/json";
	return answer;
}

/* ---- Retry-After ---- */

enum { WAIT_MIN_S = 1, WAIT_MAX_S = 3600 };

static int bounded_wait(int64_t seconds)
{
	return (int)(seconds < WAIT_MIN_S ? WAIT_MIN_S : seconds > WAIT_MAX_S ? WAIT_MAX_S : seconds);
}

/* "120": digits only; more of them than fit mean the longest wait. */
static bool read_seconds(const char *value, int64_t *ret)
{
	size_t digits = strspn(value, "0123456789");
	if (digits == 0 || value[digits + strspn(value + digits, " \t")] != '\0')
		return false;
	*ret = 0;
	for (size_t i = 0; i < digits && *ret <= WAIT_MAX_S; i++)
		*ret = *ret * 10 + (value[i] - '0');
	return true;
}

static int month_number(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at = strlen(name) == 3 ? strstr(months, name) : NULL;
	return at == NULL || (at - months) % 3 != 0 ? -1 : (int)(at - months) / 3;
}

/* RFC 9110 section 5.6.7: the form in use and the two obsolete ones that must be read as well. */
static const char *const date_forms[] = {
        "%*3[A-Za-z], %1$2d %2$3s %3$4d %4$2d:%5$2d:%6$2d GMT%7$n",        /* Sun, 06 Nov 1994 08:49:37 GMT */
        "%*9[A-Za-z], %1$2d-%2$3[A-Za-z]-%3$2d %4$2d:%5$2d:%6$2d GMT%7$n", /* Sunday, 06-Nov-94 08:49:37 GMT */
        "%*3[A-Za-z] %2$3s %1$2d %4$2d:%5$2d:%6$2d %3$4d%7$n",             /* Sun Nov  6 08:49:37 1994 */
};

static bool read_http_date(const char *value, int64_t *ret)
{
	for (size_t i = 0; i < sizeof date_forms / sizeof *date_forms; i++) {
		struct tm t = {.tm_year = 0};
		char month[4];
		int year, end = 0;
		int fields =
		        sscanf(value, date_forms[i], &t.tm_mday, month, &year, &t.tm_hour, &t.tm_min, &t.tm_sec, &end);
		if (fields != 6 || end == 0 || value[end] != '\0')
			continue;
		t.tm_year = year >= 100 ? year - 1900 : year < 70 ? year + 100 : year;
		t.tm_mon = month_number(month);
		if (t.tm_mon < 0) /* timegm would take it for the December before */
			return false;
		*ret = timegm(&t);
		return true;
	}
	return false;
}

int retry_after_seconds(const char *value, int64_t now_s)
{
	int64_t number;
	if (value == NULL)
		return 0;
	value += strspn(value, " \t");
	if (read_seconds(value, &number))
		return bounded_wait(number);
	if (read_http_date(value, &number))
		return bounded_wait(number - now_s);
	return 0;
}

/* ---- verdict ---- */

/* Copies the transport's words without those that look like an address: anything with a digit or a dot, slash, colon
 * or at sign inside. */
static void add_words(struct verdict *v, const char *error)
{
	size_t used = strlen(v->detail);
	for (const char *at = error + strspn(error, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " "), core = len;
		while (core > 0 && strchr(".,:;)", at[core - 1]) != NULL)
			core--;
		bool address = strcspn(at, "0123456789./@:[]") < core;
		int n = snprintf(v->detail + used, sizeof v->detail - used, " %.*s", address ? 3 : (int)len,
		                 address ? "..." : at);
		at += len;
		if (n < 0 || (size_t)n >= sizeof v->detail - used) {
			v->detail[used] = '\0';
			return;
		}
		used += (size_t)n;
	}
}

static struct verdict transport_verdict(const struct channel_answer *answer)
{
	static const struct {
		enum outcome outcome;
		const char *detail;
	} table[] = {
	        [TRANSPORT_NOT_SENT] = {OUTCOME_RETRY, "not sent:"},
	        [TRANSPORT_BROKEN] = {OUTCOME_UNKNOWN, "no answer, may have arrived:"},
	        [TRANSPORT_REFUSED_BY_US] = {OUTCOME_PERMANENT, "address not allowed:"},
	};
	struct verdict v = {.outcome = table[answer->transport].outcome,
	                    .gateway_fault = answer->transport == TRANSPORT_REFUSED_BY_US};
	snprintf(v.detail, sizeof v.detail, "%s", table[answer->transport].detail);
	size_t bare = strlen(v.detail);
	add_words(&v, answer->error != NULL ? answer->error : "");
	if (v.detail[bare] == '\0')
		v.detail[bare - 1] = '\0'; /* no words, no colon */
	return v;
}

static enum outcome status_outcome(int status)
{
	if (status >= 200 && status <= 299)
		return OUTCOME_OK;
	if (status == 408 || status == 425 || status == 429 || (status >= 500 && status <= 599))
		return OUTCOME_RETRY;
	if (status >= 300 && status <= 499)
		return OUTCOME_PERMANENT;
	return OUTCOME_UNKNOWN;
}

/* The log-in, the account, the address called: nothing that another message or number would change. */
static bool status_blames_gateway(int status)
{
	return (status >= 300 && status <= 399) || (status >= 401 && status <= 405) || status == 407;
}

struct verdict http_verdict(const struct channel_answer *answer)
{
	if (answer->transport != TRANSPORT_ANSWERED)
		return transport_verdict(answer);
	struct verdict v = {.outcome = status_outcome(answer->status),
	                    .gateway_fault = status_blames_gateway(answer->status)};
	if (answer->status == 429 || answer->status == 503)
		v.retry_after_s = retry_after_seconds(answer->retry_after, answer->now_s);
	if (v.retry_after_s > 0)
		v.outcome = OUTCOME_RETRY_AFTER;
	const char *note = "";
	if (answer->status == 410)
		note = ": gone";
	else if (answer->status >= 300 && answer->status <= 399)
		note = ": redirects are not followed";
	snprintf(v.detail, sizeof v.detail, "HTTP %d%s", answer->status, note);
	return v;
}
