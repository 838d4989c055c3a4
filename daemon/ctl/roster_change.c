/* roster_change: rotations, overrides and swaps: who takes turns, and who stands in for whom. They are made and taken back by the
 * daemon's own statements, which record who did it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "../io/sql.h"
#include "commands.h"
#include "roster.h"
#include "snapshot.h"
#include "table.h"
#include "zone.h"

enum { KNOWN, EVER_KNOWN, ROTATION, LIST_ROTATIONS, LIST_OVERRIDES, LOCK };
static const struct pg_statement sql[] = {
        [KNOWN] = {"known", "select 1 from person where slug = $1 and retired_at is null"},
        [EVER_KNOWN] = {"ever_known", "select 1 from person where slug = $1"},
        [ROTATION] = {"rotation", "select retired_at from rotation where slug = $1"},
        [LIST_ROTATIONS] = {"list_rotations",
                            "select slug, role, array_to_string(people, ','), case when shift_s % 86400 = 0 then "
                            "shift_s / 86400 || 'd' when shift_s % 3600 = 0 then shift_s / 3600 || 'h' else "
                            "shift_s / 60 || 'm' end, starts_at, ends_at, case when starts_at <= now() then "
                            "people[1 + floor(extract(epoch from now() - starts_at) / shift_s)::bigint % "
                            "cardinality(people)] end from rotation where retired_at is null and "
                            "coalesce(ends_at, 'infinity') > now() order by slug"},
        [LIST_OVERRIDES] = {"list_overrides",
                            "select id, role, starts_at, ends_at, person, instead_of, case when swap is null then "
                            "'override' else 'swap' end, reason, made_by, made_at from shift_override where "
                            "retired_at is null and ends_at > now() order by starts_at, made_at, id"},
        [LOCK] = {"lock", "lock table shift_override in share row exclusive mode"},
};
enum { WORDS_MOST = 500 };

static void demand_person(struct ctl *c, const char *slug)
{
	if (db_query(c, &sql[KNOWN], DB_WITH(slug))->count == 0)
		roster_unknown(slug);
}

static const char *reason(struct ctl *c)
{
	const char *text = ctl_option(c, "reason");
	if (text != NULL && (text[0] == '\0' || strlen(text) > WORDS_MOST))
		ctl_usage(c, "--reason must have 1 to %d bytes", WORDS_MOST);
	return text;
}

/* ---- rotations ---- */

/* "12h", "90m", "7d" in seconds, as text; ends with the usage otherwise. */
static const char *length_option(struct ctl *c)
{
	const char *text = ctl_option(c, "length");
	char *unit;
	long n = text[0] >= '0' && text[0] <= '9' ? strtol(text, &unit, 10) : 0;
	long each = n > 0 && n < 100000 && strlen(unit) == 1 ? (*unit == 'm'   ? 60
	                                                        : *unit == 'h' ? 3600
	                                                        : *unit == 'd' ? 86400
	                                                                       : 0)
	                                                     : 0;
	if (n * each < 3600 || n * each > 31 * 86400)
		ctl_usage(c, "--length must be a time from 1h to 31d, like 90m, 12h or 7d");
	return arena_printf(c->arena, "%ld", n * each);
}

int command_rotation_add(struct ctl *c)
{
	const char *role = ctl_word(c, "role", roster_roles, ROSTER_ROLES, NULL), *length = length_option(c);
	const char *people = ctl_option(c, "people");
	struct wall from, until;
	if (!roster_slug_valid(c->argument))
		ctl_usage(c, "SLUG may have only a-z, 0-9 and single hyphens between them");
	ctl_window(c, &from, &until);
	if (people[0] == '\0' || people[0] == ',' || people[strlen(people) - 1] == ',' || strstr(people, ",,") != NULL)
		ctl_usage(c, "--people must be slugs in turn, like ani,budi,cici");
	char *rest = NULL, *list = arena_strdup(c->arena, people);
	for (char *slug = strtok_r(list, ",", &rest); slug != NULL; slug = strtok_r(NULL, ",", &rest))
		demand_person(c, slug);
	const struct rows *known = db_query(c, &sql[ROTATION], DB_WITH(c->argument));
	if (known->count > 0 && db_cell(known, 0, 0) == NULL)
		ctl_die("there is a rotation %s: run sigapctl roster rotation remove %s, then add one with another "
		        "slug",
		        c->argument, c->argument);
	if (known->count > 0)
		ctl_die("there was a rotation %s, and who was on duty then stays known: choose another slug",
		        c->argument);
	/* slugs need no quotes within an array's braces */
	db_query(c, &sql_statements[SQL_ADD_ROTATION],
	         DB_WITH(c->argument, role, arena_printf(c->arena, "{%s}", people), ctl_option(c, "from"), length,
	                 ctl_option(c, "until"), ctl_actor(c)));
	table_tell(c, "slug", c->argument, "role", role);
	return CTL_OK;
}

