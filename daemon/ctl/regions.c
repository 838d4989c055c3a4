/* regions: administrative areas and their other names into the database, in one transaction. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
#include "commands.h"
#include "region_source.h"
#include "table.h"
#include "torn.h"

enum {
	LISTS,
	LOCK,
	FILL_REGIONS,
	FILL_ALIASES,
	TWICE,
	STRAY,
	COUNT,
	COUNT_ALIASES,
	DROP_ALIASES,
	DROP,
	PUT,
	PUT_ALIASES
};
static const struct pg_statement sql[] = {
        [LISTS] = {"lists", "create temp table wanted_region (code text, name text) on commit drop;"
                            "create temp table wanted_alias (code text, alias text, kind text) on commit drop"},
        [LOCK] = {"lock", "lock table region, region_alias in share row exclusive mode"},
        [FILL_REGIONS] = {"fill_regions",
                          "insert into wanted_region select code, name from json_to_recordset($1::json) "
                          "as w(code text, name text)"},
        [FILL_ALIASES] = {"fill_aliases", "insert into wanted_alias select distinct on (code, alias) code, alias, kind "
                                          "from json_to_recordset($1::json) as w(code text, alias text, kind text)"},
        [TWICE] = {"twice", "select code from wanted_region group by code having count(*) > 1 order by code limit 1"},
        [STRAY] = {"stray", "select w.code, w.alias from wanted_alias w where not exists "
                            "(select from wanted_region r where r.code = w.code) and ($1::bool or not exists "
                            "(select from region r where r.code = w.code)) order by 1, 2 limit 1"},
        /* $1: replace */
        [COUNT] = {"count", "select 'areas', count(*) filter (where r.code is null), "
                            "count(*) filter (where r.name <> w.name), (select count(*) from region o where $1::bool "
                            "and not exists (select from wanted_region x where x.code = o.code)) "
                            "from wanted_region w left join region r using (code)"},
        [COUNT_ALIASES] =
                {"count_aliases",
                 "select 'other names', count(*) filter (where r.code is null), "
                 "count(*) filter (where r.kind <> w.kind), (select count(*) from region_alias o where $1::bool "
                 "and not exists (select from wanted_alias x where (x.code, x.alias) = (o.code, o.alias))) "
                 "from wanted_alias w left join region_alias r using (code, alias)"},
        [DROP_ALIASES] = {"drop_aliases", "delete from region_alias o where not exists "
                                          "(select from wanted_alias x where (x.code, x.alias) = (o.code, o.alias))"},
        [DROP] = {"drop", "delete from region o where not exists (select from wanted_region x where x.code = o.code)"},
        [PUT] = {"put", "insert into region as r (code, name) select code, name from wanted_region "
                        "on conflict (code) do update set name = excluded.name where r.name <> excluded.name"},
        [PUT_ALIASES] = {"put_aliases",
                         "insert into region_alias as r (code, alias, kind) select code, alias, kind from wanted_alias "
                         "on conflict (code, alias) do update set kind = excluded.kind where r.kind <> excluded.kind"},
};
enum { LIST_MOST = 256 * 1024 * 1024 };

static const struct column columns[] = {
        {"what", CELL_TEXT}, {"added", CELL_NUMBER}, {"updated", CELL_NUMBER}, {"removed", CELL_NUMBER}};

typedef void put_item(struct json_out *j, const void *items, size_t i);

static void put_region(struct json_out *j, const void *items, size_t i)
{
	const struct region *r = (const struct region *)items + i;
	json_member_string(j, "code", r->code);
	json_member_string(j, "name", r->name);
}

static void put_alias(struct json_out *j, const void *items, size_t i)
{
	const struct region_alias *alias = (const struct region_alias *)items + i;
	json_member_string(j, "code", alias->code);
	json_member_string(j, "alias", alias->alias);
	json_member_string(j, "kind", alias->kind);
}

/* Sends all items to a statement as one array of objects. */
static void fill(struct ctl *c, const struct pg_statement *s, const void *items, size_t n, put_item *put)
{
	struct buf list;
	struct json_out j;
	buf_init(&list, LIST_MOST);
	json_out_init(&j, &list);
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++) {
		json_begin_object(&j);
		put(&j, items, i);
		json_end_object(&j);
	}
	json_end_array(&j);
	if (list.failed)
		ctl_die("the file is too large");
	db_query(c, s, DB_WITH(list.data));
	buf_free(&list);
}

static void refuse_faulty(struct ctl *c, const char *replace)
{
	const struct rows *twice = db_query(c, &sql[TWICE], DB_NONE);
	if (twice->count > 0)
		ctl_die("%s: area %s is named twice", c->argument, db_cell(twice, 0, 0));
	const struct rows *stray = db_query(c, &sql[STRAY], DB_WITH(replace));
	if (stray->count > 0)
		ctl_die("%s: \"%s\" is a name of area %s, which does not exist", ctl_option(c, "aliases"),
		        db_cell(stray, 0, 1), db_cell(stray, 0, 0));
}

int command_regions_import(struct ctl *c)
{
	size_t n, alias_count;
	const struct region *regions = region_source_read(c, c->argument, &n);
	const struct region_alias *aliases = region_source_aliases(c, ctl_option(c, "aliases"), &alias_count);
	const char *replace = ctl_option(c, "replace") != NULL ? "t" : "f";
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	struct torn torn;
	db_begin(c);
	db_script(c, sql[LISTS].name, sql[LISTS].sql);
	fill(c, &sql[FILL_REGIONS], regions, n, put_region);
	fill(c, &sql[FILL_ALIASES], aliases, alias_count, put_alias);
	db_query(c, &sql[LOCK], DB_NONE);
	torn_begin(c, &torn);
	refuse_faulty(c, replace);
	table_add_rows(t, db_query(c, &sql[COUNT], DB_WITH(replace)));
	table_add_rows(t, db_query(c, &sql[COUNT_ALIASES], DB_WITH(replace)));
	if (replace[0] == 't') {
		db_query(c, &sql[DROP_ALIASES], DB_NONE);
		db_query(c, &sql[DROP], DB_NONE);
	}
	db_query(c, &sql[PUT], DB_NONE);
	db_query(c, &sql[PUT_ALIASES], DB_NONE);
	torn_end(c, &torn);
	db_commit(c);
	table_print(t, "");
	return CTL_OK;
}
