/* spool_stock: what is put aside in the spool's file: numbers and the rules (see spool.h). */
#include <stdlib.h>

#include "spool_parts.h"

/* ---- numbers ---- */

static void end_transaction(struct spool_operation *o)
{
	sqlite3 *db = o->spool->db;
	if (o->result == SQLITE_OK)
		o->result = sqlite3_exec(db, "commit", NULL, NULL, NULL);
	if (o->result != SQLITE_OK)
		sqlite3_exec(db, "rollback", NULL, NULL, NULL);
	o->pages = spool_value(spool_query(o->spool, PAGES));
}

static void put_numbers_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	struct spool *s = o->spool;
	o->result = sqlite3_exec(s->db, "begin", NULL, NULL, NULL);
	if (o->result == SQLITE_OK && o->instead)
		o->result = spool_run(spool_query(s, CLEAR_NUMBERS));
	for (int i = 0; i < o->count && o->result == SQLITE_OK; i++) {
		sqlite3_stmt *st = spool_query(s, PUT_NUMBER);
		sqlite3_bind_int64(st, 1, o->numbers[i]);
		o->result = spool_run(st);
	}
	end_transaction(o);
}

static void put_numbers_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	struct spool *s = o->spool;
	bool ok = spool_went_well(o, ran);
	if (ok && o->instead)
		s->numbers = 0, s->highest_number = 0;
	for (int i = 0; i < o->count && ok; i++)
		if (o->numbers[i] > s->highest_number)
			s->highest_number = o->numbers[i];
	s->numbers += ok ? o->count : 0;
	o->done.went(o->ctx, ok);
	spool_operation_free(o);
}

void spool_put_numbers(struct spool *s, const int64_t *numbers, int n, bool instead, void (*done)(void *ctx, bool ok),
                       void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, put_numbers_in_thread, put_numbers_in_loop, ctx);
	o->numbers = arena_array(o->arena, int64_t, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		o->numbers[i] = numbers[i];
	o->count = n;
	o->instead = instead;
	o->done.went = done;
	spool_submit(o);
}

static void take_numbers_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	const int most = o->count;
	sqlite3_stmt *st = spool_query(o->spool, TAKE_NUMBERS);
	sqlite3_bind_int(st, 1, most);
	o->count = 0;
	while ((o->result = sqlite3_step(st)) == SQLITE_ROW && o->count < most)
		o->numbers[o->count++] = sqlite3_column_int64(st, 0);
	o->result = o->result == SQLITE_DONE ? SQLITE_OK : o->result;
	sqlite3_reset(st);
	o->pages = spool_value(spool_query(o->spool, PAGES));
}

static void take_numbers_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	int n = spool_went_well(o, ran) ? o->count : 0;
	o->spool->numbers -= n;
	o->done.numbers(o->ctx, o->numbers, n);
	spool_operation_free(o);
}

void spool_take_numbers(struct spool *s, int most, void (*done)(void *ctx, const int64_t *numbers, int n), void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, take_numbers_in_thread, take_numbers_in_loop, ctx);
	o->numbers = arena_array(o->arena, int64_t, (size_t)most + 1);
	o->count = most;
	o->done.numbers = done;
	spool_submit(o);
}

int spool_numbers(const struct spool *s)
{
	return s->numbers;
}

int64_t spool_highest_number(const struct spool *s)
{
	return s->highest_number;
}

/* ---- the rules ---- */

static void save_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	sqlite3_stmt *st = spool_query(o->spool, SAVE);
	sqlite3_bind_blob64(st, 1, o->doc, o->doc_len, SQLITE_STATIC);
	o->result = spool_run(st);
	o->pages = spool_value(spool_query(o->spool, PAGES));
}

static void save_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	o->done.went(o->ctx, spool_went_well(o, ran));
	spool_operation_free(o);
}

void spool_save(struct spool *s, const void *doc, size_t len, void (*done)(void *ctx, bool ok), void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, save_in_thread, save_in_loop, ctx);
	o->doc = arena_strndup(o->arena, doc, len);
	o->doc_len = len;
	o->done.went = done;
	spool_submit(o);
}

static void load_in_thread(void *ctx)
{
	struct spool_operation *o = ctx;
	sqlite3_stmt *st = spool_query(o->spool, LOAD);
	o->result = sqlite3_step(st);
	if (o->result == SQLITE_ROW) {
		o->doc_len = (size_t)sqlite3_column_bytes(st, 0);
		o->doc = arena_strndup(o->arena, sqlite3_column_blob(st, 0), o->doc_len);
	}
	sqlite3_reset(st);
	o->result = o->result == SQLITE_DONE ? SQLITE_OK : o->result;
	o->pages = spool_value(spool_query(o->spool, PAGES));
}

static void load_in_loop(void *ctx, bool ran)
{
	struct spool_operation *o = ctx;
	bool there = spool_went_well(o, ran) && o->doc != NULL;
	o->done.loaded(o->ctx, there ? o->doc : NULL, there ? o->doc_len : 0);
	spool_operation_free(o);
}

void spool_load(struct spool *s, void (*done)(void *ctx, const char *doc, size_t len), void *ctx)
{
	struct spool_operation *o = spool_operation_new(s, load_in_thread, load_in_loop, ctx);
	o->done.loaded = done;
	spool_submit(o);
}
