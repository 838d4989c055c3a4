/* pg_params: parameters and arrays in PostgreSQL's binary form (see pg.h); rows are in pg_rows.c. */
#include <assert.h>
#include <stdlib.h>

#include "../../protocol/json.h"
#include "../base/log.h"
#include "pg.h"
#include "pg_wire.h"

/* One statement's values together. The server's own limit for a value is 1 GB; a batch of 200 reports of 64 KiB is 13 MB. */
enum { VALUES_MAX_BYTES = 256 * 1024 * 1024 };

struct pg_array {
	enum pg_type type;
	int count;
	bool has_null;
	struct buf elements; /* each: int32 length (-1: null), then the value */
};

const uint32_t pg_type_oid[] = {
        [PG_UUID] = 2950,  [PG_TEXT] = 25, [PG_BYTEA] = 17,         [PG_INT4] = 23,  [PG_INT8] = 20,
        [PG_FLOAT8] = 701, [PG_BOOL] = 16, [PG_TIMESTAMPTZ] = 1184, [PG_JSON] = 114,
};

void pg_wire_add(struct buf *b, const void *bytes, size_t len)
{
	if (buf_add(b, bytes, len))
		return;
	log_error("pg.params_exhausted", "bytes=%zu max=%zu", b->len + len, b->max);
	abort();
}

/* -- parameters ------------------------------------------------------------------------------------------------------------------ */

struct pg_params *pg_params_new(void)
{
	struct pg_params *p = malloc(sizeof *p);
	if (p == NULL) {
		log_error("pg.params_exhausted", "bytes=%zu", sizeof *p);
		abort();
	}
	p->count = 0;
	buf_init(&p->values, VALUES_MAX_BYTES);
	return p;
}

void pg_params_free(struct pg_params **p)
{
	if (*p == NULL)
		return;
	buf_free(&(*p)->values);
	free(*p);
	*p = NULL;
}

void pg_params_reset(struct pg_params *p)
{
	p->count = 0;
	buf_reset(&p->values);
}

void pg_param_begin(struct pg_params *p, int len)
{
	if (p->count == PG_PARAMS_MAX) {
		log_error("pg.params_exhausted", "count=%d", p->count);
		abort();
	}
	p->offsets[p->count] = p->values.len;
	p->lengths[p->count] = len;
	p->count++;
}

static void add_param(struct pg_params *p, const void *bytes, size_t len)
{
	assert(len <= VALUES_MAX_BYTES);
	pg_param_begin(p, (int)len);
	pg_wire_add(&p->values, bytes, len);
}

void pg_param_null(struct pg_params *p)
{
	pg_param_begin(p, -1);
}

void pg_param_uuid(struct pg_params *p, struct uuid v)
{
	add_param(p, v.b, sizeof v.b);
}

void pg_param_text(struct pg_params *p, const char *v)
{
	if (v == NULL) {
		pg_param_null(p);
		return;
	}
	size_t len = strlen(v);
	assert(utf8_valid(v, len));
	add_param(p, v, len);
}

void pg_param_bytes(struct pg_params *p, const void *v, size_t len)
{
	add_param(p, v, len);
}

static void add_param32(struct pg_params *p, uint32_t v)
{
	char wire[4];
	pg_put32(wire, v);
	add_param(p, wire, sizeof wire);
}

static void add_param64(struct pg_params *p, uint64_t v)
{
	char wire[8];
	pg_put64(wire, v);
	add_param(p, wire, sizeof wire);
}

void pg_param_int(struct pg_params *p, int32_t v)
{
	add_param32(p, (uint32_t)v);
}

void pg_param_bigint(struct pg_params *p, int64_t v)
{
	add_param64(p, (uint64_t)v);
}

void pg_param_double(struct pg_params *p, double v)
{
	add_param64(p, pg_wire_double(v));
}

void pg_param_bool(struct pg_params *p, bool v)
{
	add_param(p, v ? "\1" : "\0", 1);
}

void pg_param_time(struct pg_params *p, struct wall v)
{
	add_param64(p, (uint64_t)pg_wire_time(v));
}

/* -- arrays ---------------------------------------------------------------------------------------------------------------------- */

