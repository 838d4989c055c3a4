/* pg_rows: rows of a composite type, written straight into a parameter in PostgreSQL's binary form (see pg.h).
 *
 * The form that array_recv and record_recv read (PostgreSQL 15, src/backend/utils/adt/arrayfuncs.c and rowtypes.c): the head of an array; per row its
 * length and the number of its columns; per column its type, its length (-1: null) and its value. The rows' own type stays 0: it has another number
 * in every database, and since PostgreSQL 15 only numbers that are the same everywhere are compared with what the statement says. */
#include <assert.h>

#include "../../protocol/json.h"
#include "pg_wire.h"

static void put32_at(const struct pg_params *p, size_t at, uint32_t v)
{
	pg_put32(p->values.data + at, v);
}

/* -- rows ------------------------------------------------------------------------------------------------------------------------ */

void pg_rows_begin(struct pg_params *p)
{
	static const char head[PG_ARRAY_HEAD_BYTES] = {[3] = 1,
	                                               [PG_ARRAY_HEAD_BYTES - 1] = 1}; /* one dimension, from 1 */
	pg_param_begin(p, 0);
	p->open.head = p->values.len;
	p->open.count = 0;
	pg_wire_add(&p->values, head, sizeof head);
}

void pg_rows_end(struct pg_params *p)
{
	put32_at(p, p->open.head + PG_ARRAY_COUNT_AT, (uint32_t)p->open.count);
	p->lengths[p->count - 1] = (int)(p->values.len - p->open.head);
}

void pg_row_begin(struct pg_params *p, int columns)
{
	char head[8];
	p->open.row = p->values.len;
	p->open.columns = columns;
	p->open.count++;
	pg_put32(head + 4, (uint32_t)columns);
	pg_wire_add(&p->values, head, sizeof head);
}

void pg_row_end(struct pg_params *p)
{
	assert(p->open.columns == 0);
	put32_at(p, p->open.row, (uint32_t)(p->values.len - p->open.row - 4));
}

/* -- columns --------------------------------------------------------------------------------------------------------------------- */

static void column(struct pg_params *p, enum pg_type type, const void *bytes, size_t len)
{
	char head[8];
	p->open.columns--;
	pg_put32(head, pg_type_oid[type]);
	pg_put32(head + 4, (uint32_t)len);
	pg_wire_add(&p->values, head, sizeof head);
	pg_wire_add(&p->values, bytes, len);
}

static void column32(struct pg_params *p, enum pg_type type, uint32_t v)
{
	char wire[4];
	pg_put32(wire, v);
	column(p, type, wire, sizeof wire);
}

static void column64(struct pg_params *p, enum pg_type type, uint64_t v)
{
	char wire[8];
	pg_put64(wire, v);
	column(p, type, wire, sizeof wire);
}

void pg_row_null(struct pg_params *p, enum pg_type type)
{
	char head[8];
	p->open.columns--;
	pg_put32(head, pg_type_oid[type]);
	pg_put32(head + 4, UINT32_MAX);
	pg_wire_add(&p->values, head, sizeof head);
}

void pg_row_uuid(struct pg_params *p, struct uuid v)
{
	if (uuid_is_nil(v))
		pg_row_null(p, PG_UUID);
	else
		column(p, PG_UUID, v.b, sizeof v.b);
}

static void words(struct pg_params *p, enum pg_type type, const char *v)
{
	if (v == NULL) {
		pg_row_null(p, type);
		return;
	}
	size_t len = strlen(v);
	assert(utf8_valid(v, len));
	column(p, type, v, len);
}

void pg_row_text(struct pg_params *p, const char *v)
{
	words(p, PG_TEXT, v);
}

void pg_row_json(struct pg_params *p, const char *v)
{
	words(p, PG_JSON, v);
}

void pg_row_textn(struct pg_params *p, const char *v, size_t len)
{
	assert(len == 0 || (utf8_valid(v, len) && memchr(v, 0, len) == NULL));
	column(p, PG_TEXT, v, len);
}

void pg_row_bytes(struct pg_params *p, const void *v, size_t len)
{
	column(p, PG_BYTEA, v, len);
}

void pg_row_int(struct pg_params *p, int32_t v)
{
	column32(p, PG_INT4, (uint32_t)v);
}

void pg_row_bigint(struct pg_params *p, int64_t v)
{
	column64(p, PG_INT8, (uint64_t)v);
}

void pg_row_double(struct pg_params *p, double v)
{
	column64(p, PG_FLOAT8, pg_wire_double(v));
}

void pg_row_bool(struct pg_params *p, bool v)
{
	column(p, PG_BOOL, v ? "\1" : "\0", 1);
}

void pg_row_time(struct pg_params *p, struct wall v)
{
	column64(p, PG_TIMESTAMPTZ, (uint64_t)pg_wire_time(v));
}
