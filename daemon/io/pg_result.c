/* pg_result: reading rows in PostgreSQL's binary form (see pg.h). */
#include <assert.h>
#include <libpq-fe.h>

#include "pg.h"
#include "pg_wire.h"

/* A jsonb value begins with its format's version, 1; json does not. Type 3802: pg_type.dat. */
enum { JSONB_OID = 3802, JSONB_VERSION_BYTES = 1 };

static const PGresult *native(const struct pg_result *r, int row, int column)
{
	assert(r->status == PG_OK && row >= 0 && row < r->rows && column >= 0 && column < PQnfields(r->native));
	(void)row;
	(void)column;
	return r->native;
}

bool pg_is_null(const struct pg_result *r, int row, int column)
{
	return PQgetisnull(native(r, row, column), row, column) != 0;
}

/* Bytes before the text of a value that is not null. */
static size_t text_offset(const struct pg_result *r, int row, int column)
{
	const PGresult *n = native(r, row, column);
	return PQftype(n, column) == JSONB_OID && !PQgetisnull(n, row, column) ? JSONB_VERSION_BYTES : 0;
}

const char *pg_text(const struct pg_result *r, int row, int column)
{
	return PQgetvalue(native(r, row, column), row, column) + text_offset(r, row, column);
}

size_t pg_length(const struct pg_result *r, int row, int column)
{
	return (size_t)PQgetlength(native(r, row, column), row, column) - text_offset(r, row, column);
}

/* The value's bytes if it is there and has this length, else NULL. */
static const char *value_of(const struct pg_result *r, int row, int column, int length)
{
	const PGresult *n = native(r, row, column);
	if (PQgetisnull(n, row, column) || PQgetlength(n, row, column) != length)
		return NULL;
	return PQgetvalue(n, row, column);
}

int64_t pg_bigint(const struct pg_result *r, int row, int column)
{
	const char *at;
	if ((at = value_of(r, row, column, 8)) != NULL)
		return (int64_t)pg_get64(at);
	if ((at = value_of(r, row, column, 4)) != NULL)
		return (int32_t)pg_get32(at);
	if ((at = value_of(r, row, column, 2)) != NULL)
		return (int16_t)((uint8_t)at[0] << 8 | (uint8_t)at[1]);
	assert(pg_is_null(r, row, column));
	return 0;
}

int32_t pg_int(const struct pg_result *r, int row, int column)
{
	int64_t v = pg_bigint(r, row, column);
	assert(v >= INT32_MIN && v <= INT32_MAX);
	return (int32_t)v;
}

double pg_double(const struct pg_result *r, int row, int column)
{
	const char *at;
	if ((at = value_of(r, row, column, 8)) != NULL) {
		uint64_t bits = pg_get64(at);
		double v;
		memcpy(&v, &bits, sizeof v);
		return v;
	}
	if ((at = value_of(r, row, column, 4)) != NULL) {
		uint32_t bits = pg_get32(at);
		float v;
		memcpy(&v, &bits, sizeof v);
		return (double)v;
	}
	assert(pg_is_null(r, row, column));
	return 0;
}

bool pg_bool(const struct pg_result *r, int row, int column)
{
	const char *at = value_of(r, row, column, 1);
	assert(at != NULL || pg_is_null(r, row, column));
	return at != NULL && *at != 0;
}

struct uuid pg_uuid(const struct pg_result *r, int row, int column)
{
	struct uuid v = {{0}};
	const char *at = value_of(r, row, column, sizeof v.b);
	assert(at != NULL || pg_is_null(r, row, column));
	if (at != NULL)
		memcpy(v.b, at, sizeof v.b);
	return v;
}

/* Infinity stands at the ends of the range in both scales. */
struct wall pg_time(const struct pg_result *r, int row, int column)
{
	const char *at = value_of(r, row, column, 8);
	assert(at != NULL || pg_is_null(r, row, column));
	if (at == NULL)
		return (struct wall){0};
	int64_t stored = (int64_t)pg_get64(at), us;
	if (stored == INT64_MIN || __builtin_add_overflow(stored, PG_EPOCH_US, &us))
		return (struct wall){stored};
	return (struct wall){us};
}