int command_rotation_list(struct ctl *c)
{
	static const struct column columns[] = {
	        {"slug", CELL_TEXT},  {"role", CELL_TEXT},   {"people", CELL_TEXT}, {"length", CELL_TEXT},
	        {"from", CELL_LOCAL}, {"until", CELL_LOCAL}, {"turn", CELL_TEXT},
	};
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	table_zone(t, snapshot_utc_offset(c));
	table_add_rows(t, db_query(c, &sql[LIST_ROTATIONS], DB_NONE));
	table_print(t, "no rotations");
	return CTL_OK;
}

int command_rotation_remove(struct ctl *c)
{
	if (db_query(c, &sql_statements[SQL_RETIRE_ROTATION], DB_WITH(c->argument, ctl_actor(c)))->count == 0)
		ctl_die("there is no rotation %s", c->argument);
	table_tell(c, "slug", c->argument);
	return CTL_OK;
}

/* ---- overrides ---- */

struct stand_in {
	const char *role, *from, *until, *person, *instead_of;
};

static const char *new_id(struct ctl *c)
{
	char *id = arena_alloc(c->arena, UUID_TEXT);
	uuid_format(uuid_make(), id);
	return id;
}

/* {"…",NULL}: elements that hold neither quotes nor backslashes, as slugs, times and ids do. */
static const char *array_text(struct ctl *c, const char *const *items, size_t n)
{
	const char *text = "{";
	for (size_t i = 0; i < n; i++)
		text = items[i] != NULL ? arena_printf(c->arena, "%s%s\"%s\"", text, i > 0 ? "," : "", items[i])
		                        : arena_printf(c->arena, "%s%sNULL", text, i > 0 ? "," : "");
	return arena_printf(c->arena, "%s}", text);
}

/* One override, or the two that are a swap; returns the id of the last. */
static const char *add_overrides(struct ctl *c, const struct stand_in *s, size_t n, const char *why, const char *swap)
{
	enum { TOGETHER = 2, KEYS = 6 };
	const char *keys[KEYS][TOGETHER], *arrays[KEYS];
	for (size_t i = 0; i < n; i++) {
		const char *const row[KEYS] = {new_id(c),  s[i].role,   s[i].from,
		                               s[i].until, s[i].person, s[i].instead_of};
		for (size_t k = 0; k < KEYS; k++)
			keys[k][i] = row[k];
	}
	for (size_t k = 0; k < KEYS; k++)
		arrays[k] = array_text(c, keys[k], n);
	db_query(c, &sql_statements[SQL_ADD_OVERRIDES],
	         DB_WITH(arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], arrays[5], why, ctl_actor(c), swap));
	return keys[0][n - 1];
}

/* Somebody who has no shift cannot be replaced: said, because it may be a slip, and done, because his shifts may come later. */
static void mention_no_shift(struct ctl *c, const char *slug, const char *role, struct wall from, struct wall until)
{
	struct directory d;
	snapshot_duty(c, from, until, &d);
	size_t n = roster_spans(&d.roster, c->arena, from, until, NULL, 0);
	struct duty_span *spans = arena_array(c->arena, struct duty_span, n + 1);
	roster_spans(&d.roster, c->arena, from, until, spans, n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(spans[i].person->slug, slug) == 0 && strcmp(spans[i].role, role) == 0)
			return;
	fprintf(stderr, "sigapctl: %s has no shift as %s in that time so far: until he has one, nothing changes\n",
	        slug, role);
}

int command_override_add(struct ctl *c)
{
	const char *role = ctl_word(c, "role", roster_roles, ROSTER_ROLES, NULL);
	const char *person = ctl_option(c, "person"), *of = ctl_option(c, "instead-of"), *why = reason(c);
	struct wall from, until;
	ctl_window(c, &from, &until);
	if (person == NULL && of == NULL)
		ctl_usage(c, "who? Give --person, --instead-of or both");
	if (person != NULL && of != NULL && strcmp(person, of) == 0)
		ctl_usage(c, "--person and --instead-of must be two people");
	if (person != NULL)
		demand_person(c, person);
	/* who has left may still be replaced */
	if (of != NULL && db_query(c, &sql[EVER_KNOWN], DB_WITH(of))->count == 0)
		roster_unknown(of);
	if (of != NULL && db_query(c, &sql[KNOWN], DB_WITH(of))->count > 0)
		mention_no_shift(c, of, role, from, until);
	const struct stand_in one = {role, ctl_option(c, "from"), ctl_option(c, "until"), person, of};
	const char *id = add_overrides(c, &one, 1, why, NULL);
	table_tell_text(c, id, "id", id, "role", role, "person", person, "instead_of", of);
	return CTL_OK;
}

