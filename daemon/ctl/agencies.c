/* agencies: the directory becomes what a file says, in one transaction. Nothing is deleted: history names agencies and contacts. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../core/directory.h"
#include "commands.h"
#include "table.h"
#include "torn.h"

/* $1::bool of the later ones: merge, so that nothing is retired. A wanted contact is the active one of that agency, channel and address,
 * else the one retired last, else a new one: ids of unchanged contacts stay. Contacts of a retired agency stay active, because
 * its answers to open dispatches still count. */
enum {
	LISTS,
	LOCK,
	FILL_AGENCIES,
	FILL_CONTACTS,
	COUNT_AGENCIES,
	COUNT_CONTACTS,
	TOUCH,
	RETIRE_AGENCIES,
	PUT_AGENCIES,
	RETIRE_CONTACTS,
	REPLACED_SECRETS,
	CHANGE_CONTACTS,
	ADD_CONTACTS,
	NUMBER_CONTACTS,
	RECORD
};
static const struct pg_statement sql[] = {
        [LISTS] = {"lists", "create temp table wanted_agency (slug text primary key, name text, kind text, "
                            "jurisdiction text[]) on commit drop;"
                            "create temp table wanted_contact (agency text, position int, channel text, address text, "
                            "secret text, allow_private bool, id uuid) on commit drop;"
                            "create temp table touched (slug text primary key, before json) on commit drop"},
        [LOCK] = {"lock", "lock table agency, contact in share row exclusive mode"},
        [FILL_AGENCIES] = {"fill_agencies",
                           "insert into wanted_agency select slug, name, kind, jurisdiction from "
                           "json_to_recordset($1::json) as w(slug text, name text, kind text, jurisdiction text[])"},
        [FILL_CONTACTS] =
                {"fill_contacts",
                 "insert into wanted_contact select agency, position, channel, address, secret, allow_private, k.id "
                 "from json_to_recordset($1::json) as w(agency text, position int, channel text, address text, "
                 "secret text, allow_private bool) left join (select distinct on (agency, channel, address) "
                 "agency, channel, address, id from contact order by agency, channel, address, retired_at desc nulls "
                 "first, id) k using (agency, channel, address)"},
        [COUNT_AGENCIES] =
                {"count_agencies",
                 "select 'agencies', count(*) filter (where a.slug is null), count(*) filter (where a.slug is not null "
                 "and a.retired_at is null and (a.name, a.kind, a.jurisdiction) is distinct from (w.name, w.kind, "
                 "w.jurisdiction)), count(*) filter (where a.retired_at is not null), (select count(*) from agency o "
                 "where o.retired_at is null and not $1::bool and o.slug not in (select slug from wanted_agency)) "
                 "from wanted_agency w left join agency a using (slug)"},
        [COUNT_CONTACTS] =
                {"count_contacts",
                 "select 'contacts', count(*) filter (where k.id is null), count(*) filter (where k.id is not null and "
                 "k.retired_at is null and (k.position, k.secret, k.allow_private) is distinct from (w.position, "
                 "w.secret, w.allow_private)), count(*) filter (where k.retired_at is not null), (select count(*) from "
                 "contact o where o.retired_at is null and not $1::bool and o.agency in (select slug from "
                 "wanted_agency) and o.id not in (select id from wanted_contact where id is not null)) "
                 "from wanted_contact w left join contact k using (id)"},
        [TOUCH] =
                {"touch",
                 "insert into touched select t.slug, (select agency_entry(a) from agency a where a.slug = t.slug) from "
                 "("
                 "select w.slug from wanted_agency w left join agency a using (slug) where a.slug is null or "
                 "a.retired_at is not null or (a.name, a.kind, a.jurisdiction) is distinct from (w.name, w.kind, "
                 "w.jurisdiction) union select w.agency from wanted_contact w left join contact k using (id) where "
                 "k.id is null or k.retired_at is not null or (k.position, k.secret, k.allow_private) is distinct "
                 "from (w.position, w.secret, w.allow_private) union select o.agency from contact o where "
                 "o.retired_at is null and not $1::bool and o.agency in (select slug from wanted_agency) and o.id not "
                 "in (select id from wanted_contact where id is not null) union select o.slug from agency o where "
                 "o.retired_at is null and not $1::bool and o.slug not in (select slug from wanted_agency)) t"},
        [RETIRE_AGENCIES] = {"retire_agencies",
                             "update agency set retired_at = now() where retired_at is null and not $1::bool "
                             "and slug not in (select slug from wanted_agency)"},
        [PUT_AGENCIES] =
                {"put_agencies",
                 "insert into agency as a (slug, name, kind, jurisdiction) select slug, name, kind, jurisdiction "
                 "from wanted_agency on conflict (slug) do update set name = excluded.name, kind = excluded.kind, "
                 "jurisdiction = excluded.jurisdiction, retired_at = null where a.retired_at is not null or "
                 "(a.name, a.kind, a.jurisdiction) is distinct from (excluded.name, excluded.kind, "
                 "excluded.jurisdiction)"},
        [RETIRE_CONTACTS] = {"retire_contacts",
                             "update contact set retired_at = now() where retired_at is null and not $1::bool "
                             "and agency in (select slug from wanted_agency) "
                             "and id not in (select id from wanted_contact where id is not null)"},
        [REPLACED_SECRETS] = {"replaced_secrets",
                              "select k.agency, k.address from wanted_contact w join contact k using (id) where "
                              "k.secret is not null and k.secret is distinct from w.secret order by 1, 2"},
        [CHANGE_CONTACTS] =
                {"change_contacts",
                 "update contact k set position = w.position, secret = w.secret, allow_private = w.allow_private, "
                 "retired_at = null from wanted_contact w where w.id = k.id and (k.retired_at is not null or "
                 "(k.position, k.secret, k.allow_private) is distinct from (w.position, w.secret, w.allow_private))"},
        [ADD_CONTACTS] =
                {"add_contacts",
                 "insert into contact (agency, position, channel, address, secret, allow_private) select agency, "
                 "position, channel, address, secret, allow_private from wanted_contact where id is null"},
        /* after a merge: what the file names comes first, then the others in their order, without a gap */
        [NUMBER_CONTACTS] =
                {"number_contacts",
                 "update contact k set position = o.n from (select k.id, row_number() over (partition by k.agency "
                 "order "
                 "by w.position, k.position, k.id) - 1 as n from contact k left join wanted_contact w using (agency, "
                 "channel, address) where k.retired_at is null and k.agency in (select slug from wanted_agency)) o "
                 "where k.id = o.id and k.position <> o.n"},
        [RECORD] = {"record",
                    "with changed as (update agency a set version = version + 1 from touched t where t.slug = a.slug "
                    "returning a.slug, a.retired_at, t.before, agency_entry(a) as entry) "
                    "insert into directory_change (object, actor, action, before, after) select 'agency:' || "
                    "slug, $1, case when retired_at is null then 'import' else 'retire' end, before, case when "
                    "retired_at is null then entry end from changed"},
};
enum { LIST_MOST = 256 * 1024 * 1024, FAULTS_MOST = 1024 * 1024 };

