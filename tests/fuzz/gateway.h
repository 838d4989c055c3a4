/* gateway: what must hold of any gateway's channel, whatever a call, a text or an answer holds. For the fuzz targets of channels. */
#ifndef SIGAP_TESTS_FUZZ_GATEWAY_H
#define SIGAP_TESTS_FUZZ_GATEWAY_H
#include "../../protocol/utf8.h"
#include "../unit/golden.h"
#include "fuzz.h"

static inline void hold_plain(const char *text, size_t room)
{
	HOLD(strlen(text) < room);
	for (const char *p = text; *p != '\0'; p++)
		HOLD(*p >= ' ' && *p <= '~');
}

static inline void hold_message(const struct channel *c, const struct inbound_message *m, bool taken)
{
	HOLD(!taken || (m->external_id[0] != '\0' && !m->text.failed));
	HOLD(!taken || m->from[0] != '\0' || c->handles); /* a group has nobody to be answered */
	HOLD(utf8_valid(m->text.data, m->text.len));
	HOLD(m->part_total == 0 || (m->part_number >= 1 && m->part_number <= m->part_total && m->part_ref >= 0));
	HOLD(!m->has_position || (m->lat >= -90 && m->lat <= 90 && m->lon >= -180 && m->lon <= 180));
	HOLD(strlen(m->name) < sizeof m->name && utf8_valid(m->name, strlen(m->name)));
	hold_plain(m->external_id, sizeof m->external_id);
	hold_plain(m->from, sizeof m->from);
	hold_plain(m->to, sizeof m->to);
	hold_plain(m->smsc, sizeof m->smsc);
}

static inline void hold_report(const struct delivery_report *d)
{
	HOLD(d->ref[0] != '\0' || d->gateway_ref[0] != '\0');
	HOLD((int)d->state >= 0 && d->state < DELIVERY_STATES);
	hold_plain(d->ref, sizeof d->ref);
	hold_plain(d->gateway_ref, sizeof d->gateway_ref);
	hold_plain(d->detail, sizeof d->detail);
}

/* A call is taken, or refused with a reason; of a forged one nothing is kept. */
static inline enum inbound_end hold_call(const struct channel *c, const struct gateway *g, struct golden *call)
{
	enum inbound_end end = INBOUND_TAKEN;
	for (int door = 0; door < DOORS; door++) {
		struct inbound all;
		char why[200] = "";
		inbound_init(&all);
		end = golden_call(c, g, (enum door)door, call, &all, why, sizeof why);
		HOLD((end == INBOUND_TAKEN || end == INBOUND_CHALLENGE) == (why[0] == '\0'));
		hold_plain(all.challenge, sizeof all.challenge);
		HOLD(end != INBOUND_FORGED || all.message_count + all.report_count == 0);
		hold_plain(why, sizeof why);
		for (size_t i = 0; i < all.message_count; i++)
			hold_message(c, &all.messages[i], end == INBOUND_TAKEN);
		for (size_t i = 0; i < all.report_count; i++)
			hold_report(&all.reports[i]);
		inbound_free(&all);
	}
	return end;
}

/* Any text renders to one call, whose lines nothing in the text can break, or is refused with a reason. */
static inline void hold_render(const struct channel *c, const struct gateway *g, const char *text)
{
	static const struct channel_contact contact = {.address = "+628123456789"};
	struct channel_notice notice = {.id = "a-1", .body = text, .body_len = strlen(text)};
	struct http_call call;
	char why[200] = "";
	http_call_init(&call);
	bool ok = c->render(g, &contact, &notice, &call, why, sizeof why);
	HOLD(ok == (why[0] == '\0'));
	if (ok) {
		hold_plain(call.url.data, call.url.max);
		HOLD(strchr(call.url.data, ' ') == NULL);
		HOLD(utf8_valid(call.body.data, call.body.len) && memchr(call.body.data, '\n', call.body.len) == NULL);
	}
	http_call_free(&call);
}

/* Any answer has a verdict in plain words. */
static inline void hold_judge(const struct channel *c, const char *body)
{
	static const int statuses[] = {200, 201, 400, 403, 429, 500};
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct channel_answer a = {.status = statuses[i], .body = body, .error = ""};
		struct verdict v = c->judge(&a);
		HOLD((int)v.outcome >= 0 && v.outcome < OUTCOMES);
		HOLD(statuses[i] < 300 || v.outcome != OUTCOME_OK);
		hold_plain(v.detail, sizeof v.detail);
		hold_plain(v.gateway_ref, sizeof v.gateway_ref);
	}
}
#endif
