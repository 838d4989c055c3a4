/* migrate: brings the database to the schema that is compiled in: each migration in a transaction of its own, one program at a time. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../schema/schema.h"
#include "commands.h"
#include "table.h"

enum { LOCK, UNLOCK, LIST, RECORD, SEED };
static const struct pg_statement sql[] = {
        /* the key is "sigap" in ASCII: the same for every program that migrates */
        [LOCK] = {"lock", "select pg_advisory_lock(495623201136)"},
        [UNLOCK] = {"unlock", "select pg_advisory_unlock(495623201136)"},
        [LIST] = {"list", "select number, name, encode(sha256, 'hex') from schema_version order by number"},
        [RECORD] = {"record", "insert into schema_version (number, name, sha256) values ($1::int, $2, $3::bytea)"},
        [SEED] = {"seed", "insert into secret (name, value) values ('link_key', $1::bytea) on conflict do nothing"},
};
static const char schema_version[] = "create table if not exists schema_version ("
                                     "number int primary key, name text not null, sha256 bytea not null, applied_at "
                                     "timestamptz not null default now())";

static const struct column columns[] = {{"number", CELL_NUMBER}, {"name", CELL_TEXT}, {"state", CELL_TEXT}};

enum { HASH_TEXT = 65 };
static void hash_text(const char *text, char ret[HASH_TEXT])
{
	uint8_t hash[32];
	sha256(text, strlen(text), hash);
	sodium_bin2hex(ret, HASH_TEXT, hash, sizeof hash);
}

static void refuse_unlike(const struct rows *applied)
{
	int n = 0;
	for (const struct migration *m = migrations; m->sql != NULL; m++, n++) {
		if (n >= applied->count)
			return;
		char hash[HASH_TEXT];
		hash_text(m->sql, hash);
		if (atoi(db_cell(applied, n, 0)) != m->number)
			ctl_die("the database lacks migration %d, but has later ones", m->number);
		if (strcmp(db_cell(applied, n, 2), hash) != 0)
			ctl_die("migration %d (%s) was applied with another text than this program's", m->number,
			        m->name);
	}
	if (n < applied->count)
		ctl_die("the database has migration %s (%s), which this program does not know: it is older than the "
		        "database",
		        db_cell(applied, applied->count - 1, 0), db_cell(applied, applied->count - 1, 1));
}

static void apply(struct ctl *c, const struct migration *m)
{
	char hash[HASH_TEXT];
	hash_text(m->sql, hash);
	db_begin(c);
	db_script(c, arena_printf(c->arena, "migration %d (%s)", m->number, m->name), m->sql);
	db_query(c, &sql[RECORD],
	         DB_WITH(arena_printf(c->arena, "%d", m->number), m->name, arena_printf(c->arena, "\\x%s", hash)));
	db_commit(c);
}

/* The key of the capabilities in answer links: made once, never shown, never changed. */
static void seed_key(struct ctl *c)
{
	uint8_t key[32];
	char text[2 + HASH_TEXT] = "\\x";
	if (sodium_init() < 0)
		ctl_die("this system gives no randomness");
	randombytes_buf(key, sizeof key);
	sodium_bin2hex(text + 2, HASH_TEXT, key, sizeof key);
	db_query(c, &sql[SEED], DB_WITH(text));
	sodium_memzero(key, sizeof key);
	sodium_memzero(text, sizeof text);
}

int command_migrate(struct ctl *c)
{
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	db_query(c, &sql[LOCK], DB_NONE);
	db_script(c, "schema_version", schema_version);
	const struct rows *applied = db_query(c, &sql[LIST], DB_NONE);
	refuse_unlike(applied);
	int n = 0;
	for (const struct migration *m = migrations; m->sql != NULL; m++, n++) {
		bool fresh = n >= applied->count;
		if (fresh)
			apply(c, m);
		table_add(t, (const char *[]){arena_printf(c->arena, "%d", m->number), m->name,
		                              fresh ? "applied" : "was there"});
	}
	seed_key(c);
	db_query(c, &sql[UNLOCK], DB_NONE);
	table_print(t, "no migrations");
	return CTL_OK;
}