static const struct column columns[] = {{"what", CELL_TEXT},
                                        {"added", CELL_NUMBER},
                                        {"updated", CELL_NUMBER},
                                        {"returned", CELL_NUMBER},
                                        {"retired", CELL_NUMBER}};

static const struct agency *read_file(struct ctl *c, size_t *ret_n)
{
	size_t len;
	const char *text = ctl_read_text(c, c->argument, &len);
	const struct agency *agencies;
	struct buf faults;
	buf_init(&faults, FAULTS_MOST);
	if (!directory_read_agencies(c->arena, text, len, &agencies, ret_n, &faults)) {
		char *rest = NULL;
		for (char *l = strtok_r(faults.data, "\n", &rest); l != NULL; l = strtok_r(NULL, "\n", &rest))
			fprintf(stderr, "%s:%s\n", c->argument, l);
		ctl_die("%s has faults: nothing was changed", c->argument);
	}
	buf_free(&faults);
	if (*ret_n == 0)
		ctl_die("%s names no agency: nothing was changed", c->argument);
	return agencies;
}

static void put_agency(struct json_out *j, const struct agency *a)
{
	json_begin_object(j);
	json_member_string(j, "slug", a->slug);
	json_member_string(j, "name", a->name);
	json_member_string(j, "kind", agency_kind_names[a->kind]);
	json_key(j, "jurisdiction");
	json_begin_array(j);
	for (size_t i = 0; i < a->jurisdiction_count; i++)
		json_put_string(j, a->jurisdiction[i]);
	json_end_array(j);
	json_end_object(j);
}

