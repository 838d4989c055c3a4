/* spool: see spool.h. Every operation is a piece of work (work.h) of the one thread; what it brought is told in the loop. Facts about SQLite: https://sqlite.org/wal.html,
 * https://sqlite.org/pragma.html (synchronous, locking_mode, secure_delete, max_page_count). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "spool_parts.h"

enum { VERSION = 2, PAGE_BYTES = 4096, OPERATIONS_MOST = 4096, UUID_BYTES = 16, HASH_BYTES = 32 };

static const char *const queries[SPOOL_QUERIES] = {
        [PUT] = "insert into spooled (kind, gateway, external_id, fingerprint, id, number, doc) values (?1, ?2, ?3, "
                "?4, ?5, ?6, "
                "?7) on conflict (gateway, external_id) do nothing",
        [FIND] = "select seq, kind, gateway, external_id, fingerprint, id, number, '' from spooled where gateway = ?1 "
                 "and "
                 "external_id = ?2",
        [NEXT] = "select seq, kind, gateway, external_id, fingerprint, id, number, doc from spooled where kind = ?1 "
                 "and seq > ?2 "
                 "order by seq limit 1",
        [DROP] = "delete from spooled where seq = ?1",
        [SET_ASIDE] = "insert into refused (why, kind, gateway, external_id, doc) select ?2, kind, gateway, "
                      "external_id, doc from "
                      "spooled where seq = ?1",
        [COUNT] = "select count(*) from spooled where kind = ?1",
        [REFUSED] = "select count(*) from refused",
        [PAGES] = "select page_count - freelist_count from pragma_page_count, pragma_freelist_count",
        [SAVE] =
                "insert into kept (name, doc) values ('rules', ?1) on conflict (name) do update set doc = excluded.doc",
        [LOAD] = "select doc from kept where name = 'rules'",
        [PUT_NUMBER] = "insert into number (number) values (?1) on conflict do nothing",
        [TAKE_NUMBERS] = "delete from number where number in (select number from number order by number limit ?1) "
                         "returning number",
        [CLEAR_NUMBERS] = "delete from number",
        [COUNT_NUMBERS] = "select count(*) from number",
        [NEWEST] = "select max(seq) from spooled",
        [HIGHEST_NUMBER] = "select max(number) from number",
};

/* ---- SQLite, in few words ---- */

sqlite3_stmt *spool_query(struct spool *s, enum spool_query q)
{
	sqlite3_stmt *st = s->statements[q];
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return st;
}

int spool_run(sqlite3_stmt *st)
{
	int result = sqlite3_step(st);
	sqlite3_reset(st);
	return result == SQLITE_DONE || result == SQLITE_ROW ? SQLITE_OK : result;
}

int64_t spool_value(sqlite3_stmt *st)
{
	int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return n;
}

static int64_t count(struct spool *s, enum spool_kind kind)
{
	sqlite3_stmt *st = spool_query(s, COUNT);
	sqlite3_bind_int(st, 1, (int)kind);
	return spool_value(st);
}

static const char *column(struct arena *a, sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);
	return arena_strndup(a, text != NULL ? text : "", (size_t)sqlite3_column_bytes(st, i));
}

static void copy_blob(sqlite3_stmt *st, int i, void *ret, int len)
{
	if (sqlite3_column_bytes(st, i) == len)
		memcpy(ret, sqlite3_column_blob(st, i), (size_t)len);
}

