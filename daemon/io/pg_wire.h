/* pg_wire: what the pg files share: PostgreSQL's binary form, and the inside of a parameter list. Not for callers of pg.h. */
#ifndef SIGAP_IO_PG_WIRE_H
#define SIGAP_IO_PG_WIRE_H
#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "../../protocol/buf.h"
#include "pg.h"

/* A statement has at most this many parameters. The protocol would allow 65535. */
enum { PG_PARAMS_MAX = 256 };

/* Values lie one behind the other in one buffer, so that filling allocates nothing once the buffer has grown. */
struct pg_params {
	struct buf values;
	int count;
	int lengths[PG_PARAMS_MAX];    /* bytes; -1 is null */
	size_t offsets[PG_PARAMS_MAX]; /* in values */
	struct { /* the rows that are being filled: places in values, and how many columns the open one still needs */
		size_t head, row;
		int count, columns;
	} open;
};

/* pg_type.dat of PostgreSQL: fixed for ever, they are part of the wire format. */
extern const uint32_t pg_type_oid[];
/* Opens parameter number count + 1, of len bytes, -1 for null; its bytes are added next. */
void pg_param_begin(struct pg_params *p, int len);
/* A batch that does not fit is a fault of the caller, who bounds batches; cutting it would lose reports in silence: the process ends. */
void pg_wire_add(struct buf *b, const void *bytes, size_t len);

/* The head of an array parameter: number of dimensions, null flag, element type, length, lower bound. */
enum { PG_ARRAY_COUNT_AT = 12, PG_ARRAY_HEAD_BYTES = 20 };

/* timestamptz is int64 microseconds since 2000-01-01 00:00 UTC; this many after 1970-01-01.
 * https://www.postgresql.org/docs/15/datatype-datetime.html, POSTGRES_EPOCH_JDATE in PostgreSQL's datatype/timestamp.h */
#define PG_EPOCH_US INT64_C(946684800000000)

static inline uint32_t pg_get32(const char *at)
{
	uint32_t v;
	memcpy(&v, at, sizeof v);
	return be32toh(v);
}

static inline uint64_t pg_get64(const char *at)
{
	uint64_t v;
	memcpy(&v, at, sizeof v);
	return be64toh(v);
}

static inline void pg_put32(char *at, uint32_t v)
{
	v = htobe32(v);
	memcpy(at, &v, sizeof v);
}

static inline void pg_put64(char *at, uint64_t v)
{
	v = htobe64(v);
	memcpy(at, &v, sizeof v);
}

/* Infinity stands at the ends of the range in both scales. */
static inline int64_t pg_wire_time(struct wall v)
{
	int64_t us;
	if (v.us == INT64_MAX || __builtin_sub_overflow(v.us, PG_EPOCH_US, &us))
		return v.us;
	return us;
}

static inline uint64_t pg_wire_double(double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof bits);
	return bits;
}
#endif
