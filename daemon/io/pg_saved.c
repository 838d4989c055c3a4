/* pg_saved: see pg_saved.h. Rows, columns, the type of each column; then each value with its length, -1 for null: whole numbers of 32 bits in the order of the network. */
#include "pg_saved.h"

#include <libpq-fe.h>

#include "pg_wire.h"

enum { COLUMNS_MOST = 1600 /* PostgreSQL's own */, WORD = 4, BINARY = 1 };

static void add32(struct buf *to, uint32_t v)
{
	const uint32_t big = htobe32(v);
	buf_add(to, &big, sizeof big);
}

void pg_save(const struct pg_result *r, struct buf *to)
{
	const PGresult *n = r->native;
	const int columns = PQnfields(n);
	add32(to, (uint32_t)r->rows);
	add32(to, (uint32_t)columns);
	for (int c = 0; c < columns; c++)
		add32(to, PQftype(n, c));
	for (int row = 0; row < r->rows; row++) {
		for (int c = 0; c < columns; c++) {
			const bool null = PQgetisnull(n, row, c);
			const int len = null ? -1 : PQgetlength(n, row, c);
			add32(to, (uint32_t)len);
			if (!null)
				buf_add(to, PQgetvalue(n, row, c), (size_t)len);
		}
	}
}

static bool take32(const char **at, const char *end, uint32_t *ret)
{
	if (end - *at < WORD)
		return false;
	*ret = pg_get32(*at);
	*at += WORD;
	return true;
}

static bool read_columns(const char **at, const char *end, PGresult *to, int columns)
{
	PGresAttDesc described[COLUMNS_MOST] = {{0}};
	static char unnamed[] = "";
	for (int c = 0; c < columns; c++) {
		uint32_t type;
		if (!take32(at, end, &type))
			return false;
		described[c] = (PGresAttDesc){.name = unnamed, .typid = type, .format = BINARY};
	}
	return PQsetResultAttrs(to, columns, described) != 0;
}

static bool read_value(const char **at, const char *end, PGresult *to, int row, int column)
{
	uint32_t word;
	if (!take32(at, end, &word))
		return false;
	const int32_t len = (int32_t)word;
	if (len < -1 || len > end - *at || !PQsetvalue(to, row, column, (char *)(uintptr_t)*at, len))
		return false;
	*at += len > 0 ? len : 0;
	return true;
}

static bool read_all(const char **at, const char *end, PGresult *to, int *ret_rows)
{
	uint32_t rows, columns;
	if (!take32(at, end, &rows) || !take32(at, end, &columns) || columns == 0 || columns > COLUMNS_MOST ||
	    !read_columns(at, end, to, (int)columns))
		return false;
	for (uint32_t row = 0; row < rows; row++) /* each takes bytes, so a number that is too high ends at the end */
		for (uint32_t c = 0; c < columns; c++)
			if (!read_value(at, end, to, (int)row, (int)c))
				return false;
	*ret_rows = (int)rows;
	return true;
}

bool pg_saved_read(const char **at, const char *end, struct pg_result *ret)
{
	PGresult *native = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	*ret = (struct pg_result){.status = PG_OK, .message = "", .native = native};
	if (native != NULL && read_all(at, end, native, &ret->rows))
		return true;
	PQclear(native);
	ret->native = NULL;
	return false;
}

void pg_saved_free(struct pg_result *r)
{
	PQclear((PGresult *)(uintptr_t)r->native);
	r->native = NULL;
}