/* SQLITE_ROW with the record, SQLITE_OK without one, or what went wrong. */
static int read_record(struct arena *a, sqlite3_stmt *st, struct spool_record *ret)
{
	int result = sqlite3_step(st);
	if (result == SQLITE_ROW) {
		ret->seq = sqlite3_column_int64(st, 0);
		ret->kind = (enum spool_kind)sqlite3_column_int(st, 1);
		ret->gateway = column(a, st, 2);
		ret->external_id = column(a, st, 3);
		copy_blob(st, 4, ret->fingerprint, HASH_BYTES);
		copy_blob(st, 5, ret->id.b, UUID_BYTES);
		ret->number = sqlite3_column_int64(st, 6);
		ret->doc = column(a, st, 7);
		ret->doc_len = (size_t)sqlite3_column_bytes(st, 7);
	}
	sqlite3_reset(st);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

/* ---- operations ---- */

struct spool_operation *spool_operation_new(struct spool *s, void (*in_thread)(void *ctx),
                                            void (*in_loop)(void *ctx, bool ran), void *ctx)
{
	struct spool_operation *o = calloc(1, sizeof *o);
	if (o == NULL)
		abort();
	o->item = (struct work_item){.run = in_thread, .done = in_loop, .ctx = o};
	o->spool = s;
	o->arena = arena_new();
	o->ctx = ctx;
	o->result = SQLITE_MISUSE;
	return o;
}

void spool_submit(struct spool_operation *o)
{
	if (o->spool->failed || !work_add(o->spool->work, &o->item))
		o->item.done(o, false);
}

bool spool_went_well(struct spool_operation *o, bool ran)
{
	struct spool *s = o->spool;
	if (!ran)
		return false;
	s->pages = o->pages;
	bool well = o->result == SQLITE_OK || o->result == SQLITE_ROW;
	bool full = (o->result & 0xff) == SQLITE_FULL;
	if (!well && !(full && s->full))
		log_error(full ? "spool.full" : "spool.failed", "code=%d why=\"%s\"", o->result,
		          sqlite3_errstr(o->result));
	s->full = full;
	s->failed |= !well && !full;
	return well;
}

void spool_operation_free(struct spool_operation *o)
{
	arena_free(&o->arena);
	free(o);
}

static void find(struct spool_operation *o, const char *gateway, const char *external_id)
{
	sqlite3_stmt *st = spool_query(o->spool, FIND);
	sqlite3_bind_text(st, 1, gateway, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, external_id, -1, SQLITE_STATIC);
	o->result = read_record(o->arena, st, &o->found);
}

static void find_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	find(o, o->gateway, o->external_id);
	o->pages = spool_value(spool_query(o->spool, PAGES));
}

static void find_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	bool found = spool_went_well(o, ran) && o->result == SQLITE_ROW;
	o->done.found(o->ctx, found ? &o->found : NULL);
	spool_operation_free(o);
}

void spool_find(struct spool *s, const char *gateway, const char *external_id,
                void (*done)(void *ctx, const struct spool_record *found), void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, find_in_thread, find_in_loop, ctx);
	o->gateway = arena_strdup(o->arena, gateway);
	o->external_id = arena_strdup(o->arena, external_id);
	o->done.found = done;
	spool_submit(o);
}

static void put_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	const struct spool_record *r = o->put;
	sqlite3_stmt *st = spool_query(o->spool, PUT);
	sqlite3_bind_int(st, 1, (int)r->kind);
	sqlite3_bind_text(st, 2, r->gateway, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, r->external_id, -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 4, r->fingerprint, HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(st, 5, r->id.b, UUID_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(st, 6, r->number);
	sqlite3_bind_text(st, 7, r->doc, (int)r->doc_len, SQLITE_STATIC);
	o->result = spool_run(st);
	if (o->result == SQLITE_OK && sqlite3_changes(o->spool->db) == 0)
		find(o, r->gateway, r->external_id);
	o->pages = spool_value(spool_query(o->spool, PAGES));
}

static void put_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	enum spool_end end = SPOOL_NOT;
	o->spool->putting--;
	if (spool_went_well(o, ran))
		end = o->result == SQLITE_ROW ? SPOOL_KNOWN : SPOOL_KEPT;
	if (end == SPOOL_KEPT)
		o->spool->counts[o->put->kind]++;
	o->done.put(o->ctx, end, end == SPOOL_KNOWN ? &o->found : NULL);
	spool_operation_free(o);
}

void spool_put(struct spool *s, const struct spool_record *r,
               void (*done)(void *ctx, enum spool_end end, const struct spool_record *known), void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, put_in_thread, put_in_loop, ctx);
	o->put = r;
	o->done.put = done;
	s->putting++;
	spool_submit(o);
}