int command_override_list(struct ctl *c)
{
	static const struct column columns[] = {
	        {"id", CELL_TEXT},      {"role", CELL_TEXT},       {"from", CELL_LOCAL}, {"until", CELL_LOCAL},
	        {"person", CELL_TEXT},  {"instead_of", CELL_TEXT}, {"kind", CELL_TEXT},  {"reason", CELL_TEXT},
	        {"made_by", CELL_TEXT}, {"made_at", CELL_LOCAL},
	};
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	table_zone(t, snapshot_utc_offset(c));
	table_add_rows(t, db_query(c, &sql[LIST_OVERRIDES], DB_NONE));
	table_print(t, "no overrides");
	return CTL_OK;
}

int command_override_remove(struct ctl *c)
{
	struct uuid id;
	if (!uuid_parse(c->argument, &id))
		ctl_usage(c, "ID must be one of sigapctl roster override list");
	if (db_query(c, &sql_statements[SQL_RETIRE_OVERRIDE], DB_WITH(c->argument, ctl_actor(c)))->count == 0)
		ctl_die("there is no override %s", c->argument);
	table_tell(c, "id", c->argument);
	return CTL_OK;
}

/* ---- swaps ---- */

/* The whole shift that the person has at that time; ends the run when there is none. */
static struct duty_span shift_at(struct ctl *c, const char *slug, const char *time)
{
	enum { AT_ONCE = 512 };
	struct wall at;
	if (!rfc3339_parse(time, &at.us))
		ctl_usage(c, "%s is no time; write it like 2026-11-21T20:00:00+08:00", time);
	demand_person(c, slug);
	struct directory d;
	snapshot_duty(c, at, (struct wall){at.us + 1000}, &d);
	struct duty_span *spans = arena_array(c->arena, struct duty_span, AT_ONCE);
	size_t n = roster_at(&d.roster, at, spans, AT_ONCE);
	for (size_t i = 0; i < n; i++)
		if (strcmp(spans[i].person->slug, slug) == 0)
			return spans[i];
	ctl_die("%s is not on duty at %s (%s): nothing was changed", slug, time,
	        zone_format(c->arena, at.us, snapshot_utc_offset(c)));
}

/* The end of the shift may lie beyond what was loaded for a moment: everything that begins before it must be known. */
struct duty_span roster_shift_at(struct ctl *c, const char *slug, const char *time)
{
	struct duty_span span = shift_at(c, slug, time);
	struct directory d;
	snapshot_duty(c, span.from, span.until, &d);
	struct duty_span cut = span;
	cut.person = directory_person(&d, slug);
	rfc3339_parse(time, &cut.from.us);
	return roster_whole(&d.roster, &cut);
}

static const char *time_text(struct ctl *c, struct wall t)
{
	char *text = arena_alloc(c->arena, RFC3339_MAX);
	rfc3339_format(t.us, text);
	return text;
}

int command_swap(struct ctl *c)
{
	const char *one = c->arguments[0], *other = c->arguments[2], *why = reason(c);
	if (strcmp(one, other) == 0)
		ctl_usage(c, "PERSON_A and PERSON_B must be two people");
	db_begin(c);
	db_query(c, &sql[LOCK], DB_NONE); /* the shifts must still be theirs when they are swapped */
	struct duty_span a = roster_shift_at(c, one, c->arguments[1]);
	struct duty_span b = roster_shift_at(c, other, c->arguments[3]);
	if (strcmp(a.role, b.role) == 0 && a.from.us < b.until.us && b.from.us < a.until.us)
		ctl_die("%s and %s are on duty as %s at the same time: there is nothing to swap", one, other, a.role);
	const struct stand_in both[] = {{a.role, time_text(c, a.from), time_text(c, a.until), other, one},
	                                {b.role, time_text(c, b.from), time_text(c, b.until), one, other}};
	const char *swap = new_id(c);
	add_overrides(c, both, 2, why, swap);
	db_commit(c);
	table_tell_text(c, swap, "id", swap, "person", one, "with", other);
	return CTL_OK;
}
