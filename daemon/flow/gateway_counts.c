/* gateway_counts: see gateway_counts.h. */
#include "gateway_counts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

enum { NAME_MAX_BYTES = 64 };
struct entry {
	char name[NAME_MAX_BYTES];
	int64_t counts[GATEWAY_COUNTS];
	struct wall heard;
	UT_hash_handle hh;
};
struct gateway_counts {
	struct flow *flow;
	struct entry *entries;
};
static const struct {
	const char *family, *help;
} families[GATEWAY_COUNTS] = {
        [GATEWAY_MESSAGES] = {"sigap_gateway_messages_total", "Messages that a gateway brought and that are on disk"},
        [GATEWAY_REPORTS] = {"sigap_gateway_delivery_reports_total", "Delivery reports recorded"},
        [GATEWAY_REPORTS_UNKNOWN] = {"sigap_gateway_delivery_reports_unknown_total",
                                     "Delivery reports about no message that is known here"},
        [GATEWAY_FORGED] = {"sigap_gateway_calls_forged_total",
                            "Calls refused because their signature or secret was missing or wrong"},
        [GATEWAY_UNREADABLE] = {"sigap_gateway_calls_unreadable_total",
                                "Calls kept as they came that could not be understood in full"},
};

static struct entry *entry_of(struct gateway_counts *c, const char *gateway)
{
	struct entry *e;
	HASH_FIND_STR(c->entries, gateway, e);
	if (e != NULL)
		return e;
	e = calloc(1, sizeof *e);
	if (e == NULL)
		abort();
	snprintf(e->name, sizeof e->name, "%s", gateway);
	HASH_ADD_STR(c->entries, name, e);
	return e;
}

struct gateway_counts *gateway_counts_open(struct flow *f)
{
	struct gateway_counts *c = calloc(1, sizeof *c);
	if (c == NULL)
		abort();
	c->flow = f;
	return c;
}

void gateway_counts_close(struct gateway_counts **counts)
{
	struct gateway_counts *c = *counts;
	struct entry *e, *next;
	if (c == NULL)
		return;
	HASH_ITER(hh, c->entries, e, next)
	{
		HASH_DEL(c->entries, e);
		free(e);
	}
	free(c);
	*counts = NULL;
}

void gateway_counts_add(struct gateway_counts *c, const char *gateway, enum gateway_count what, size_t n)
{
	entry_of(c, gateway)->counts[what] += (int64_t)n;
}

void gateway_counts_heard(struct gateway_counts *c, const char *gateway)
{
	entry_of(c, gateway)->heard = db_clock_now(&c->flow->clock);
}

struct wall gateway_counts_last_heard(const struct gateway_counts *c, const char *gateway)
{
	const struct entry *e;
	HASH_FIND_STR(c->entries, gateway, e);
	return e != NULL ? e->heard : (struct wall){0};
}

static void render_heard(const struct gateway_counts *c, struct buf *out)
{
	static const char family[] = "sigap_gateway_last_heard_timestamp_seconds";
	buf_addf(out, "# HELP %s When a gateway last brought something that is on disk; 0: not since the start\n",
	         family);
	buf_addf(out, "# TYPE %s gauge\n", family);
	for (const struct entry *e = c->entries; e != NULL; e = e->hh.next)
		buf_addf(out, "%s{gateway=\"%s\"} %.3f\n", family, e->name, (double)e->heard.us / 1e6);
}

void gateway_counts_render(struct gateway_counts *c, struct buf *out)
{
	const struct conf *conf = c->flow->conf;
	for (int i = 0; i < conf->gateway_count; i++)
		entry_of(c, conf->gateways[i].name);
	if (c->entries == NULL)
		return;
	render_heard(c, out);
	for (int what = 0; what < GATEWAY_COUNTS; what++) {
		buf_addf(out, "# HELP %s %s\n# TYPE %s counter\n", families[what].family, families[what].help,
		         families[what].family);
		for (const struct entry *e = c->entries; e != NULL; e = e->hh.next)
			buf_addf(out, "%s{gateway=\"%s\"} %" PRId64 "\n", families[what].family, e->name,
			         e->counts[what]);
	}
}