static void next_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	sqlite3_stmt *st = spool_query(o->spool, NEXT);
	sqlite3_bind_int(st, 1, (int)o->kind);
	sqlite3_bind_int64(st, 2, o->seq);
	o->result = read_record(o->arena, st, &o->found);
	o->pages = spool_value(spool_query(o->spool, PAGES));
}

static void next_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	o->done.next(o->ctx, spool_went_well(o, ran) && o->result == SQLITE_ROW ? &o->found : NULL);
	spool_operation_free(o);
}

void spool_next(struct spool *s, enum spool_kind kind, int64_t after,
                void (*done)(void *ctx, const struct spool_record *r), void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, next_in_thread, next_in_loop, ctx);
	o->kind = kind;
	o->seq = after;
	o->done.next = done;
	spool_submit(o);
}

/* An empty spool leaves nothing behind in the log of writes either. */
static void clear_when_empty(struct spool *s)
{
	for (int kind = 0; kind < SPOOL_KINDS; kind++)
		if (count(s, (enum spool_kind)kind) > 0)
			return;
	sqlite3_exec(s->db, "pragma wal_checkpoint(truncate)", NULL, NULL, NULL);
}

/* Sets it aside first when there is a reason: both or nothing. */
static int remove_record(struct spool_operation *o)
{
	struct spool *s = o->spool;
	int result = SQLITE_OK;
	if (o->why != NULL) {
		sqlite3_stmt *aside = spool_query(s, SET_ASIDE);
		sqlite3_bind_int64(aside, 1, o->seq);
		sqlite3_bind_text(aside, 2, o->why, -1, SQLITE_STATIC);
		result = spool_run(aside);
	}
	if (result != SQLITE_OK)
		return result;
	sqlite3_stmt *drop = spool_query(s, DROP);
	sqlite3_bind_int64(drop, 1, o->seq);
	return spool_run(drop);
}

static void drop_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	struct spool *s = o->spool;
	o->result = sqlite3_exec(s->db, "begin", NULL, NULL, NULL);
	if (o->result == SQLITE_OK)
		o->result = remove_record(o);
	if (o->result == SQLITE_OK)
		o->result = sqlite3_exec(s->db, "commit", NULL, NULL, NULL);
	if (o->result != SQLITE_OK)
		sqlite3_exec(s->db, "rollback", NULL, NULL, NULL);
	else
		clear_when_empty(s);
	o->pages = spool_value(spool_query(s, PAGES));
}

static void drop_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	bool ok = spool_went_well(o, ran);
	if (ok) {
		o->spool->counts[o->kind]--;
		o->spool->refused += o->why != NULL;
	}
	o->done.went(o->ctx, ok);
	spool_operation_free(o);
}

static void remove_later(struct spool *s, enum spool_kind kind, int64_t seq, const char *why,
                         void (*done)(void *ctx, bool ok), void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, drop_in_thread, drop_in_loop, ctx);
	o->kind = kind;
	o->seq = seq;
	o->why = arena_strdup(o->arena, why);
	o->done.went = done;
	spool_submit(o);
}

void spool_drop(struct spool *s, enum spool_kind kind, int64_t seq, void (*done)(void *ctx, bool ok), void *ctx)
{
	remove_later(s, kind, seq, NULL, done, ctx);
}

void spool_refuse(struct spool *s, enum spool_kind kind, int64_t seq, const char *why, void (*done)(void *ctx, bool ok),
                  void *ctx)
{
	remove_later(s, kind, seq, why, done, ctx);
}

/* ---- what is known of it ---- */

bool spool_is_usable(const struct spool *s)
{
	return !s->failed;
}

int64_t spool_count(const struct spool *s, enum spool_kind kind)
{
	return s->counts[kind];
}

int64_t spool_refused(const struct spool *s)
{
	return s->refused;
}

bool spool_is_empty(const struct spool *s)
{
	for (int kind = 0; kind < SPOOL_KINDS; kind++)
		if (s->counts[kind] > 0)
			return false;
	return s->putting == 0;
}

int64_t spool_earlier(const struct spool *s)
{
	return s->earlier;
}

int spool_fullness(const struct spool *s)
{
	return (int)(100 * s->pages / s->pages_most);
}

/* ---- life ---- */