static void put_contacts(struct json_out *j, const struct agency *a)
{
	for (size_t i = 0; i < a->contact_count; i++) {
		json_begin_object(j);
		json_member_string(j, "agency", a->slug);
		json_member_int(j, "position", (int64_t)i);
		json_member_string(j, "channel", channel_kind_names[a->contacts[i].channel]);
		json_member_string(j, "address", a->contacts[i].address);
		json_member_string(j, "secret", a->contacts[i].secret);
		json_member_bool(j, "allow_private", a->contacts[i].allow_private);
		json_end_object(j);
	}
}

static void fill(struct ctl *c, const struct pg_statement *s, const struct agency *agencies, size_t n,
                 void (*put)(struct json_out *j, const struct agency *a))
{
	struct buf list;
	struct json_out j;
	buf_init(&list, LIST_MOST);
	json_out_init(&j, &list);
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++)
		put(&j, &agencies[i]);
	json_end_array(&j);
	if (list.failed)
		ctl_die("%s is too large", c->argument);
	db_query(c, s, DB_WITH(list.data));
	buf_free(&list);
}

int command_agencies_import(struct ctl *c)
{
	size_t n;
	const struct agency *agencies = read_file(c, &n);
	const char *merge = ctl_option(c, "merge") != NULL ? "t" : "f";
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	struct torn torn;
	db_begin(c);
	db_query(c, &sql[LOCK], DB_NONE);
	torn_begin(c, &torn);
	db_script(c, sql[LISTS].name, sql[LISTS].sql);
	fill(c, &sql[FILL_AGENCIES], agencies, n, put_agency);
	fill(c, &sql[FILL_CONTACTS], agencies, n, put_contacts);
	table_add_rows(t, db_query(c, &sql[COUNT_AGENCIES], DB_WITH(merge)));
	table_add_rows(t, db_query(c, &sql[COUNT_CONTACTS], DB_WITH(merge)));
	db_query(c, &sql[TOUCH], DB_WITH(merge));
	db_query(c, &sql[RETIRE_AGENCIES], DB_WITH(merge));
	db_query(c, &sql[PUT_AGENCIES], DB_NONE);
	db_query(c, &sql[RETIRE_CONTACTS], DB_WITH(merge));
	const struct rows *replaced = db_query(c, &sql[REPLACED_SECRETS], DB_NONE);
	db_query(c, &sql[CHANGE_CONTACTS], DB_NONE);
	db_query(c, &sql[ADD_CONTACTS], DB_NONE);
	db_query(c, &sql[NUMBER_CONTACTS], DB_NONE);
	db_query(c, &sql[RECORD], DB_WITH(ctl_actor(c)));
	torn_end(c, &torn);
	db_commit(c);
	for (int i = 0; i < replaced->count; i++)
		fprintf(stderr, "sigapctl: %s: the secret of %s is another one now\n", db_cell(replaced, i, 0),
		        db_cell(replaced, i, 1));
	table_print(t, "");
	return CTL_OK;
}
