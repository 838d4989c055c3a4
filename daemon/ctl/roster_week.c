/* roster_week: what people of the roster look at: seven days with their gaps, and the notes of one shift to the next. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "../../protocol/utf8.h"
#include "commands.h"
#include "roster.h"
#include "snapshot.h"
#include "table.h"

enum { ADD_NOTE, LIST_NOTES };
static const struct pg_statement sql[] = {
        [ADD_NOTE] = {"add_note", "insert into handover_note (actor, text) values ($1, $2)"},
        [LIST_NOTES] = {"list_notes", "select at, actor, text from handover_note order by at desc, id limit 50"},
};
enum { NOTE_MOST = 2000 };
static const int64_t week_us = 7 * 86400 * INT64_C(1000000);

/* ---- notes ---- */

int command_note_add(struct ctl *c)
{
	const char *text = c->argument;
	if (text[strspn(text, " \t\n")] == '\0' || strlen(text) > NOTE_MOST || !utf8_valid(text, strlen(text)))
		ctl_usage(c, "TEXT must be UTF-8 text of 1 to %d bytes", NOTE_MOST);
	db_query(c, &sql[ADD_NOTE], DB_WITH(ctl_actor(c), text));
	table_tell(c, "text", text);
	return CTL_OK;
}

int command_note_list(struct ctl *c)
{
	static const struct column columns[] = {{"at", CELL_LOCAL}, {"actor", CELL_TEXT}, {"text", CELL_TEXT}};
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	table_zone(t, snapshot_utc_offset(c));
	table_add_rows(t, db_query(c, &sql[LIST_NOTES], DB_NONE));
	table_print(t, "no notes");
	return CTL_OK;
}

/* ---- the week ---- */

struct week {
	struct wall from, until;
	const char *code; /* the area that must be covered; NULL: any */
	bool everybody;   /* also those whose scope does not cover it */
	struct duty_span *spans;
	struct duty_gap *gaps;
	size_t span_count, gap_count;
};

/* "2026-11-21 12:00:00+00", as the database would write it: what a time cell is made of. */
static const char *cell_of(struct ctl *c, struct wall at)
{
	char text[RFC3339_MAX];
	rfc3339_format(at.us, text);
	return arena_printf(c->arena, "%.10s %.12s+00", text, text + 11);
}

static void read_week(struct ctl *c, struct week *w)
{
	struct directory d;
	snapshot_duty(c, w->from, w->until, &d);
	size_t n = roster_spans(&d.roster, c->arena, w->from, w->until, NULL, 0);
	w->spans = arena_array(c->arena, struct duty_span, n + 1);
	w->span_count = roster_spans(&d.roster, c->arena, w->from, w->until, w->spans, n);
	n = roster_gaps(&d.roster, c->arena, NULL, w->code, w->from, w->until, NULL, 0);
	w->gaps = arena_array(c->arena, struct duty_gap, n + 1);
	w->gap_count = roster_gaps(&d.roster, c->arena, NULL, w->code, w->from, w->until, w->gaps, n);
}

static void add_span(struct ctl *c, struct table *t, const struct duty_span *s)
{
	const char *source = s->rotation == NULL ? s->source : arena_printf(c->arena, "rotation %s", s->rotation);
	table_add(t, (const char *[]){s->person->slug, s->person->name, s->role, cell_of(c, s->from),
	                              cell_of(c, s->until), source});
}

static void add_gap(struct ctl *c, struct table *t, const struct duty_gap *g)
{
	table_add(t, (const char *[]){NULL, NULL, NULL, cell_of(c, g->from), cell_of(c, g->until), "gap"});
}

int command_week(struct ctl *c)
{
	static const struct column columns[] = {
	        {"person", CELL_TEXT}, {"name", CELL_TEXT},   {"role", CELL_TEXT},
	        {"from", CELL_LOCAL},  {"until", CELL_LOCAL}, {"source", CELL_TEXT},
	};
	const struct policy *policy = snapshot_policy(c);
	const char *from = ctl_time(c, "from"), *region = ctl_code(c, "region", NULL);
	struct week w = {.everybody = region == NULL,
	                 .code = region != NULL   ? region
	                         : policy != NULL ? policy->regency
	                                          : NULL};
	if (from == NULL || !rfc3339_parse(from, &w.from.us))
		w.from = snapshot_now(c);
	w.until.us = w.from.us + week_us;
	read_week(c, &w);
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	table_zone(t, snapshot_utc_offset(c));
	size_t g = 0;
	for (size_t i = 0; i < w.span_count; i++) {
		for (; g < w.gap_count && w.gaps[g].from.us <= w.spans[i].from.us; g++)
			add_gap(c, t, &w.gaps[g]);
		if (w.everybody || region_code_within(w.code, w.spans[i].person->scope))
			add_span(c, t, &w.spans[i]);
	}
	for (; g < w.gap_count; g++)
		add_gap(c, t, &w.gaps[g]);
	table_print(t, "");
	if (w.gap_count > 0 && !c->json)
		printf("gap: nobody with a telephone is on duty for %s\n", w.code != NULL ? w.code : "any area");
	return w.gap_count > 0 ? CTL_FAULT : CTL_OK;
}