static const char tables[] =
        "create table if not exists spooled (seq integer primary key autoincrement, kind integer not null, gateway "
        "text not null, "
        "external_id text not null, fingerprint blob not null, id blob not null, number integer not null, doc text not "
        "null, "
        "unique (gateway, external_id));"
        "create table if not exists refused (seq integer primary key autoincrement, at text not null default "
        "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), why text not null, kind integer not null, gateway text not null, "
        "external_id text "
        "not null, doc text not null);"
        "create table if not exists kept (name text primary key, doc blob not null);"
        "create table if not exists number (number integer primary key);"
        "pragma user_version = 2;";

static int64_t pragma(sqlite3 *db, const char *text)
{
	sqlite3_stmt *st;
	if (sqlite3_prepare_v2(db, text, -1, &st, NULL) != SQLITE_OK)
		return -1;
	int64_t value = spool_value(st);
	sqlite3_finalize(st);
	return value;
}

/* The settings that make a kept record durable are read back: SQLite passes over what it does not know. NULL, or what is wrong. */
static const char *set_up(struct spool *s)
{
	char most[64];
	sqlite3_exec(s->db, "pragma locking_mode = exclusive", NULL, NULL, NULL);
	int result = sqlite3_exec(s->db, "pragma journal_mode = wal", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_exec(s->db, "pragma synchronous = full; pragma secure_delete = on", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_exec(s->db, "begin immediate; commit", NULL, NULL, NULL);
	if (result != SQLITE_OK)
		return result == SQLITE_BUSY ? "another process has it open: each daemon needs a file of its own"
		                             : sqlite3_errmsg(s->db);
	if (pragma(s->db, "pragma synchronous") != 2)
		return "SQLite does not write it through to the disk";
	if (pragma(s->db, "pragma user_version") > VERSION)
		return "a later version of sigapd has written it";
	s->pages_most = s->pages_most > 0 ? s->pages_most : 1;
	snprintf(most, sizeof most, "pragma max_page_count = %lld", (long long)s->pages_most);
	sqlite3_exec(s->db, most, NULL, NULL, NULL);
	if (sqlite3_exec(s->db, tables, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite3_errmsg(s->db);
	for (int q = 0; q < SPOOL_QUERIES; q++)
		if (sqlite3_prepare_v2(s->db, queries[q], -1, &s->statements[q], NULL) != SQLITE_OK)
			return sqlite3_errmsg(s->db);
	return NULL;
}

/* NULL, or what is wrong. */
static const char *open_file(struct spool *s, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* SQLite would make it readable for others */
	if (fd < 0)
		return "the file cannot be opened or made";
	close(fd);
	if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK)
		return sqlite3_errmsg(s->db);
	return set_up(s);
}

static void free_spool(struct spool *s)
{
	for (int q = 0; q < SPOOL_QUERIES; q++)
		sqlite3_finalize(s->statements[q]);
	sqlite3_close(s->db);
	free(s);
}

struct spool *spool_open(struct event_base *base, const char *path, int64_t most_bytes, char *why, size_t why_size)
{
	struct spool *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->pages_most = most_bytes / PAGE_BYTES;
	const char *wrong = open_file(s, path);
	if (wrong != NULL) {
		snprintf(why, why_size, "%s", wrong);
		free_spool(s);
		return NULL;
	}
	for (int kind = 0; kind < SPOOL_KINDS; kind++)
		s->counts[kind] = count(s, (enum spool_kind)kind);
	s->numbers = (int)spool_value(spool_query(s, COUNT_NUMBERS));
	s->earlier = spool_value(spool_query(s, NEWEST));
	s->highest_number = spool_value(spool_query(s, HIGHEST_NUMBER));
	s->refused = spool_value(spool_query(s, REFUSED));
	s->pages = spool_value(spool_query(s, PAGES));
	s->work = work_open(base, 1, OPERATIONS_MOST);
	return s;
}

void spool_close(struct spool **spool)
{
	struct spool *s = *spool;
	if (s == NULL)
		return;
	s->failed = true; /* what a done begins anew is refused */
	work_close(&s->work);
	free_spool(s);
	*spool = NULL;
}
