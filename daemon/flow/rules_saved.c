/* rules_saved: a load's rows are put aside, sealed, so that a daemon can begin with them when the database is away. */
#include <string.h>

#include "../base/log.h"
#include "../io/pg_saved.h"
#include "rules_parts.h"
#include "stock.h"

enum {
	SAVED_MOST = 64 * 1024 * 1024,
	HASH_BYTES = 32,
	SAVED_HEAD = 2 * HASH_BYTES /* of all behind it, and of the statements whose rows these are */
};

/* ---- while they are read ---- */

/* Other statements bring other rows: whoever begins with these must have the same. */
static void hash_statements(uint8_t ret[HASH_BYTES])
{
	struct buf all;
	buf_init(&all, SAVED_MOST);
	for (int i = 0; i < rules_step_count; i++)
		buf_adds(&all, sql_statements[rules_steps[i].statement].sql);
	sha256(all.data, all.len, ret);
	buf_free(&all);
}

void rules_begin_saving(struct rules_load *l)
{
	uint8_t head[SAVED_HEAD] = {0};
	hash_statements(head + HASH_BYTES);
	buf_init(&l->saved, SAVED_MOST);
	if (stock_keeps_rules(l->flow))
		buf_add(&l->saved, head, sizeof head);
}

void rules_save(struct rules_load *l, const struct pg_result *r)
{
	if (l->saved.len > 0)
		pg_save(r, &l->saved);
}

void rules_end_saving(struct rules_load *l, bool loaded)
{
	struct buf *s = &l->saved;
	if (loaded && s->len > 0 && !s->failed) {
		sha256(s->data + HASH_BYTES, s->len - HASH_BYTES, (uint8_t *)s->data);
		stock_put_rules(l->flow, s->data, s->len);
	}
	buf_free(s);
}

/* ---- without the database ---- */

static const char *read_saved(struct rules_load *l, const char *at, const char *end)
{
	const char *why = NULL;
	struct pg_result r;
	for (int i = 0; i < rules_step_count && why == NULL; i++) {
		if (!pg_saved_read(&at, end, &r))
			return "what was put aside is cut short";
		why = rules_steps[i].read(l, &r);
		pg_saved_free(&r);
	}
	return why != NULL ? why : rules_put_together(l);
}

static const char *check_saved(const char *saved, size_t len)
{
	uint8_t hash[HASH_BYTES];
	if (len < SAVED_HEAD)
		return "nothing is put aside";
	sha256(saved + HASH_BYTES, len - HASH_BYTES, hash);
	if (memcmp(hash, saved, sizeof hash) != 0)
		return "what was put aside is damaged";
	hash_statements(hash);
	if (memcmp(hash, saved + HASH_BYTES, sizeof hash) != 0)
		return "another version of sigapd put it aside";
	return NULL;
}

const char *rules_begin(struct flow *f, const char *saved, size_t len)
{
	const struct db_clock clock = f->clock; /* what the rows say of the time is long past */
	struct rules_load l = {.flow = f};
	const char *why = check_saved(saved, len);
	if (why != NULL)
		return why;
	l.rules = rules_new();
	why = read_saved(&l, saved + SAVED_HEAD, saved + len);
	f->clock = clock;
	if (why != NULL) {
		char quoted[512];
		log_error("rules.refused", "why=%s", log_quote(why, quoted));
	} else if (f->rules == NULL) {
		rules_log("rules.from_disk", &l);
		f->rules = rules_hold(l.rules);
	}
	rules_drop(&l.rules);
	return why == NULL ? NULL : "the rules that were put aside cannot be read";
}