struct pg_array *pg_array_new(enum pg_type element)
{
	struct pg_array *a = malloc(sizeof *a);
	if (a == NULL) {
		log_error("pg.params_exhausted", "bytes=%zu", sizeof *a);
		abort();
	}
	*a = (struct pg_array){.type = element};
	buf_init(&a->elements, VALUES_MAX_BYTES);
	return a;
}

void pg_array_free(struct pg_array **a)
{
	if (*a == NULL)
		return;
	buf_free(&(*a)->elements);
	free(*a);
	*a = NULL;
}

void pg_array_reset(struct pg_array *a)
{
	a->count = 0;
	a->has_null = false;
	buf_reset(&a->elements);
}

/* For values of any length: two additions. */
static void add_element(struct pg_array *a, const void *bytes, size_t len)
{
	assert(len <= VALUES_MAX_BYTES);
	char wire[4];
	pg_put32(wire, (uint32_t)len);
	pg_wire_add(&a->elements, wire, sizeof wire);
	pg_wire_add(&a->elements, bytes, len);
	a->count++;
}

static void add_element32(struct pg_array *a, uint32_t v)
{
	char wire[8];
	pg_put32(wire, 4);
	pg_put32(wire + 4, v);
	pg_wire_add(&a->elements, wire, sizeof wire);
	a->count++;
}

static void add_element64(struct pg_array *a, uint64_t v)
{
	char wire[12];
	pg_put32(wire, 8);
	pg_put64(wire + 4, v);
	pg_wire_add(&a->elements, wire, sizeof wire);
	a->count++;
}

void pg_array_uuid(struct pg_array *a, struct uuid v)
{
	assert(a->type == PG_UUID);
	add_element(a, v.b, sizeof v.b);
}

void pg_array_textn(struct pg_array *a, const char *v, size_t len)
{
	assert(a->type == PG_TEXT || a->type == PG_JSON);
	assert(len == 0 || (utf8_valid(v, len) && memchr(v, 0, len) == NULL));
	add_element(a, v, len);
}

void pg_array_text(struct pg_array *a, const char *v)
{
	if (v == NULL)
		pg_array_null(a);
	else
		pg_array_textn(a, v, strlen(v));
}

void pg_array_bytes(struct pg_array *a, const void *v, size_t len)
{
	assert(a->type == PG_BYTEA);
	add_element(a, v, len);
}

void pg_array_int(struct pg_array *a, int32_t v)
{
	assert(a->type == PG_INT4);
	add_element32(a, (uint32_t)v);
}

void pg_array_bigint(struct pg_array *a, int64_t v)
{
	assert(a->type == PG_INT8);
	add_element64(a, (uint64_t)v);
}

void pg_array_double(struct pg_array *a, double v)
{
	assert(a->type == PG_FLOAT8);
	add_element64(a, pg_wire_double(v));
}

void pg_array_bool(struct pg_array *a, bool v)
{
	assert(a->type == PG_BOOL);
	add_element(a, v ? "\1" : "\0", 1);
}

void pg_array_time(struct pg_array *a, struct wall v)
{
	assert(a->type == PG_TIMESTAMPTZ);
	add_element64(a, (uint64_t)pg_wire_time(v));
}

void pg_array_null(struct pg_array *a)
{
	char wire[4];
	pg_put32(wire, UINT32_MAX);
	pg_wire_add(&a->elements, wire, sizeof wire);
	a->count++;
	a->has_null = true;
}

int pg_array_count(const struct pg_array *a)
{
	return a->count;
}

/* The form that array_recv reads (PostgreSQL 15, src/backend/utils/adt/arrayfuncs.c): number of dimensions, null flag, element type;
 * per dimension its length and lower bound; then the elements. An empty array has no dimension. */
void pg_param_array(struct pg_params *p, const struct pg_array *a)
{
	char head[PG_ARRAY_HEAD_BYTES];
	size_t head_bytes = a->count > 0 ? PG_ARRAY_HEAD_BYTES : PG_ARRAY_COUNT_AT;
	pg_put32(head, a->count > 0 ? 1 : 0);
	pg_put32(head + 4, a->has_null ? 1 : 0);
	pg_put32(head + 8, pg_type_oid[a->type]);
	pg_put32(head + 12, (uint32_t)a->count);
	pg_put32(head + 16, 1);
	pg_param_begin(p, (int)(head_bytes + a->elements.len));
	pg_wire_add(&p->values, head, head_bytes);
	pg_wire_add(&p->values, a->elements.data, a->elements.len);
}
